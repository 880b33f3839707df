"""What a run tells while it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..ledger import Entry
from ..model import Standing


@dataclass(frozen=True)
class News:
    """One line; how far the job is (0..1) and when it ends (Unix seconds) where known."""

    line: str
    fraction: float | None = None
    entry: Entry | None = None
    ends_at: float | None = None


Tell = Callable[[News], None]


def how_it_stands(entry: Entry, standing: Standing, elapsed: float, expected: float) -> News:
    percent = f" {standing.progress:.0f} %" if standing.progress is not None else ""
    line = f"{standing.status}{percent}, {elapsed:.0f} s of about {max(expected, elapsed):.0f} s"
    fraction = standing.progress / 100 if standing.progress else min(0.95, elapsed / max(expected, 1.0))
    return News(line, fraction, entry, None if entry.ticketed_at is None else entry.ticketed_at + expected)
