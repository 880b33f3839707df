"""Content hashes of links that people entered, so that a purchase can be found after its link has expired."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from .schema import ENTRIES, LINK_CONTENTS, hash_of
from .store import Store

KEPT_SECONDS = 30 * 86400.0


class Links:
    """JSON values by URL, kept while an entry contains the URL, otherwise for 30 days. Part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, url: str, found: object) -> None:
        """Store what `url` contains as a JSON value, replacing any earlier one; values no longer used are deleted."""
        row = {"url_hash": hash_of(url), "found": found, "until": self._store.now() + KEPT_SECONDS}
        with self._store.writing(alone=True) as connection:
            connection.execute(self._store.upsert(LINK_CONTENTS, row))
            _remove_old(connection, self._store.now())

    def recall(self, url: str) -> Any:
        """Return what `url` was last seen to contain, or None if unknown."""
        asking = select(LINK_CONTENTS).where(LINK_CONTENTS.c.url_hash == hash_of(url))
        with self._store.reading() as connection:
            row = connection.execute(asking).mappings().first()
        if row is None:
            return None
        if row["until"] <= self._store.now():
            self.remember(url, row["found"])  # an entry with this URL is about to be written
        return row["found"]


def _remove_old(connection: Connection, now: float) -> None:
    """Extend the expired values whose URL is in an entry by another `KEPT_SECONDS`, and delete the others."""
    asking = select(LINK_CONTENTS.c.url_hash).where(LINK_CONTENTS.c.until <= now)
    old = set(connection.execute(asking).scalars())
    named = old & _named(connection) if old else set()
    for url_hash in named:
        keeping = update(LINK_CONTENTS).where(LINK_CONTENTS.c.url_hash == url_hash)
        connection.execute(keeping.values(until=now + KEPT_SECONDS))
    connection.execute(delete(LINK_CONTENTS).where(LINK_CONTENTS.c.until <= now))


def _named(connection: Connection) -> set[str]:
    """Return the hashes of the URLs in the bodies of all entries, including history."""
    asking = select(ENTRIES.c.addresses).where(ENTRIES.c.addresses.is_not(None))
    return {hash_of(one["url"]) for addresses in connection.execute(asking).scalars() for one in addresses}
