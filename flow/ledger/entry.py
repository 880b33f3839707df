"""A purchase, before it is recorded (`Intent`) and as recorded in the ledger (`Entry`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import PackError
from ..model import GENERATIONS, Address, Json

ADOPTED = "adopted"
INDETERMINATE = "indeterminate"
OVER = ("failed", "dropped")

Changes = dict[str, Any]
"""New values of an entry, by name; empty where nothing changes."""


class Contradiction(PackError):
    """A change that is not allowed from the entry's state."""

    spent = "The ledger keeps what was purchased."
    next_step = "Check the job in the sidebar before doing anything else with it."


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A purchase that somebody means to make: the question (its fingerprint, the path it is sent to) and who asks it.

    `estimate_usd` is None for a price that nobody knows. `queue_run` is ComfyUI's id of the prompt that asks, `project`
    what the purchase is for.
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
    project: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A purchase and how far it came. Times are Unix seconds of the clock that wrote them.

    `state` is intended, ticketed, ended, fetched, failed or dropped. `sent_at` is None as long as the
    submit never went out; what goes out is `body`, to `path`. `files` are paths on the machine that kept them
    last. `resolution` says how an unknown was resolved, that the provider cannot
    resolve it either (`INDETERMINATE`), or that the job was made elsewhere (`ADOPTED`). An
    entry with `superseded_at` is history: another one answers for the question. `approval` is the id of the question
    that a person was asked before money moved, empty where none was needed, None where nobody was to be asked.
    """

    id: str
    realm: str
    fingerprint: str
    family: str
    model: str
    take: int
    prompt: str
    state: str
    idempotency_key: str
    path: str
    account: str
    queue_run: str | None
    project: str
    approval: str | None
    body: Mapping[str, Json] | None
    addresses: tuple[Address, ...]
    billed_units: float | None
    estimate_usd: float | None
    created_at: float
    asked_at: float
    sent_at: float | None
    sent_by: str | None
    ticketed_at: float | None
    task_id: str | None
    request_id: str | None
    status: str
    progress: float | None
    estimated_seconds: float | None
    ended_at: float | None
    cost_usd: float | None
    actual_seconds: float | None
    urls: tuple[str, ...]
    expires_at: float | None
    reason: str
    files: tuple[str, ...]
    fetched_at: float | None
    lease_owner: str | None
    lease_until: float | None
    resolution: str
    superseded_at: float | None

    @property
    def unknown(self) -> bool:
        """The submit went out and no ticket came."""
        return self.state == "intended" and self.sent_at is not None

    @property
    def unsent(self) -> bool:
        """Nothing of it went out."""
        return self.state == "intended" and self.sent_at is None

    @property
    def over(self) -> bool:
        """Ended without a result: the same question may be purchased again."""
        return self.state in OVER

    @property
    def current(self) -> bool:
        """It is the one that answers for its question."""
        return self.superseded_at is None
