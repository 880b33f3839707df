"""What the provider says it charged, as the wire reads it: every shape becomes the same sums, and doubt is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from apimart.flow.errors import PackError, Unreachable
from apimart.flow.wire import Charged, LoggedJob, MayNotRead, Provider
from sandboxed import Sandbox
from standin import StandIn

pytest_plugins = ["sandbox_fixtures"]

DAY = 86400
FIRST = 1_790_000_000 // DAY * DAY
SPAN = FIRST, FIRST + 3 * DAY
DAYS = ("2026-09-21", "2026-09-22", "2026-09-23")


@pytest.fixture
def bill(sandbox: Sandbox) -> Sandbox:
    """An account with three charges on two days."""
    for model, day, usd in (("sora-2", 0, 0.32), ("sora-2", 1, 0.64), ("veo3.1-fast", 1, 0.14)):
        sandbox.control(plant_charge={"model": model, "usd": usd, "at": FIRST + day * DAY + 3600, "key": "0001"})
    return sandbox


CHARGED = (
    Charged(DAYS[0], "sora-2", 0.32, 1),
    Charged(DAYS[1], "sora-2", 0.64, 1),
    Charged(DAYS[1], "veo3.1-fast", 0.14, 1),
)


def provider_of(sandbox: Sandbox) -> Provider:
    return Provider(sandbox.url, sandbox.key)


def sums(found: tuple[Charged, ...]) -> set[tuple[str, str, float, int]]:
    return {(one.day, one.model, round(one.usd, 6), one.jobs) for one in found}


@pytest.mark.parametrize("shape", ["documented", "bare", "credits", "strings", "timestamps"])
def test_every_shape_of_usage_is_read_alike(bill: Sandbox, shape: str) -> None:
    bill.control(usage_shape=shape)
    assert sums(provider_of(bill).usage(*SPAN)) == sums(CHARGED)


def test_an_empty_answer_is_no_charge(bill: Sandbox) -> None:
    bill.control(usage_shape="empty")
    assert provider_of(bill).usage(*SPAN) == ()


def test_usage_that_comes_in_parts_is_asked_for_day_by_day(bill: Sandbox) -> None:
    for day in range(3):
        for number in range(3):
            charge = {"model": f"model-{number}", "usd": 0.1, "at": FIRST + day * DAY + 60, "key": "0001"}
            bill.control(plant_charge=charge)
    bill.control(usage_shape="paged")
    found = provider_of(bill).usage(*SPAN)
    assert len(found) == 12
    assert sum(one.usd for one in found) == pytest.approx(0.32 + 0.64 + 0.14 + 0.9)


def test_a_day_that_is_not_told_whole_is_not_known(bill: Sandbox) -> None:
    for number in range(6):
        bill.control(plant_charge={"model": f"model-{number}", "usd": 0.1, "at": FIRST + 60, "key": "0001"})
    bill.control(usage_shape="paged")
    with pytest.raises(Unreachable, match="completely"):
        provider_of(bill).usage(*SPAN)


def test_a_key_that_may_not_read_usage_is_told_apart(bill: Sandbox) -> None:
    bill.behave("usage", "403", message="this API key may not read usage")
    with pytest.raises(MayNotRead, match="does not let this key read"):
        provider_of(bill).usage(*SPAN)


@pytest.mark.parametrize("do", ["503_usage_unavailable", "html", "wrong_json", "empty_2xx_no_id", "drop_before", "500"])
def test_what_is_not_understood_is_an_error_and_never_nothing(bill: Sandbox, do: str) -> None:
    bill.behave("usage", do)
    with pytest.raises(PackError):
        provider_of(bill).usage(*SPAN)


@pytest.mark.parametrize(
    "item",
    [
        {"model": "sora-2", "date": "2026-09-21", "amount_usd": "NaN"},
        {"model": "sora-2", "date": "2026-09-21"},
        {"model": "sora-2", "date": "21 September", "amount_usd": 1},
        {"date": "2026-09-21", "amount_usd": 1},
        ["sora-2", "2026-09-21", 1],
    ],
)
def test_a_row_that_says_no_model_day_or_amount_spoils_the_answer(item: Any) -> None:
    body = json.dumps({"data": {"items": [item]}}).encode()
    with StandIn() as stand_in:
        stand_in.say("/v1/usage", 200, body, "application/json")
        with pytest.raises(Unreachable):
            Provider(stand_in.url, "sk-test-key-of-nobody-0001").usage(*SPAN)


@pytest.mark.parametrize("shape", ["csv", "rows", "later"])
def test_the_log_of_calls_is_read_where_it_answers(bill: Sandbox, shape: str) -> None:
    bill.control(logs_export=shape)
    found = provider_of(bill).logged_jobs(*SPAN, pause=lambda seconds: None)
    assert [(one.model, one.at) for one in found] == [
        ("sora-2", FIRST + 3600.0),
        ("sora-2", FIRST + DAY + 3600.0),
        ("veo3.1-fast", FIRST + DAY + 3600.0),
    ]
    assert all(isinstance(one, LoggedJob) and one.task_id.startswith("task_") for one in found)


def test_nothing_is_missing_where_the_log_of_calls_does_not_answer(bill: Sandbox) -> None:
    assert provider_of(bill).logged_jobs(*SPAN) == ()
    bill.control(logs_export="csv")
    for do in ("html", "wrong_json", "403", "500"):
        bill.behave("logs", do)
        assert provider_of(bill).logged_jobs(*SPAN) == ()


def test_an_export_at_another_host_is_not_fetched_with_the_key(bill: Sandbox) -> None:
    elsewhere = json.dumps({"data": {"url": f"{bill.url}/v1/logs/export/elsewhere"}}).encode()
    with StandIn() as stand_in:
        stand_in.say("/v1/logs/export", 202, elsewhere, "application/json")
        assert Provider(stand_in.url, bill.key).logged_jobs(*SPAN, pause=lambda seconds: None) == ()
    assert not [one for one in bill.requests if one["path"].startswith("/v1/logs/export/elsewhere")]
