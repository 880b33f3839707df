"""The whole journey in order; every run enters it where the ledger says the last one ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import PackError, Refused, Unfinished
from .fetch import Fetcher
from .job import Buyer, Follower, Turns, require_completed
from .ledger import Entry, Ledger, new_owner
from .model import Address, Body, Family, Files, Question, Request, Standing, Values
from .prices import current_prices, estimate_usd
from .publish import LIFE_NEEDED_SECONDS, Publisher, open_result_store, open_store, opened_origins
from .request import Reader, ask, check
from .settings import Settings
from .watch import Watch
from .wire import Provider, Transfer

LEASE_SECONDS = 30.0
RENEW_SECONDS = 8.0
LOOK_SECONDS = 0.7


@dataclass(frozen=True)
class News:
    """What a run tells while it goes: one line; how far the job is (0..1) and when it ends (Unix) where known."""

    line: str
    fraction: float | None = None
    entry: Entry | None = None
    ends_at: float | None = None


@dataclass(frozen=True)
class Bought:
    """What a run ends with."""

    entry: Entry
    files: Files
    warnings: tuple[str, ...] = ()


class Journey:
    """One person's account, books and folders; any number of runs at once on one event loop."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        output: Path,
        *,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings
        self.ledger = ledger
        self.provider = Provider(settings.base_url, settings.require_key(), language=settings.language)
        self.transfer = Transfer((settings.base_url, *opened_origins(settings)))
        self._now = now
        self.scratch = settings.home / "scratch"
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._reader = Reader(self.transfer, ledger, self.scratch, reads_addresses=settings.probe_video_url, now=now)
        self._publisher = Publisher(
            self.provider, ledger, self.transfer, lambda: open_store(settings, self.transfer), now=now, pause=pause
        )
        self._buyer = Buyer(ledger, self.provider, jobs_at_once=settings.jobs_at_once, now=now)
        self._turns = Turns(settings.jobs_at_once)
        self._follower = Follower(ledger, self.provider, wait_seconds=settings.wait_seconds, now=now)
        self._fetcher = Fetcher(ledger, self.transfer, output, open_result_store(settings), now=now, pause=pause)

    async def run(
        self,
        family: Family,
        values: Values,
        watch: Watch,
        tell: Callable[[News], None],
        *,
        queue_run: str | None = None,
    ) -> Bought:
        """Answer the question that `values` put: from the books if it was bought, else by buying it once."""
        question = await watch.thread(lambda: ask(family, values, self._reader.identify))
        entry = await watch.thread(lambda: self.ledger.find(self.settings.realm, question.fingerprint))
        request = None
        if entry is None or entry.over or (entry.unsent and entry.body is None):
            if entry is not None and entry.state == "failed":
                tell(News(f"The last attempt failed and was free ({entry.reason}); buying anew."))
            checked = request = await watch.thread(lambda: self._check(question))
            entry = await watch.thread(lambda: self._intend(checked, queue_run))
        warnings = request.warnings if request else ()
        async with self._held(entry, watch, tell) as held:
            bought = await self._carry_on(held, question, request, family, watch, tell)
        return replace(bought, warnings=warnings)

    async def collect(
        self, task_id: str, watch: Watch, tell: Callable[[News], None], family: Family | None = None
    ) -> Bought:
        """Bring the result of any task of this account; buys nothing."""
        entry = await watch.thread(lambda: self._adopted(task_id))
        async with self._held(entry, watch, tell) as held:
            return await self._finish(held, family, watch, tell)

    async def _carry_on(
        self,
        entry: Entry,
        question: Question,
        request: Request | None,
        family: Family,
        watch: Watch,
        tell: Callable[[News], None],
    ) -> Bought:
        if entry.unsent:
            entry = await self._published(entry, question, request, watch, tell)
        if entry.state != "intended":
            return await self._finish(entry, family, watch, tell)
        async with self._turns.taken(watch, lambda line: tell(News(line, entry=entry))):
            tell(News("Submitting", entry=entry))
            entry = await self._bought(entry, family, watch, tell)
            return await self._finish(entry, family, watch, tell)

    async def _published(
        self, entry: Entry, question: Question, request: Request | None, watch: Watch, tell: Callable[[News], None]
    ) -> Entry:
        """The entry with its body on disk. What fails here has spent nothing, so the intent is taken back."""
        if entry.body is not None and all(_lives(address, self._now()) for address in entry.addresses):
            return entry
        try:
            ready = request or await watch.thread(lambda: self._check(question))
            if ready.attachments:
                tell(News("Uploading", entry=entry))
            body = await watch.thread(lambda: self._publisher.publish(ready))
        except PackError as error:
            await asyncio.to_thread(self.ledger.drop, entry.id, error.what)
            raise
        facts = (ready.billed_units, ready.estimate_usd)
        return await watch.thread(lambda: self.ledger.write_body(entry.id, body.json, body.addresses, *facts))

    async def _bought(self, entry: Entry, family: Family, watch: Watch, tell: Callable[[News], None]) -> Entry:
        owner = entry.lease_owner or new_owner()
        try:
            await self._buyer.buy(entry, owner, watch, lambda line: tell(News(line, entry=entry)))
            return await watch.thread(lambda: self.ledger.by_id(entry.id))
        except Refused as error:
            retired = family.retired.get(entry.model)
            if not retired:
                raise
            raise Refused(f"{error.what} {retired}", next_step=error.next_step, request_id=error.request_id) from None

    async def _finish(self, entry: Entry, family: Family | None, watch: Watch, tell: Callable[[News], None]) -> Bought:
        if entry.state == "ticketed":
            await self._follower.follow(entry, watch, lambda *how: tell(_how_it_stands(entry, *how)))
            entry = await watch.thread(lambda: self.ledger.by_id(entry.id))
        if entry.state == "dropped":
            raise Refused(f"The request was given up: {entry.reason}", next_step="Queue again.")
        files = await watch.thread(lambda: self._fetcher.kept(entry))
        if files is None:
            require_completed(entry, family)
            tell(News("Downloading", 1.0, entry))
            files = await watch.thread(lambda: self._fetcher.fetch(entry, lambda: watch.stopped))
            await watch.thread(lambda: self._tidy(entry))
            entry = await watch.thread(lambda: self.ledger.by_id(entry.id))
        return Bought(entry, files)

    def _check(self, question: Question) -> Request:
        prices = current_prices(self.provider, self.ledger, self._now())
        return check(question, lambda values: estimate_usd(prices, question.family, values), self.scratch)

    def _intend(self, request: Request, queue_run: str | None) -> Entry:
        question = request.question
        return self.ledger.intend(
            realm=self.settings.realm,
            fingerprint=question.fingerprint,
            family=question.family.node_id,
            model=question.model,
            take=question.take,
            prompt=str(question.values.get("prompt") or ""),
            account=self.settings.account,
            queue_run=queue_run,
            billed_units=request.billed_units,
            estimate_usd=request.estimate_usd,
            limits=self.settings.limits,
        )[0]

    def _adopted(self, task_id: str) -> Entry:
        if self.ledger.by_task(self.settings.realm, task_id) is None:
            self.provider.task(task_id)
        return self.ledger.adopt(self.settings.realm, task_id, account=self.settings.account)

    def _tidy(self, entry: Entry) -> None:
        """Take the reference clip out of the person's store when that was asked for."""
        if self.settings.media_delete:
            self._publisher.withdraw(Body({}, entry.addresses))

    @asynccontextmanager
    async def _held(self, entry: Entry, watch: Watch, tell: Callable[[News], None]) -> AsyncIterator[Entry]:
        """The newest state of `entry`, held so that one run alone carries it on; others wait and share its result."""
        owner = new_owner()
        while not await watch.thread(lambda: self.ledger.lease(entry.id, owner, LEASE_SECONDS)):
            tell(News("Another run is on the same request; its result is shared.", entry=entry))
            await watch.sleep(LOOK_SECONDS)
        renewal = asyncio.ensure_future(self._renew(entry, owner))
        try:
            yield await watch.thread(lambda: self.ledger.by_id(entry.id))
        except Unfinished as stop:
            raise await self._said_where_it_stands(stop, entry) from None
        finally:
            renewal.cancel()
            await asyncio.shield(asyncio.to_thread(self.ledger.release, entry.id, owner))

    async def _renew(self, entry: Entry, owner: str) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await asyncio.to_thread(self.ledger.renew, entry.id, owner, LEASE_SECONDS)

    async def _said_where_it_stands(self, stop: Unfinished, entry: Entry) -> Unfinished:
        now = await asyncio.to_thread(self.ledger.by_id, entry.id)
        told = Unfinished(stop.what, stopped=stop.stopped, task_id=now.task_id)
        if now.sent_at is None:
            told = Unfinished(f"{stop.what} Nothing was submitted yet, so nothing was spent.", stopped=stop.stopped)
        return told


def _lives(address: Address, now: float) -> bool:
    return address.expires_at is None or address.expires_at > now + LIFE_NEEDED_SECONDS


def _how_it_stands(entry: Entry, standing: Standing, elapsed: float, expected: float) -> News:
    percent = f" {standing.progress:.0f} %" if standing.progress is not None else ""
    line = f"{standing.status}{percent}, {elapsed:.0f} s of about {max(expected, elapsed):.0f} s"
    fraction = standing.progress / 100 if standing.progress else min(0.95, elapsed / max(expected, 1.0))
    return News(line, fraction, entry, None if entry.ticketed_at is None else entry.ticketed_at + expected)
