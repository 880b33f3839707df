"""The ledger: what was asked, bought, ended and fetched, written down before money moves."""

from __future__ import annotations

from .addresses import Addresses, Sighting
from .books import Books, Spent
from .entry import ADOPTED, Contradiction, Entry
from .facts import Facts
from .intent import Intent
from .leases import Leases
from .moves import Moves
from .owners import LONGEST_LEASE_SECONDS, new_owner
from .purchases import Purchases

__all__ = [
    "ADOPTED",
    "LONGEST_LEASE_SECONDS",
    "Books",
    "Contradiction",
    "Entry",
    "Intent",
    "Ledger",
    "Sighting",
    "Spent",
    "new_owner",
]


class Ledger(Purchases, Moves, Leases, Addresses, Facts):
    """Everything we remember, in one database. Every method is one short transaction; call it in a thread."""
