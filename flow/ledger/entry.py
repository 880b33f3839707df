"""A purchase before it is recorded (`Intent`), and as recorded in the ledger (`Entry`)."""

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
"""New column values of an entry, by name; empty if nothing changes."""


class Contradiction(PackError):
    """The entry does not exist, or its state does not allow the change."""

    spent = "The ledger keeps what was purchased."
    next_step = "Check the job in the sidebar before doing anything else with it."


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A planned purchase: the request (its fingerprint, the path it is sent to) and who makes it.

    `estimate_usd` is None if the price is unknown. `queue_run` is ComfyUI's ID of the queued prompt, `project` what the
    purchase is for.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A purchase and its progress. Times are Unix seconds by the clock of the writer.

    `state` is intended, ticketed, ended, fetched, failed or dropped. `sent_at` is None if the job was never submitted;
    what is submitted is `body`, to `path`. `files` are paths on the machine that last stored them. `resolution` says
    how an unknown outcome was resolved, that the provider cannot resolve it either (`INDETERMINATE`), or that the job
    was made elsewhere (`ADOPTED`). An entry with `superseded_at` is history: another one is current for its request.
    `approval` is the ID of the approval request made before the purchase, empty if none was necessary, None if
    approval was not checked.
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
        """Whether the job was submitted and no ticket received."""
        return self.state == "intended" and self.sent_at is not None

    @property
    def unsent(self) -> bool:
        """Whether the job is intended and was never submitted."""
        return self.state == "intended" and self.sent_at is None

    @property
    def over(self) -> bool:
        """Whether it ended without a result, so that the same request may be purchased again."""
        return self.state in OVER

    @property
    def current(self) -> bool:
        """Whether it is the current entry for its request."""
        return self.superseded_at is None
