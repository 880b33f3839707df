"""A job as the sidebar shows it: no URLs, no keys, and paths only relative to the output folder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from ...errors import redact
from ...jobs import expected_seconds, files_of
from ...ledger import Approval, Entry
from ...model import Family, Json, Standing
from ..families import FAMILIES
from .request_view import has_final

SHOWN_STATES = {"intended": "waiting", "ticketed": "running"}


def summary(
    entry: Entry,
    output: Path,
    usual_seconds: float | None = None,
    now: float | None = None,
    families: Mapping[str, Family] = FAMILIES,
) -> dict[str, Json]:
    """Return a job for the sidebar: times are Unix seconds, `progress` is 0..1, `clips` are for ComfyUI's /view."""
    return {
        "id": entry.id,
        "family": entry.family,
        "model": entry.model,
        "prompt": redact(entry.prompt),
        "take": entry.take,
        "project": redact(entry.project),
        "state": "unknown" if entry.unknown else SHOWN_STATES.get(entry.state, entry.state),
        "current": entry.current,
        "progress": None if entry.progress is None else entry.progress / 100,
        "created_at": entry.created_at,
        "ends_at": _ends_at(entry, usual_seconds, time.time() if now is None else now),
        "ended_at": entry.ended_at,
        "billed_units": entry.billed_units,
        "estimate_usd": entry.estimate_usd,
        "cost_usd": entry.cost_usd,
        "task_id": entry.task_id,
        "reason": redact(entry.reason),
        "has_final": has_final(entry, families.get(entry.family)),
        "clips": [_shown(file, output) for file in files_of(entry, output) or ()],
    }


def approval_summary(approval: Approval, output: Path) -> dict[str, Json]:
    """Return an approval request: `usd` for its jobs, `run_usd` for its run before, `decision` empty while open."""
    return {
        "id": approval.id,
        "queue_run": approval.queue_run,
        "asked_at": approval.asked_at,
        "until": approval.until,
        "decision": approval.decision,
        "decided_at": approval.decided_at,
        "decided_by": approval.decided_by,
        "usd": round(approval.usd, 6),
        "at_least": approval.is_at_least,
        "run_usd": round(approval.run_usd, 6),
        "ask_above_usd": approval.above_usd,
        "jobs": [summary(entry, output) for entry in approval.entries],
    }


def _ends_at(entry: Entry, usual_seconds: float | None, now: float) -> float | None:
    if entry.state != "ticketed" or entry.ticketed_at is None:
        return None
    standing = Standing(
        entry.task_id or "", entry.status, None, progress=entry.progress, estimated_seconds=entry.estimated_seconds
    )
    return entry.ticketed_at + expected_seconds(standing, max(0.0, now - entry.ticketed_at), usual_seconds)


def _shown(file: Path, output: Path) -> Json:
    """Return where ComfyUI serves the file, as parameters of its /view."""
    inside = file.relative_to(output)
    return {"filename": inside.name, "subfolder": inside.parent.as_posix(), "type": "output"}
