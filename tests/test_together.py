"""Many processes, many jobs: one question is one purchase, different questions do not get in each other's way."""

from __future__ import annotations

import os

import pytest
from apimart.flow.jobs import Outcome
from journeys import Person, asked
from test_killed import Machine

pytest_plugins = ["journey_fixtures"]
pytestmark = pytest.mark.slow

SORA = "APIMartSora2"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="twenty processes at once are forked")
def test_twenty_processes_with_one_question_make_one_purchase_and_twenty_results(
    forks, tmp_path, seller, ledger_address
):
    machine = Machine(forks, tmp_path, seller, SORA, "", ledger_address)
    results = [machine.ended(run) for run in [machine.start() for _ in range(20)]]
    assert seller.sold == 1
    assert {tuple(one["files"]) for one in results} == {tuple(results[0]["files"])}
    assert results[0]["files"]


def test_two_hundred_different_jobs_all_end_and_none_is_doubled(person, seller, monkeypatch, ledger_address):
    monkeypatch.setenv("APIMART_JOBS_AT_ONCE", "50")
    person.ledger_url = ledger_address
    results = person.queue(*((SORA, {"prompt": f"waterfall {number}"}) for number in range(200)))
    assert [one for one in results if not isinstance(one, Outcome)] == []
    assert seller.sold == 200
    assert len({one.files.paths for one in results}) == 200


@pytest.mark.parametrize("do", ["429", "503_idempotency_unavailable"])
def test_a_storm_slows_all_jobs_down_and_loses_none(person, seller, do):
    seller.behave("submit", do, times=12, retry_after=0.2)
    seller.behave("poll", "500", times=12)
    results = person.queue(*((SORA, {"prompt": f"storm {number}"}) for number in range(8)))
    assert [one for one in results if not isinstance(one, Outcome)] == []
    assert seller.sold == 8


def test_on_a_farm_a_worker_brings_what_another_bought(tmp_path, seller, ledger_address, monkeypatch):
    if not ledger_address:
        pytest.skip("a farm shares a PostgreSQL ledger")
    one, other = (Person(tmp_path / name, tmp_path / name / "out", ledger_url=ledger_address) for name in ("a", "b"))
    clip = one.buy(SORA, **asked(SORA)).files.paths[0].read_bytes()
    (tmp_path / "a").rename(tmp_path / "on another machine")
    brought = other.buy(SORA, **asked(SORA)).files.paths[0]
    assert seller.sold == 1
    assert brought.is_relative_to(tmp_path / "b")
    assert brought.read_bytes() == clip


def test_a_result_store_keeps_a_clip_that_every_worker_finds_after_its_link_died(
    tmp_path, seller, ledger_address, monkeypatch
):
    if not ledger_address:
        pytest.skip("a farm shares a PostgreSQL ledger")
    monkeypatch.setenv("APIMART_RESULT_STORE", f"file://{tmp_path / 'shared'}")
    one, other = (Person(tmp_path / name, tmp_path / name / "out", ledger_url=ledger_address) for name in ("a", "b"))
    clip = one.buy(SORA, **asked(SORA)).files.paths[0].read_bytes()
    (tmp_path / "a").rename(tmp_path / "on another machine")
    seller.behave("download", "expired", times=-1)
    other.seconds_later = 3 * 86400
    assert other.buy(SORA, **asked(SORA)).files.paths[0].read_bytes() == clip
    assert seller.sold == 1
