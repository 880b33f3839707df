"""The limits of a motion reference video."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .media import MEGABYTE


@dataclass(frozen=True, kw_only=True)
class MotionReference:
    """The limits of a motion reference, and the models and modes that bill its seconds.

    `max_seconds` is by `character_orientation`; sides are pixels as displayed; `max_fps` is frames per second.
    """

    min_seconds: int
    max_seconds: Mapping[str, int]
    min_side: int
    max_side: int
    max_bytes: int
    max_fps: int
    models: tuple[str, ...]
    modes: tuple[str, ...]

    def allows(self, orientation: str, seconds: float) -> bool:
        """Whether a video of this duration is accepted with this orientation."""
        return self.min_seconds <= seconds <= self.max_seconds[orientation]

    def seconds_text(self, orientation: str) -> str:
        """The accepted duration with this orientation, for example "3 to 10 s"."""
        return f"{self.min_seconds} to {self.max_seconds[orientation]} s"

    @property
    def sides_text(self) -> str:
        """The accepted sides, for example "340 to 3850 px"."""
        return f"{self.min_side} to {self.max_side} px"

    @property
    def bytes_text(self) -> str:
        """The maximum file size, for example "100 MB"."""
        return f"{self.max_bytes // MEGABYTE} MB"
