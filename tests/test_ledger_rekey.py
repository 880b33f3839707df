"""What was bought under the first version of a fingerprint is found under the one that the question has now."""

from __future__ import annotations

import os

import pytest
from apimart.flow.ledger import Ledger
from ledgers import all_at_once, ended, failed, intended, ticketed

pytest_plugins = ["ledger_fixtures"]


def test_an_entry_of_the_earlier_fingerprint_is_found_under_the_present_one(ledger: Ledger) -> None:
    bought = ended(ledger, "earlier")
    ledger.rekey("live", "earlier", "present")
    found = ledger.find("live", "present")
    assert found is not None and found.id == bought.id
    assert ledger.find("live", "earlier") is None


def test_a_second_time_changes_nothing(ledger: Ledger) -> None:
    ended(ledger, "earlier")
    ledger.rekey("live", "earlier", "present")
    found = ledger.find("live", "present")
    ledger.rekey("live", "earlier", "present")
    assert ledger.find("live", "present") == found


def test_of_two_settings_that_were_sold_twice_the_first_asked_for_answers(ledger: Ledger) -> None:
    one, other = ended(ledger, "one setting"), ended(ledger, "another setting")
    ledger.rekey("live", "one setting", "present")
    ledger.rekey("live", "another setting", "present")
    found = ledger.find("live", "present")
    assert found is not None and found.id == one.id
    assert ledger.by_id(other.id).current


def test_a_failed_job_gives_way_to_what_was_bought_earlier(ledger: Ledger) -> None:
    bought = ended(ledger, "earlier")
    entry = ticketed(ledger, "present")
    ledger.end(entry.id, failed(entry))
    ledger.rekey("live", "earlier", "present")
    found = ledger.find("live", "present")
    assert found is not None and found.id == bought.id
    assert not ledger.by_id(entry.id).current


def test_what_goes_on_does_not_give_way(ledger: Ledger) -> None:
    ended(ledger, "earlier")
    entry = intended(ledger, "present")
    ledger.rekey("live", "earlier", "present")
    assert ledger.find("live", "present") == entry


def test_realms_keep_to_themselves(ledger: Ledger) -> None:
    ended(ledger, "earlier", realm="sandbox")
    ledger.rekey("live", "earlier", "present")
    assert ledger.find("live", "present") is None


def test_a_question_that_nobody_asked_is_nobodys(ledger: Ledger) -> None:
    ledger.rekey("live", "earlier", "present")
    assert not ledger.entries()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="twenty processes at once are forked")
def test_twenty_processes_that_come_with_the_new_version_find_the_one_entry(place: str, ledger: Ledger) -> None:
    bought = ended(ledger, "earlier")
    answers = all_at_once(place, [("rekey", "earlier", "present")] * 20)
    assert answers == [[bought.id, False]] * 20
    assert len(ledger.entries()) == 1
