"""Reads ahead in a separate thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")

_END = object()


@contextmanager
def read_ahead(items: Iterable[Item], depth: int) -> Iterator[Iterator[Item]]:
    """Iterate over `items` in a thread that keeps `depth` of them ready; the thread ends with the block."""
    reader = _Reader(items, depth)
    try:
        yield iter(reader)
    finally:
        reader.stop()


class _Reader(Generic[Item]):
    def __init__(self, items: Iterable[Item], depth: int) -> None:
        self._items = items
        self._ready: queue.Queue[Any] = queue.Queue(depth)
        self._is_stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read, name="apimart-read-ahead", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for item in self._items:
                self._ready.put(item)
                if self._is_stopped:
                    break
        except BaseException as error:  # noqa: BLE001  # handed to the user of the items
            self._error = error
        finally:
            self._ready.put(_END)

    def __iter__(self) -> Iterator[Item]:
        while (item := self._ready.get()) is not _END:
            yield item
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End the thread after its current item."""
        self._is_stopped = True
        while self._thread.is_alive():
            try:
                self._ready.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()
