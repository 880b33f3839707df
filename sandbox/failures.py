"""How a failed task words its error, as recorded from the provider or told by its users."""

from __future__ import annotations

import json
from typing import Any


def _nested(code: int, message: str, status: str) -> str:
    """The upstream error as a JSON text inside the message, which is how it really arrives."""
    return json.dumps({"error": {"code": code, "message": message, "status": status}}, indent=2) + "\n"


REASONS = {
    "not_found": _nested(404, "Requested entity was not found.", "NOT_FOUND"),
    "moderation": "OutputImageSensitiveContentDetected: the output may contain sensitive information",
    "privacy": "InputImageSensitiveContentDetected.PrivacyInformation: the input image may contain a real person",
    "policy": "content policy: public figures, minors and copyrighted material cannot be generated",
    "html": "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>",
    "upstream": "upstream service timed out, please try again",
}


def failure_of(asked: dict[str, Any]) -> dict[str, Any]:
    """The error of a job that was told to fail; a reason that is not known is the message itself."""
    reason = str(asked.get("reason", "upstream"))
    error = _error(REASONS.get(reason, reason))
    return error | {key: asked[key] for key in ("code", "type") if key in asked}


def unusable(message: str) -> dict[str, Any]:
    """The error of a job whose inputs could not be used."""
    return _error(_nested(400, message, "INVALID_ARGUMENT"))


def _error(message: str) -> dict[str, Any]:
    return {"code": "task_failed", "message": message, "param": "", "type": "task_failed"}
