"""One run at a time carries a job on; others wait and share its result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ..errors import PackError, Unfinished
from ..ledger import Entry, Ledger, new_owner
from ..watch import Watch
from .news import News, Tell

LEASE_SECONDS = 180.0
RENEW_SECONDS = 60.0
LOOK_SECONDS = 0.7


@asynccontextmanager
async def held(ledger: Ledger, entry: Entry, watch: Watch, tell: Tell) -> AsyncIterator[Entry]:
    """The newest state of `entry`, leased. Waits for another run that holds it, unless that one's process is gone."""
    owner = new_owner()
    while not await watch.thread(lambda: ledger.lease(entry.id, owner, LEASE_SECONDS)):
        tell(News("Another run is on the same request; its result is shared.", entry=entry))
        await watch.sleep(LOOK_SECONDS)
    renewal = asyncio.ensure_future(_renew(ledger, entry, owner))
    try:
        yield await watch.thread(lambda: ledger.by_id(entry.id))
    except Unfinished as stop:
        raise await _said_where_it_stands(ledger, entry, stop) from None
    finally:
        renewal.cancel()
        await asyncio.shield(asyncio.to_thread(ledger.release, entry.id, owner))


async def _renew(ledger: Ledger, entry: Entry, owner: str) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        with suppress(PackError):  # a ledger that is busy now may not be at the next renewal
            await asyncio.to_thread(ledger.renew, owner, LEASE_SECONDS)


async def _said_where_it_stands(ledger: Ledger, entry: Entry, stop: Unfinished) -> Unfinished:
    """What a stop means depends on how far the job came, and a thread may have brought it further since."""
    now = await asyncio.to_thread(ledger.by_id, entry.id)
    if now.sent_at is None:
        return Unfinished(stop.what, stopped=stop.stopped, spent="Nothing was submitted yet, so nothing was spent.")
    return Unfinished(stop.what, stopped=stop.stopped, task_id=now.task_id)
