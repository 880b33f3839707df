"""Who looks after a job right now. A lease says only that; nothing that costs money relies on it."""

from __future__ import annotations

from sqlalchemy import update

from .books import Books, one_entry
from .owners import LONGEST_LEASE_SECONDS, held
from .schema import ENTRIES


class Leases(Books):
    """Leases end by themselves, or at once when their process on this machine is gone."""

    def lease(self, entry_id: str, owner: str, seconds: float) -> bool:
        """Take or prolong the lease; False when another lives. At most `LONGEST_LEASE_SECONDS` long."""
        with self.writing() as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            if entry.lease_owner != owner and held(entry.lease_owner, entry.lease_until, self.now()):
                return False
            until = self.now() + min(seconds, LONGEST_LEASE_SECONDS)
            changing = update(ENTRIES).where(ENTRIES.c.id == entry_id)
            connection.execute(changing.values(lease_owner=owner, lease_until=until))
            return True

    def renew(self, entry_id: str, owner: str, seconds: float) -> bool:
        """Prolong a lease; False when it has gone to another."""
        until = self.now() + min(seconds, LONGEST_LEASE_SECONDS)
        return self._if_mine(entry_id, owner, lease_until=until)

    def release(self, entry_id: str, owner: str) -> bool:
        return self._if_mine(entry_id, owner, lease_owner=None, lease_until=None)

    def _if_mine(self, entry_id: str, owner: str, **fields: object) -> bool:
        mine = (ENTRIES.c.id == entry_id) & (ENTRIES.c.lease_owner == owner)
        with self.writing() as connection:
            return connection.execute(update(ENTRIES).where(mine).values(**fields)).rowcount == 1
