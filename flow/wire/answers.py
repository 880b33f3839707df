"""Parses the provider's responses; every documented or recorded shape becomes one value.

Source: the APIMart documentation and recorded responses of public clients, as of November 2026.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from ..model import Json, Standing, Ticket

COMPLETED = ("completed", "success", "succeeded")
FAILED = ("failed", "failure", "fail", "error")
CANCELLED = ("cancelled", "canceled")


@dataclass(frozen=True)
class Answer:
    """One HTTP response; `json` is None if the body is not JSON."""

    status: int
    json: Any
    text: str
    headers: Mapping[str, str]

    @property
    def request_id(self) -> str | None:
        return self.headers.get("X-Oneapi-Request-Id") or _at(self.json, "request_id")


@dataclass(frozen=True)
class Call:
    """One request to the provider and the response. Neither contains the API key; links are as received."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Json] | None
    answer: Answer


OnCall = Callable[[Call], None]
"""Called with each exchange, in the thread that made it. Must not raise: the response may be that of a submission."""


def unheard(call: Call) -> None:
    """Ignore the call; used if nobody keeps the provider's responses."""


@dataclass(frozen=True)
class Fault:
    """An error reported by the provider: `code` in lower case (may be empty), `message` in its own words."""

    status: int
    code: str
    message: str
    request_id: str | None = None
    retry_after: float | None = None

    def speaks_of(self, *words: str) -> bool:
        text = f"{self.code} {self.message}".lower()
        return any(word in text for word in words)


def ticket_of(answer: Answer) -> Ticket | None:
    """Return the ticket in the response to a submission, None if it contains no task ID."""
    data = _at(answer.json, "data")
    first = data[0] if isinstance(data, list) and data else data
    for place, name in ((first, "task_id"), (first, "id"), (answer.json, "task_id"), (answer.json, "id")):
        task_id = _at(place, name)
        if isinstance(task_id, str) and task_id:
            status = _at(place, "status")
            return Ticket(task_id, answer.request_id, str(status or "submitted"))
    return None


def standing_of(answer: Answer, task_id: str) -> Standing | None:
    """Return the status of a task, None if the response is not about a task."""
    data = _at(answer.json, "data")
    task = data[0] if isinstance(data, list) and data else data
    if not isinstance(task, Mapping):
        task = answer.json
    status = _at(task, "status")
    if not isinstance(status, str):
        return None
    ended = _ended(status.lower())
    return Standing(
        task_id=task_id,
        status=status,
        ended=ended,
        progress=_number(_at(task, "progress")),
        estimated_seconds=_number(_at(task, "estimated_time")),
        actual_seconds=_number(_at(task, "actual_time")),
        cost_usd=_cost(task),
        urls=tuple(dict.fromkeys(_urls(task))) if ended == "completed" else (),
        expires_at=_expiry(task),
        reason=_reason(_at(task, "error")) if ended and ended != "completed" else "",
    )


def fault_of(answer: Answer) -> Fault:
    """Return the error in a response, in any of its documented shapes."""
    error = _at(answer.json, "error")
    code = _at(error, "code")
    if code in (None, "") or isinstance(code, int):
        code = _at(error, "type") or ""
    message = _reason(error) or _reason(_at(answer.json, "message")) or _plain(answer.text)
    return Fault(answer.status, str(code).lower(), message, answer.request_id, _retry_after(answer.headers))


def _at(place: Any, name: str) -> Any:
    return place.get(name) if isinstance(place, Mapping) else None


def _number(value: Any) -> float | None:
    """Return a number, also if it is given as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _cost(task: Any) -> float | None:
    """Return the cost in USD; ten credits are one dollar. A failed job may state only its credits."""
    cost, credits = _number(_at(task, "cost")), _number(_at(task, "credits_cost"))
    found = cost if cost is not None else (credits / 10 if credits is not None else None)
    return found if found is None or found >= 0 else None


def _ended(status: str) -> str | None:
    for name, words in (("completed", COMPLETED), ("failed", FAILED), ("cancelled", CANCELLED)):
        if status in words:
            return name
    return None


def _urls(task: Any) -> Iterator[str]:
    result = _unwrapped(_at(task, "result"))
    if isinstance(result, Mapping):
        yield from _addresses(result.get("videos"))
        yield from _addresses(result.get("url"))
        yield from _addresses(result.get("video_url"))
        yield from _addresses(result.get("video_urls"))
    else:
        yield from _addresses(result)
    yield from _addresses(_at(task, "url"))
    yield from _addresses(_at(task, "video_url"))


def _addresses(place: Any) -> Iterator[str]:
    place = _unwrapped(place)
    if isinstance(place, str):
        if place.startswith(("http://", "https://")):
            yield place
    elif isinstance(place, list):
        for one in place:
            yield from _addresses(one)
    elif isinstance(place, Mapping):
        yield from _addresses(place.get("url") or place.get("video_url"))


def _unwrapped(value: Any) -> Any:
    """Decode JSON that is given as a string; return anything else as it is."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _expiry(task: Any) -> float | None:
    """Return when the links expire, in Unix seconds: a day after completion unless stated otherwise."""
    result = _unwrapped(_at(task, "result"))
    videos = _at(result, "videos")
    said = [_number(_at(one, "expires_at")) for one in videos] if isinstance(videos, list) else []
    found = [one for one in [*said, _number(_at(result, "expires_at"))] if one]
    completed = _number(_at(task, "completed"))
    return min(found) if found else (completed + 86400 if completed else None)


def _reason(error: Any) -> str:
    """Return the innermost message: failed tasks nest the model maker's own JSON as text."""
    error = _unwrapped(error)
    if isinstance(error, Mapping):
        inner = _at(error, "error")
        return _reason(inner or _at(error, "message"))
    return _plain(error) if isinstance(error, str) else ""


def _plain(text: str) -> str:
    """Return the text on one line. An HTML page is replaced, as it tells a person nothing."""
    if "<html" in text[:400].lower() or "<!doctype" in text[:400].lower():
        return "the response is a web page, not data"
    return " ".join(text.split())[:400]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait; an HTTP date is converted to seconds from now."""
    text = headers.get("Retry-After", "")
    seconds = _number(text)
    if seconds is None and text:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time()
        except (TypeError, ValueError):
            return None
    return None if seconds is None else min(max(seconds, 0.0), 600.0)
