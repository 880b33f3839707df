"""The ledger: what was asked, bought, ended and fetched, written down before money moves."""

from __future__ import annotations

from .entry import ADOPTED, Contradiction, Entry, Intent
from .leases import LONGEST_LEASE_SECONDS, may_live, new_owner
from .ledger import Ledger
from .limits import NO_LIMITS
from .queries import ProjectSpent, Spent

__all__ = [
    "ADOPTED",
    "LONGEST_LEASE_SECONDS",
    "NO_LIMITS",
    "Contradiction",
    "Entry",
    "Intent",
    "Ledger",
    "ProjectSpent",
    "Spent",
    "may_live",
    "new_owner",
]
