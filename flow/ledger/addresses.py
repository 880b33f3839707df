"""Where content was published, and what stood at an address when we last looked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, or_, select

from ..model import Address
from .schema import ADDRESSES
from .store import Store


@dataclass(frozen=True)
class Sighting:
    """The content of an address, with what the server said of it then (its validators)."""

    content: str
    etag: str | None = None
    last_modified: str | None = None
    length: int | None = None


class Addresses(Store):
    """The address book."""

    def remember_address(
        self,
        address: Address,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        length: int | None = None,
    ) -> None:
        row = {
            "url_hash": _hash(address.url),
            "url": address.url,
            "content": address.content,
            "source": address.source,
            "expires_at": address.expires_at,
            "etag": etag,
            "last_modified": last_modified,
            "length": length,
            "remembered_at": self.now(),
        }
        with self.writing() as connection:
            connection.execute(self.upsert(ADDRESSES, row))

    def known_address(self, content: str, at_least_until: float, *, source: str | None = None) -> Address | None:
        """Where `content` will still stand at that Unix time, the longest-lived first.

        An address without an end counts as lasting. `source` narrows to one kind of place.
        """
        lasts = or_(ADDRESSES.c.expires_at.is_(None), ADDRESSES.c.expires_at >= at_least_until)
        asking = select(ADDRESSES).where(ADDRESSES.c.content == content, lasts)
        if source is not None:
            asking = asking.where(ADDRESSES.c.source == source)
        asking = asking.order_by(ADDRESSES.c.expires_at.desc().nulls_first(), ADDRESSES.c.remembered_at.desc())
        with self.reading() as connection:
            row = connection.execute(asking.limit(1)).mappings().first()
        return None if row is None else Address(row["url"], row["content"], row["expires_at"], row["source"])

    def content_at(self, url: str) -> Sighting | None:
        """What stood at `url` when it was remembered; whether it still does is for the validators to say."""
        asking = select(ADDRESSES).where(ADDRESSES.c.url_hash == _hash(url))
        with self.reading() as connection:
            row = connection.execute(asking).mappings().first()
        if row is None:
            return None
        return Sighting(row["content"], row["etag"], row["last_modified"], row["length"])

    def forget_address(self, url: str) -> None:
        with self.writing() as connection:
            connection.execute(delete(ADDRESSES).where(ADDRESSES.c.url_hash == _hash(url)))


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
