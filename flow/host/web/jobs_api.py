"""The API of the sidebar: jobs, spending, thumbnails, workflows, and resolving jobs of unknown outcome."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ...errors import PackError, redact
from ...jobs import files_of, purchases_csv
from ...ledger import Entry, Ledger, Spent
from ...media import write_thumbnail
from ...model import Json
from ..runtime import Runtime
from .job_view import summary
from .request_view import final_of, parameters
from .users import User
from .validation import Denied
from .workflows import kept_origin, kept_workflow

STATES = {
    "open": ("intended", "ticketed", "ended"),
    "done": ("fetched",),
    "failed": ("failed", "dropped"),
}
THUMBNAIL_SIDE = 256


def page(
    runtime: Runtime, user: User, offset: int, limit: int, show: str, project: str | None = None, words: str = ""
) -> dict[str, Json]:
    """Return jobs, newest first. An empty `show` and a `project` of None mean all; a job must match all `words`."""
    found = runtime.settings
    ledger = runtime.ledger_of(found)
    entries = ledger.entries(
        found.realm, STATES.get(show), project=project, words=words, limit=limit, offset=offset, user=user.only
    )
    return {
        "jobs": _shown(entries, ledger, runtime),
        "sandbox": found.sandbox,
        "now": time.time(),
    }


def one(runtime: Runtime, user: User, entry_id: str) -> dict[str, Json]:
    entry = _entry(runtime, user, entry_id)
    return {"job": _shown([entry], runtime.ledger, runtime)[0]}


def totals(runtime: Runtime, user: User, days: int, project: str | None = None) -> dict[str, Json]:
    """Return what the user's jobs cost in USD today, this month, and per day and model over the last `days` days.

    With a `project`, only its jobs count, and its total is added; `limit_usd_per_project` is what it may cost.
    """
    found = runtime.settings
    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = min(today - timedelta(days=days - 1), today.replace(day=1))
    ledger = runtime.ledger_of(found)
    spent = ledger.totals(found.realm, first.timestamp(), user.only, project)
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
        "project_usd": round(ledger.project_usd(found.realm, project, user.only), 6) if project else None,
        "limit_usd_per_project": found.limits.usd_per_project,
        "sandbox": found.sandbox,
    }


def projects(runtime: Runtime, user: User) -> dict[str, Json]:
    """Return the names of the user's projects, and the current project."""
    found = runtime.settings
    return {"projects": [*runtime.ledger_of(found).projects(found.realm, user.only)], "project": found.project}


def export(runtime: Runtime, user: User, project: str | None) -> str:
    """Return every purchase of the user, or those of one project, as CSV."""
    found = runtime.settings
    return redact("".join(purchases_csv(runtime.ledger_of(found), found.realm, project, user.only)))


def workflow(runtime: Runtime, user: User, entry_id: str) -> Any:
    """Return the workflow that this user queued the job from. Raises Denied if it was not saved."""
    _entry(runtime, user, entry_id)
    found = kept_workflow(runtime.home, entry_id, user.name)
    if found is None:
        raise Denied(404, "The workflow of this job was not saved.")
    return found


def request(runtime: Runtime, user: User, entry_id: str) -> dict[str, Json]:
    """Return a job's parameters, the node that queued it if known, and the node that makes its final version."""
    entry = _entry(runtime, user, entry_id)
    origin = kept_origin(runtime.home, entry_id, user.name)
    widgets = None if origin is None else {**origin.widgets}
    workflow = kept_workflow(runtime.home, entry_id, user.name) or {}
    return {
        "parameters": parameters(entry, runtime.families.get(entry.family)),
        "node": None if origin is None else origin.node,
        "workflow": str(workflow.get("id", "")),
        "widgets": widgets,
        "final": final_of(entry, runtime.families, widgets),
    }


def thumbnail(runtime: Runtime, user: User, entry_id: str) -> bytes:
    """Return a small JPEG of the video's first frame, made once. Raises Denied if the video is not on this machine."""
    entry = _entry(runtime, user, entry_id)
    kept = runtime.home / "thumbs" / f"{entry.id}.jpg"
    if not kept.is_file():
        files = files_of(entry, runtime.output)
        if files is None:
            raise Denied(404, "The video of this job is not on this machine.")
        _make_thumbnail(files[0], kept)
    return kept.read_bytes()


def mark_purchased(runtime: Runtime, user: User, entry_id: str, task_id: str) -> dict[str, Json]:
    """Mark a job as purchased, after checking that the provider knows the task ID that the user found there."""
    _entry(runtime, user, entry_id)
    runtime.provider.task(task_id)
    runtime.ledger.mark_purchased(entry_id, task_id)
    return one(runtime, user, entry_id)


def mark_not_purchased(runtime: Runtime, user: User, entry_id: str) -> dict[str, Json]:
    _entry(runtime, user, entry_id)
    runtime.ledger.mark_not_purchased(entry_id)
    return one(runtime, user, entry_id)


def collect(runtime: Runtime, user: User, entry_id: str) -> None:
    """Have the runner download the videos of a job. Raises Denied if it has no task ID, NotSet without a key."""
    entry = _entry(runtime, user, entry_id)
    if not entry.task_id:
        raise Denied(409, "This job has no task ID yet.")
    account = runtime.account()
    runtime.runner.resume(account.adopt(entry.task_id), account, is_awaited=False)


def _entry(runtime: Runtime, user: User, entry_id: str) -> Entry:
    """Return a job of this user in the current realm. Raises Denied for any other."""
    found = runtime.settings
    ledger = runtime.ledger_of(found)
    try:
        entry = ledger.by_id(entry_id)
    except PackError:
        raise Denied(404, "This job does not exist.") from None
    if entry.realm != found.realm or (user.only is not None and user.only not in ledger.users.of(entry_id)):
        raise Denied(404, "This job does not exist.")
    return entry


def _shown(entries: list[Entry], ledger: Ledger, runtime: Runtime) -> list[Json]:
    running = {(entry.realm, entry.model) for entry in entries if entry.state == "ticketed"}
    usual = {key: ledger.typical_seconds(*key) for key in running}
    return [
        summary(entry, runtime.output, usual.get((entry.realm, entry.model)), families=runtime.families)
        for entry in entries
    ]


def _sum(spent: list[Spent], since_day: str) -> float:
    return round(sum(row.usd for row in spent if row.day >= since_day), 6)


def _make_thumbnail(clip: Path, kept: Path) -> None:
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_thumbnail(clip, kept, THUMBNAIL_SIDE)
