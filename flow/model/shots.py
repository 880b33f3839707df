"""A clip in several shots: how it is cut, and what each shot shows."""

from __future__ import annotations

from dataclasses import dataclass

OFF, AUTO = "off", "auto"


@dataclass(frozen=True)
class Shot:
    """One shot as a person writes it."""

    prompt: str
    seconds: int


@dataclass(frozen=True)
class Cut:
    """How a clip is cut: `how` is what was chosen, `shots` holds what was written for it."""

    how: str = OFF
    shots: tuple[Shot, ...] = ()

    @property
    def seconds(self) -> int:
        """How long the written shots last in all."""
        return sum(shot.seconds for shot in self.shots)


UNCUT = Cut()
