"""The ledger: requests, submissions, results and files, each recorded before money is spent."""

from __future__ import annotations

from .approvals import APPROVED, DECLINED, WITHDRAWN, Approval
from .copying import copy_ledger
from .entry import ADOPTED, INDETERMINATE, Contradiction, Entry, Intent
from .leases import LONGEST_LEASE_SECONDS, may_live, new_owner
from .ledger import Ledger
from .limits import NO_LIMITS, usd
from .queries import Booking, Spent

__all__ = [
    "ADOPTED",
    "APPROVED",
    "DECLINED",
    "INDETERMINATE",
    "LONGEST_LEASE_SECONDS",
    "NO_LIMITS",
    "WITHDRAWN",
    "Approval",
    "Booking",
    "Contradiction",
    "Entry",
    "Intent",
    "Ledger",
    "Spent",
    "copy_ledger",
    "may_live",
    "new_owner",
    "usd",
]
