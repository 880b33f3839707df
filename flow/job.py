"""One job at the provider: bought at most once, then watched until it ends."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from .errors import Declined, NotSet, PackError, Refused, Unfinished, Unknown, Unreachable, log
from .ledger import ADOPTED, Entry, Ledger
from .model import GENERATIONS, Family, Standing, Ticket
from .watch import Watch
from .wire import Again, Provider, why_declined

KEY_LIFE_SECONDS = 24 * 3600.0
SCHEMA_LIFE_SECONDS = 7 * 86400.0
RESENDS = 5
USUAL_SECONDS = 150.0
GONE_AFTER = 3
TURN_SECONDS = 2.0
RESUMED_SECONDS = 3.0
FIRST_LOOK_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 20.0
LOOKS_PER_SECOND = 8.0  # of all jobs together: a thousand in flight must burden neither the provider nor this machine


class Turns:
    """At most `most` jobs of an account in flight in one event loop; the rest wait in line."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    @asynccontextmanager
    async def taken(self, watch: Watch, tell: Callable[[str], None]) -> AsyncIterator[None]:
        line = self._lines.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._most))
        if line.locked():
            tell(f"Waiting: {self._most} jobs are in flight, this one waits its turn")
            await watch.until(line.acquire())
        else:
            await line.acquire()  # at once, so that no other run sees the same free place
        try:
            yield
        finally:
            line.release()


class Buyer:
    """Sends an intent to the provider. Only the ledger's word lets a submit go out."""

    def __init__(
        self, ledger: Ledger, provider: Provider, *, jobs_at_once: int, now: Callable[[], float] = time.time
    ) -> None:
        self._ledger = ledger
        self._provider = provider
        self._jobs_at_once = jobs_at_once
        self._now = now

    async def buy(self, entry: Entry, owner: str, watch: Watch, tell: Callable[[str], None]) -> Ticket:
        """The ticket. Raises Unknown when the outcome cannot be told, NotTaken and others when nothing was bought."""
        resends = 0
        while True:
            await watch.sleep(self._provider.pause_seconds)
            outcome = await watch.thread(lambda: self._send(entry.id, owner))
            if isinstance(outcome, Ticket):
                return outcome
            if isinstance(outcome, Unknown):
                resends += 1
                if resends > RESENDS:
                    raise outcome
                outcome = Again(min(2.0**resends, 30.0), "the answer was lost; the same key is sent again")
            tell(f"Waiting: {outcome.reason}")
            await watch.sleep(outcome.seconds)

    def _send(self, entry_id: str, owner: str) -> Ticket | Again | Unknown:
        """One attempt, in one thread from mark to ticket: a cancelled run cannot come between."""
        is_first = self._ledger.mark_sent(entry_id, owner, at_most_in_flight=self._jobs_at_once)
        if is_first is None:
            return Again(TURN_SECONDS, f"{self._jobs_at_once} jobs of this key are in flight, this one waits its turn")
        entry = self._ledger.by_id(entry_id)
        if not is_first:
            self._require_honoured(entry)
        try:
            outcome = self._provider.submit(entry.body or {}, entry.idempotency_key, entry.path)
        except Unknown as unknown:
            return self._after_lost_answer(entry, unknown)
        except PackError as error:
            raise self._after_no(entry, error, is_first) from None
        if isinstance(outcome, Ticket):
            self._ledger.ticket(entry_id, outcome)
        elif is_first and not outcome.under_way:
            self._ledger.unsend(entry_id)
        return outcome

    def _require_honoured(self, entry: Entry) -> None:
        """A submit that may be out already goes out again only where the key makes it the same purchase."""
        age = self._now() - (entry.sent_at or 0)
        if not 0 <= age < KEY_LIFE_SECONDS or not self._honours_keys(entry):
            raise Unknown("An earlier submit of this request got no answer.")

    def _after_lost_answer(self, entry: Entry, unknown: Unknown) -> Unknown:
        if not unknown.final and self._honours_keys(entry):
            return unknown
        raise unknown

    def _after_no(self, entry: Entry, error: PackError, is_first: bool) -> PackError:
        """A no to a first submit means nothing was bought; a no to a second says nothing of the first."""
        if is_first:
            self._ledger.unsend(entry.id)
            self._ledger.drop(entry.id, error.what)
            return error
        return Unknown(f"An earlier submit got no answer, and sending it again was refused: {error.what}")

    def _honours_keys(self, entry: Entry) -> bool:
        """Whether the provider declares it for this model; asked once and remembered.

        What it declares is said of the usual path: a key counts per endpoint, and of no other endpoint is it known.
        """
        return entry.path == GENERATIONS and self._declares_keys(entry.model)

    def _declares_keys(self, model: str) -> bool:
        name = f"honours keys: {self._provider.base_url} {model}"
        remembered = self._ledger.recall(name)
        if isinstance(remembered, bool):
            return remembered
        try:
            honours = self._provider.honours_keys(model)
        except PackError as error:
            log.info("Whether %s honours idempotency keys is not known: %s", model, error.what)
            return False
        self._ledger.remember(name, honours, self._now() + SCHEMA_LIFE_SECONDS)
        return honours


class Follower:
    """Asks how a job stands: seldom at first, often near its expected end."""

    def __init__(
        self, ledger: Ledger, provider: Provider, *, wait_seconds: float, now: Callable[[], float] = time.time
    ) -> None:
        self._ledger = ledger
        self._provider = provider
        self._wait_seconds = wait_seconds
        self._now = now
        self._followed = 0

    async def follow(self, entry: Entry, watch: Watch, tell: Callable[[Standing, float, float], None]) -> Standing:
        """The end of the job. Raises Unfinished when the wait is over or stopped, and the job goes on.

        `tell` hears each standing with the elapsed and the expected seconds.
        """
        self._followed += 1
        try:
            return await self._look_until_ended(entry, watch, tell)
        finally:
            self._followed -= 1

    async def _look_until_ended(
        self, entry: Entry, watch: Watch, tell: Callable[[Standing, float, float], None]
    ) -> Standing:
        assert entry.task_id is not None
        usual = await watch.thread(lambda: self._ledger.typical_seconds(entry.realm, entry.model))
        began, gives_up = entry.ticketed_at or self._now(), watch.now() + self._wait_seconds
        standing = Standing(entry.task_id, entry.status or "submitted", None, estimated_seconds=entry.estimated_seconds)
        failures, share, wait = 0, 0.0, None if self._is_resumed(entry) else FIRST_LOOK_SECONDS
        while True:
            elapsed = max(0.0, self._now() - began)
            expected = expected_seconds(standing, elapsed, usual)
            tell(standing, elapsed, expected)
            wait = 0.0 if wait is None else max(min(wait, wait_before_poll(elapsed, expected)), share)
            await self._sleep(max(wait, self._provider.pause_seconds), watch, gives_up, entry)
            wait = LONGEST_WAIT_SECONDS * random.uniform(0.9, 1.0)
            share = self._followed / LOOKS_PER_SECOND * random.uniform(0.0, 2.0)  # not all in step
            try:
                standing, failures = await watch.thread(lambda: self._poll(entry, watch.language)), 0
            except PackError as error:
                failures += 1
                self._judge(error, failures, entry)
                wait = min(wait, 2.0**failures)
            if standing.ended:
                return standing

    def _is_resumed(self, entry: Entry) -> bool:
        """A job that an earlier run left behind, or that was made elsewhere, may have ended long ago."""
        return entry.resolution == ADOPTED or self._now() - (entry.ticketed_at or 0) > RESUMED_SECONDS

    def _poll(self, entry: Entry, language: str) -> Standing:
        standing = self._provider.task(entry.task_id or "", language)
        if standing.ended:
            self._ledger.end(entry.id, standing)
        else:
            self._ledger.progress(entry.id, standing)
        return standing

    async def _sleep(self, seconds: float, watch: Watch, gives_up: float, entry: Entry) -> None:
        left = gives_up - watch.now()
        if left <= 0:
            raise Unfinished(f"The job did not end within {self._wait_seconds:.0f} s.", task_id=entry.task_id)
        try:
            await watch.sleep(min(seconds, left))
        except Unfinished as stop:
            raise Unfinished(stop.what, stopped=True, task_id=entry.task_id) from None

    def _judge(self, error: PackError, failures: int, entry: Entry) -> None:
        """A poll that fails says nothing of the job; what will not change by waiting ends the wait."""
        if isinstance(error, Unreachable) or (isinstance(error, Refused) and failures < GONE_AFTER):
            return
        if isinstance(error, NotSet):
            error.spent = Unfinished.spent
        raise type(error)(
            error.what,
            spent=error.spent,
            next_step=error.next_step,
            task_id=entry.task_id,
            request_id=error.request_id,
        )


def expected_seconds(standing: Standing, elapsed: float, usual: float | None) -> float:
    """Seconds from ticket to end: what such jobs took here, else what its progress says, else the provider's word."""
    if usual:
        return usual
    projected = elapsed / standing.progress * 100 if standing.progress and 10 <= standing.progress < 100 else None
    said = [one for one in (standing.estimated_seconds, projected) if one]
    return max(min(said), 1.0) if said else USUAL_SECONDS


def wait_before_poll(elapsed: float, expected: float) -> float:
    """Seconds until the next look: long strides to four fifths of the way, short steps around the end."""
    near = 0.8 * expected
    step = min(max(expected * 0.012, 0.5), 3.5)
    if elapsed < near - step:
        return min(near - elapsed, max(step, 0.25 * expected), LONGEST_WAIT_SECONDS)
    late = elapsed - 1.25 * expected
    return step if late <= 0 else min(step + 0.1 * late, 10.0)


def require_completed(entry: Entry, family: Family | None) -> None:
    """Raises Declined for a job that ended without a clip."""
    if entry.state in ("ended", "fetched") and entry.urls:
        return
    if entry.state != "failed":
        cost = f"The provider states a cost of {entry.cost_usd:g} USD." if entry.cost_usd else None
        raise Declined(
            "The job completed without a clip; content filters do that.",
            spent=cost,
            next_step="Change the prompt, or raise `take` to try the same once more.",
            task_id=entry.task_id,
        )
    retired = family.retired.get(entry.model, "") if family and _sounds_gone(entry.reason) else ""
    what = f"The provider ended the job: {(entry.reason or entry.status).rstrip('.')}."
    raise Declined(f"{what} {retired}".strip(), next_step=why_declined(entry.reason), task_id=entry.task_id)


def _sounds_gone(reason: str) -> bool:
    return any(word in reason.lower() for word in ("not found", "not_found", "retired", "no longer", "not exist"))
