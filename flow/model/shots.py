"""Videos of several shots."""

from __future__ import annotations

from dataclasses import dataclass

OFF, AUTO = "off", "auto"


@dataclass(frozen=True)
class Shot:
    """One shot as entered."""

    prompt: str
    seconds: int


@dataclass(frozen=True)
class Cut:
    """How a video is split into shots: `how` is the choice, `shots` are those entered for it."""

    how: str = OFF
    shots: tuple[Shot, ...] = ()

    @property
    def seconds(self) -> int:
        """The total duration of the shots."""
        return sum(shot.seconds for shot in self.shots)


UNCUT = Cut()
