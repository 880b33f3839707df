"""Copy a whole ledger to another database: from a file to PostgreSQL, or back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from sqlalchemy import Table, TableClause, column, func, insert, select, text
from sqlalchemy.engine import Connection

from ..errors import Refused
from .leases import held_at
from .ledger import Ledger
from .schema import ADDRESSES, APPROVALS, ENTRIES, FACTS, FILES, LINK_CONTENTS, USERS

TABLES = (ENTRIES, FILES, ADDRESSES, FACTS, LINK_CONTENTS, USERS, APPROVALS)
ROWS_AT_ONCE = 1000
_LEFT_BEHIND = {"lease_owner": None, "lease_until": None}


def copy_ledger(source: Ledger, target: Ledger) -> Mapping[str, int]:
    """Copy every row of `source` into the empty `target`, all or none; return the row counts by table.

    Leases are not copied: no process holds a job of the copy. Raises Refused if a ComfyUI is working on a job of
    `source` or if `target` already holds jobs, and NotSet if a database cannot be read or written.
    """
    # Write transactions on both, so that nobody else adds to a source file meanwhile.
    with source.store.writing(alone=True) as reading, target.store.writing(alone=True) as adding:
        _require_rest(source, reading)
        _require_empty(target, adding)
        copied = {table.name: _copy(table, reading, adding) for table in TABLES}
        if adding.dialect.name == "postgresql":
            adding.execute(text(_GO_ON_COUNTING))
        return copied


# Inserting rows with explicit numbers does not advance PostgreSQL's sequence.
_GO_ON_COUNTING = """SELECT setval(pg_get_serial_sequence('apimart_entries', 'number'), max(number))
    FROM apimart_entries HAVING count(*) > 0"""


def _require_rest(source: Ledger, reading: Connection) -> None:
    leased = select(ENTRIES.c.lease_owner, ENTRIES.c.lease_until).where(ENTRIES.c.lease_owner.is_not(None))
    held = held_at(source.now())
    count = sum(held(owner, until) for owner, until in reading.execute(leased))
    if count:
        raise Refused(
            f"ComfyUI is working on {count} job(s) of {source.store.name}: what it writes would not be in the copy.",
            next_step="Stop every ComfyUI that uses this ledger. After a crash, wait ten minutes.",
        )


def _require_empty(target: Ledger, adding: Connection) -> None:
    count = adding.execute(select(func.count()).select_from(ENTRIES)).scalar_one()
    if count:
        raise Refused(
            f"{target.store.name} holds {count} job(s) already, and ledgers are not mixed.",
            next_step="Use an empty database, or a file that does not exist yet.",
        )


def _copy(table: Table, reading: Connection, adding: Connection) -> int:
    plain = _as_stored(table)
    left_behind = _LEFT_BEHIND if table is ENTRIES else {}
    rows = reading.execute(select(plain), execution_options={"yield_per": ROWS_AT_ONCE}).mappings()
    count = 0
    while some := list(islice(rows, ROWS_AT_ONCE)):
        adding.execute(insert(plain), [{**row, **left_behind} for row in some])
        count += len(some)
    return count


def _as_stored(table: Table) -> TableClause:
    """Return the table without the types of its columns: what is stored is the same in every database."""
    return TableClause(table.name, *(column(one.name) for one in table.columns))
