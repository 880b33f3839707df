"""Every documented or recorded answer of the provider reads as one value."""

from __future__ import annotations

import json

import pytest
from apimart.flow.wire import fault_of, standing_of, ticket_of
from apimart.flow.wire.answers import Answer

CLIP = "https://upload.apimart.ai/f/video/9998-video_task_01KBS.mp4"
SECOND = "https://getapib.org/video/2.mp4"


def answer(body, status=200, headers=None):
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, None if isinstance(body, str) else body, text, headers or {})


def task(**fields):
    return answer({"code": 200, "data": {"id": "task_1", "status": "completed", **fields}})


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "data": [{"status": "submitted", "task_id": "task_1"}]},
        {"code": 202, "data": {"id": "task_1", "object": "generation.task", "status": "queued"}, "request_id": "r"},
        {"code": 200, "data": {"task_id": "task_1"}},
        {"task_id": "task_1", "status": "pending"},
        {"id": "task_1"},
    ],
)
def test_a_ticket_is_found_in_every_submit_envelope(body):
    assert ticket_of(answer(body)).task_id == "task_1"


@pytest.mark.parametrize("body", [{"code": 200, "data": []}, {"code": 200}, {"data": {"id": 7}}, "<html></html>", {}])
def test_an_answer_without_an_id_is_no_ticket(body):
    assert ticket_of(answer(body)) is None


def test_a_ticket_holds_the_request_id_of_its_answer():
    headers = {"X-Oneapi-Request-Id": "r9"}
    assert ticket_of(answer({"data": [{"task_id": "task_1"}]}, headers=headers)).request_id == "r9"


@pytest.mark.parametrize(
    "fields",
    [
        {"result": {"videos": [{"url": [CLIP], "expires_at": 1765087446}]}},
        {"result": {"videos": [{"url": CLIP, "duration": 8}]}},
        {"result": {"videos": [CLIP]}},
        {"result": {"url": [CLIP]}},
        {"result": {"url": CLIP}},
        {"result": {"video_url": CLIP}},
        {"result": [CLIP]},
        {"result": json.dumps([CLIP])},
        {"result": json.dumps({"videos": [{"url": [CLIP]}]})},
        {"result": CLIP},
        {"url": CLIP},
    ],
)
def test_a_clip_is_found_in_every_result_shape(fields):
    assert standing_of(task(**fields), "task_1").urls == (CLIP,)


def test_a_bare_task_without_an_envelope_is_read():
    standing = standing_of(answer({"id": "task_1", "status": "completed", "result": {"url": CLIP}}), "task_1")
    assert standing.urls == (CLIP,)


def test_several_clips_keep_their_order_and_pictures_beside_them_are_left_out():
    result = {"videos": [{"url": [CLIP]}, {"url": [SECOND]}], "images": [{"url": ["https://x.org/last.png"]}]}
    assert standing_of(task(result=result), "task_1").urls == (CLIP, SECOND)


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("submitted", None),
        ("pending", None),
        ("queued", None),
        ("processing", None),
        ("in_progress", None),
        ("warming_up_the_llamas", None),
        ("completed", "completed"),
        ("succeeded", "completed"),
        ("SUCCESS", "completed"),
        ("failed", "failed"),
        ("failure", "failed"),
        ("error", "failed"),
        ("cancelled", "cancelled"),
        ("canceled", "cancelled"),
    ],
)
def test_every_status_falls_into_its_class_and_unknown_ones_go_on(status, ended):
    assert standing_of(task(status=status), "task_1").ended == ended


def test_the_recorded_failure_gives_the_innermost_reason():
    inner = {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"}
    nested = json.dumps({"error": inner}, indent=2) + "\n"
    error = {"code": "task_failed", "message": nested, "param": "", "type": "task_failed"}
    standing = standing_of(task(status="failed", progress=100, credits_cost=0, error=error), "task_1")
    assert (standing.ended, standing.reason, standing.cost_usd) == ("failed", "Requested entity was not found.", 0.0)


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        ({"cost": 0.852}, 0.852),
        ({"cost": "0.852"}, 0.852),
        ({"credits_cost": 8.52}, 0.852),
        ({}, None),
        ({"cost": "n/a"}, None),
    ],
)
def test_the_cost_is_read_as_number_or_text_and_never_guessed(fields, usd):
    assert standing_of(task(**fields), "task_1").cost_usd == pytest.approx(usd)


def test_links_without_a_stated_end_live_a_day_after_completion():
    assert standing_of(task(completed=1000, result={"url": CLIP}), "task_1").expires_at == 1000 + 86400


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 401, "message": "invalid API key", "type": "authentication_error"}},
        {"error": {"code": "", "message": "invalid API key", "param": "", "type": "apimart_error"}},
        {"error": {"message": "invalid API key", "type": "apimart_error"}},
        {"success": False, "message": "invalid API key"},
        {"error": "invalid API key"},
    ],
)
def test_a_fault_gives_its_message_whatever_its_shape(body):
    assert fault_of(answer(body, 401)).message == "invalid API key"


def test_a_web_page_is_not_shown_to_the_person():
    assert (
        fault_of(answer("<!DOCTYPE html><html>challenge</html>", 503)).message == "the response is a web page, not data"
    )


@pytest.mark.parametrize(("text", "seconds"), [("7", 7.0), ("0.5", 0.5), ("soon", None), ("99999", 600.0)])
def test_retry_after_is_read_within_reason(text, seconds):
    assert fault_of(answer({}, 429, {"Retry-After": text})).retry_after == seconds
