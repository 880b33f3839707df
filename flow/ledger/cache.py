"""Cached responses of the provider: price lists, model lists, schemas."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from .schema import FACTS
from .store import Store


class Cache:
    """JSON values by name, each with an expiry; part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, name: str, value: object, until: float) -> None:
        """Keep a JSON value until that Unix time, in the place of an earlier one; what is too old is removed."""
        with self._store.writing() as connection:
            connection.execute(delete(FACTS).where(FACTS.c.until <= self._store.now()))
            connection.execute(self._store.upsert(FACTS, {"name": name, "value": value, "until": until}))

    def recall(self, name: str) -> Any:
        """The value of that name, None when there is none or it is too old."""
        asking = select(FACTS.c.value).where(FACTS.c.name == name, FACTS.c.until > self._store.now())
        with self._store.reading() as connection:
            return connection.execute(asking).scalar_one_or_none()
