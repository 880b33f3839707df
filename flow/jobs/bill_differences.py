"""Differences between the provider's bill and the ledger, compared as sums per UTC day and model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal, TypeAlias

from ..ledger import Booking
from ..wire import Charged

ROUNDING_USD = 0.005
PRICE_SHARE = 0.02  # of an estimate; jobs billed by measured seconds cannot be estimated to the cent

Kind: TypeAlias = Literal["unknown here", "not charged", "price moved", ""]


@dataclass(frozen=True)
class Row:
    """One UTC day and model: what was charged, and what the ledger booked.

    `kind` is empty if they agree; otherwise `usd` is the amount in question, negative if less was charged. `entries`
    are the IDs of jobs of unknown outcome that the charge may be for.
    """

    day: str
    model: str
    charged_usd: float
    charged_jobs: int
    booked_usd: float
    booked_jobs: int
    kind: Kind = ""
    usd: float = 0.0
    entries: tuple[str, ...] = ()


def compared(charged: Iterable[Charged], booked: Iterable[Booking], first: str, last: str) -> tuple[Row, ...]:
    """Return a row per day from `first` to `last` (`2026-11-24`) and model with a charge or a booking, oldest first.

    Charges and bookings of adjacent days can settle each other: around midnight, or if the provider counts days in
    another time zone, a job can be charged on the day before or after its booking. Jobs that were purchased elsewhere
    and are known by now, or that are still open, account for charges as well. A booking of the last day may be charged
    late, so it is not a difference yet.
    """
    days = _days(first, last)
    charges, bookings = list(charged), list(booked)
    models = sorted({one.model for one in charges} | {one.model for one in bookings if not one.is_adopted})
    adopted = sorted((one for one in bookings if one.is_adopted), key=lambda one: -one.usd)
    rows: list[Row] = []
    for model in models:
        of_model = [one for one in bookings if one.model == model and not one.is_adopted]
        rows += _rows(model, [one for one in charges if one.model == model], of_model, days, adopted)
    return tuple(sorted(rows, key=lambda row: (row.day, row.model)))


def _rows(
    model: str, charges: Sequence[Charged], bookings: Sequence[Booking], days: Sequence[str], adopted: list[Booking]
) -> list[Row]:
    closed, still_open = [one for one in bookings if not one.is_open], [one for one in bookings if one.is_open]
    plain = [_plain(model, day, charges, closed) for day in days]
    usd = _settled([row.charged_usd for row in plain], [row.booked_usd for row in plain])
    jobs = _settled([row.charged_jobs for row in plain], [row.booked_jobs for row in plain])
    estimated = [_beyond_estimate(day, closed) for day in days]
    found = zip(plain, usd, jobs, estimated, strict=True)
    judged = [_judged(row, amount, count, moved) for row, amount, count, moved in found]
    # The first and last day serve only to settle the adjacent ones.
    within = [row for row in judged[1:-1] if row.charged_jobs or row.booked_jobs or row.charged_usd or row.booked_usd]
    last = days[-2]
    return [_explained(_waiting(row, last), adopted, still_open) for row in within]


def _plain(model: str, day: str, charges: Iterable[Charged], bookings: Iterable[Booking]) -> Row:
    of_day = [one for one in charges if one.day == day]
    booked = [one.usd for one in bookings if day_of(one.at) == day]
    usd, jobs = sum(one.usd for one in of_day), sum(one.jobs for one in of_day)
    return Row(day, model, round(usd, 6), jobs, round(sum(booked), 6), len(booked))


def _settled(charged: Sequence[float], booked: Sequence[float]) -> list[float]:
    """Return what is left of each day's charges (above 0) and bookings (below 0) when adjacent days settle each other.

    Each day is settled by itself first, unless settling in order leaves less, as it does when all days are shifted.
    """
    by_day, in_order = (_left(charged, booked, by_day_first=first) for first in (True, False))
    totals = [sum(map(abs, left)) for left in (by_day, in_order)]
    return by_day if totals[0] <= totals[1] + ROUNDING_USD else in_order


def _left(charged: Sequence[float], booked: Sequence[float], *, by_day_first: bool) -> list[float]:
    charges, bookings = list(charged), list(booked)
    for reach in ((0,), (-1, 1)) if by_day_first else ((-1, 0, 1),):
        for day, shift in ((day, shift) for day in range(len(charges)) for shift in reach):
            if 0 <= day + shift < len(bookings):
                met = min(charges[day], bookings[day + shift])
                charges[day] -= met
                bookings[day + shift] -= met
    return [charge - booking for charge, booking in zip(charges, bookings, strict=True)]


def _beyond_estimate(day: str, bookings: Iterable[Booking]) -> float:
    """Return the USD by which a day's jobs exceeded the estimates made at purchase; 0 if one had no estimate."""
    of_day = [one for one in bookings if day_of(one.at) == day]
    if any(one.estimate_usd is None for one in of_day):
        return 0.0
    estimate = sum(one.estimate_usd or 0.0 for one in of_day)
    more = sum(one.usd for one in of_day) - estimate
    return more if more > max(ROUNDING_USD, PRICE_SHARE * estimate) else 0.0


def _judged(row: Row, usd: float, jobs: float, beyond_estimate: float) -> Row:
    if abs(usd) <= ROUNDING_USD:
        return _with(row, "price moved" if beyond_estimate else "", beyond_estimate)
    if row.charged_jobs and row.booked_jobs and round(jobs) == 0:
        return _with(row, "price moved", usd)
    return _with(row, "unknown here" if usd > 0 else "not charged", usd)


def _waiting(row: Row, last: str) -> Row:
    return _with(row, "", 0.0) if row.day == last and row.kind == "not charged" else row


def _explained(row: Row, adopted: list[Booking], still_open: list[Booking]) -> Row:
    """Return the row without charges that adopted or open jobs explain; each such job accounts for one charge."""
    if row.kind != "unknown here":
        return row
    left = row.usd
    near = [one for one in still_open if abs(_apart(day_of(one.at), row.day)) <= 1]
    for pool, candidates in ((adopted, tuple(adopted)), (still_open, tuple(near))):
        for one in candidates:
            usd = one.estimate_usd if one.is_open else one.usd
            is_of_model = one.model in ("", row.model) and not one.is_unknown
            if is_of_model and usd and usd <= left + ROUNDING_USD:
                left -= usd
                pool.remove(one)
    if left <= ROUNDING_USD:
        return _with(row, "", 0.0)
    return _with(row, "unknown here", left, tuple(one.entry_id for one in near if one.is_unknown))


def _with(row: Row, kind: Kind, usd: float, entries: tuple[str, ...] = ()) -> Row:
    sums = row.charged_usd, row.charged_jobs, row.booked_usd, row.booked_jobs
    return Row(row.day, row.model, *sums, kind, round(usd, 6), entries)


def day_of(moment: float) -> str:
    """Return the UTC day (`2026-11-24`) of a moment in Unix seconds."""
    return datetime.fromtimestamp(moment, timezone.utc).date().isoformat()


def _days(first: str, last: str) -> list[str]:
    """Return every day from `first` to `last`, and one more before and after."""
    start = date.fromisoformat(first) - timedelta(days=1)
    return [(start + timedelta(days=number)).isoformat() for number in range(_apart(last, first) + 3)]


def _apart(later: str, earlier: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
