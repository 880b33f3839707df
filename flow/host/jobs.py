"""The sidebar's questions: the jobs, what was spent, their pictures and graphs, and what a person says of one."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import PackError
from ..ledger import Entry, Ledger, Spent
from ..media import thumbnail
from ..model import Json
from .gate import Denied
from .graphs import kept_graph
from .office import Office
from .summary import summary

STATES = {
    "open": ("intended", "ticketed", "ended"),
    "done": ("fetched",),
    "failed": ("failed", "dropped"),
}
THUMB_SIDE = 256


def page(office: Office, offset: int, limit: int, show: str) -> dict[str, Json]:
    """Newest first; `show` is empty for all of them."""
    found = office.settings
    ledger = office.books(found)
    entries = ledger.entries(found.realm, STATES.get(show), limit=limit, offset=offset)
    return {
        "jobs": _shown(entries, ledger, office.output),
        "counts": dict(ledger.counts(found.realm)),
        "sandbox": found.sandbox,
        "now": time.time(),
    }


def one(office: Office, entry_id: str) -> dict[str, Json]:
    entry = _entry(office, entry_id)
    return {"job": _shown([entry], office.ledger, office.output)[0]}


def totals(office: Office, days: int) -> dict[str, Json]:
    """Dollars of today, of this month, and per day and model of the last `days` days."""
    found = office.settings
    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = min(today - timedelta(days=days - 1), today.replace(day=1))
    spent = office.books(found).totals(found.realm, first.timestamp())
    shown = (today - timedelta(days=days - 1)).date().isoformat()
    return {
        "today_usd": _sum(spent, today.date().isoformat()),
        "month_usd": _sum(spent, today.replace(day=1).date().isoformat()),
        "first_day": shown,
        "last_day": today.date().isoformat(),
        "rows": [
            {"day": row.day, "model": row.model, "usd": round(row.usd, 6), "jobs": row.jobs}
            for row in spent
            if row.day >= shown
        ],
        "sandbox": found.sandbox,
    }


def graph(office: Office, entry_id: str) -> Any:
    """The graph that the job was queued from. Raises Denied when it was not kept."""
    _entry(office, entry_id)
    found = kept_graph(office.home, entry_id)
    if found is None:
        raise Denied(404, "The graph of this job was not kept.")
    return found


def thumb(office: Office, entry_id: str) -> bytes:
    """A small JPEG of the clip's first frame, made once. Raises Denied when the clip is not here."""
    entry = _entry(office, entry_id)
    kept = office.home / "thumbs" / f"{entry.id}.jpg"
    if not kept.is_file():
        clip = next((Path(file) for file in entry.files if Path(file).is_file()), None)
        if clip is None:
            raise Denied(404, "The clip of this job is not here.")
        _make_thumb(clip, kept)
    return kept.read_bytes()


def declare_bought(office: Office, entry_id: str, task_id: str) -> dict[str, Json]:
    """A person found the job at the provider, who is asked whether there is such a task before it is believed."""
    _entry(office, entry_id)
    office.provider.task(task_id)
    office.ledger.declare_bought(entry_id, task_id)
    return one(office, entry_id)


def declare_not_bought(office: Office, entry_id: str) -> dict[str, Json]:
    _entry(office, entry_id)
    office.ledger.declare_not_bought(entry_id)
    return one(office, entry_id)


def task_of(office: Office, entry_id: str) -> str:
    """The provider's id of a job. Raises Denied for a job without one."""
    entry = _entry(office, entry_id)
    if not entry.task_id:
        raise Denied(409, "This job has no task id yet.")
    return entry.task_id


def _entry(office: Office, entry_id: str) -> Entry:
    """The job, of the realm in force only. Raises Denied for any other."""
    found = office.settings
    try:
        entry = office.books(found).by_id(entry_id)
    except PackError:
        raise Denied(404, "There is no such job.") from None
    if entry.realm != found.realm:
        raise Denied(404, "There is no such job.")
    return entry


def _shown(entries: list[Entry], ledger: Ledger, output: Path) -> list[Json]:
    running = {(entry.realm, entry.model) for entry in entries if entry.state == "ticketed"}
    usual = {key: ledger.typical_seconds(*key) for key in running}
    return [summary(entry, output, usual.get((entry.realm, entry.model))) for entry in entries]


def _sum(spent: list[Spent], since_day: str) -> float:
    return round(sum(row.usd for row in spent if row.day >= since_day), 6)


def _make_thumb(clip: Path, kept: Path) -> None:
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    thumbnail(clip, kept, THUMB_SIDE)
