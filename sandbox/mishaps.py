"""The named behaviours: what they refuse beforehand, and how they spoil an answer afterwards."""

from __future__ import annotations

import time

from .answers import Answer, Refusal, as_html, as_json
from .control import Behaviour
from .keys import refuse_in_progress, refuse_reused

STATUS_TEXTS = {
    "400": "invalid request parameters",
    "401": "invalid API key",
    "402": "Insufficient account balance. current: 0.0312 USD",
    "403": "this API key is not allowed to use this model",
    "404": "not found",
    "408": "request timed out",
    "413": "file size exceeds maximum 20971520 bytes",
    "429": "too many requests, please slow down",
    "500": "internal server error",
    "502": "bad gateway",
    "503": "service unavailable",
    "504": "gateway timed out",
}
SPECIAL = {
    "503_idempotency_unavailable": (503, "idempotency_unavailable", "this request was not executed"),
    "409_indeterminate": (409, "idempotency_result_indeterminate", "the outcome of the first request is unknown"),
    "get_channel_failed": (400, "get_channel_failed", "Please wait and try again later. No available channel"),
    "build_request_failed": (500, "build_request_failed", "build_request_failed: invalid size: 3:5, allowed: 16:9"),
    "moderation": (
        500,
        "build_request_failed",
        "build_request_failed: content moderation failed: sensitive content detected",
    ),
    "503_usage_unavailable": (503, "usage_unavailable", "usage is temporarily unavailable"),
    "gone": (404, "task_not_found", "task does not exist or expired"),
}
BEFORE = (*STATUS_TEXTS, *SPECIAL, "409_in_progress", "409_reused", "drop_before", "html", "redirect", "slow")
AFTER = ("drop_after", "cut", "wrong_json", "empty_2xx_no_id", "expired", "success_false", "short")
KNOWN = {**dict.fromkeys(BEFORE, False), **dict.fromkeys(AFTER, True)}


def refuse(behaviour: Behaviour) -> Refusal | None:
    """The refusal that `behaviour` stands for, if it is one."""
    name, wait = behaviour.do, behaviour.retry_after
    if name in STATUS_TEXTS:
        return Refusal(int(name), behaviour.message or STATUS_TEXTS[name], retry_after=wait)
    if name in SPECIAL:
        status, code, text = SPECIAL[name]
        fixed = "idempotency" in code or "usage" in code
        return Refusal(
            behaviour.status or status, behaviour.message or text, code=code, fixed=fixed, retry_after=wait,
            kind="apimart_error" if name == "get_channel_failed" else None,
        )  # fmt: skip
    if name == "409_in_progress":
        return refuse_in_progress(1 if wait is None else wait)
    return refuse_reused() if name == "409_reused" else None


def spoil(behaviour: Behaviour, answer: Answer, denied: Answer) -> Answer:
    """`answer` as `behaviour` lets it out."""
    name = behaviour.do
    if name in ("drop_before", "drop_after"):
        return Answer(drop=True)
    if name == "cut":
        answer.cut = True
    elif name == "slow" and answer.file:
        answer.trickle_seconds = behaviour.seconds
    else:
        return _replaced(behaviour, answer, denied)
    return answer


def _replaced(behaviour: Behaviour, answer: Answer, denied: Answer) -> Answer:
    name = behaviour.do
    if name == "html":
        return as_html(behaviour.status or 200)
    if name == "redirect":
        return Answer(behaviour.status or 302, headers={"Location": behaviour.to})
    if name == "expired":
        return denied
    if name == "wrong_json":
        return Answer(answer.status, b'{"code": 200, "data": [{"task_', {"Content-Type": "application/json"})
    if name == "empty_2xx_no_id":
        return as_json({"code": 200, "data": []}, behaviour.status or 200)
    if name == "success_false":
        return as_json({"success": False, "message": behaviour.message or "balance query failed"})
    if name == "short":
        return Answer(answer.status, b"\x00" * 64, {"Content-Type": "video/mp4"})
    return answer


def wait(behaviour: Behaviour, stage: str) -> None:
    """A slow answer starts late; a slow download starts at once and trickles."""
    if behaviour.do == "slow" and stage not in ("download", "media"):
        time.sleep(behaviour.seconds)
