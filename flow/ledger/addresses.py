"""Public addresses of uploaded content."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, or_, select

from ..model import Address
from .schema import ADDRESSES, hash_of
from .store import Store


class Addresses:
    """Public URLs of content, looked up by content hash. Part of a `Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, address: Address) -> None:
        """Store `address`, replacing any earlier record of the same URL."""
        row = {**asdict(address), "url_hash": hash_of(address.url), "remembered_at": self._store.now()}
        with self._store.writing() as connection:
            connection.execute(self._store.upsert(ADDRESSES, row))

    def known(self, content: str, at_least_until: float) -> Address | None:
        """Return the longest-lived address of `content` (a hash) that lasts until that Unix time, or None.

        An address without an expiry counts as permanent. Whether the URL still responds is not checked.
        """
        lasts = or_(ADDRESSES.c.expires_at.is_(None), ADDRESSES.c.expires_at >= at_least_until)
        asking = select(ADDRESSES).where(ADDRESSES.c.content == content, lasts)
        asking = asking.order_by(ADDRESSES.c.expires_at.desc().nulls_first(), ADDRESSES.c.remembered_at.desc())
        with self._store.reading() as connection:
            row = connection.execute(asking.limit(1)).mappings().first()
        return None if row is None else Address(row["url"], row["content"], row["expires_at"], row["source"])

    def forget(self, url: str) -> None:
        """Remove a URL, if it is stored."""
        with self._store.writing() as connection:
            connection.execute(delete(ADDRESSES).where(ADDRESSES.c.url_hash == hash_of(url)))
