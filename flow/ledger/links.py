"""Content hashes of links that people entered, so that a purchase is found again after its link has expired."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from .schema import ENTRIES, LINK_CONTENTS, hash_of
from .store import Store

KEPT_SECONDS = 30 * 86400.0


class Links:
    """JSON values by URL, kept as long as an entry names the URL, 30 days otherwise; part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, url: str, found: object) -> None:
        """Keep what `url` holds, a JSON value, in the place of an earlier one; what nobody needs is removed."""
        row = {"url_hash": hash_of(url), "found": found, "until": self._store.now() + KEPT_SECONDS}
        with self._store.writing(alone=True) as connection:
            connection.execute(self._store.upsert(LINK_CONTENTS, row))
            _remove_old(connection, self._store.now())

    def recall(self, url: str) -> Any:
        """What `url` was last seen to hold, None when that is not known."""
        asking = select(LINK_CONTENTS).where(LINK_CONTENTS.c.url_hash == hash_of(url))
        with self._store.reading() as connection:
            row = connection.execute(asking).mappings().first()
        if row is None:
            return None
        if row["until"] <= self._store.now():
            self.remember(url, row["found"])  # somebody is about to write an entry that names it
        return row["found"]


def _remove_old(connection: Connection, now: float) -> None:
    """Of those whose time is over, keep what an entry names for another time, and remove the others."""
    asking = select(LINK_CONTENTS.c.url_hash).where(LINK_CONTENTS.c.until <= now)
    old = set(connection.execute(asking).scalars())
    named = old & _named(connection) if old else set()
    for url_hash in named:
        keeping = update(LINK_CONTENTS).where(LINK_CONTENTS.c.url_hash == url_hash)
        connection.execute(keeping.values(until=now + KEPT_SECONDS))
    connection.execute(delete(LINK_CONTENTS).where(LINK_CONTENTS.c.until <= now))


def _named(connection: Connection) -> set[str]:
    """The hashes of the URLs in the bodies of all entries, history included."""
    asking = select(ENTRIES.c.addresses).where(ENTRIES.c.addresses.is_not(None))
    return {hash_of(one["url"]) for addresses in connection.execute(asking).scalars() for one in addresses}
