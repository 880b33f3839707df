"""Which user queued which job, with `--multi-user`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from .schema import ENTRIES, USERS
from .store import Store


class Users:
    """Who queued which entry; several may have asked the same question. Part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, entry_id: str, user: str) -> None:
        """Let an entry be one of this user's as well."""
        with self._store.writing() as connection:
            connection.execute(self._store.upsert(USERS, {"entry_id": entry_id, "user_id": user}))

    def of(self, entry_id: str) -> frozenset[str]:
        """Who queued it; nobody where ComfyUI had one user then, or where a program did."""
        with self._store.reading() as connection:
            found = connection.execute(select(USERS.c.user_id).where(USERS.c.entry_id == entry_id))
            return frozenset(found.scalars())


def queued_by(user: str) -> ColumnElement[Any]:
    """A condition on the entries: that this user queued them."""
    return ENTRIES.c.id.in_(select(USERS.c.entry_id).where(USERS.c.user_id == user))
