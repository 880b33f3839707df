"""The bill: what was charged by day and model at /v1/usage, and the single calls at /v1/logs/export.

Source: docs.apimart.ai/en/api-reference/account/usage as of 2026-09-18. That page only names the export; it answers
here in the shapes that such exports commonly have, and not at all unless told to.
"""

from __future__ import annotations

import csv
import io
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from .answers import Answer, Refusal, as_json
from .clock import Clock
from .control import Settings
from .tasks import Tasks, new_task_id

MOST_DAYS = 31
MOST_MODELS = 50
MINUTE = 60.0
MOST_A_MINUTE = 60
PAGE = 5
OWN_ZONE = "Asia/Shanghai"
# Both without the zone database, which Windows has not.
ZONES: Mapping[str, tzinfo] = {"UTC": timezone.utc, OWN_ZONE: timezone(timedelta(hours=8))}
GROUPS = {"none": (), "model": ("model",), "date": ("date",), "model,date": ("model", "date")}
SCOPES = ("key", "account")
EXPORT = "/v1/logs/export"


@dataclass(frozen=True)
class Charge:
    """One call that was charged, `at` Unix seconds; `key` is the last four characters of the API key."""

    task_id: str
    model: str
    usd: float
    at: float
    key: str


@dataclass(frozen=True)
class Asked:
    """What a question for usage means."""

    start: float
    end: float
    zone: tzinfo
    groups: tuple[str, ...]
    models: frozenset[str]
    key: str | None


@dataclass
class Bill:
    """Reads the charges off the tasks; a test may plant one, and hide others."""

    tasks: Tasks
    settings: Settings
    clock: Clock
    planted: list[Charge] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    _remembered: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    _asked: dict[str, deque[float]] = field(default_factory=dict)
    _exports: dict[str, list[Charge]] = field(default_factory=dict)
    _ready: set[str] = field(default_factory=set)

    def plant(self, model: str, usd: float, at: float | None = None, key: str = "") -> None:
        """Charge for a call that nobody made here."""
        moment = self.clock.now() if at is None else at
        self.planted.append(Charge(new_task_id(moment), model, usd, moment, key))
        self._remembered.clear()

    def hide(self, task_id: str) -> None:
        """Leave a job out of the bill, as if it was never charged."""
        self.hidden.add(task_id)
        self._remembered.clear()

    def forget(self) -> None:
        """Begin with an empty bill."""
        self.planted.clear()
        self.hidden.clear()
        self.refresh()

    def refresh(self) -> None:
        """Forget who asked, and what was answered."""
        self._remembered.clear()
        self._asked.clear()

    def usage(self, query: Mapping[str, str], key: str) -> Answer:
        """The sums of a time range; the same question is answered from memory for a minute."""
        self._count(key)
        asked = _asked(query, key)
        name = json.dumps([key, sorted(query.items()), self.settings.usage_shape])
        at, body = self._remembered.get(name, (0.0, b""))
        is_known = bool(body) and self.clock.now() - at < MINUTE
        answer = Answer(200, body, {"Content-Type": "application/json"}) if is_known else as_json(self._summed(asked))
        if not is_known:
            self._remembered[name] = self.clock.now(), answer.body
        answer.headers["X-Usage-Cache"] = "hit" if is_known else "miss"
        return answer

    def export(self, body: Mapping[str, Any], key: str, base_url: str) -> Answer:
        """The single calls of a time range, in the shape that is switched on."""
        shape = self.settings.logs_export
        if shape == "off":
            raise Refusal(404, f"Invalid URL (POST {EXPORT})")
        start, end = _moment(str(body.get("start")), "start"), _moment(str(body.get("end")), "end")
        charges = [one for one in self._charges() if start <= one.at < end and one.key == key]
        if shape == "rows":
            return as_json({"code": 200, "data": {"items": [asdict(one) for one in charges]}})
        if shape == "csv":
            return _as_csv(charges)
        name = f"export_{len(self._exports) + 1}"
        self._exports[name] = charges
        return _prepared(name, base_url)

    def exported(self, name: str, base_url: str) -> Answer:
        """An export that was to be ready later: it is so when it is asked for a second time."""
        charges = self._exports.get(name)
        if charges is None:
            raise Refusal(404, "no such export")
        if name in self._ready:
            return _as_csv(charges)
        self._ready.add(name)
        return _prepared(name, base_url)

    def _count(self, key: str) -> None:
        now, times = self.clock.now(), self._asked.setdefault(key, deque())
        while times and now - times[0] >= MINUTE:
            times.popleft()
        if len(times) >= MOST_A_MINUTE:
            raise Refusal(429, "too many requests, please slow down", retry_after=MINUTE)
        times.append(now)

    def _charges(self) -> list[Charge]:
        billed = [Charge(one.id, one.model, one.cost, one.ended or 0.0, one.key) for one in self.tasks.billed()]
        booked_until = self.clock.now() - self.settings.usage_lag_seconds
        all_of_them = [*billed, *self.planted]
        return [one for one in all_of_them if one.task_id not in self.hidden and one.at <= booked_until]

    def _summed(self, asked: Asked) -> dict[str, Any]:
        shape = self.settings.usage_shape
        zone = ZONES[OWN_ZONE] if shape == "own_zone" else asked.zone
        charges = [] if shape == "empty" else [one for one in self._charges() if _is_asked_for(one, asked)]
        rows: dict[tuple[str, ...], list[Charge]] = {}
        for charge in charges:
            facts = {"model": charge.model, "date": _date(charge.at, zone, with_time=shape == "timestamps")}
            rows.setdefault(tuple(facts[name] for name in asked.groups), []).append(charge)
        sums = _SHAPED.get(shape, _sums)
        items = [dict(zip(asked.groups, row, strict=True)) | sums(rows[row]) for row in sorted(rows) if asked.groups]
        data: dict[str, Any] = {"total": sums(charges), "items": items}
        if shape == "paged":
            data |= {"items": items[:PAGE], "has_more": len(items) > PAGE}
        return data if shape == "bare" else {"code": 200, "data": data}


def _is_asked_for(charge: Charge, asked: Asked) -> bool:
    is_named = not asked.models or charge.model in asked.models
    return asked.start <= charge.at < asked.end and is_named and asked.key in (None, charge.key)


def _sums(charges: Iterable[Charge]) -> dict[str, Any]:
    amounts = [one.usd for one in charges]
    usd = round(sum(amounts), 6)
    money = {"amount_usd": usd, "credits": round(usd * 10, 5), "requests": len(amounts)}
    return {**money, "prompt_tokens": 0, "completion_tokens": 0}


def _in_credits(charges: Iterable[Charge]) -> dict[str, Any]:
    return {name: value for name, value in _sums(charges).items() if name != "amount_usd"}


def _as_texts(charges: Iterable[Charge]) -> dict[str, Any]:
    return {name: str(value) for name, value in _sums(charges).items()}


_SHAPED: Mapping[str, Callable[[Iterable[Charge]], dict[str, Any]]] = {"credits": _in_credits, "strings": _as_texts}


def _asked(query: Mapping[str, str], key: str) -> Asked:
    """Raises Refusal, with the code that the page names, for what it does not allow."""
    start, end = _moment(query.get("start", ""), "start"), _moment(query.get("end", ""), "end")
    if end <= start:
        raise _wrong("invalid_range", "end must be after start")
    if end - start > MOST_DAYS * 86400:
        raise _wrong("range_too_large", f"the range must not exceed {MOST_DAYS} days")
    models = frozenset(filter(None, query.get("model", "").split(",")))
    if len(models) > MOST_MODELS:
        raise _wrong("too_many_models", f"at most {MOST_MODELS} models")
    group_by, scope = query.get("group_by", "none"), query.get("scope", "key")
    if group_by not in GROUPS:
        raise _wrong("invalid_group_by", f"group_by must be one of {'; '.join(GROUPS)}")
    if scope not in SCOPES:
        raise _wrong("invalid_scope", f"scope must be one of {', '.join(SCOPES)}")
    zone = _zone(query.get("tz", OWN_ZONE))
    return Asked(start, end, zone, GROUPS[group_by], models, key if scope == "key" else None)


def _moment(text: str, name: str) -> float:
    """Unix seconds, from a number of them or RFC 3339."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _wrong(f"invalid_{name}", f"{name} must be Unix seconds or RFC 3339")
    return found.timestamp()


def _zone(name: str) -> tzinfo:
    try:
        return ZONES.get(name) or ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _wrong("invalid_tz", f"unknown time zone: {name}") from None


def _date(at: float, zone: tzinfo, *, with_time: bool) -> str:
    moment = datetime.fromtimestamp(at, zone)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.isoformat() if with_time else moment.date().isoformat()


def _wrong(code: str, message: str) -> Refusal:
    return Refusal(400, message, code=code, fixed=True)


def _as_csv(charges: Iterable[Charge]) -> Answer:
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(("created_at", "model", "task_id", "amount_usd"))
    for one in charges:
        moment = datetime.fromtimestamp(one.at, timezone.utc).isoformat(timespec="seconds")
        table.writerow((moment, one.model, one.task_id, f"{one.usd:g}"))
    return Answer(200, file.getvalue().encode(), {"Content-Type": "text/csv; charset=utf-8"})


def _prepared(name: str, base_url: str) -> Answer:
    return as_json(
        {"code": 202, "data": {"id": name, "status": "processing", "url": f"{base_url}{EXPORT}/{name}"}}, 202
    )
