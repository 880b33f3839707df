"""Approval requests for purchases, and the decisions on them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from .entry import Contradiction, Entry
from .leases import held_at
from .limits import charged_usd
from .rows import load
from .schema import APPROVALS, ENTRIES
from .store import Store

APPROVED, DECLINED, WITHDRAWN = "approved", "declined", "withdrawn"

UNASKED = ""  # marks a job that was let through without approval; it counts toward its run
_ROUNDING_USD = 1e-6


@dataclass(frozen=True, kw_only=True)
class Approval:
    """An approval request for the jobs of one queue run. Times are Unix seconds.

    It is open until `decision` is approved, declined, or withdrawn (nobody waits for its jobs anymore). `run_usd` is
    what the run's other jobs had spent or were about to; with these jobs that exceeds `above_usd`, or a price is
    unknown.
    """

    id: str
    realm: str
    account: str
    queue_run: str
    above_usd: float
    run_usd: float
    asked_at: float
    until: float
    decision: str
    decided_at: float | None
    decided_by: str
    entries: tuple[Entry, ...] = ()

    @property
    def usd(self) -> float:
        """The sum of its jobs' estimates, as far as they are known."""
        return sum(one.estimate_usd or 0.0 for one in self.entries)

    @property
    def is_at_least(self) -> bool:
        """Whether the price of a job is unknown, so that `usd` is a minimum."""
        return any(one.estimate_usd is None for one in self.entries)


class Approvals:
    """Approval requests and decisions; only the first decision on a request counts. Part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, entries: Sequence[Entry], queue_run: str, above_usd: float, seconds: float) -> Approval | None:
        """Request approval for these unsent jobs of a run, to be decided within `seconds`.

        Return None, requesting nothing, if all their prices are known and keep the run within `above_usd`.
        """
        first, now = entries[0], self._store.now()
        with self._store.writing(alone=True) as connection:
            run_usd = run_usd_of(connection, first.realm, queue_run, leave_out=[one.id for one in entries])
            estimates, ids = [one.estimate_usd for one in entries], [one.id for one in entries]
            if None not in estimates and run_usd + sum(filter(None, estimates)) <= above_usd + _ROUNDING_USD:
                _mark(connection, ids, UNASKED)
                return None
            row = {
                "id": uuid.uuid4().hex,
                "realm": first.realm,
                "account": first.account,
                "queue_run": queue_run,
                "above_usd": above_usd,
                "run_usd": run_usd,
                "asked_at": now,
                "until": now + seconds,
                "decision": "",
                "decided_by": "",
            }
            connection.execute(insert(APPROVALS).values(**row))
            _mark(connection, ids, str(row["id"]))
            return _one(connection, str(row["id"]))

    def by_id(self, approval_id: str) -> Approval:
        """Return the approval request with this ID. Raises `Contradiction` if there is none."""
        with self._store.reading() as connection:
            return _one(connection, approval_id)

    def waiting(self, realm: str) -> list[Approval]:
        """Return open requests, oldest first, with the jobs that somebody still waits for; omit those without any."""
        is_open = (APPROVALS.c.realm == realm) & (APPROVALS.c.decision == "") & (APPROVALS.c.until > self._store.now())
        held = held_at(self._store.now())
        with self._store.reading() as connection:
            ids = connection.execute(select(APPROVALS.c.id).where(is_open).order_by(APPROVALS.c.asked_at)).scalars()
            found = [_one(connection, one) for one in ids.all()]
        live = [tuple(e for e in one.entries if e.unsent and held(e.lease_owner, e.lease_until)) for one in found]
        return [_with(one, entries) for one, entries in zip(found, live, strict=True) if entries]

    def decide(self, approval_id: str, decision: str, by: str) -> tuple[Approval, bool]:
        """Record a decision; return the request as decided, and whether this decision was the one that counts."""
        open_one = (APPROVALS.c.id == approval_id) & (APPROVALS.c.decision == "")
        answer = {"decision": decision, "decided_by": by, "decided_at": self._store.now()}
        with self._store.writing(alone=True) as connection:
            is_first = connection.execute(update(APPROVALS).where(open_one).values(**answer)).rowcount == 1
            return _one(connection, approval_id), is_first


def _mark(connection: Connection, ids: Sequence[str], approval: str) -> None:
    connection.execute(update(ENTRIES).where(ENTRIES.c.id.in_(ids)).values(approval=approval))


def is_approved(connection: Connection, entry: Entry, queue_run: str | None) -> bool:
    """Return whether this job was approved in this run, or on its own outside of any run."""
    asking = select(APPROVALS.c.decision, APPROVALS.c.queue_run).where(APPROVALS.c.id == (entry.approval or ""))
    found = connection.execute(asking).first()
    return found is not None and found.decision == APPROVED and found.queue_run in (queue_run, entry.id)


def run_usd_of(connection: Connection, realm: str, queue_run: str, leave_out: Sequence[str] = ()) -> float:
    """Return the USD of a run: jobs that were sent, or are in an approval request and not dropped."""
    sent_or_asked = or_(ENTRIES.c.sent_at.is_not(None), ENTRIES.c.approval.is_not(None))
    mine = and_(ENTRIES.c.realm == realm, ENTRIES.c.queue_run == queue_run, ENTRIES.c.id.not_in(list(leave_out)))
    asking = select(func.coalesce(func.sum(charged_usd()), 0.0)).where(mine, sent_or_asked)
    return float(connection.execute(asking).scalar_one())


def _one(connection: Connection, approval_id: str) -> Approval:
    row = connection.execute(select(APPROVALS).where(APPROVALS.c.id == approval_id)).mappings().first()
    if row is None:
        raise Contradiction("This approval request does not exist.", spent="Nothing was charged.", next_step="")
    entries = load(connection, select(ENTRIES).where(ENTRIES.c.approval == approval_id).order_by(ENTRIES.c.number))
    return Approval(**row, entries=tuple(entries))


def _with(approval: Approval, entries: tuple[Entry, ...]) -> Approval:
    return Approval(**{**vars(approval), "entries": entries})
