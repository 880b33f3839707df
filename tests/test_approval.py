"""Above an amount that a person sets, the jobs of a queue run wait together for a yes before money moves."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from apimart.flow.errors import Refused
from apimart.flow.ledger import APPROVED, DECLINED
from apimart.flow.settings import Limits
from face import face_of
from journeys import until
from ledgers import intended, sent
from test_jobs_command import jobs

pytest_plugins = ["journey_fixtures", "ledger_fixtures"]

SORA = "APIMartSora2"
THREE = [(SORA, {"prompt": prompt}) for prompt in ("one", "two", "three")]


@pytest.fixture
def face(person):
    with face_of(person) as opened:
        yield opened


@pytest.fixture
def asks(monkeypatch):
    monkeypatch.setenv("APIMART_ASK_ABOVE_USD", "0.5")


@contextmanager
def queued(person, *asked, **more):
    """The nodes of one run, under way; their results, once they ended."""
    results = []
    thread = threading.Thread(target=lambda: results.extend(person.queue(*asked, **more)))
    thread.start()
    yield results
    thread.join(60)
    assert not thread.is_alive()


def waiting(face):
    found = []

    def is_asked():
        found[:] = face.get("approvals").json["approvals"]
        return found

    until(is_asked)
    return found


def test_all_jobs_of_a_run_are_one_question_and_an_approval_buys_them(person, seller, face, asks):
    with queued(person, *THREE) as results:
        [question] = waiting(face)
        assert seller.sold == 0
        assert (len(question["jobs"]), question["usd"], question["at_least"]) == (3, 0.96, False)
        assert (question["ask_above_usd"], question["run_usd"], question["decision"]) == (0.5, 0, "")
        answer = face.post(f"approvals/{question['id']}", {"approve": True})
        assert (answer.status, answer.json["approval"]["decision"]) == (200, "approved")
    assert [one.entry.state for one in results] == ["fetched"] * 3
    assert seller.sold == 3
    assert face.ledger.approvals.by_id(question["id"]).decided_by == "page"


def test_what_stays_below_the_amount_is_bought_without_a_question(person, seller, asks):
    assert person.buy(SORA, prompt="cheap").entry.approval == ""
    assert seller.sold == 1


def test_a_decline_spends_nothing_and_the_next_run_asks_again(person, seller, face, asks):
    for _ in range(2):
        with queued(person, *THREE) as results:
            [question] = waiting(face)
            face.post(f"approvals/{question['id']}", {"approve": False})
        assert all("declined" in str(one) and "Nothing was submitted" in str(one) for one in results)
    assert seller.sold == 0


def test_the_first_answer_counts_and_the_other_page_is_told(person, seller, face, asks):
    with queued(person, *THREE):
        [question] = waiting(face)
        answers = [face.post(f"approvals/{question['id']}", {"approve": yes}) for yes in (False, True)]
    assert [one.status for one in answers] == [200, 409]
    assert answers[1].json["error"] == "It was already declined."
    assert seller.sold == 0


def test_the_command_line_answers_too(person, seller, face, asks):
    with queued(person, *THREE) as results:
        waiting(face)
        assert "waits for your approval" in jobs(person.home).stdout
        said = jobs(person.home, "approve")
        assert (said.returncode, "approved: 0.96 USD for 3 job(s)" in said.stdout) == (0, True)
    assert (len(results), seller.sold) == (3, 3)
    said = jobs(person.home, "decline")
    assert (said.returncode, said.stderr.strip()) == (1, "No job waits for your approval.")


def test_an_answer_that_nobody_gives_is_a_no(person, seller, asks, monkeypatch):
    monkeypatch.setenv("APIMART_WAIT_SECONDS", "1")
    results = person.queue(*THREE)
    assert all(isinstance(one, Refused) and "was not approved" in str(one) for one in results)
    assert seller.sold == 0
    with person.ledger() as ledger:
        assert {one.state for one in ledger.entries()} == {"dropped"}


def test_a_question_that_nobody_waits_for_is_withdrawn(person, seller, face, asks):
    is_seen = threading.Event()
    with queued(person, *THREE, stops=is_seen.is_set):
        [question] = waiting(face)
        is_seen.set()
    assert face.ledger.approvals.by_id(question["id"]).decision in ("withdrawn", "")
    assert face.get("approvals").json["approvals"] == []
    assert seller.sold == 0


def test_what_the_run_spent_before_counts(ledger):
    sent(ledger, "one", queue_run="run-1", estimate_usd=0.4)
    later = intended(ledger, "two", queue_run="run-1", estimate_usd=0.2)
    asked = ledger.approvals.ask([later], "run-1", 0.5, 60)
    assert asked is not None and (asked.run_usd, asked.usd) == (0.4, 0.2)
    other = intended(ledger, "three", queue_run="run-2", estimate_usd=0.2)
    assert ledger.approvals.ask([other], "run-2", 0.5, 60) is None


def test_a_price_that_nobody_knows_is_always_asked_for(ledger):
    entry = intended(ledger, "one", queue_run="run-1", estimate_usd=None)
    asked = ledger.approvals.ask([entry], "run-1", 100.0, 60)
    assert asked is not None and asked.is_at_least


def test_money_is_spent_only_with_an_approval_of_that_run(ledger):
    limits = Limits(ask_above_usd=0.5)
    entry = intended(ledger, "one", queue_run="run-1")
    with pytest.raises(Refused, match="not approved"):
        ledger.mark_sent(entry.id, "me", limits=limits)
    asked = ledger.approvals.ask([entry], "run-1", 0.5, 60)
    assert asked is not None
    assert ledger.approvals.decide(asked.id, APPROVED, "page")[1]
    assert not ledger.approvals.decide(asked.id, DECLINED, "another page")[1]
    with pytest.raises(Refused, match="not approved"):
        ledger.mark_sent(entry.id, "me", limits=limits, queue_run="run-2")
    assert ledger.mark_sent(entry.id, "me", limits=limits)


def test_a_question_that_is_not_there_is_not_found(face):
    assert face.post("approvals/" + "0" * 32, {"approve": True}).status == 404
    assert face.post("approvals/" + "0" * 32, {"approve": "yes"}).status == 400


def test_what_has_to_remain_on_the_account_remains(person, seller, monkeypatch):
    monkeypatch.setenv("APIMART_KEEP_USD", "2")
    seller.control(balance=2.5)
    person.buy(SORA, prompt="one")
    with pytest.raises(Refused, match=r"less than the minimum balance of 2.00 USD would remain"):
        person.buy(SORA, prompt="two")
    assert seller.sold == 1
