"""State transitions of an entry, as pure functions.

intended -> ticketed -> ended -> fetched
                   |--> failed
An entry may be dropped until it is fetched, one of unknown outcome (intended, sent, no ticket) only by a person. A
ticket or an end that arrives later revives a dropped entry.

Transitions return the changes, empty if already made, and raise `Contradiction` if the state does not allow them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import NoReturn

from ..model import Address, Json, Standing, Ticket
from .entry import INDETERMINATE, Changes, Contradiction, Entry


def with_body(
    entry: Entry,
    body: Mapping[str, Json],
    addresses: Iterable[Address],
    billed_units: float | None,
    estimate_usd: float | None,
) -> Changes:
    """Set the body of an unsent entry; an idempotency key stands for one body, so a sent one is never rewritten."""
    if not entry.unsent:
        impossible(entry, "get a new body")
    facts = {"billed_units": billed_units, "estimate_usd": estimate_usd}
    given = {name: value for name, value in facts.items() if value is not None}
    return {"body": dict(body), "addresses": [asdict(one) for one in addresses], **given}


def require_sendable(entry: Entry) -> None:
    """Raise `Contradiction` if there is nothing left to send."""
    if entry.state != "intended" or not entry.current:
        impossible(entry, "be sent")


def unsent(entry: Entry) -> Changes:
    if entry.state != "intended" or not entry.current:
        impossible(entry, "be withdrawn")
    return {"sent_at": None, "sent_by": None}


def indeterminate(entry: Entry) -> Changes:
    if not entry.unknown:
        impossible(entry, "be called indeterminate")
    return {"resolution": INDETERMINATE}


def ticketed(entry: Entry, ticket: Ticket, now: float) -> Changes:
    if entry.task_id == ticket.task_id:
        return {}
    if entry.task_id is not None:
        raise Contradiction(
            f"The provider gave task {ticket.task_id} for a job that already is task {entry.task_id}.",
            next_step=f"Collect task {ticket.task_id} with APIMart Collect Job.",
            task_id=ticket.task_id,
            request_id=ticket.request_id,
        )
    return {
        "state": "ticketed" if entry.current else entry.state,
        "sent_at": now if entry.sent_at is None else entry.sent_at,
        "ticketed_at": now,
        "task_id": ticket.task_id,
        "request_id": ticket.request_id,
        "status": ticket.status,
    }


def progressed(entry: Entry, standing: Standing) -> Changes:
    same_task(entry, standing)
    return _seen(entry, standing) if entry.state == "ticketed" else {}


def ended(entry: Entry, standing: Standing, now: float) -> Changes:
    same_task(entry, standing)
    if standing.ended is None:
        impossible(entry, "end while the provider is still working on it")
    facts = {
        **_seen(entry, standing),
        "ended_at": now if entry.ended_at is None else entry.ended_at,
        "cost_usd": entry.cost_usd if standing.cost_usd is None else standing.cost_usd,
        "actual_seconds": standing.actual_seconds or entry.actual_seconds,
        "urls": list(standing.urls or entry.urls),
        "expires_at": standing.expires_at or entry.expires_at,
        "reason": standing.reason or entry.reason,
    }
    if entry.state == "fetched" or not entry.current:
        return facts
    return {**facts, "state": "ended" if standing.ended == "completed" else "failed"}


def _seen(entry: Entry, standing: Standing) -> Changes:
    return {
        "status": standing.status,
        "progress": entry.progress if standing.progress is None else standing.progress,
        "estimated_seconds": standing.estimated_seconds or entry.estimated_seconds,
    }


def is_progress(entry: Entry, standing: Standing) -> bool:
    """Return whether a response contains anything new; each write waits for the disk."""
    changes = _seen(entry, standing)
    return any(changes[name] != getattr(entry, name) for name in ("status", "progress", "estimated_seconds"))


def kept(entry: Entry, paths: list[str], now: float) -> Changes:
    if not paths:
        impossible(entry, "be kept as no file at all")
    if entry.state not in ("ended", "fetched") and entry.current:
        impossible(entry, "be kept")
    return {"state": "fetched" if entry.current else entry.state, "fetched_at": now}


def dropped(entry: Entry, reason: str) -> Changes:
    if entry.over:
        return {}
    if entry.unknown:
        raise Contradiction(
            "It is not known whether this job was purchased.",
            spent="The provider may have started and billed it.",
            next_step="Mark it in the sidebar as purchased, with its task ID, or not purchased.",
            request_id=entry.request_id,
        )
    if entry.state == "fetched":
        impossible(entry, "be dropped: its result is kept, and increasing take generates another")
    return {"state": "dropped", "reason": reason}


def purchased(entry: Entry, task_id: str, now: float) -> Changes:
    """Resolve an unknown outcome: a person found the job at the provider."""
    if entry.task_id == task_id and not entry.over:
        return {}
    if not entry.unknown:
        impossible(entry, "be marked as purchased")
    found = {"state": "ticketed", "task_id": task_id, "ticketed_at": now, "status": "submitted"}
    return {**found, "resolution": "declared bought"}


def not_purchased(entry: Entry) -> Changes:
    if entry.state == "dropped" and entry.task_id is None:
        return {}
    if not entry.unknown:
        impossible(entry, "be marked as not purchased")
    return {"state": "dropped", "resolution": "declared not bought", "reason": "declared not bought"}


def same_task(entry: Entry, standing: Standing) -> Entry:
    """Return the entry if the response is about its task. Raises `Contradiction` otherwise."""
    if entry.task_id != standing.task_id:
        raise Contradiction(
            f"An answer about task {standing.task_id} came for the job {entry.id}, which is task {entry.task_id}.",
            task_id=standing.task_id,
        )
    return entry


def impossible(entry: Entry, wish: str) -> NoReturn:
    state = "unknown" if entry.unknown else entry.state
    raise Contradiction(f"The job {entry.id} is {state} and cannot {wish}.", task_id=entry.task_id)
