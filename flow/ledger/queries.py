"""Read access to the ledger: entries, lists and totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from statistics import median
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.engine import Connection

from .entry import ADOPTED, Entry
from .leases import held_at
from .limits import charged_usd, midnight, spent_usd
from .rows import current_entry, entry_of_task, load, one_entry
from .schema import ENTRIES
from .store import Store
from .users import queued_by

END_OF_TIME = 1e12


@dataclass(frozen=True)
class Spent:
    """USD spent on one local day (`2026-11-21`) on one model."""

    day: str
    model: str
    usd: float
    jobs: int


@dataclass(frozen=True)
class Booking:
    """A job of an account, for comparison with the provider's bill: `usd` at Unix time `at`, when it completed.

    An open job may have been charged an amount that the ledger does not know; with `is_unknown`, it is not even known
    whether it was purchased. A job purchased elsewhere (`is_adopted`) is known, but its day is not.
    """

    entry_id: str
    model: str
    at: float
    usd: float
    estimate_usd: float | None
    is_open: bool = False
    is_unknown: bool = False
    is_adopted: bool = False


class Queries:
    """Read-only queries on a ledger."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def now(self) -> Callable[[], float]:
        """The clock; returns Unix seconds."""
        return self.store.now

    def find(self, realm: str, fingerprint: str) -> Entry | None:
        """Return the current entry for a fingerprint, in whatever state, or None."""
        with self.store.reading() as connection:
            return current_entry(connection, realm, fingerprint)

    def by_id(self, entry_id: str) -> Entry:
        """Return the entry with this ID. Raises `Contradiction` if there is none."""
        with self.store.reading() as connection:
            return one_entry(connection, entry_id)

    def by_task(self, realm: str, task_id: str) -> Entry | None:
        """Return the entry with a provider's task ID, the current one in preference to history, or None."""
        with self.store.reading() as connection:
            return entry_of_task(connection, realm, task_id)

    def entries(
        self,
        realm: str | None = None,
        states: Iterable[str] | None = None,
        *,
        project: str | None = None,
        words: str = "",
        limit: int = 100,
        offset: int = 0,
        user: str | None = None,
    ) -> list[Entry]:
        """Return entries, newest first, including history; filtered by realm, states, project and user if given.

        Each of `words` must be contained in the prompt, the model, the project or the task ID, or be the local day
        (2026-11-26) or month (2026-11) in which the entry was created.
        """
        conditions = [_holds(word) for word in words.split()]
        conditions += [] if realm is None else [ENTRIES.c.realm == realm]
        conditions += [] if project is None else [ENTRIES.c.project == project]
        conditions += [] if user is None else [queued_by(user)]
        numbers = [_newest(offset + limit, *conditions, *of_state) for of_state in _each(states)]
        found = select(ENTRIES).where(ENTRIES.c.number.in_(union_all(*numbers)))
        with self.store.reading() as connection:
            return load(connection, found.order_by(ENTRIES.c.number.desc()).limit(limit).offset(offset))

    def spent_today(self, realm: str) -> float:
        """Return the USD of jobs sent since local midnight, as the limit per day counts them."""
        with self.store.reading() as connection:
            return spent_usd(connection, realm, midnight(self.now()))

    def in_flight(self, realm: str, account: str) -> int:
        """Return how many jobs of an account are sent, have not ended, and have a valid lease."""
        with self.store.reading() as connection:
            return jobs_in_flight(connection, realm, account, self.now())

    def under_way_usd(self, realm: str, account: str) -> float:
        """Return the estimated USD of an account's jobs that are sent and have not ended."""
        out = (ENTRIES.c.state == "ticketed") | (ENTRIES.c.state == "intended") & ENTRIES.c.sent_at.is_not(None)
        asking = select(func.coalesce(func.sum(charged_usd()), 0.0))
        with self.store.reading() as connection:
            mine = asking.where(ENTRIES.c.realm == realm, ENTRIES.c.account == account, out)
            return float(connection.execute(mine).scalar_one())

    def orphans(self, realm: str, account: str, ticketed_since: float, limit: int = 200) -> list[Entry]:
        """Return an account's purchased jobs that are not fetched and that no process works on, oldest first.

        These are current entries, ticketed or ended with a result, that got their task ID at Unix time `ticketed_since`
        or later, and whose lease ended or belonged to a process of this machine that is gone.
        """
        has_result = (ENTRIES.c.state == "ended") & (ENTRIES.c.urls != [])
        asking = select(ENTRIES.c.id, ENTRIES.c.lease_owner, ENTRIES.c.lease_until).where(
            ENTRIES.c.realm == realm,
            ENTRIES.c.account == account,
            (ENTRIES.c.state == "ticketed") | has_result,
            ENTRIES.c.superseded_at.is_(None),
            ENTRIES.c.ticketed_at >= ticketed_since,
        )
        held = held_at(self.now())
        with self.store.reading() as connection:
            rows = connection.execute(asking.order_by(ENTRIES.c.number)).all()
            free = [row.id for row in rows if not held(row.lease_owner, row.lease_until)][:limit]
            return load(connection, select(ENTRIES).where(ENTRIES.c.id.in_(free)).order_by(ENTRIES.c.number))

    def totals(self, realm: str, since: float, user: str | None = None, project: str | None = None) -> list[Spent]:
        """Return what was spent per local day and model since Unix time `since`, which is at most a year ago.

        Estimates stand in for unknown costs. Filtered by user and project if given.
        """
        days = _days_since(since, self.now())
        usd = func.sum(charged_usd())
        asking = select(days.c.day, ENTRIES.c.model, usd, func.count()).where(
            ENTRIES.c.realm == realm, ENTRIES.c.sent_at >= days.c.first, ENTRIES.c.sent_at < days.c.after
        )
        asking = asking if user is None else asking.where(queued_by(user))
        if project is not None:
            # `since` again, or PostgreSQL would compare each day with every job of the project.
            asking = asking.where(ENTRIES.c.project == project, ENTRIES.c.sent_at >= since)
        with self.store.reading() as connection:
            rows = connection.execute(asking.group_by(days.c.day, ENTRIES.c.model)).all()
        return sorted((Spent(*row) for row in rows), key=lambda one: (one.day, one.model))

    def bookings(self, realm: str, account: str, since: float) -> list[Booking]:
        """Return an account's jobs that were or may have been charged, sent (or adopted) at Unix time `since` or later.

        Estimates stand in for costs that the provider did not report.
        """
        began = func.coalesce(ENTRIES.c.sent_at, ENTRIES.c.ticketed_at)
        mine = ENTRIES.c.realm == realm, ENTRIES.c.account == account, began >= since
        asking = select(*_BOOKED, charged_usd().label("usd")).where(*mine).order_by(ENTRIES.c.number)
        with self.store.reading() as connection:
            rows = connection.execute(asking).all()
        found = (_booking(row) for row in rows)
        return [one for one in found if one.usd or one.is_open]

    def first_sent_at(self, realm: str, account: str) -> float | None:
        """Return when the first job of an account was sent, in Unix seconds, or None if none was."""
        mine = ENTRIES.c.realm == realm, ENTRIES.c.account == account
        with self.store.reading() as connection:
            first: float | None = connection.execute(select(func.min(ENTRIES.c.sent_at)).where(*mine)).scalar_one()
        return first

    def project_usd(self, realm: str, project: str, user: str | None = None) -> float:
        """Return the USD spent on a project in total, by `user` if given; estimates stand in for unknown costs."""
        asking = select(func.coalesce(func.sum(charged_usd()), 0.0)).where(
            ENTRIES.c.realm == realm, ENTRIES.c.project == project, ENTRIES.c.sent_at.is_not(None)
        )
        with self.store.reading() as connection:
            return float(connection.execute(asking if user is None else asking.where(queued_by(user))).scalar_one())

    def projects(self, realm: str, user: str | None = None) -> list[str]:
        """Return the names of the projects that jobs were queued for, by `user` if given, sorted."""
        asking = _projects(realm)
        if user is not None:
            named = ENTRIES.c.realm == realm, ENTRIES.c.project != "", queued_by(user)
            asking = select(ENTRIES.c.project).distinct().where(*named)
        with self.store.reading() as connection:
            return sorted(connection.execute(asking).scalars())

    def purchases(
        self, realm: str, project: str | None = None, user: str | None = None, *, page: int = 500
    ) -> Iterator[Entry]:
        """Iterate over sent entries, oldest first, filtered by project and user if given."""
        asking = select(ENTRIES).where(ENTRIES.c.realm == realm, ENTRIES.c.sent_at.is_not(None))
        asking = asking if project is None else asking.where(ENTRIES.c.project == project)
        asking = asking if user is None else asking.where(queued_by(user))
        for offset in count(0, page):
            with self.store.reading() as connection:
                found = load(connection, asking.order_by(ENTRIES.c.number).limit(page).offset(offset))
            yield from found
            if len(found) < page:
                return

    def typical_seconds(self, realm: str, model: str) -> float | None:
        """Return the median seconds that the last 20 finished jobs of a model took at the provider, or None."""
        took = ENTRIES.c.actual_seconds
        asking = (
            select(took)
            .where(ENTRIES.c.realm == realm, ENTRIES.c.model == model, took.is_not(None))
            .where(ENTRIES.c.state.in_(("ended", "fetched")))
            .order_by(ENTRIES.c.number.desc())
            .limit(20)
        )
        with self.store.reading() as connection:
            seconds = connection.execute(asking).scalars().all()
        return median(seconds) if seconds else None


def jobs_in_flight(connection: Connection, realm: str, account: str, now: float) -> int:
    """Return how many jobs of an account are sent, have not ended, and have a valid lease."""
    out = (ENTRIES.c.state == "ticketed") | (ENTRIES.c.state == "intended") & ENTRIES.c.sent_at.is_not(None)
    asking = select(ENTRIES.c.lease_owner, ENTRIES.c.lease_until)
    rows = connection.execute(asking.where(ENTRIES.c.realm == realm, ENTRIES.c.account == account, out)).all()
    held = held_at(now)
    return sum(held(row.lease_owner, row.lease_until) for row in rows)


_BOOKED = tuple(
    ENTRIES.c[name]
    for name in ("id", "model", "state", "task_id", "sent_at", "ticketed_at", "ended_at", "actual_seconds", "cost_usd",
                 "estimate_usd", "resolution")
)  # fmt: skip


def _booking(row: Any) -> Booking:
    """A job dropped with a task ID continues at the provider and is charged, so it is open until its cost is known."""
    is_unknown = row.state == "intended"
    is_told = row.cost_usd is not None or (row.state in ("ended", "fetched") and row.estimate_usd is not None)
    is_out = row.state in ("ticketed", "ended", "fetched") or (row.state == "dropped" and row.task_id is not None)
    began = row.sent_at or row.ticketed_at
    at = began + row.actual_seconds if row.sent_at and row.actual_seconds else row.ended_at or began
    return Booking(
        row.id,
        row.model,
        at,
        row.usd,
        row.estimate_usd,
        is_open=is_unknown or (is_out and not is_told),
        is_unknown=is_unknown,
        is_adopted=row.resolution == ADOPTED,
    )


def _each(states: Iterable[str] | None) -> list[tuple[ColumnElement[bool], ...]]:
    """Return the condition of each state, or one empty condition if states do not matter."""
    return [()] if states is None else [(ENTRIES.c.state == one,) for one in states]


def _newest(count: int, *conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    """Select the numbers of the newest entries that meet every condition, along an index that ends in the number."""
    newest = select(ENTRIES.c.number).where(*conditions).order_by(ENTRIES.c.number.desc()).limit(count).subquery()
    return select(newest.c.number)


def _projects(realm: str) -> Select[Any]:
    """Select each project by jumping to the next name in the index; DISTINCT would read every row."""

    def next_after(name: Any) -> Any:
        rows = ENTRIES.alias()
        asking = select(func.min(rows.c.project)).where(rows.c.realm == realm, rows.c.project > name)
        return asking.scalar_subquery()

    names = select(next_after("").label("project")).cte("names", recursive=True)
    names = names.union_all(select(next_after(names.c.project)).where(names.c.project.is_not(None)))
    return select(names.c.project).where(names.c.project.is_not(None))


def _holds(word: str) -> ColumnElement[bool]:
    day = _days_of(word)
    if day is not None:
        return ENTRIES.c.created_at.between(*day)
    texts = (ENTRIES.c.prompt, ENTRIES.c.model, ENTRIES.c.project, func.coalesce(ENTRIES.c.task_id, ""))
    # Concatenated, because each `lower` costs a database more than everything else.
    return func.lower(texts[0] + " " + texts[1] + " " + texts[2] + " " + texts[3]).contains(
        word.lower(), autoescape=True
    )


def _days_of(word: str) -> tuple[float, float] | None:
    """Return the first and last moments of a local day or month, in Unix seconds, or None for any other word."""
    try:
        first = datetime.strptime(word, "%Y-%m-%d" if word.count("-") == 2 else "%Y-%m")
    except ValueError:
        return None
    after = first + timedelta(days=1 if word.count("-") == 2 else 31)
    end = after if word.count("-") == 2 else after.replace(day=1)
    return first.timestamp(), end.timestamp() - 1e-6


def _days_since(since: float, now: float) -> CTE:
    """Select each local day from `since` to `now`: its first moment (initially `since`), and the one after its last."""
    first, today = (datetime.fromtimestamp(moment).date() for moment in (since, now))
    days = [first + timedelta(days=number) for number in range((max(today, first) - first).days + 1)]
    later = [datetime.combine(day, time.min).timestamp() for day in days[1:]]
    rows = zip(days, [since, *later], [*later, END_OF_TIME], strict=True)
    asked = [
        select(literal(day.isoformat()).label("day"), literal(begin).label("first"), literal(after).label("after"))
        for day, begin, after in rows
    ]
    # Otherwise PostgreSQL would start parallel workers for it, which takes longer than the query.
    return union_all(*asked).cte("days").prefix_with("MATERIALIZED", dialect="postgresql")
