"""Cooperative stopping of long-running work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .errors import Unfinished

Item = TypeVar("Item")
# Called often and from any thread, so it must be fast; once True, it stays True.
Stopped = Callable[[], bool]

TURN_SECONDS = 0.25  # how often code that waits for something external checks whether it was stopped


def never() -> bool:
    """Return False; the `stopped` of work that is never interrupted."""
    return False


def raise_if_stopped(stopped: Stopped) -> None:
    """Raise Unfinished, marked as stopped, if `stopped` returns True."""
    if stopped():
        raise Unfinished("Stopped.", stopped=True, spent="Nothing new was charged.")


def until_stopped(items: Iterable[Item], stopped: Stopped) -> Iterator[Item]:
    """Iterate over `items`. Raises Unfinished before or after an item once `stopped` returns True."""
    raise_if_stopped(stopped)
    for item in items:
        yield item
        raise_if_stopped(stopped)


def sleep(seconds: float, stopped: Stopped, pause: Callable[[float], None] = time.sleep) -> None:
    """Sleep for `seconds`, in steps of at most `TURN_SECONDS`. Raises Unfinished once `stopped` returns True."""
    while seconds > 0:
        raise_if_stopped(stopped)
        pause(min(TURN_SECONDS, seconds))
        seconds -= TURN_SECONDS
    raise_if_stopped(stopped)
