"""Reads what the provider says it charged: the totals of /v1/usage, and the individual calls of an export.

Source: docs.apimart.ai/en/api-reference/account/usage as of 2026-09-18.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..errors import NotSet
from .answers import Answer

CREDITS_PER_USD = 10
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TASK = re.compile(r"task_[0-9A-Za-z]+")
MOMENT = re.compile(r"(?i)time|created|date|\bat$")
ROUNDING_USD = 0.01


class MayNotRead(NotSet):
    """The provider does not let this key read what was charged."""


@dataclass(frozen=True)
class Charged:
    """What the provider charged for one UTC day (`2026-11-24`) and model: USD, and number of calls."""

    day: str
    model: str
    usd: float
    jobs: int


@dataclass(frozen=True)
class LoggedJob:
    """One call in the provider's log; `at` is in Unix seconds, None if the log does not state it."""

    task_id: str
    model: str
    at: float | None


@dataclass(frozen=True)
class Usage:
    """Charges per day and model; `is_whole` is False if there are more, or if their sum is not the total given."""

    charged: tuple[Charged, ...]
    is_whole: bool


def usage_of(answer: Answer) -> Usage | None:
    """Return the charges in the response to a request for usage by model and day; None if it has no valid list."""
    data = _at(answer.json, "data")
    data = data if isinstance(data, Mapping) else answer.json
    items = _at(data, "items")
    if answer.status >= 300 or not isinstance(items, list):
        return None
    found = [_charged(item) for item in items]
    if None in found:
        return None
    charged = tuple(one for one in found if one is not None)
    return Usage(charged, _adds_up(charged, data))


def logged_jobs_of(answer: Answer) -> tuple[LoggedJob, ...]:
    """Return the calls with a task ID in a table, as CSV or as rows of JSON; none for anything else."""
    if answer.status >= 300:
        return ()
    found = (_logged(row) for row in _rows(answer))
    return tuple(one for one in found if one is not None)


def address_of_export(answer: Answer) -> str:
    """Return the address of an export that is being prepared; empty if the response names none."""
    data = _at(answer.json, "data")
    named = (_at(place, name) for place in (data, answer.json) for name in ("url", "download_url", "poll_url"))
    return next((one for one in named if isinstance(one, str) and answer.status < 300), "")


def _charged(item: Any) -> Charged | None:
    day, model, usd = DAY.match(str(_at(item, "date"))), _at(item, "model"), _usd(item)
    if day is None or not isinstance(model, str) or usd is None:
        return None
    return Charged(day[0], model, usd, int(_number(_at(item, "requests")) or 0))


def _usd(item: Any) -> float | None:
    """Return the USD, converted from credits if only these are given."""
    usd, credits = _number(_at(item, "amount_usd")), _number(_at(item, "credits"))
    return usd if usd is not None or credits is None else credits / CREDITS_PER_USD


def _adds_up(charged: Iterable[Charged], data: Any) -> bool:
    total = _at(data, "total")
    usd, jobs = _usd(total), _number(_at(total, "requests"))
    rows = tuple(charged)
    is_short = usd is not None and abs(usd - sum(one.usd for one in rows)) > ROUNDING_USD
    return not (is_short or _at(data, "has_more") is True or (jobs or 0) > sum(one.jobs for one in rows))


def _rows(answer: Answer) -> Iterator[Mapping[str, Any]]:
    data = _at(answer.json, "data")
    for place in (data, _at(data, "items"), _at(data, "logs"), _at(answer.json, "items"), answer.json):
        if isinstance(place, list):
            yield from (row for row in place if isinstance(row, Mapping))
            return
    if answer.json is None:
        yield from csv.DictReader(io.StringIO(answer.text))


def _logged(row: Mapping[Any, Any]) -> LoggedJob | None:
    texts = {str(name): str(value) for name, value in row.items() if isinstance(value, (str, int, float))}
    task = next((text for text in texts.values() if TASK.fullmatch(text)), None)
    if task is None:
        return None
    model = next((text for name, text in texts.items() if "model" in name.lower()), "")
    moments = (_moment(text) for name, text in texts.items() if MOMENT.search(name))
    return LoggedJob(task, model, next((one for one in moments if one is not None), None))


def _moment(text: str) -> float | None:
    seconds = _number(text)
    if seconds is not None:
        return seconds / 1000 if seconds > 1e11 else seconds
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def _number(value: Any) -> float | None:
    """Return a finite number, also if it is given as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _at(place: Any, name: str) -> Any:
    return place.get(name) if isinstance(place, Mapping) else None
