"""Spending limits, checked in the transaction that records an intent or marks an entry as sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Case, ColumnElement, and_, case, func, or_, select
from sqlalchemy.engine import Connection

from ..errors import Refused
from ..settings import Limits
from .entry import OVER
from .leases import held_at
from .schema import ENTRIES

# Grace period between an intent and its lease; after it, an unsent intent without a lease is abandoned.
_FRESH_SECONDS = 120.0
_ROUNDING_USD = 1e-6
NO_LIMITS = Limits()


@dataclass(frozen=True)
class Planned:
    """A purchase to check; `entry_id` is set if it already has a row, so that it is not counted twice."""

    realm: str
    estimate_usd: float | None
    queue_run: str | None
    project: str = ""
    entry_id: str = ""


def enforce(
    connection: Connection, limits: Limits, planned: Planned, *, since: float, now: float, counts_intents: bool
) -> None:
    """Raise `Refused`, stating the sums, if `planned` would exceed a limit; the day begins at Unix time `since`.

    With `counts_intents`, jobs about to be sent count as sent, so that a purchase is refused before its upload.
    Without it, only sent jobs count, so that intents do not keep each other from being sent.
    """
    if limits.usd_per_job is not None or limits.usd_per_day is not None:
        promised = _promised(connection, planned, now) if counts_intents else 0.0
        _within_dollars(limits, planned, _spent(connection, planned, since), promised)
    if limits.usd_per_project is not None and planned.project:
        promised = _promised(connection, planned, now, planned.project) if counts_intents else 0.0
        _within_project(limits.usd_per_project, planned, _spent(connection, planned, 0.0, planned.project) + promised)
    if limits.purchases_per_run is not None:
        _within_run(limits.purchases_per_run, _made_in_run(connection, planned, counts_intents))


def _within_dollars(limits: Limits, planned: Planned, spent: float, promised: float) -> None:
    job = _known(planned)
    if limits.usd_per_job is not None and job > limits.usd_per_job + _ROUNDING_USD:
        raise _refusal(f"{usd(job)} USD for this job would exceed your limit of {usd(limits.usd_per_job)} USD per job.")
    if limits.usd_per_day is not None and spent + promised + job > limits.usd_per_day + _ROUNDING_USD:
        under_way = f" + {usd(promised)} for jobs about to be sent" if promised else ""
        raise _refusal(
            f"{usd(spent)} USD spent today{under_way} + {usd(job)} for this job would exceed your limit "
            f"of {usd(limits.usd_per_day)} USD per day."
        )


def _within_project(most: float, planned: Planned, spent: float) -> None:
    job = _known(planned)
    if spent + job > most + _ROUNDING_USD:
        raise _refusal(
            f"{usd(spent)} USD spent on the project {planned.project!r} + {usd(job)} for this job would exceed your "
            f"limit of {usd(most)} USD per project."
        )


def _known(planned: Planned) -> float:
    if planned.estimate_usd is None:
        raise _refusal("The price of this job is not known, so it cannot be checked against your spending limits.")
    return planned.estimate_usd


def _within_run(most: int, made: int) -> None:
    if made >= most:
        raise _refusal(f"This queue run made {made} new purchases; one more would exceed your limit of {most} per run.")


def _made_in_run(connection: Connection, planned: Planned, counts_intents: bool) -> int:
    """Return how many other purchases the run made; without a run, each purchase is a run of its own."""
    if planned.queue_run is None:
        return 0
    purchased = or_(ENTRIES.c.state != "dropped", ENTRIES.c.task_id.is_not(None))
    counted = purchased if counts_intents else and_(purchased, ENTRIES.c.sent_at.is_not(None))
    same_run = and_(ENTRIES.c.realm == planned.realm, ENTRIES.c.queue_run == planned.queue_run)
    counting = select(func.count()).where(same_run, counted, ENTRIES.c.id != planned.entry_id)
    return int(connection.execute(counting).scalar_one())


def _spent(connection: Connection, planned: Planned, since: float, project: str | None = None) -> float:
    others = ENTRIES.c.id != planned.entry_id
    mine = others if project is None else and_(others, ENTRIES.c.project == project)
    return spent_usd(connection, planned.realm, since, mine)


def spent_usd(connection: Connection, realm: str, since: float, *only: ColumnElement[bool]) -> float:
    """Return the USD of jobs sent since Unix time `since`: their costs, or estimates while a cost is unknown."""
    sent = and_(ENTRIES.c.realm == realm, ENTRIES.c.sent_at >= since, *only)
    return float(connection.execute(select(func.coalesce(func.sum(charged_usd()), 0.0)).where(sent)).scalar_one())


def midnight(now: float) -> float:
    """Return the start of the local day of `now`, in Unix seconds."""
    return datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _promised(connection: Connection, planned: Planned, now: float, project: str | None = None) -> float:
    """Return the USD of other intents that are about to be sent."""
    columns = ENTRIES.c.estimate_usd, ENTRIES.c.asked_at, ENTRIES.c.lease_owner, ENTRIES.c.lease_until
    unsent = and_(ENTRIES.c.state == "intended", ENTRIES.c.sent_at.is_(None), ENTRIES.c.superseded_at.is_(None))
    asking = select(*columns).where(ENTRIES.c.realm == planned.realm, unsent, ENTRIES.c.id != planned.entry_id)
    asking = asking if project is None else asking.where(ENTRIES.c.project == project)
    held = held_at(now)
    return sum(
        row.estimate_usd or 0.0
        for row in connection.execute(asking)
        if abs(now - row.asked_at) < _FRESH_SECONDS or held(row.lease_owner, row.lease_until)
    )


def charged_usd() -> Case[Any]:
    """Return SQL for an entry's USD: its cost, or its estimate while unknown; without a result only a known cost."""
    real, estimate = ENTRIES.c.cost_usd, ENTRIES.c.estimate_usd
    return case((ENTRIES.c.state.in_(OVER), func.coalesce(real, 0.0)), else_=func.coalesce(real, estimate, 0.0))


def usd(amount: float) -> str:
    """Format an amount with two to four decimals, without trailing zeros after the second."""
    whole, _, rest = f"{amount:.4f}".partition(".")
    return f"{whole}.{rest[:2]}{rest[2:].rstrip('0')}"


def _refusal(what: str) -> Refused:
    return Refused(
        what, next_step="Raise the limit in the settings to run this job. Jobs that are already paid are not affected."
    )
