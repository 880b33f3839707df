"""Pending approval requests and their decisions."""

from __future__ import annotations

import time

from ...errors import PackError
from ...ledger import APPROVED, DECLINED, Approval, Ledger
from ...model import Json
from ..runtime import Runtime
from .job_view import approval_summary
from .users import User
from .validation import Denied


def waiting(runtime: Runtime, user: User) -> dict[str, Json]:
    """Return the user's open approval requests, oldest first, with today's spending and the daily limit in USD."""
    found = runtime.settings
    ledger = runtime.ledger_of(found)
    return {
        "approvals": [
            approval_summary(one, runtime.output)
            for one in ledger.approvals.waiting(found.realm)
            if _is_of(ledger, one, user)
        ],
        "today_usd": round(ledger.spent_today(found.realm), 6),
        "limit_usd_per_day": found.limits.usd_per_day,
        "now": time.time(),
    }


def decide(runtime: Runtime, user: User, approval_id: str, is_yes: bool) -> tuple[dict[str, Json], bool]:
    """Approve or decline a request. Return it as decided, and whether this decision counts; only the first one does.

    Raises Denied if the user has no such request.
    """
    ledger = runtime.ledger
    asked = _approval(runtime, approval_id)
    if asked.realm != runtime.settings.realm or not _is_of(ledger, asked, user):
        raise Denied(404, "This approval request does not exist.")
    answered, is_first = ledger.approvals.decide(approval_id, APPROVED if is_yes else DECLINED, "page")
    told: dict[str, Json] = {"approval": approval_summary(answered, runtime.output)}
    return (told if is_first else {**told, "error": f"It was already {answered.decision}."}), is_first


def _is_of(ledger: Ledger, approval: Approval, user: User) -> bool:
    """Return whether one of its jobs is the user's; always True for the owner, who pays for all."""
    return user.only is None or any(user.only in ledger.users.of(one.id) for one in approval.entries)


def _approval(runtime: Runtime, approval_id: str) -> Approval:
    try:
        return runtime.ledger.approvals.by_id(approval_id)
    except PackError:
        raise Denied(404, "This approval request does not exist.") from None
