"""The sandbox counts every purchase, honours keys when told to, and fails on request."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sandbox_visits import SUBMIT, Visitor
from sandboxed import Sandbox

pytest_plugins = ["sandbox_fixtures"]


def test_the_balance_falls_by_the_cost_and_only_at_completion(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(balance=10, job_seconds=1000)
    visitor.submit(veo)
    assert visitor.get("/v1/balance").json()["remain_balance"] == 10
    visitor.sandbox.finish()
    money = visitor.get("/v1/user/balance").json()
    assert money["success"] is True
    assert money["remain_balance"] == pytest.approx(10 - 0.256)


def test_an_empty_account_gets_402_everywhere(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(balance=0.04)
    for path in ("/v1/balance", "/v1/user/balance", "/v1/models", "/v1/tasks/task_1", "/v1/model-schema?model=sora-2"):
        assert visitor.get(path).status == 402
    reply = visitor.submit(veo)
    assert reply.status == 402 and "current: 0.0400 USD" in reply.message


def test_a_missing_and_a_wrong_key_are_refused_as_captured(visitor: Visitor) -> None:
    missing = visitor.ask("GET", "/v1/balance")
    wrong = visitor.ask("GET", "/v1/balance", Authorization="Bearer sk-wrong")
    assert missing.status == wrong.status == 401
    assert set(missing.json()["error"]) == {"message", "type"}
    error = wrong.json()["error"]
    assert (error["code"], error["param"], error["type"]) == ("", "", "apimart_error")
    assert f"(request id: {wrong.headers['X-Oneapi-Request-Id']})" in error["message"]


def test_an_unknown_route_is_404_even_without_a_key(visitor: Visitor) -> None:
    assert visitor.ask("POST", "/v1/uploads/videos", b"").status == 404
    assert visitor.ask("POST", SUBMIT, b"{}").status == 401


def test_an_unknown_task_and_a_malformed_id_are_told_apart(visitor: Visitor) -> None:
    assert visitor.get("/v1/tasks/task_01K8SGYNNNVBQTXNR4MM964S7K").status == 404
    assert visitor.get("/v1/tasks/job-1").status == 400


def test_prices_need_no_key_and_hold_the_seed_families(visitor: Visitor) -> None:
    catalogue = visitor.ask("GET", "/api/pricing/models/all").json()
    priced = {model["id"]: model["fixed_prices"] for model in catalogue["data"]["models"]["video"]}
    motion = {item["key"]: item["after_discount"] for item in priced["kling-v3-motion-control"]["items"]}
    assert motion == {"default": 0.10288, "pro": 0.13712}
    assert priced["sora-2-pro"]["items"][0]["key"] == "official-720P"
    assert priced["veo3.1-fast"]["unit"] == "usd_per_call"


def test_models_are_listed_with_their_parameters_on_request(visitor: Visitor) -> None:
    plain = visitor.get("/v1/models").json()["data"]
    full = visitor.get("/v1/models?expand=category,parameters&category=video").json()["data"]
    assert len(plain) == len(full) >= 55
    assert "parameters" not in plain[0]
    assert full[0]["category"] == "video" and "properties" in full[0]["parameters"]


def test_a_key_is_ignored_until_it_is_honoured(visitor: Visitor, veo: dict[str, Any]) -> None:
    before = visitor.sandbox.sold
    ids = {visitor.submit(veo, Idempotency_Key="a").json()["data"][0]["task_id"] for _ in range(2)}
    assert (len(ids), visitor.sandbox.sold) == (2, before + 2)
    assert "idempotency" not in visitor.get("/v1/model-schema?model=sora-2&operation=video_generation").json()


def test_the_same_key_and_body_buys_once(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    first, second = (visitor.submit(veo, Idempotency_Key="once-1") for _ in range(2))
    assert first.json() == second.json()
    assert (first.headers["Idempotency-Replayed"], second.headers["Idempotency-Replayed"]) == (None, "true")
    assert visitor.sandbox.state()["paid_by_idempotency_key"]["once-1"] == 1
    schema = visitor.get("/v1/model-schema?model=sora-2&operation=video_generation").json()
    assert schema["idempotency"]["retention_seconds"] == 86400
    assert schema["endpoint"] == SUBMIT


def test_the_same_key_with_another_body_is_a_conflict(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True, error_code_style="int")
    visitor.submit(veo, Idempotency_Key="reuse-1")
    reply = visitor.submit(veo | {"duration": 6}, Idempotency_Key="reuse-1")
    assert (reply.status, reply.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_a_key_is_forgotten_after_a_day_and_belongs_to_one_api_key(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    visitor.submit(veo, Idempotency_Key="day-1")
    visitor.submit(veo, Idempotency_Key="day-1", Authorization="Bearer sk-other-0002")
    visitor.sandbox.control(advance_seconds=86500)
    visitor.submit(veo, Idempotency_Key="day-1")
    assert visitor.sandbox.state()["paid_by_idempotency_key"]["day-1"] == 3


def test_twenty_at_once_with_one_key_make_one_purchase(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: visitor.submit(veo, Idempotency_Key="rush-1"), range(20)))
    assert {reply.status for reply in replies} <= {200, 409}
    assert all(reply.headers["Retry-After"] for reply in replies if reply.status == 409)
    assert visitor.sandbox.state()["paid_by_idempotency_key"]["rush-1"] == 1


def test_a_key_with_a_space_or_too_long_is_refused(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    assert visitor.submit(veo, Idempotency_Key="a b").status == 400
    assert visitor.submit(veo, Idempotency_Key="a" * 192).status == 400


@pytest.mark.parametrize(
    ("do", "status", "code"),
    [
        ("400", 400, 400), ("401", 401, 401), ("402", 402, 402), ("403", 403, 403), ("404", 404, 404),
        ("413", 413, 413), ("429", 429, 429), ("500", 500, 500), ("502", 502, 502), ("503", 503, 503),
        ("503_idempotency_unavailable", 503, "idempotency_unavailable"),
        ("409_in_progress", 409, "idempotency_in_progress"),
        ("409_indeterminate", 409, "idempotency_result_indeterminate"),
        ("409_reused", 409, "idempotency_key_reused"),
        ("get_channel_failed", 400, "get_channel_failed"),
        ("build_request_failed", 500, "build_request_failed"),
        ("moderation", 500, "build_request_failed"),
    ],
)  # fmt: skip
def test_a_refusing_behaviour_refuses_once_and_sells_nothing(
    visitor: Visitor, veo: dict[str, Any], do: str, status: int, code: Any
) -> None:
    before = visitor.sandbox.sold
    visitor.sandbox.behave("submit", do)
    reply = visitor.submit(veo)
    assert (reply.status, reply.json()["error"]["code"], visitor.sandbox.sold) == (status, code, before)
    assert visitor.submit(veo).status == 200


def test_behaviours_queue_up_in_order_and_wait_for_their_model(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(
        behaviours=[
            {"on": "submit", "do": "429", "times": 2},
            {"on": "submit", "do": "502"},
            {"on": "submit", "do": "500", "model": "sora-2"},
        ]
    )
    assert [visitor.submit(veo).status for _ in range(4)] == [429, 429, 502, 200]
    assert visitor.submit({"model": "sora-2", "prompt": "x"}).status == 500


def test_a_connection_dropped_before_acceptance_is_not_paid_and_after_it_is(
    visitor: Visitor, veo: dict[str, Any]
) -> None:
    before = visitor.sandbox.sold
    paid = []
    for do in ("drop_before", "drop_after"):
        visitor.sandbox.behave("submit", do)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            visitor.submit(veo)
        paid.append(visitor.sandbox.sold - before)
    assert paid == [0, 1]


@pytest.mark.parametrize("do", ["wrong_json", "empty_2xx_no_id"])
def test_a_spoilt_answer_was_still_paid(visitor: Visitor, veo: dict[str, Any], do: str) -> None:
    before = visitor.sandbox.sold
    visitor.sandbox.behave("submit", do)
    assert b"task_0" not in visitor.submit(veo).body
    assert visitor.sandbox.sold == before + 1


def test_a_500_may_hide_a_purchase(visitor: Visitor, veo: dict[str, Any]) -> None:
    before = visitor.sandbox.sold
    visitor.sandbox.behave("submit", "500", accepted=True)
    assert visitor.submit(veo).status == 500
    assert visitor.sandbox.sold == before + 1


def test_a_gateway_page_stands_in_the_way(visitor: Visitor) -> None:
    visitor.sandbox.behave("poll", "html", status=503)
    page = visitor.get("/v1/tasks/task_1")
    assert (page.status, page.body[:9]) == (503, b"<!DOCTYPE")


def test_an_unknown_behaviour_or_setting_is_not_taken(sandbox: Sandbox) -> None:
    for wrong in ({"behaviours": [{"on": "submit", "do": "explode"}]}, {"result_shape": "round"}, {"speed": 3}):
        with pytest.raises(OSError, match="400"):
            sandbox.control(**wrong)
