"""Deduplication of work that several threads request at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

from .errors import Unfinished
from .stopping import TURN_SECONDS, Stopped, never, raise_if_stopped

Result = TypeVar("Result")


class Shared(Generic[Result]):
    """Shares work that is in progress between threads; results are not kept, so a later call does the work again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Future[Result]] = {}

    def do(self, name: str, work: Callable[[], Result], stopped: Stopped = never) -> Result:
        """Return the result of `work`, or of the work already running as `name` in another thread; errors are shared.

        Raises Unfinished if `stopped` returns True while waiting. If the other thread is stopped, this one takes over.
        """
        while True:
            with self._lock:
                running = self._running.get(name)
                mine = self._running.setdefault(name, Future())
            if running is None:
                return self._done(name, work, mine)
            while not wait([running], TURN_SECONDS).done:
                raise_if_stopped(stopped)
            if not _was_stopped(running):
                return running.result()

    def _done(self, name: str, work: Callable[[], Result], mine: Future[Result]) -> Result:
        try:
            result = work()
        except BaseException as error:
            self._forget(name)
            mine.set_exception(error)
            raise
        self._forget(name)
        mine.set_result(result)
        return result

    def _forget(self, name: str) -> None:
        with self._lock:
            del self._running[name]


def _was_stopped(running: Future[Result]) -> bool:
    error = running.exception()
    return isinstance(error, Unfinished) and error.stopped
