"""A purchase that somebody means to make, as it is written down before it is made."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import GENERATIONS


@dataclass(frozen=True, kw_only=True)
class Intent:
    """The question (its fingerprint, and where it is sent to), who asks it, and what it will cost.

    `estimate_usd` is None for a price that nobody knows.
    """

    realm: str
    fingerprint: str
    family: str
    model: str
    account: str
    estimate_usd: float | None
    take: int = 0
    prompt: str = ""
    path: str = GENERATIONS
    billed_units: float | None = None
    queue_run: str | None = None
