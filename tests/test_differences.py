"""What counts as a difference between the provider's bill and the ledger, and what only looks like one."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from apimart.flow.jobs.bill_differences import Row, compared, day_of
from apimart.flow.ledger import Booking
from apimart.flow.wire import Charged

DAY = 86400.0
NOON = 1_790_000_000 // DAY * DAY + DAY / 2
DAYS = [day_of(NOON + number * DAY) for number in range(4)]
numbers = count()


def booked(usd: float, day: int = 0, hour: float = 0.0, **more: Any) -> Booking:
    facts = {"model": "sora-2", "estimate_usd": usd, **more}
    return Booking(f"entry {next(numbers)}", at=NOON + day * DAY + hour * 3600, usd=usd, **facts)


def charged(usd: float, day: int = 0, jobs: int = 1, model: str = "sora-2") -> Charged:
    return Charged(DAYS[day], model, usd, jobs)


def rows(charges: list[Charged], bookings: list[Booking]) -> tuple[Row, ...]:
    return compared(charges, bookings, DAYS[0], DAYS[3])


def differences(charges: list[Charged], bookings: list[Booking]) -> list[tuple[int, str, float]]:
    """(day, kind, usd) of every row that differs."""
    return [(DAYS.index(one.day), one.kind, one.usd) for one in rows(charges, bookings) if one.kind]


def test_equal_sums_agree() -> None:
    [row] = rows([charged(0.64, jobs=2)], [booked(0.32), booked(0.32)])
    assert row == Row(DAYS[0], "sora-2", 0.64, 2, 0.64, 2)


def test_a_charge_that_no_ledger_knows_is_found() -> None:
    assert differences([charged(0.32), charged(0.41, 2)], [booked(0.32)]) == [(2, "unknown here", 0.41)]
    assert differences([charged(0.73, jobs=2)], [booked(0.32)]) == [(0, "unknown here", 0.41)]
    assert differences([charged(0.32), charged(0.14, model="veo3.1-fast")], [booked(0.32)]) == [
        (0, "unknown here", 0.14)
    ]


def test_a_booking_that_was_not_charged_is_found() -> None:
    assert differences([charged(0.32)], [booked(0.32), booked(0.41, 2)]) == [(2, "not charged", -0.41)]


def test_a_booking_of_the_last_day_may_be_charged_late() -> None:
    assert differences([charged(0.32)], [booked(0.32), booked(0.41, 3)]) == []


def test_another_sum_for_as_many_jobs_is_a_price_that_moved() -> None:
    assert differences([charged(0.8, jobs=2)], [booked(0.32), booked(0.32)]) == [(0, "price moved", 0.16)]
    assert differences([charged(0.25)], [booked(0.32)]) == [(0, "price moved", -0.07)]


def test_a_cost_above_the_estimate_is_a_price_that_moved() -> None:
    assert differences([charged(0.4)], [booked(0.4, estimate_usd=0.32)]) == [(0, "price moved", 0.08)]


@pytest.mark.parametrize("estimate", [None, 0.5, 0.399])
def test_a_cost_without_or_below_its_estimate_or_near_it_is_none(estimate: float | None) -> None:
    assert differences([charged(0.4)], [booked(0.4, estimate_usd=estimate)]) == []


def test_a_job_charged_on_the_day_beside_is_no_difference() -> None:
    assert differences([charged(0.32, 1)], [booked(0.32, 0, hour=11.9)]) == []
    assert differences([charged(0.32, 0)], [booked(0.32, 1, hour=-11.9)]) == []
    assert differences([charged(0.32, 0)], [booked(0.32, -1, hour=11.9)]) == []
    assert differences([charged(0.32, 3)], [booked(0.32, 4, hour=-11.9)]) == []
    assert differences([charged(0.32, 3)], [booked(0.32, 1)]) == [(1, "not charged", -0.32), (3, "unknown here", 0.32)]


def test_days_of_another_time_zone_agree_all_the_same() -> None:
    """A job at 20:00 UTC each day is one of the next day in Shanghai."""
    evenings = [booked(0.1 * (day + 1), day, hour=8.0) for day in range(3)]
    assert differences([charged(0.1 * (day + 1), day + 1) for day in range(3)], evenings) == []


def test_a_charge_for_a_job_that_was_collected_by_its_id_is_known() -> None:
    elsewhere = booked(0.41, 9, model="", is_adopted=True)
    assert differences([charged(0.41, 1)], [elsewhere]) == []
    assert differences([charged(0.41, 1), charged(0.41, 2)], [elsewhere]) == [(2, "unknown here", 0.41)]
    assert differences([], [elsewhere]) == []


def test_a_charge_for_a_job_under_way_is_known() -> None:
    under_way = booked(0.0, 1, estimate_usd=0.41, is_open=True)
    assert differences([charged(0.41, 1)], [under_way]) == []
    assert differences([], [under_way]) == []


def test_a_job_of_unknown_outcome_is_named_beside_a_charge_that_it_may_be() -> None:
    unknown = booked(0.41, 1, is_open=True, is_unknown=True)
    [row] = [one for one in rows([charged(0.41, 1)], [unknown]) if one.kind]
    assert (row.kind, row.usd, row.entries) == ("unknown here", 0.41, (unknown.entry_id,))


def test_fractions_of_a_cent_are_no_difference() -> None:
    assert differences([charged(0.3204)], [booked(0.32)]) == []
