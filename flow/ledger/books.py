"""Reading the ledger: single purchases, lists, sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from os import PathLike, fspath
from statistics import median
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.engine import Connection

from .entry import Contradiction, Entry, from_row
from .limits import worth
from .owners import count_held
from .schema import ENTRIES, FILES
from .store import Store


@dataclass(frozen=True)
class Spent:
    """Dollars of one day (local, `2026-11-21`) on one model."""

    day: str
    model: str
    usd: float
    jobs: int


class Books(Store):
    """What was asked, bought, ended and fetched."""

    def find(self, realm: str, fingerprint: str) -> Entry | None:
        """The current entry of a question, whatever became of it."""
        with self.reading() as connection:
            return current_entry(connection, realm, fingerprint)

    def by_id(self, entry_id: str) -> Entry:
        """Raises `Contradiction` when there is no such entry."""
        with self.reading() as connection:
            return one_entry(connection, entry_id)

    def by_task(self, realm: str, task_id: str) -> Entry | None:
        """The entry of a provider's job, the current one before history."""
        with self.reading() as connection:
            return entry_of_task(connection, realm, task_id)

    def entries(
        self, realm: str | None = None, states: Iterable[str] | None = None, *, limit: int = 100, offset: int = 0
    ) -> list[Entry]:
        """Newest first, history included."""
        asking = select(ENTRIES).order_by(ENTRIES.c.number.desc()).limit(limit).offset(offset)
        if realm is not None:
            asking = asking.where(ENTRIES.c.realm == realm)
        if states is not None:
            asking = asking.where(ENTRIES.c.state.in_(tuple(states)))
        with self.reading() as connection:
            return _load(connection, asking)

    def counts(self, realm: str) -> dict[str, int]:
        """How many entries are in each state, history included; `unknown` ones are not counted as intended."""
        unknown = (ENTRIES.c.state == "intended") & ENTRIES.c.sent_at.is_not(None)
        state = case((unknown, "unknown"), else_=ENTRIES.c.state)
        asking = select(state, func.count()).where(ENTRIES.c.realm == realm).group_by(state)
        with self.reading() as connection:
            return {name: int(count) for name, count in connection.execute(asking).all()}

    def file_known(self, path: str | PathLike[str]) -> Entry | None:
        """The newest purchase that `path` was kept for, as that path was written then."""
        kept = select(FILES.c.entry_id).where(FILES.c.path == fspath(path))
        asking = select(ENTRIES).where(ENTRIES.c.id.in_(kept)).order_by(ENTRIES.c.number.desc()).limit(1)
        with self.reading() as connection:
            return _first(connection, asking)

    def in_flight(self, realm: str, account: str) -> int:
        """Jobs of a key that are sent and not ended, and that somebody is looking after."""
        with self.reading() as connection:
            return jobs_in_flight(connection, realm, account, self.now())

    def totals(self, realm: str, since: float) -> list[Spent]:
        """What was spent per day and model, from `since` on; estimates stand in for unknown costs."""
        asking = select(ENTRIES.c.sent_at, ENTRIES.c.model, worth().label("usd")).where(
            ENTRIES.c.realm == realm, ENTRIES.c.sent_at >= since
        )
        with self.reading() as connection:
            rows = connection.execute(asking).all()
        sums: dict[tuple[str, str], list[float]] = {}
        for row in rows:
            sums.setdefault((_day(row.sent_at), row.model), []).append(row.usd)
        return [Spent(day, model, sum(each), len(each)) for (day, model), each in sorted(sums.items())]

    def typical_seconds(self, realm: str, model: str) -> float | None:
        """The median of how long the last 20 finished jobs of a model took at the provider."""
        took = ENTRIES.c.actual_seconds
        asking = (
            select(took)
            .where(ENTRIES.c.realm == realm, ENTRIES.c.model == model, took.is_not(None))
            .where(ENTRIES.c.state.in_(("ended", "fetched")))
            .order_by(ENTRIES.c.number.desc())
            .limit(20)
        )
        with self.reading() as connection:
            seconds = connection.execute(asking).scalars().all()
        return median(seconds) if seconds else None


def jobs_in_flight(connection: Connection, realm: str, account: str, now: float) -> int:
    columns = ENTRIES.c.lease_owner, ENTRIES.c.lease_until
    out = (ENTRIES.c.state == "ticketed") | (ENTRIES.c.state == "intended") & ENTRIES.c.sent_at.is_not(None)
    asking = select(*columns).where(ENTRIES.c.realm == realm, ENTRIES.c.account == account, out)
    return count_held(((row.lease_owner, row.lease_until) for row in connection.execute(asking)), now)


def current_entry(connection: Connection, realm: str, fingerprint: str) -> Entry | None:
    asking = select(ENTRIES).where(
        ENTRIES.c.realm == realm, ENTRIES.c.fingerprint == fingerprint, ENTRIES.c.superseded_at.is_(None)
    )
    return _first(connection, asking)


def entry_of_task(connection: Connection, realm: str, task_id: str) -> Entry | None:
    newest = ENTRIES.c.superseded_at.is_not(None), ENTRIES.c.number.desc()
    asking = select(ENTRIES).where(ENTRIES.c.realm == realm, ENTRIES.c.task_id == task_id).order_by(*newest).limit(1)
    return _first(connection, asking)


def one_entry(connection: Connection, entry_id: str, *, to_change: bool = False) -> Entry:
    """`to_change` keeps others from changing it until the transaction ends (SQLite does so anyway)."""
    asking = select(ENTRIES).where(ENTRIES.c.id == entry_id)
    found = _first(connection, asking.with_for_update() if to_change else asking)
    if found is None:
        raise Contradiction(f"The ledger knows no job {entry_id}.", spent="Nothing was spent.", next_step="")
    return found


def _first(connection: Connection, asking: Select[Any]) -> Entry | None:
    return next(iter(_load(connection, asking)), None)


def _load(connection: Connection, asking: Select[Any]) -> list[Entry]:
    rows = [dict(row) for row in connection.execute(asking).mappings()]
    files = _files(connection, [row["id"] for row in rows])
    return [from_row(row, files.get(row["id"], ())) for row in rows]


def _files(connection: Connection, ids: list[str]) -> dict[str, tuple[str, ...]]:
    asking = select(FILES).where(FILES.c.entry_id.in_(ids)).order_by(FILES.c.entry_id, FILES.c.position)
    kept: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(asking).mappings() if ids else ():
        kept[row["entry_id"]] = (*kept.get(row["entry_id"], ()), row["path"])
    return kept


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment).date().isoformat()
