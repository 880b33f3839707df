"""The stage from submission to the end of the job: polls rarely at first, often near the expected end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial

from ..errors import NotSet, PackError, Refused, Unfinished, Unreachable
from ..ledger import ADOPTED, Entry, Ledger
from ..model import Standing
from ..wire import Provider
from .job import Job
from .progress import progress_of

USUAL_SECONDS = 150.0
GONE_AFTER = 3
RESUMED_SECONDS = 3.0
FIRST_POLL_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 20.0
POLLS_PER_SECOND = 8.0  # all jobs together: a thousand in flight must not burden the provider or this machine
UNATTENDED_SECONDS = 86400.0  # the lifetime of a finished job's link


class Polling:
    """Polls every submitted job of an account until it ends; `pace` multiplies the intervals."""

    def __init__(
        self, ledger: Ledger, provider: Provider, *, now: Callable[[], float] = time.time, pace: float = 1.0
    ) -> None:
        self._ledger, self._provider, self._now, self._pace = ledger, provider, now, pace
        self._spacing = Spacing(pace / POLLS_PER_SECOND)

    async def follow(self, job: Job, entry: Entry) -> Entry:
        """Poll until the job ends, and return its entry.

        Raises Refused if the provider does not know the task, Unfinished if it has run for a day and nobody waits.
        """
        assert entry.task_id is not None
        usual = await job.thread(lambda: self._ledger.typical_seconds(entry.realm, entry.model))
        began = entry.ticketed_at or self._now()
        standing = Standing(entry.task_id, entry.status or "submitted", None, estimated_seconds=entry.estimated_seconds)
        failures, wait = 0, 0.0 if self._is_resumed(entry) else FIRST_POLL_SECONDS
        while True:
            elapsed = max(0.0, self._now() - began)
            if elapsed > UNATTENDED_SECONDS and not job.is_awaited:
                raise Unfinished("The job did not finish within a day.", task_id=entry.task_id)
            expected = expected_seconds(standing, elapsed, usual)
            job.report(progress_of(entry, standing, elapsed, expected))
            wait = min(wait, wait_before_poll(elapsed, expected))
            await asyncio.sleep(max(wait * self._pace, self._provider.pause_seconds))
            await asyncio.sleep(self._spacing.delay(asyncio.get_running_loop().time()))
            wait = LONGEST_WAIT_SECONDS * random.uniform(0.9, 1.0)  # so that jobs do not poll in step
            try:
                standing, entry = await job.thread(partial(self._poll, entry, job.language))
                failures = 0
            except PackError as error:
                failures += 1
                self._judge(error, failures, entry)
                wait = min(wait, 2.0**failures)
            if standing.ended:
                return entry

    def _is_resumed(self, entry: Entry) -> bool:
        """Return whether an earlier run left the job behind, or it was made elsewhere: it may have ended long ago."""
        return entry.resolution == ADOPTED or self._now() - (entry.ticketed_at or 0) > RESUMED_SECONDS

    def _poll(self, entry: Entry, language: str) -> tuple[Standing, Entry]:
        standing = self._provider.task(entry.task_id or "", language)
        note = self._ledger.end if standing.ended else self._ledger.progress
        return standing, note(entry.id, standing)

    def _judge(self, error: PackError, failures: int, entry: Entry) -> None:
        """Raise `error` if waiting will not change it. Otherwise go on: a failed poll says nothing about the job."""
        if isinstance(error, Unreachable) or (isinstance(error, Refused) and failures < GONE_AFTER):
            return
        error.task_id = entry.task_id
        if isinstance(error, NotSet):
            error.spent = Unfinished.spent
        raise error


class Spacing:
    """Moments at least `seconds` apart, given out in the order of asking."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next = seconds, 0.0

    def delay(self, now: float) -> float:
        """Take the next free moment; return the seconds until then, from `now` by a clock that only moves forward."""
        moment = max(now, self._next)
        self._next = moment + self._seconds
        return moment - now


def expected_seconds(standing: Standing, elapsed: float, usual: float | None) -> float:
    """Return the expected seconds from ticket to end: `usual`, which such jobs took here, if known.

    Otherwise the lower of the provider's estimate and a projection from the progress, or a default without both.
    """
    if usual:
        return usual
    projected = elapsed / standing.progress * 100 if standing.progress and 10 <= standing.progress < 100 else None
    said = [one for one in (standing.estimated_seconds, projected) if one]
    return max(min(said), 1.0) if said else USUAL_SECONDS


def wait_before_poll(elapsed: float, expected: float) -> float:
    """Return the seconds until the next poll: long up to four fifths of the expected time, short around the end."""
    near = 0.8 * expected
    step = min(max(expected * 0.012, 0.5), 3.5)
    if elapsed < near - step:
        return min(near - elapsed, max(step, 0.25 * expected), LONGEST_WAIT_SECONDS)
    late = elapsed - 1.25 * expected
    return step if late <= 0 else min(step + 0.1 * late, 10.0)
