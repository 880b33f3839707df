"""Read and write rows of the ledger's tables inside the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from ..model import GENERATIONS, Address
from .entry import Changes, Contradiction, Entry
from .schema import ENTRIES, FILES

# Built once: each job runs them many times, and building one costs too.
_BY_ID = select(ENTRIES).where(ENTRIES.c.id == bindparam("entry_id"))
# SQLite allows one write transaction at a time; SQLAlchemy omits FOR UPDATE for it.
_BY_ID_TO_CHANGE = _BY_ID.with_for_update()
_CURRENT = select(ENTRIES).where(
    ENTRIES.c.realm == bindparam("realm"),
    ENTRIES.c.fingerprint == bindparam("fingerprint"),
    ENTRIES.c.superseded_at.is_(None),
)
_UPDATE = update(ENTRIES).where(ENTRIES.c.id == bindparam("entry_id"))
_FILES = (
    select(FILES.c.entry_id, FILES.c.path)
    .where(FILES.c.entry_id.in_(bindparam("ids", expanding=True)))
    .order_by(FILES.c.entry_id, FILES.c.position)
)


def one_entry(connection: Connection, entry_id: str, *, to_change: bool = False) -> Entry:
    """Return an entry, locked against other changes with `to_change`. Raises `Contradiction` if there is none."""
    found = first(connection, _BY_ID_TO_CHANGE if to_change else _BY_ID, entry_id=entry_id)
    if found is None:
        raise Contradiction(f"The ledger knows no job {entry_id}.", spent="Nothing was charged.", next_step="")
    return found


def current_entry(connection: Connection, realm: str, fingerprint: str) -> Entry | None:
    """Return the current entry for a fingerprint, or None."""
    return first(connection, _CURRENT, realm=realm, fingerprint=fingerprint)


def entry_of_task(connection: Connection, realm: str, task_id: str) -> Entry | None:
    """Return the entry with a provider's task ID, the current one in preference to history, or None."""
    newest = ENTRIES.c.superseded_at.is_not(None), ENTRIES.c.number.desc()
    asking = select(ENTRIES).where(ENTRIES.c.realm == realm, ENTRIES.c.task_id == task_id).order_by(*newest).limit(1)
    return first(connection, asking)


def first(connection: Connection, asking: Select[Any], **given: str) -> Entry | None:
    return next(iter(load(connection, asking, **given)), None)


def load(connection: Connection, asking: Select[Any], **given: str) -> list[Entry]:
    """Return the entries that a query on their table finds, with their files. `given` are its bound parameters."""
    rows = [dict(row) for row in connection.execute(asking, given).mappings()]
    files = _files(connection, [row["id"] for row in rows if row["fetched_at"] is not None])
    return [_entry(row, files.get(row["id"], ())) for row in rows]


def add(connection: Connection, now: float, fields: Mapping[str, Any]) -> Entry:
    """Create and return an entry with its own idempotency key; what `fields` omits gets a default."""
    entry_id = uuid.uuid4().hex
    blank = {
        "id": entry_id,
        "idempotency_key": f"comfyui-{uuid.uuid4().hex}",
        "path": GENERATIONS,
        "take": 0,
        "project": "",
        "state": "intended",
        "status": "",
        "reason": "",
        "resolution": "",
        "created_at": now,
        "asked_at": now,
    }
    connection.execute(insert(ENTRIES), {**blank, **fields})
    return one_entry(connection, entry_id)


def change(connection: Connection, entry_id: str, changes: Changes) -> Entry:
    """Update columns of an entry, and return the updated entry."""
    if changes:
        connection.execute(_UPDATE, {**changes, "entry_id": entry_id})
    return one_entry(connection, entry_id)


def replace_files(connection: Connection, entry_id: str, paths: Iterable[str], now: float) -> None:
    """Replace the files of an entry with `paths`, in this order."""
    connection.execute(delete(FILES).where(FILES.c.entry_id == entry_id))
    rows = [
        {"entry_id": entry_id, "position": position, "path": path, "kept_at": now}
        for position, path in enumerate(paths)
    ]
    connection.execute(insert(FILES), rows)


def _files(connection: Connection, ids: list[str]) -> dict[str, tuple[str, ...]]:
    kept: dict[str, tuple[str, ...]] = {}
    for entry_id, path in connection.execute(_FILES, {"ids": ids}) if ids else ():
        kept[entry_id] = (*kept.get(entry_id, ()), path)
    return kept


def _entry(row: Mapping[str, Any], files: tuple[str, ...]) -> Entry:
    fields = {name: value for name, value in row.items() if name != "number"}
    fields["addresses"] = tuple(Address(**one) for one in row["addresses"] or ())
    fields["urls"] = tuple(row["urls"] or ())
    return Entry(**fields, files=files)
