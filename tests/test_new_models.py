"""New names reach a family's list without a purchase and without a release; vanished ones get a date."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from apimart.flow.catalogue import models_of
from apimart.flow.errors import Refused
from apimart.flow.host import families as host_families
from apimart.flow.host.runtime import Runtime
from apimart.flow.model import Values
from face import Face, face_of
from journeys import FAMILIES, PACE, Person, defaults, until

pytest_plugins = ["journey_fixtures"]

KLING_3, SORA, ANY = "APIMartKling3", "APIMartSora2", "APIMartVideo"
NEW = {"kling-v3.1": "kling-v3"}


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """No test sees what another one learned."""
    host_families.NEW_MODELS.clear()
    yield
    host_families.NEW_MODELS.clear()


@pytest.fixture
def started(person: Person) -> Iterator[Runtime]:
    """What a ComfyUI of this person keeps, as it has just started; nothing was bought."""
    runtime = runtime_of(person)
    yield runtime
    runtime.close()


def runtime_of(person: Person) -> Runtime:
    families = {**FAMILIES}
    return Runtime(person.home, person.output, families, lambda event: None, now=person.now, pace=PACE)


@pytest.fixture
def face(person: Person) -> Iterator[Face]:
    with face_of(person) as opened:
        yield opened


def test_a_new_name_is_offered_and_bought_without_a_purchase_before(person, seller, started) -> None:
    seller.control(added_models=NEW)
    with pytest.raises(Refused, match="is not available"):
        person.buy(KLING_3, **{**defaults(FAMILIES[KLING_3]), "prompt": "a house", "model": "kling-v3.1"})
    started.refresh()
    assert seller.sold == 0
    wider = started.offered(FAMILIES[KLING_3], "kling-v3.1")
    assert wider.unchecked == ("kling-v3.1",)
    account = started.account()
    values = Values({**defaults(wider), "prompt": "a house", "model": "kling-v3.1"})
    job = started.runner.ask(account.purchase(wider, lambda folder: values), account)
    outcome = asyncio.run(job.wait(lambda progress: None, seconds=30))
    assert seller.tasks[0]["body"]["model"] == "kling-v3.1"
    assert any("This pack does not check" in warning for warning in outcome.warnings)


def test_a_name_that_was_learned_is_known_at_the_next_start_without_network(person, seller, started) -> None:
    seller.control(added_models=NEW)
    started.refresh()
    host_families.NEW_MODELS.clear()
    person.seconds_later = 40 * 86400.0
    seller.behave("models", "drop_before", times=-1)
    again = runtime_of(person)
    again.refresh()
    assert host_families.NEW_MODELS[KLING_3] == ("kling-v3.1",)
    again.close()


def test_the_list_is_asked_for_once_a_day(person, seller, started) -> None:
    for _ in range(3):
        started.refresh()
    assert lists(seller) == 1
    person.seconds_later = 86500.0
    started.refresh()
    assert lists(seller) == 2


def lists(seller) -> int:
    return sum(one["path"] == "/v1/models" for one in seller.requests)


def test_without_a_key_nobody_is_asked_and_nothing_is_said(person, seller, started, monkeypatch, caplog) -> None:
    monkeypatch.delenv("APIMART_API_KEY")
    with caplog.at_level("INFO", "apimart"):
        started.refresh()
    assert (seller.requests, caplog.records) == ([], [])


def test_without_network_nothing_is_learned_and_nobody_is_warned(seller, started, caplog) -> None:
    seller.behave("models", "drop_before", times=-1)
    with caplog.at_level("WARNING", "apimart"):
        started.refresh()
    assert (host_families.NEW_MODELS, caplog.records) == ({}, [])


def test_a_model_that_vanished_is_marked_with_the_day_it_was_missed_first(face, person, seller, started) -> None:
    started.refresh()
    seller.control(retired_models=["kling-v3"])
    person.seconds_later = 86500.0
    missed = time.strftime("%Y-%m-%d", time.gmtime(person.now()))
    started.refresh()
    person.seconds_later = 5 * 86500.0
    started.refresh()
    assert face.get("models").json["gone"]["kling-v3"] == missed
    quote = face.post("estimate", {"family": KLING_3, "widgets": {"model": "kling-v3"}}).json
    assert f"since {missed}" in quote["retired"]


def test_a_family_whose_every_model_vanished_is_offered_what_follows_them(person, seller, started) -> None:
    started.refresh()
    seller.control(added_models=NEW, retired_models=[*models_of(FAMILIES[KLING_3])])
    for day in (1, 2):
        person.seconds_later = day * 86500.0
        started.refresh()
        assert host_families.NEW_MODELS[KLING_3] == ("kling-v3.1",)


def test_the_page_is_told_new_names_and_what_the_node_for_any_model_may_take(face, seller, started) -> None:
    assert face.get("models").json == {"new": {}, "gone": {}, "listed": []}
    seller.control(added_models=NEW)
    started.refresh()
    told = face.get("models").json
    assert told["new"][KLING_3] == ["kling-v3.1"]
    assert "APIMartMiniMaxH3" not in told["new"]
    assert {"kling-v3", "kling-v3.1"} <= {*told["listed"]}


@pytest.mark.slow
def test_ten_thousand_names_bury_nothing(face, seller, started) -> None:
    seller.control(added_models={f"kling-v3-{number}": "kling-v3" for number in range(10_000)})
    started.refresh()
    told = face.get("models").json
    assert (len(told["new"][KLING_3]), len(told["listed"])) == (20, 1000)


def test_a_schema_that_is_none_offers_nothing_new_and_stops_no_purchase(person, seller, started) -> None:
    seller.control(added_models=NEW, schemas_unreadable=True)
    started.refresh()
    assert person.buy(ANY, prompt="a house", model="kling-v3").entry.state == "fetched"


def test_a_page_that_is_opened_has_the_provider_asked_and_waits_for_nothing(face, seller) -> None:
    seller.control(added_models=NEW)
    seller.behave("models", "slow", seconds=0.5)
    assert face.post("models/ask").status == 202
    until(lambda: KLING_3 in face.get("models").json["new"])
    assert lists(seller) == 1
