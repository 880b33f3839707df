"""The sandbox's bill: usage by day and model as its page describes it, planted differences, and the export of calls."""

from __future__ import annotations

import csv
import io
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from sandbox_visits import Reply, Visitor
from sandboxed import Sandbox

pytest_plugins = ["sandbox_fixtures"]

DAY = 86400
MIDDAY = 1_790_000_000 // DAY * DAY + DAY // 2  # a day on which nobody buys: plants name it


def usage(visitor: Visitor, **query: object) -> Reply:
    asked = {"start": MIDDAY - DAY // 2, "end": MIDDAY + DAY // 2, **query}
    return visitor.get(f"/v1/usage?{urlencode({name: value for name, value in asked.items() if value is not None})}")


def items(visitor: Visitor, **query: object) -> list[dict[str, Any]]:
    return list(usage(visitor, **query).json()["data"]["items"])


def plant(sandbox: Sandbox, usd: float = 0.5, *, at: float = MIDDAY, model: str = "sora-2", key: str = "0001") -> None:
    sandbox.control(plant_charge={"model": model, "usd": usd, "at": at, "key": key})


def today() -> dict[str, int]:
    return {"start": int(time.time()) - DAY, "end": int(time.time()) + DAY}


def test_a_completed_job_is_in_the_usage_and_one_that_failed_is_not(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.buy(veo)
    visitor.sandbox.control(fail_jobs={"model": veo["model"], "times": 1})
    visitor.buy(veo)
    data = usage(visitor, **today(), group_by="model").json()["data"]
    sums = {"amount_usd": 0.256, "credits": 2.56, "requests": 1, "prompt_tokens": 0, "completion_tokens": 0}
    assert data["items"] == [{"model": veo["model"], **sums}]
    assert data["total"] == sums


def test_a_job_is_booked_when_it_completes(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(job_seconds=1000)
    visitor.submit(veo)
    assert usage(visitor, **today()).json()["data"]["total"]["requests"] == 0


def test_usage_is_grouped_as_asked(visitor: Visitor, sandbox: Sandbox) -> None:
    plant(sandbox)
    plant(sandbox, model="veo3.1-fast")
    assert [sorted(one)[-2:] for one in items(visitor, group_by="model")] == [["prompt_tokens", "requests"]] * 2
    assert [one["model"] for one in items(visitor, group_by="model")] == ["sora-2", "veo3.1-fast"]
    [day] = items(visitor, group_by="date", tz="UTC")
    assert (day["date"], day["requests"]) == (time.strftime("%Y-%m-%d", time.gmtime(MIDDAY)), 2)
    assert {(one["model"], one["date"]) for one in items(visitor, group_by="model,date", tz="UTC")} == {
        ("sora-2", day["date"]), ("veo3.1-fast", day["date"]),
    }  # fmt: skip
    assert items(visitor) == []
    assert [one["model"] for one in items(visitor, group_by="model", model="veo3.1-fast,none-such")] == ["veo3.1-fast"]


def test_days_are_those_of_shanghai_unless_another_zone_is_named(visitor: Visitor, sandbox: Sandbox) -> None:
    plant(sandbox, at=MIDDAY + DAY // 3)  # 20:00 UTC
    days = [items(visitor, group_by="date", tz=zone)[0]["date"] for zone in ("UTC", "America/New_York", None)]
    assert days[0] == days[1] < days[2]


def test_the_start_is_inside_and_the_end_outside(visitor: Visitor, sandbox: Sandbox) -> None:
    plant(sandbox)
    assert usage(visitor, start=MIDDAY).json()["data"]["total"]["requests"] == 1
    assert usage(visitor, end=MIDDAY).json()["data"]["total"]["requests"] == 0


def test_moments_may_be_written_as_rfc_3339(visitor: Visitor, sandbox: Sandbox) -> None:
    plant(sandbox)
    noon = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(MIDDAY))
    assert usage(visitor, start=f"{noon}Z").json()["data"]["total"]["requests"] == 1
    assert usage(visitor, start=f"{noon}+02:00").json()["data"]["total"]["requests"] == 1
    assert usage(visitor, start=f"{noon}-02:00").json()["data"]["total"]["requests"] == 0


def test_a_key_sees_its_own_and_the_account_everything(visitor: Visitor, sandbox: Sandbox) -> None:
    plant(sandbox)
    plant(sandbox, key="0002")
    assert usage(visitor).json()["data"]["total"]["requests"] == 1
    assert usage(visitor, scope="account").json()["data"]["total"]["requests"] == 2


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"start": "yesterday"}, "invalid_start"),
        ({"start": None}, "invalid_start"),
        ({"end": "2026-11-20T00:00:00"}, "invalid_end"),
        ({"start": MIDDAY, "end": MIDDAY}, "invalid_range"),
        ({"start": MIDDAY - 32 * DAY}, "range_too_large"),
        ({"tz": "Mars/Olympus"}, "invalid_tz"),
        ({"group_by": "date,model"}, "invalid_group_by"),
        ({"scope": "everybody"}, "invalid_scope"),
        ({"model": ",".join(map(str, range(51)))}, "too_many_models"),
    ],
)
def test_a_question_that_the_page_does_not_allow_is_refused(
    visitor: Visitor, query: dict[str, object], code: str
) -> None:
    reply = usage(visitor, **query)
    assert (reply.status, reply.json()["error"]["code"]) == (400, code)


def test_usage_needs_a_key(visitor: Visitor) -> None:
    assert visitor.ask("GET", "/v1/usage").status == 401


def test_the_same_question_is_answered_from_memory_for_a_minute(visitor: Visitor, veo: dict[str, Any]) -> None:
    asked = today()
    assert usage(visitor, **asked).headers["X-Usage-Cache"] == "miss"
    visitor.buy(veo)
    again = usage(visitor, **asked)
    assert (again.headers["X-Usage-Cache"], again.json()["data"]["total"]["requests"]) == ("hit", 0)
    visitor.sandbox.control(advance_seconds=61)
    later = usage(visitor, **asked)
    assert (later.headers["X-Usage-Cache"], later.json()["data"]["total"]["requests"]) == ("miss", 1)


def test_sixty_questions_a_minute_and_no_more(visitor: Visitor, sandbox: Sandbox) -> None:
    assert {usage(visitor).status for _ in range(60)} == {200}
    refused = usage(visitor)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
    sandbox.control(advance_seconds=61)
    assert usage(visitor).status == 200


def test_a_charge_can_be_planted_hidden_and_priced_anew(visitor: Visitor, veo: dict[str, Any]) -> None:
    hidden = visitor.buy(veo)
    visitor.sandbox.control(price_factors={veo["model"]: 1.25}, advance_seconds=61)
    dearer = visitor.buy(veo)
    visitor.sandbox.control(hide_charge=hidden)
    assert visitor.task(dearer)["cost"] == pytest.approx(0.256 * 1.25)
    assert usage(visitor, **today()).json()["data"]["total"]["amount_usd"] == pytest.approx(0.256 * 1.25)
    assert visitor.task(hidden)["cost"] == 0.256


@pytest.mark.parametrize(
    ("shape", "item"),
    [
        ("credits", {"credits": 5.0, "requests": 1}),
        ("strings", {"amount_usd": "0.5", "credits": "5.0", "requests": "1"}),
    ],
)
def test_amounts_come_in_other_shapes_when_told_to(
    visitor: Visitor, sandbox: Sandbox, shape: str, item: dict[str, object]
) -> None:
    plant(sandbox)
    sandbox.control(usage_shape=shape)
    [found] = items(visitor, group_by="model")
    assert {name: found[name] for name in item} == item
    assert ("amount_usd" in found) == ("amount_usd" in item)


def test_usage_misbehaves_as_told(visitor: Visitor, sandbox: Sandbox) -> None:
    plant(sandbox, at=MIDDAY + DAY // 3)
    for number in range(7):
        plant(sandbox, model=f"model-{number}")
    sandbox.control(usage_shape="bare")
    assert usage(visitor).json()["total"]["requests"] == 8
    sandbox.control(usage_shape="paged")
    paged = usage(visitor, group_by="model").json()["data"]
    assert (len(paged["items"]), paged["total"]["requests"], paged["has_more"]) == (5, 8, True)
    sandbox.control(usage_shape="own_zone")
    assert len({one["date"] for one in items(visitor, group_by="model,date", tz="UTC")}) == 2
    sandbox.control(usage_shape="timestamps")
    assert items(visitor, group_by="date", tz="UTC")[0]["date"].endswith("T00:00:00+00:00")
    sandbox.control(usage_shape="empty")
    assert usage(visitor, group_by="model").json()["data"]["items"] == []


def test_usage_can_be_late(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(usage_lag_seconds=3600)
    visitor.buy(veo)
    assert usage(visitor, **today()).json()["data"]["total"]["requests"] == 0
    visitor.sandbox.control(advance_seconds=3700)
    assert usage(visitor, **today()).json()["data"]["total"]["requests"] == 1


def test_usage_may_be_refused_or_not_be_known(visitor: Visitor, sandbox: Sandbox) -> None:
    sandbox.behave("usage", "403", message="this API key may not read usage")
    assert usage(visitor).status == 403
    sandbox.behave("usage", "503_usage_unavailable")
    assert usage(visitor).json()["error"]["code"] == "usage_unavailable"
    sandbox.behave("usage", "html")
    assert usage(visitor).body.startswith(b"<!DOCTYPE")


def export(visitor: Visitor) -> Reply:
    return visitor.submit(today(), "/v1/logs/export")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_export_of_calls_has_no_page_and_answers_only_when_told_to(visitor: Visitor, veo: dict[str, Any]) -> None:
    task_id = visitor.buy(veo)
    assert export(visitor).status == 404
    visitor.sandbox.control(logs_export="csv")
    assert [(row["task_id"], row["model"]) for row in rows(export(visitor).body)] == [(task_id, veo["model"])]
    visitor.sandbox.control(logs_export="rows")
    assert export(visitor).json()["data"]["items"][0]["task_id"] == task_id


def test_the_export_may_be_ready_later(visitor: Visitor, veo: dict[str, Any]) -> None:
    task_id = visitor.buy(veo)
    visitor.sandbox.control(logs_export="later")
    begun = export(visitor)
    url = begun.json()["data"]["url"]
    assert begun.status == 202
    assert visitor.get(url).status == 202
    assert rows(visitor.get(url).body)[0]["task_id"] == task_id
