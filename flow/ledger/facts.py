"""Facts that were asked once and hold for a while: price lists, schema answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from .schema import FACTS
from .store import Store


class Facts(Store):
    """Remembered answers by name."""

    def remember(self, name: str, value: object, until: float) -> None:
        """Keep a JSON value until that Unix time."""
        with self.writing() as connection:
            connection.execute(self.upsert(FACTS, {"name": name, "value": value, "until": until}))

    def recall(self, name: str) -> Any:
        """The remembered JSON value, None when there is none or it is too old."""
        asking = select(FACTS.c.value).where(FACTS.c.name == name, FACTS.c.until > self.now())
        with self.reading() as connection:
            return connection.execute(asking).scalar_one_or_none()

    def forget(self, name: str) -> None:
        with self.writing() as connection:
            connection.execute(delete(FACTS).where(FACTS.c.name == name))
