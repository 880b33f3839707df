"""How long-running work notices that it was stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .errors import Unfinished

Item = TypeVar("Item")
# Asked often and from any thread, so it is quick; once true it stays true.
Stopped = Callable[[], bool]

TURN_SECONDS = 0.25  # what waits for something outside looks up this often


def never() -> bool:
    """A `stopped` for work that is never interrupted."""
    return False


def raise_if_stopped(stopped: Stopped) -> None:
    """Raise Unfinished, marked as stopped, if `stopped` returns True."""
    if stopped():
        raise Unfinished("Stopped.", stopped=True, spent="Nothing new was charged.")


def until_stopped(items: Iterable[Item], stopped: Stopped) -> Iterator[Item]:
    """Iterate over `items`; raises Unfinished between items once `stopped` returns True."""
    raise_if_stopped(stopped)
    for item in items:
        yield item
        raise_if_stopped(stopped)


def sleep(seconds: float, stopped: Stopped, pause: Callable[[float], None] = time.sleep) -> None:
    """Sleep for `seconds`, in turns of at most `TURN_SECONDS`. Raises Unfinished when `stopped` says so."""
    while seconds > 0:
        raise_if_stopped(stopped)
        pause(min(TURN_SECONDS, seconds))
        seconds -= TURN_SECONDS
    raise_if_stopped(stopped)
