"""Read access to the ledger: entries, lists, sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.engine import Connection

from .entry import ADOPTED, Entry
from .leases import held_at
from .limits import charged_usd, midnight, spent_usd
from .rows import current_entry, entry_of_task, load, one_entry
from .schema import ENTRIES
from .store import Store
from .users import queued_by


@dataclass(frozen=True)
class Spent:
    """Dollars of one day (local, `2026-11-21`) on one model."""

    day: str
    model: str
    usd: float
    jobs: int


@dataclass(frozen=True)
class ProjectSpent:
    """Dollars spent for a project; `last_at` is when its last purchase was sent (Unix seconds)."""

    project: str
    usd: float
    jobs: int
    last_at: float


@dataclass(frozen=True)
class Booking:
    """A job of an account as it is held against the provider's bill: `usd` at Unix time `at`, when it completed.

    An open one may have been charged, and the ledger does not know what; `is_unknown` where not even whether it was
    bought. What was bought elsewhere (`is_adopted`) is known, and its day is not.
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
    """Read-only queries of a ledger."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def now(self) -> Callable[[], float]:
        """The clock, in Unix seconds."""
        return self.store.now

    def find(self, realm: str, fingerprint: str) -> Entry | None:
        """The current entry of a question, whatever became of it; None when it was never asked."""
        with self.store.reading() as connection:
            return current_entry(connection, realm, fingerprint)

    def by_id(self, entry_id: str) -> Entry:
        """The entry of that id. Raises `Contradiction` when there is none."""
        with self.store.reading() as connection:
            return one_entry(connection, entry_id)

    def by_task(self, realm: str, task_id: str) -> Entry | None:
        """The entry of a provider's job, the current one before history; None for one that no entry knows."""
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
        """Entries newest first, history included; of one realm, state, project and user only, where they are given.

        Each of `words` has to be in the prompt, the model, the project or the task id, or be the day (2026-11-26) or
        the month on which the job was made.
        """
        asking = select(ENTRIES).order_by(ENTRIES.c.number.desc()).limit(limit).offset(offset)
        if realm is not None:
            asking = asking.where(ENTRIES.c.realm == realm)
        if states is not None:
            asking = asking.where(ENTRIES.c.state.in_(tuple(states)))
        if project is not None:
            asking = asking.where(ENTRIES.c.project == project)
        for word in words.split():
            asking = asking.where(_holds(word))
        if user is not None:
            asking = asking.where(queued_by(user))
        with self.store.reading() as connection:
            return load(connection, asking)

    def counts(self, realm: str, user: str | None = None) -> dict[str, int]:
        """How many entries are in each state, history included; unknown ones count as `unknown`, not as intended."""
        unknown = (ENTRIES.c.state == "intended") & ENTRIES.c.sent_at.is_not(None)
        state = case((unknown, "unknown"), else_=ENTRIES.c.state)
        asking = select(state, func.count()).where(ENTRIES.c.realm == realm).group_by(state)
        if user is not None:
            asking = asking.where(queued_by(user))
        with self.store.reading() as connection:
            return {name: int(count) for name, count in connection.execute(asking).all()}

    def spent_today(self, realm: str) -> float:
        """Dollars sent out since local midnight, as the limit per day counts them."""
        with self.store.reading() as connection:
            return spent_usd(connection, realm, midnight(self.now()))

    def in_flight(self, realm: str, account: str) -> int:
        """How many jobs of an account are sent and not ended, and have a lease that counts."""
        with self.store.reading() as connection:
            return jobs_in_flight(connection, realm, account, self.now())

    def under_way_usd(self, realm: str, account: str) -> float:
        """The estimates of an account's jobs that are sent and not ended."""
        out = (ENTRIES.c.state == "ticketed") | (ENTRIES.c.state == "intended") & ENTRIES.c.sent_at.is_not(None)
        asking = select(func.coalesce(func.sum(charged_usd()), 0.0))
        with self.store.reading() as connection:
            mine = asking.where(ENTRIES.c.realm == realm, ENTRIES.c.account == account, out)
            return float(connection.execute(mine).scalar_one())

    def orphans(self, realm: str, account: str, ticketed_since: float, limit: int = 200) -> list[Entry]:
        """Jobs of an account that are purchased and not fetched, and that nobody looks after, oldest first.

        Current entries, ticketed or ended with a result, that got their task id at Unix time `ticketed_since` or
        later, and whose lease ended or was of a process of this machine that is gone.
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

    def totals(self, realm: str, since: float, user: str | None = None) -> list[Spent]:
        """What was spent per day and model, from Unix time `since` on; estimates stand in for unknown costs."""
        asking = select(ENTRIES.c.sent_at, ENTRIES.c.model, charged_usd().label("usd")).where(
            ENTRIES.c.realm == realm, ENTRIES.c.sent_at >= since
        )
        if user is not None:
            asking = asking.where(queued_by(user))
        with self.store.reading() as connection:
            rows = connection.execute(asking).all()
        sums: dict[tuple[str, str], list[float]] = {}
        for row in rows:
            sums.setdefault((_day(row.sent_at), row.model), []).append(row.usd)
        return [Spent(day, model, sum(each), len(each)) for (day, model), each in sorted(sums.items())]

    def bookings(self, realm: str, account: str, since: float) -> list[Booking]:
        """The jobs of an account that were or may have been charged, sent (or adopted) at Unix time `since` or later.

        Estimates stand in for costs that were not told.
        """
        began = func.coalesce(ENTRIES.c.sent_at, ENTRIES.c.ticketed_at)
        mine = ENTRIES.c.realm == realm, ENTRIES.c.account == account, began >= since
        asking = select(*_BOOKED, charged_usd().label("usd")).where(*mine).order_by(ENTRIES.c.number)
        with self.store.reading() as connection:
            rows = connection.execute(asking).all()
        found = (_booking(row) for row in rows)
        return [one for one in found if one.usd or one.is_open]

    def first_sent_at(self, realm: str, account: str) -> float | None:
        """When the first job of an account was sent, in Unix seconds; None when none was."""
        mine = ENTRIES.c.realm == realm, ENTRIES.c.account == account
        with self.store.reading() as connection:
            first: float | None = connection.execute(select(func.min(ENTRIES.c.sent_at)).where(*mine)).scalar_one()
        return first

    def projects(self, realm: str, user: str | None = None) -> list[ProjectSpent]:
        """What was spent for each project ("" is without one), the latest first; estimates stand for unknown costs.

        Of what one user queued only, where one is given.
        """
        usd, last = func.sum(charged_usd()), func.max(ENTRIES.c.sent_at)
        asking = (
            select(ENTRIES.c.project, usd, func.count(), last)
            .where(ENTRIES.c.realm == realm, ENTRIES.c.sent_at.is_not(None))
            .group_by(ENTRIES.c.project)
            .order_by(last.desc())
        )
        asking = asking if user is None else asking.where(queued_by(user))
        with self.store.reading() as connection:
            return [ProjectSpent(*row) for row in connection.execute(asking).all()]

    def purchases(
        self, realm: str, project: str | None = None, user: str | None = None, *, page: int = 500
    ) -> Iterator[Entry]:
        """What was sent, oldest first; of one project and user only, where they are given."""
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
        """The median of what the last 20 finished jobs of a model took at the provider; None when none ended yet."""
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
    """Jobs that are sent and not ended, and whose lease counts."""
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
    """What was given up with a task id goes on at the provider, and is charged."""
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


def _holds(word: str) -> ColumnElement[bool]:
    day = _days_of(word)
    if day is not None:
        return ENTRIES.c.created_at.between(*day)
    texts = ENTRIES.c.prompt, ENTRIES.c.model, ENTRIES.c.project, ENTRIES.c.task_id
    return or_(*(func.lower(text).contains(word.lower(), autoescape=True) for text in texts))


def _days_of(word: str) -> tuple[float, float] | None:
    """The first and the last moment of a day or a month, in Unix seconds; None for a word that names none."""
    try:
        first = datetime.strptime(word, "%Y-%m-%d" if word.count("-") == 2 else "%Y-%m")
    except ValueError:
        return None
    after = first + timedelta(days=1 if word.count("-") == 2 else 31)
    end = after if word.count("-") == 2 else after.replace(day=1)
    return first.timestamp(), end.timestamp() - 1e-6


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment).date().isoformat()
