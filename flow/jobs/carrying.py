"""The state machine: runs a job from the state in the ledger to its videos, stage by stage, under a lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from ..errors import PackError
from ..ledger import Entry
from .account import Account
from .job import Job
from .progress import Outcome
from .purchase import Purchase

LEASE_SECONDS = 180.0
LOOK_SECONDS = 0.7


async def carry(job: Job, account: Account, owner: str, purchase: Purchase | None) -> Outcome:
    """Enter the table of stages where the ledger says, and follow it to the outcome.

    `purchase` puts the question of a job that may not be sent yet. Raises what ends the job; what was not sent by then
    is dropped from the ledger: nothing was spent, and nobody need look at it.
    """
    while True:
        lease = _Lease(job, account, owner, await _entry(job, purchase))
        async with lease.held():
            entry = lease.entry
            if entry.state == "dropped" and purchase is not None:
                continue  # another process gave it up while this one waited
            is_reused = purchase is not None and entry.state in ("ended", "fetched")
            stages = {**account.stages, **(purchase.stages if purchase else {})}
            while stage := stages.get(account.step_of(entry)):
                job.entry = entry = await stage(job, entry)
            return replace(await account.fetch(job, entry), is_reused=is_reused)


async def _entry(job: Job, purchase: Purchase | None) -> Callable[[], Entry]:
    """How to come by the entry: it is known, or to be written down, which is done in one go with its lease."""
    known = job.entry if purchase is None else await purchase.begin(job)
    if known is not None:
        return lambda: known
    assert purchase is not None
    return purchase.intend


class _Lease:
    """The exclusive right of one process to run a job."""

    def __init__(self, job: Job, account: Account, owner: str, entry: Callable[[], Entry]) -> None:
        self._job, self._ledger, self._owner, self._entry = job, account.ledger, owner, entry
        self._look_seconds = LOOK_SECONDS * account.pace
        self._is_held = False

    @property
    def entry(self) -> Entry:
        """The entry as the ledger held it when the lease was taken."""
        assert self._job.entry is not None
        return self._job.entry

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Waits while another process works on the same request."""
        try:
            await self._job.surely(self._take_first)
            if not self._is_held:
                self._job.arrived()
            while not self._is_held:
                self._job.tell("Another ComfyUI is working on the same request; its result will be shared.")
                await asyncio.sleep(self._look_seconds)
                await self._job.surely(self._take)
            yield
        except BaseException as error:
            reason = error.what if isinstance(error, PackError) else "nobody waited for it any more"
            await self._at_the_end(lambda: self._leave(reason))
            raise
        finally:
            await self._at_the_end(lambda: self._ledger.release(self.entry.id, self._owner))

    def _take_first(self) -> None:
        self._job.entry = self._entry()
        self._take()

    def _take(self) -> None:
        self._is_held = self._ledger.lease(self.entry.id, self._owner, LEASE_SECONDS)
        self._job.meet(self._ledger.by_id(self.entry.id))

    def _leave(self, reason: str) -> None:
        """Drop what was not sent; the job then has the entry as it was left, for whoever is told of its end."""
        left = self._ledger.by_id(self.entry.id)
        self._job.entry = self._ledger.drop(left.id, reason) if left.unsent else left

    async def _at_the_end(self, work: Callable[[], object]) -> None:
        """A ledger that cannot be written now is not what went wrong, and a lease runs out by itself."""
        if self._is_held:
            with suppress(PackError):
                await self._job.surely(work)
