"""The state machine: runs a job from its state in the ledger to its videos, stage by stage, under a lease."""

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
    """Run the stages, starting at the entry's state in the ledger, and return the outcome.

    `purchase` is the request of a job that may not be submitted yet. Raises what ends the job. An entry that was not
    submitted by then is dropped from the ledger, as nothing was spent and nobody needs to look at it.
    """
    while True:
        lease = _Lease(job, account, owner, await _entry(job, purchase))
        async with lease.held():
            entry = lease.entry
            if entry.state == "dropped" and purchase is not None:
                continue  # given up by another process while this one waited
            is_reused = purchase is not None and entry.state in ("ended", "fetched")
            stages = {**account.stages, **(purchase.stages if purchase else {})}
            while stage := stages.get(account.step_of(entry)):
                job.entry = entry = await stage(job, entry)
            return replace(await account.fetch(job, entry), is_reused=is_reused)


async def _entry(job: Job, purchase: Purchase | None) -> Callable[[], Entry]:
    """Return a function that gets or records the entry, to be called in one go with taking its lease."""
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
        """The entry as it was in the ledger when the lease was taken."""
        assert self._job.entry is not None
        return self._job.entry

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold the lease for the block, waiting while another process works on the same request."""
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
        """Drop an unsent entry, and give the job the entry as it was left, for whoever is told of its end."""
        left = self._ledger.by_id(self.entry.id)
        self._job.entry = self._ledger.drop(left.id, reason) if left.unsent else left

    async def _at_the_end(self, work: Callable[[], object]) -> None:
        """Run `work` if the lease is held. Ledger errors are ignored: they did not end the job, and a lease expires."""
        if self._is_held:
            with suppress(PackError):
                await self._job.surely(work)
