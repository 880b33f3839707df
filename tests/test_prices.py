"""What a provider said of prices, models and schemas is remembered for that provider alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from apimart.flow.catalogue import doubts_about, held_against_schema, known_models
from apimart.flow.errors import Refused
from apimart.flow.ledger import Ledger
from apimart.flow.model import Json, Question, Values
from apimart.flow.prices import current_prices, known_prices, printed_prices
from apimart.flow.request import ask
from apimart.flow.wire import Provider
from journeys import FAMILIES, defaults
from ledgers import Clock
from standin import StandIn


class Offer:
    """A provider of its own: the price of a second of Sora 2, the models it lists, the schema it gives for all."""

    def __init__(self, host: StandIn, usd: float, models: tuple[str, ...], schema: dict[str, Json]) -> None:
        self.host, self.provider = host, Provider(host.url, "a-key-of-nobody")
        row: Json = {"id": "sora-2", "fixed_prices": {"items": [{"key": "default", "after_discount": usd}]}}
        self._say("/api/pricing/models/all", {"data": {"models": {"video": [row]}}})
        self._say("/v1/models", {"data": [{"id": model} for model in models]})
        self._say("/v1/model-schema", {"input_schema": schema})

    def _say(self, path: str, answer: Json) -> None:
        self.host.say(path, 200, json.dumps(answer).encode(), "application/json")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite", now=Clock())
    yield opened
    opened.close()


@pytest.fixture
def sandbox() -> Iterator[Offer]:
    with StandIn() as host:
        yield Offer(host, 0.001, ("a-model-of-the-sandbox",), {})


@pytest.fixture
def live() -> Iterator[Offer]:
    strict: dict[str, Json] = {"properties": {"model": {"type": "string"}}, "required": ["seconds"]}
    with StandIn() as host:
        yield Offer(host, 0.3, ("sora-2",), strict)


def question(node_id: str, **inputs: object) -> Question:
    family = FAMILIES[node_id]
    return ask(family, Values({**defaults(family), "prompt": "a cat", **inputs}), lambda clip: clip)


def test_the_price_of_one_provider_is_not_the_price_of_another(ledger: Ledger, sandbox: Offer, live: Offer) -> None:
    pretended, real = (current_prices(one.provider, ledger, ledger.now()) for one in (sandbox, live))
    assert (pretended.usd("sora-2", "default"), real.usd("sora-2", "default")) == (0.001, 0.3)
    assert known_prices(sandbox.host.url, ledger) == pretended
    assert known_prices(live.host.url, ledger) == real
    assert known_prices("https://never.asked.example", ledger) == printed_prices()


def test_a_provider_is_asked_for_its_prices_once_a_day(ledger: Ledger, sandbox: Offer, live: Offer) -> None:
    for one in (sandbox, live, sandbox, live):
        current_prices(one.provider, ledger, ledger.now())
    assert len(sandbox.host.visits) == len(live.host.visits) == 1


def test_the_models_of_one_provider_are_not_those_of_another(ledger: Ledger, sandbox: Offer, live: Offer) -> None:
    asked = question("APIMartSora2")
    doubts = [doubts_about(asked, one.provider, ledger, ledger.now()) for one in (sandbox, live)]
    assert [bool(one) for one in doubts] == [True, False]
    assert known_models(sandbox.host.url, ledger)["ids"] == ["a-model-of-the-sandbox"]
    assert known_models(live.host.url, ledger)["ids"] == ["sora-2"]
    assert known_models("https://never.asked.example", ledger) is None


def test_the_schema_of_one_provider_is_not_that_of_another(ledger: Ledger, sandbox: Offer, live: Offer) -> None:
    asked = question("APIMartVideo", model="sora-2")
    assert held_against_schema(asked, sandbox.provider, ledger, ledger.now()) == ()
    with pytest.raises(Refused, match="seconds is missing"):
        held_against_schema(asked, live.provider, ledger, ledger.now())
