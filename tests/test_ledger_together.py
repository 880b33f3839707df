"""The ledger under many processes at once, processes that are killed, and clocks that jump."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from apimart.flow.ledger import LONGEST_LEASE_SECONDS, Ledger, new_owner
from apimart.flow.model import Ticket
from databases import own_schema
from ledgers import Clock, Worker, all_at_once, asked, completed, ended, intended, sent, ticketed

pytest_plugins = ["ledger_fixtures"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="twenty processes at once are forked"),
]

LIVES_ELSEWHERE = "another-machine:1:random"


def test_twenty_processes_that_ask_the_same_question_make_one_purchase(place: str, ledger: Ledger) -> None:
    answers = all_at_once(place, [("ask", "a question")] * 20)
    assert len({entry_id for entry_id, _ in answers}) == 1
    assert [made for _, made in answers].count(True) == 1
    assert len(ledger.entries()) == 1


def test_twenty_processes_find_no_ledger_and_make_one(place: str) -> None:
    answers = all_at_once(place, [("ask", "a question")] * 20)
    assert [made for _, made in answers].count(True) == 1
    opened = Ledger.open(place)
    assert len(opened.entries()) == 1
    opened.close()


def test_two_hundred_different_jobs_at_once_are_all_there(place: str, ledger: Ledger) -> None:
    answers = all_at_once(place, [("ask_many", f"process-{number}", "20") for number in range(10)])
    made = [entry_id for answer in answers for entry_id, is_new in answer if is_new]
    assert len(set(made)) == 200
    found = ledger.entries(limit=500)
    assert {one.id for one in found} == set(made)
    assert {one.state for one in found} == {"ticketed"}
    assert len({one.task_id for one in found}) == len({one.idempotency_key for one in found}) == 200


def test_many_threads_of_one_process_share_a_ledger(ledger: Ledger) -> None:
    with ThreadPoolExecutor(40) as threads:
        found = list(threads.map(lambda number: ledger.intend(asked(f"{number % 20}")), range(80)))
    assert sum(made for _, made in found) == len({entry.id for entry, _ in found}) == 20


@pytest.mark.postgres
def test_ledgers_in_two_schemas_of_one_database_do_not_wait_for_each_other() -> None:
    server = os.environ["APIMART_TEST_POSTGRES_URL"]
    with own_schema(server) as one_place, own_schema(server) as other_place:
        one, other = Ledger.open(one_place), Ledger.open(other_place)
        with one.store.writing(alone=True):
            assert other.intend(asked("a question"))[1]
        one.close()
        other.close()


def test_only_one_of_twenty_processes_may_send_a_submit(place: str, ledger: Ledger) -> None:
    entry = intended(ledger)
    answers = all_at_once(place, [("mark_sent", entry.id)] * 20)
    assert (answers.count(True), answers.count(False)) == (1, 19)


def test_a_limit_holds_when_twenty_processes_spend_at_once(place: str, ledger: Ledger) -> None:
    answers = all_at_once(place, [("ask", f"{number}", "5.0") for number in range(20)])
    assert answers.count(["refused"]) == 15
    assert len(ledger.entries()) == 5


@pytest.mark.parametrize("limit", ["purchases_per_run", "usd_per_day"])
def test_a_limit_holds_when_twenty_processes_mark_at_once(place: str, limit: str) -> None:
    ledger = Ledger.open(place)
    entries = [intended(ledger, f"{number}", queue_run="run-1") for number in range(20)]
    ledger.close()
    answers = all_at_once(place, [("mark_sent_within", one.id, limit, "5") for one in entries])
    assert (answers.count(True), answers.count("refused")) == (5, 15)


def test_turns_are_given_out_one_by_one(place: str, ledger: Ledger) -> None:
    entries = [intended(ledger, f"{number}") for number in range(12)]
    answers = all_at_once(place, [("mark_sent_in_turn", one.id, "4") for one in entries])
    assert (answers.count(True), answers.count(None)) == (4, 8)


def test_killed_after_the_intent_the_same_key_is_found(place: str, ledger: Ledger) -> None:
    with Worker(place, ("ask", "a question")) as one:
        entry_id, _ = one.go()
        one.kill()
    again, made = ledger.intend(asked())
    assert (again.id, made, again.unsent) == (entry_id, False, True)


def test_killed_after_the_mark_the_job_is_unknown(place: str, ledger: Ledger) -> None:
    entry = intended(ledger)
    with Worker(place, ("mark_sent", entry.id)) as one:
        assert one.go() is True
        one.kill()
    found = ledger.by_id(entry.id)
    assert found.unknown and found.idempotency_key == entry.idempotency_key
    assert not ledger.mark_sent(entry.id, "me")


def test_killed_in_the_middle_of_a_write_nothing_was_written_and_nobody_waits(place: str, ledger: Ledger) -> None:
    entry = ticketed(ledger)
    with Worker(place, ("half_write", entry.id)) as one:
        assert one.go() == "inside"
        assert ledger.by_id(entry.id) == entry
        one.kill()
    assert ledger.drop(entry.id, "no patience").state == "dropped"


def test_the_lease_of_a_killed_process_is_free_at_once(place: str, ledger: Ledger) -> None:
    entry = intended(ledger)
    with Worker(place, ("lease", entry.id)) as one:
        assert one.go() is True
        # The process leased with the real clock; ours stands still elsewhere.
        watcher = Ledger.open(place)
        assert not watcher.lease(entry.id, new_owner(), 30)
        one.kill()
        assert watcher.lease(entry.id, new_owner(), 30)
        watcher.close()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes are frozen with SIGSTOP")
def test_a_frozen_process_keeps_its_lease_until_it_runs_out(place: str, ledger: Ledger) -> None:
    entry = intended(ledger)
    with Worker(place, ("lease", entry.id)) as one:
        assert one.go() is True
        os.kill(one.process.pid, signal.SIGSTOP)
        until = ledger.by_id(entry.id).lease_until
        assert until is not None
        before, after = (Ledger.open(place, now=partial(float, moment)) for moment in (until - 1, until + 1))
        assert not before.lease(entry.id, "me", 30)
        assert after.lease(entry.id, "me", 30)
        before.close()
        after.close()


def test_a_lease_is_held_by_one_at_a_time(ledger: Ledger, clock: Clock) -> None:
    entry = intended(ledger)
    assert ledger.lease(entry.id, LIVES_ELSEWHERE, 30)
    assert ledger.lease(entry.id, LIVES_ELSEWHERE, 30)
    assert not ledger.lease(entry.id, "me", 30)
    assert not ledger.renew("me", 30) and not ledger.release(entry.id, "me")
    clock.jump(20)
    assert ledger.renew(LIVES_ELSEWHERE, 30)
    clock.jump(20)
    assert not ledger.lease(entry.id, "me", 30)
    assert ledger.release(entry.id, LIVES_ELSEWHERE)
    assert ledger.lease(entry.id, "me", 30)
    clock.jump(31)
    assert ledger.lease(entry.id, LIVES_ELSEWHERE, 30)
    assert not ledger.renew("me", 30)


def test_all_leases_of_an_owner_are_renewed_at_once(ledger: Ledger, clock: Clock) -> None:
    mine, theirs = [intended(ledger, f"mine {number}") for number in range(3)], intended(ledger, "theirs")
    for entry in mine:
        assert ledger.lease(entry.id, LIVES_ELSEWHERE, 30)
    assert ledger.lease(theirs.id, "another-machine:2:random", 30)
    assert ledger.release(mine[2].id, LIVES_ELSEWHERE)
    clock.jump(20)
    assert ledger.renew(LIVES_ELSEWHERE, 10 * LONGEST_LEASE_SECONDS) == 2
    ends = [ledger.by_id(entry.id).lease_until for entry in (*mine, theirs)]
    assert ends == [clock() + LONGEST_LEASE_SECONDS, clock() + LONGEST_LEASE_SECONDS, None, clock() + 10]


def test_jobs_that_a_dead_process_left_are_orphans_oldest_first(place: str, ledger: Ledger, clock: Clock) -> None:
    left, finished = ticketed(ledger, "left"), ended(ledger, "finished")
    with Worker(place, ("lease", left.id)) as one:
        assert one.go() is True
        # The process leased with the real clock; ours stands still elsewhere.
        watcher = Ledger.open(place)
        assert watcher.orphans("live", "key-1", 0.0) == [finished]
        one.kill()
        assert [entry.id for entry in watcher.orphans("live", "key-1", 0.0)] == [left.id, finished.id]
        watcher.close()
    assert [entry.id for entry in ledger.orphans("live", "key-1", clock(), limit=1)] == [left.id]


def test_an_orphan_is_paid_for_unfetched_recent_and_nobodys(ledger: Ledger, clock: Clock) -> None:
    old = ticketed(ledger, "old")
    clock.jump(60)
    since = clock()
    intended(ledger, "intended")
    sent(ledger, "unknown")
    ledger.drop(ticketed(ledger, "given up").id, "no patience")
    fetched = ended(ledger, "fetched")
    ledger.keep(fetched.id, ["/out/a.mp4"])
    empty = ticketed(ledger, "ended without a result")
    ledger.end(empty.id, completed(empty, urls=()))
    ticketed(ledger, "of the sandbox", realm="sandbox")
    ticketed(ledger, "of another key", account="key-2")
    looked_after = ticketed(ledger, "looked after")
    ledger.lease(looked_after.id, LIVES_ELSEWHERE, 30)
    orphan = ticketed(ledger, "orphan")
    assert ledger.orphans("live", "key-1", since) == [orphan]
    clock.jump(31)
    assert [one.id for one in ledger.orphans("live", "key-1", since)] == [looked_after.id, orphan.id]
    assert [one.id for one in ledger.orphans("live", "key-1", 0.0)] == [old.id, looked_after.id, orphan.id]


def test_two_runs_of_one_process_do_not_share_a_lease(ledger: Ledger) -> None:
    entry = intended(ledger)
    assert ledger.lease(entry.id, new_owner(), 30)
    assert not ledger.lease(entry.id, new_owner(), 30)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="start times are read from /proc here")
def test_a_process_number_that_was_given_out_again_holds_no_lease(ledger: Ledger) -> None:
    entry = intended(ledger)
    host, pid, random, started, namespace = new_owner().split(":")
    assert ledger.lease(entry.id, ":".join((host, pid, random, f"{int(started) - 1}", namespace)), 30)
    assert ledger.lease(entry.id, new_owner(), 30)


def test_an_owner_of_another_machine_is_taken_at_its_word(ledger: Ledger) -> None:
    entry = intended(ledger)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    pid = gone.stdout.decode().strip()
    assert ledger.lease(entry.id, f"another-machine:{pid}:random", 30)
    assert not ledger.lease(entry.id, new_owner(), 30)
    other = intended(ledger, "other")
    assert ledger.lease(other.id, f"{socket.gethostname()}:{pid}:random", 30)
    assert ledger.lease(other.id, new_owner(), 30)


@pytest.mark.parametrize("jump", [-400 * 86400, 400 * 86400])
def test_a_clock_that_jumps_buys_nothing_twice(ledger: Ledger, clock: Clock, jump: float) -> None:
    entry = sent(ledger)
    ledger.lease(entry.id, LIVES_ELSEWHERE, 30)
    clock.jump(jump)
    assert not ledger.mark_sent(entry.id, "me")
    assert not ledger.intend(asked())[1]
    assert ledger.by_id(entry.id).unknown
    assert ledger.ticket(entry.id, Ticket("t")).state == "ticketed"
    assert not ledger.intend(asked())[1]


def test_a_clock_set_back_does_not_leave_a_lease_for_ever(ledger: Ledger, clock: Clock) -> None:
    entry = intended(ledger)
    ledger.lease(entry.id, LIVES_ELSEWHERE, 10 * LONGEST_LEASE_SECONDS)
    assert (ledger.by_id(entry.id).lease_until or 0) - clock() == LONGEST_LEASE_SECONDS
    clock.jump(-86400)
    assert ledger.lease(entry.id, "me", 30)


def test_a_clock_set_back_does_not_forget_what_was_spent(ledger: Ledger, clock: Clock) -> None:
    ended(ledger, cost=4.5)
    clock.jump(-3 * 86400)
    assert [one.usd for one in ledger.totals("live", clock())] == [4.5]
