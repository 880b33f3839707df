"""The optional step before submission: all jobs of a queue run wait together for a person's approval."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from ..errors import Refused
from ..ledger import APPROVED, DECLINED, WITHDRAWN, Approval, Entry, Ledger, usd
from ..settings import Limits
from .job import NOT_SUBMITTED, Job

LOOK_SECONDS = 0.25
QUIET_LOOKS = 3  # without another job of the run, after which all that are about to purchase have arrived


class _Batch:
    """The jobs of one queue run by entry ID, and the decision on them."""

    def __init__(self) -> None:
        self.jobs: dict[str, tuple[Job, Entry]] = {}
        self.answer: asyncio.Future[Approval | None] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None


class ApprovalStep:
    """Holds jobs of an account back until they are approved, if approval is required.

    `limits` are read at the moment money would move. No answer within `seconds` counts as declined.
    """

    def __init__(
        self,
        ledger: Ledger,
        limits: Callable[[], Limits],
        seconds: float,
        *,
        now: Callable[[], float] = time.time,
        pace: float = 1.0,
    ) -> None:
        self._ledger, self._limits, self._seconds, self._now = ledger, limits, seconds, now
        self._look_seconds = LOOK_SECONDS * pace
        self._lock = threading.Lock()
        self._coming: Counter[str] = Counter()
        self._batches: dict[str, _Batch] = {}

    def coming(self, queue_run: str | None) -> Callable[[], None]:
        """Make other jobs of the run wait for one more; call the returned function when it arrives, or never will."""
        if queue_run is None:
            return lambda: None
        with self._lock:
            self._coming[queue_run] += 1
        is_over = threading.Event()

        def over() -> None:
            with self._lock:
                if not is_over.is_set():
                    is_over.set()
                    self._coming[queue_run] -= 1

        return over

    async def admit(self, job: Job, entry: Entry) -> None:
        """Wait until the job may be submitted. Raises Refused if somebody declines it, or nobody answers in time."""
        job.arrived()
        above = (await job.thread(self._limits)).ask_above_usd
        if above is None or not entry.unsent:
            return
        run = job.queue_run or entry.queue_run or entry.id
        batch = self._batches.get(run)
        if batch is None:
            batch = self._batches[run] = _Batch()
            batch.task = asyncio.ensure_future(self._answered(run, batch, above))
        batch.jobs[entry.id] = job, entry
        try:
            answer = await asyncio.shield(batch.answer)
        finally:
            batch.jobs.pop(entry.id, None)
        if answer is not None and answer.decision != APPROVED:
            raise _declined(answer, self._seconds)

    async def _answered(self, run: str, batch: _Batch, above: float) -> None:
        try:
            answer = await self._answer(run, batch, above)
        except asyncio.CancelledError:
            batch.answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - passed on to the waiting jobs
            batch.answer.set_exception(error)
            batch.answer.exception()  # marked as retrieved: perhaps nobody waits anymore
        else:
            batch.answer.set_result(answer)

    async def _answer(self, run: str, batch: _Batch, above: float) -> Approval | None:
        await self._all_here(run, batch)
        del self._batches[run]
        jobs = list(batch.jobs.values())
        if not jobs:
            return None
        first, entries = jobs[0][0], [entry for _, entry in jobs]
        ask = partial(self._ledger.approvals.ask, entries, run, above, self._seconds)
        approval = await first.thread(ask)
        if approval is None:
            return None
        for job, _ in jobs:
            job.tell(f"Waiting for your approval: {_sum(approval)}")
        first.announce(approval)
        while not approval.decision:
            await asyncio.sleep(self._look_seconds)
            approval = await first.thread(partial(self._looked_at, approval, bool(batch.jobs)))
        first.announce(approval)
        return approval

    async def _all_here(self, run: str, batch: _Batch) -> None:
        quiet, seen = 0, 0
        while quiet < QUIET_LOOKS:
            await asyncio.sleep(self._look_seconds)
            is_quiet = not self._coming[run] and len(batch.jobs) == seen
            quiet, seen = quiet + 1 if is_quiet else 0, len(batch.jobs)

    def _looked_at(self, approval: Approval, is_awaited: bool) -> Approval:
        if not is_awaited:
            return self._ledger.approvals.decide(approval.id, WITHDRAWN, "cancelled")[0]
        if self._now() >= approval.until:
            return self._ledger.approvals.decide(approval.id, DECLINED, "nobody")[0]
        return self._ledger.approvals.by_id(approval.id)


def _sum(approval: Approval) -> str:
    count = len(approval.entries)
    least = "at least " if approval.is_at_least else ""
    return f"{count} job{'s' if count > 1 else ''}, {least}{usd(approval.usd)} USD"


def _declined(approval: Approval, seconds: float) -> Refused:
    if approval.decided_by == "nobody":
        what = f"This purchase was not approved within {seconds:.0f} s ({_sum(approval)})."
    else:
        what = f"This purchase was declined ({_sum(approval)})."
    return Refused(what, spent=NOT_SUBMITTED, next_step="Queue again to be asked for approval again.")
