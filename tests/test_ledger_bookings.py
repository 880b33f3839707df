"""What the ledger holds against the provider's bill: every job that was or may have been charged, and when."""

from __future__ import annotations

from apimart.flow.ledger import Booking, Ledger
from apimart.flow.model import Ticket
from ledgers import Clock, completed, ended, failed, intended, sent, ticketed

pytest_plugins = ["ledger_fixtures"]


def bookings(ledger: Ledger, since: float = 0.0) -> list[Booking]:
    return ledger.bookings("live", "key-1", since)


def test_a_finished_job_is_booked_with_its_cost_at_the_moment_it_completed(ledger: Ledger, clock: Clock) -> None:
    began = clock()
    entry = ticketed(ledger, model="sora-2", estimate_usd=1.0)
    clock.jump(9 * 3600)  # nobody looked for hours
    ledger.end(entry.id, completed(entry, cost_usd=0.75, actual_seconds=60.0))
    assert bookings(ledger) == [Booking(entry.id, "sora-2", began + 60, 0.75, 1.0)]


def test_an_estimate_stands_for_a_cost_that_was_not_told(ledger: Ledger) -> None:
    ended(ledger, cost=None, estimate_usd=0.5)
    [found] = bookings(ledger)
    assert (found.usd, found.is_open) == (0.5, False)


def test_what_was_not_charged_is_no_booking(ledger: Ledger) -> None:
    intended(ledger, "not sent")
    broken = ticketed(ledger, "failed")
    ledger.end(broken.id, failed(broken))
    unsold = sent(ledger, "declared not bought")
    ledger.mark_not_purchased(unsold.id)
    assert bookings(ledger) == []


def test_a_job_whose_charge_is_not_known_is_open(ledger: Ledger) -> None:
    unknown, running = sent(ledger, "unknown"), ticketed(ledger, "running")
    given_up = ticketed(ledger, "given up")
    ledger.drop(given_up.id, "nobody wants it")
    found = {one.entry_id: one for one in bookings(ledger)}
    assert {one.entry_id for one in found.values() if one.is_open} == {unknown.id, running.id, given_up.id}
    assert [one.entry_id for one in found.values() if one.is_unknown] == [unknown.id]


def test_a_job_whose_price_nobody_told_is_open_too(ledger: Ledger) -> None:
    entry = ended(ledger, cost=None, estimate_usd=None)
    assert [(one.entry_id, one.is_open) for one in bookings(ledger)] == [(entry.id, True)]


def test_a_failed_job_that_was_charged_is_booked(ledger: Ledger) -> None:
    broken = ticketed(ledger, "failed")
    ledger.end(broken.id, failed(broken, cost_usd=0.2))
    assert [one.usd for one in bookings(ledger)] == [0.2]


def test_a_job_that_was_bought_elsewhere_is_known_and_not_ours(ledger: Ledger) -> None:
    entry = ledger.adopt("live", "task_elsewhere", account="key-1")
    ledger.end(entry.id, completed(entry, cost_usd=0.3))
    assert [(one.usd, one.is_adopted) for one in bookings(ledger)] == [(0.3, True)]


def test_other_accounts_realms_and_earlier_days_are_left_out(ledger: Ledger, clock: Clock) -> None:
    ended(ledger, "sandbox", realm="sandbox")
    ended(ledger, "another key", account="key-2")
    ended(ledger, "long ago")
    clock.jump(86400)
    mine = ended(ledger, "mine")
    assert [one.entry_id for one in bookings(ledger, clock() - 60)] == [mine.id]


def test_an_earlier_answer_to_a_question_stays_booked(ledger: Ledger) -> None:
    first = ticketed(ledger, "asked twice")
    ledger.end(first.id, failed(first, cost_usd=0.1))
    again = intended(ledger, "asked twice")
    assert ledger.mark_sent(again.id, "me")
    ledger.ticket(again.id, Ticket("task-2", "req-2"))
    assert {one.entry_id for one in bookings(ledger)} == {first.id, again.id}


def test_the_first_purchase_says_since_when_there_is_a_ledger(ledger: Ledger, clock: Clock) -> None:
    assert ledger.first_sent_at("live", "key-1") is None
    sent(ledger, "another key", account="key-2")
    clock.jump(100)
    sent(ledger, "mine")
    assert ledger.first_sent_at("live", "key-1") == clock()
