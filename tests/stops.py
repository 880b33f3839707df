"""A person who stops work at a moment that needs no clock: the nth time the work asks."""

from __future__ import annotations

import threading


class Stop:
    """A `stopped` that says yes from the nth time on that it is asked; never where there is no `nth`."""

    def __init__(self, nth: int = 0) -> None:
        self.asked = 0
        self._nth = nth
        self._lock = threading.Lock()

    def __call__(self) -> bool:
        with self._lock:
            self.asked += 1
            return 0 < self._nth <= self.asked
