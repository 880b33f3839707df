"""Which ComfyUI user queued which job, with `--multi-user`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from .schema import ENTRIES, USERS
from .store import Store


class Users:
    """The users who queued each entry; several may have made the same request. Part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, entry_id: str, user: str) -> None:
        """Record that `user` also queued an entry."""
        with self._store.writing() as connection:
            connection.execute(self._store.upsert(USERS, {"entry_id": entry_id, "user_id": user}))

    def of(self, entry_id: str) -> frozenset[str]:
        """Return the users who queued an entry; empty if ComfyUI had a single user then, or if a program queued it."""
        with self._store.reading() as connection:
            found = connection.execute(select(USERS.c.user_id).where(USERS.c.entry_id == entry_id))
            return frozenset(found.scalars())


def queued_by(user: str) -> ColumnElement[Any]:
    """Return a condition on entries: that `user` queued them."""
    return ENTRIES.c.id.in_(select(USERS.c.entry_id).where(USERS.c.user_id == user))
