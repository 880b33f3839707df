"""Cached provider responses: price lists, model lists, schemas."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from .schema import FACTS
from .store import Store


class Cache:
    """JSON values by name, each with an expiry. Part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, name: str, value: object, until: float) -> None:
        """Store a JSON value until that Unix time, replacing any earlier one; expired values are deleted."""
        with self._store.writing() as connection:
            connection.execute(delete(FACTS).where(FACTS.c.until <= self._store.now()))
            connection.execute(self._store.upsert(FACTS, {"name": name, "value": value, "until": until}))

    def recall(self, name: str) -> Any:
        """Return the value stored under `name`, or None if there is none or it has expired."""
        asking = select(FACTS.c.value).where(FACTS.c.name == name, FACTS.c.until > self._store.now())
        with self._store.reading() as connection:
            return connection.execute(asking).scalar_one_or_none()
