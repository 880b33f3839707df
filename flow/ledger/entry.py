"""One purchase as the ledger holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import PackError
from ..model import Address, Json

ADOPTED = "adopted"
OVER = ("failed", "dropped")


class Contradiction(PackError):
    """A move that the job's record does not allow."""

    spent = "What was bought stays in the ledger."
    next_step = "Look at the job's record before anything else is done with it."


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A purchase and how far it came. Times are Unix seconds of the clock that wrote them.

    `state` is intended, ticketed, ended, fetched, failed or dropped. `sent_at` is None as long as the
    submit never went out; what goes out is `body`, to `path`. `files` are paths on the machine that kept them
    last. `resolution` says how an unknown was resolved, or that the job was made elsewhere (`ADOPTED`). A
    superseded entry is history.
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
    standing: Mapping[str, Json] | None
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
        return self.state == "intended" and self.sent_at is None

    @property
    def over(self) -> bool:
        """Ended without a result: the same question may be bought again."""
        return self.state in OVER

    @property
    def current(self) -> bool:
        return self.superseded_at is None


def from_row(row: Mapping[str, Any], files: tuple[str, ...]) -> Entry:
    fields = {name: value for name, value in row.items() if name != "number"}
    fields["addresses"] = tuple(Address(**one) for one in row["addresses"] or ())
    fields["urls"] = tuple(row["urls"] or ())
    return Entry(**fields, files=files)


def as_json(addresses: Iterable[Address]) -> list[dict[str, Json]]:
    return [asdict(one) for one in addresses]
