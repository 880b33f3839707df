"""The sandbox's own time, which a test may move forward."""

from __future__ import annotations

import time


class Clock:
    """Unix seconds, plus what was skipped."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Back to the time of this machine."""
        self._skipped = 0.0

    def now(self) -> float:
        return time.time() + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds
