"""What a test may change about the provider, and what the provider remembers of its visitors."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .answers import CODE_STYLES

STAGES = (
    "submit", "poll", "upload", "download", "media", "schema", "balance", "pricing", "models", "usage", "logs", "any",
)  # fmt: skip
RESULT_SHAPES = (
    "list", "many_videos", "string", "bare_string", "videos_strings", "result_url_list", "result_url", "result_list",
    "result_json", "result_string", "video_url", "data_url", "with_images",
)  # fmt: skip
SUBMIT_SHAPES = ("auto", "200_array", "202_object", "202_result", "top_level", "top_level_id", "data_task_id")
USAGE_SHAPES = ("documented", "bare", "credits", "strings", "paged", "own_zone", "timestamps", "empty")
LOGS_EXPORTS = ("off", "csv", "rows", "later")
CHOICES = {
    "result_shape": RESULT_SHAPES,
    "submit_shape": SUBMIT_SHAPES,
    "error_code_style": CODE_STYLES,
    "usage_shape": USAGE_SHAPES,
    "logs_export": LOGS_EXPORTS,
}
REQUESTS_KEPT = 5000


@dataclass
class Settings:
    """Everything that stays as it is until it is changed again; see the choices above."""

    job_seconds: float = 8.0
    estimated_seconds: float | None = None
    link_seconds: float = 86400.0
    upload_link_seconds: float = 259200.0
    result_shape: str = "list"
    submit_shape: str = "auto"
    statuses: list[str] = field(default_factory=list)
    done_status: str = "completed"
    failed_status: str = "failed"
    error_code_style: str = "documented"
    cost_as_string: bool = False
    cost_absent: bool = False
    honour_idempotency: bool = False
    declare_idempotency: bool = False
    honour_idempotency_at_remix: bool = False
    retired_models: list[str] = field(default_factory=list)
    added_models: dict[str, str] = field(default_factory=dict)
    schemas_unreadable: bool = False
    fail_jobs: dict[str, Any] | None = None
    clip_small: bool = False
    no_length_header: bool = False
    wrong_type: str | None = None
    media_at_submit: bool = False
    upstream_limits: bool = False
    price_factors: dict[str, float] = field(default_factory=dict)
    usage_shape: str = "documented"
    usage_lag_seconds: float = 0.0
    logs_export: str = "off"

    def change(self, name: str, value: Any) -> None:
        """Raises ValueError for what does not exist."""
        if name not in {each.name for each in fields(self)}:
            raise ValueError(f"unknown setting: {name}")
        if value not in CHOICES.get(name, (value,)):
            raise ValueError(f"unknown {name}: {value}, known: {', '.join(CHOICES[name])}")
        setattr(self, name, {"reason": value} if name == "fail_jobs" and isinstance(value, str) else value)


@dataclass
class Behaviour:
    """One thing that goes wrong (or slow) the next `times` times; -1 is forever.

    `accepted` says whether the request is carried out before it goes wrong.
    """

    on: str
    do: str
    times: int = 1
    seconds: float = 0.0
    retry_after: float | None = None
    model: str | None = None
    status: int | None = None
    message: str | None = None
    to: str = ""
    accepted: bool = False


class Behaviours:
    """A queue; the first one that fits a request is used."""

    def __init__(self, known: Mapping[str, bool]) -> None:
        self._known = known
        self._waiting: list[Behaviour] = []
        self._lock = threading.Lock()

    def add(self, written: Mapping[str, Any]) -> None:
        do = str(written.get("do"))
        if do not in self._known:
            raise ValueError(f"unknown behaviour: {do}, known: {', '.join(self._known)}")
        if written.get("on", "any") not in STAGES:
            raise ValueError(f"unknown stage: {written['on']}, known: {', '.join(STAGES)}")
        with self._lock:
            self._waiting.append(Behaviour(**{"on": "any", "accepted": self._known[do], **written}))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, stage: str, model: str | None) -> Behaviour | None:
        with self._lock:
            for behaviour in self._waiting:
                if behaviour.on in (stage, "any") and behaviour.model in (None, model):
                    return self._use(behaviour)
        return None

    def _use(self, behaviour: Behaviour) -> Behaviour:
        if behaviour.times > 0:
            behaviour.times -= 1
        if behaviour.times == 0:
            self._waiting.remove(behaviour)
        return behaviour


class Counts:
    """Who came, how often, and with what; never the key beyond its last four characters."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: Counter[str] = Counter()
        self._polls: Counter[str] = Counter()
        self._requests: deque[dict[str, Any]] = deque(maxlen=REQUESTS_KEPT)
        self._refusals: deque[dict[str, Any]] = deque(maxlen=200)

    def forget(self) -> None:
        with self._lock:
            for kept in (self._numbers, self._polls, self._requests, self._refusals):
                kept.clear()

    def add(self, name: str, amount: int = 1) -> None:
        with self._lock:
            self._numbers[name] += amount

    def highest(self, name: str, value: int) -> None:
        with self._lock:
            self._numbers[name] = max(self._numbers[name], value)

    def poll(self, task_id: str) -> None:
        with self._lock:
            self._polls[task_id] += 1

    def request(self, seen: dict[str, Any]) -> None:
        with self._lock:
            self._requests.append(seen)

    def refusal(self, path: str, status: int, message: str) -> None:
        with self._lock:
            self._refusals.append({"path": path, "status": status, "message": message})

    def state(self) -> dict[str, Any]:
        names = ("replays", "uploads", "clips", "downloads", "in_flight_max")
        with self._lock:
            return {
                **{name: self._numbers[name] for name in names},
                "polls": dict(self._polls),
                "polls_total": self._polls.total(),
                "requests": list(self._requests),
                "refusals": list(self._refusals),
            }
