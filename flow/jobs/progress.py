"""Progress reports of a job, and its final result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ..ledger import Approval, Entry
from ..model import Files, Standing


@dataclass(frozen=True)
class Progress:
    """One line of progress, with the fraction done (0..1) and the expected end (Unix seconds) if known.

    `warnings` are what the checks found doubtful; they accompany every line.
    """

    line: str
    fraction: float | None = None
    entry: Entry | None = None
    ends_at: float | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """A successful job: its entry, and its videos in the output folder of the caller.

    `is_reused` means that the ledger already had the result of this request, so nothing was purchased.
    """

    entry: Entry
    files: Files
    warnings: tuple[str, ...] = ()
    is_reused: bool = False


@dataclass(frozen=True)
class Ended:
    """A job that has ended: `error` is why there is no video, `is_awaited` whether anybody waited."""

    entry: Entry
    error: BaseException | None
    is_awaited: bool


OnProgress = Callable[[Progress], None]
Event: TypeAlias = Progress | Ended | Approval
OnEvent = Callable[[Event], None]


def progress_of(entry: Entry, standing: Standing, elapsed: float, expected: float) -> Progress:
    """Return the progress of a job from the provider's status. Times are seconds since the submission was accepted."""
    percent = f" {standing.progress:.0f} %" if standing.progress is not None else ""
    line = f"{standing.status}{percent}, {elapsed:.0f} s of about {max(expected, elapsed):.0f} s"
    fraction = standing.progress / 100 if standing.progress else min(0.95, elapsed / max(expected, 1.0))
    return Progress(line, fraction, entry, None if entry.ticketed_at is None else entry.ticketed_at + expected)
