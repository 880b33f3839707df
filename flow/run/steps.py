"""One run, arrow by arrow. A step that the ledger says was made is not made again; so resuming needs no code."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ..errors import PackError, Refused
from ..job import require_completed
from ..ledger import Entry, new_owner
from ..model import Address, Body, Family, Files, Question, Request, Values
from ..publish import LIFE_NEEDED_SECONDS
from ..request import ask
from ..watch import Watch
from .holding import held
from .means import Means
from .news import News, Tell, how_it_stands


@dataclass(frozen=True)
class Bought:
    """What a run ends with."""

    entry: Entry
    files: Files
    warnings: tuple[str, ...] = ()


class Run:
    """One node's run on a person's journey."""

    def __init__(self, means: Means, watch: Watch, tell: Tell, family: Family | None, queue_run: str | None) -> None:
        self._at = means
        self._watch = watch
        self._tell = tell
        self._family = family
        self._queue_run = queue_run
        self._request: Request | None = None

    async def answer(self, values: Values) -> Bought:
        """Widgets -> question -> request -> body -> ticket -> end -> files."""
        assert self._family is not None
        family = self._family
        question = await self._watch.thread(lambda: ask(family, values, self._at.reader.identify))
        entry = await self._intended(question)
        async with held(self._at.ledger, entry, self._watch, self._tell) as entry:
            entry = await self._published(entry, question)
            return await self._ticketed_and_brought(entry)

    async def collect(self, entry: Entry) -> Bought:
        """Ticket -> end -> files, for a job whoever made it."""
        async with held(self._at.ledger, entry, self._watch, self._tell) as entry:
            return await self._brought(entry)

    async def _intended(self, question: Question) -> Entry:
        """The entry of the question; a new one is checked and written down first."""
        await self._watch.thread(lambda: self._at.ledger.rekey(self._at.realm, question.earlier, question.fingerprint))
        entry = await self._watch.thread(lambda: self._at.ledger.find(self._at.realm, question.fingerprint))
        if entry is not None and not entry.over and not (entry.unsent and entry.body is None):
            return entry
        if entry is not None and entry.state == "failed":
            self._tell(News(f"The last attempt failed and was free ({entry.reason}); buying anew."))
        request = await self._checked(question)
        return await self._watch.thread(lambda: self._at.intend(request, self._queue_run))

    async def _checked(self, question: Question) -> Request:
        if self._request is None:
            self._request = await self._watch.thread(lambda: self._at.check(question))
        return self._request

    async def _published(self, entry: Entry, question: Question) -> Entry:
        """The entry with its body on disk. What fails here has spent nothing, so the intent is taken back."""
        if not entry.unsent or (entry.body is not None and all(_lives(one, self._at.now()) for one in entry.addresses)):
            return entry
        try:
            request = await self._checked(question)
            if request.attachments:
                self._tell(News("Uploading", entry=entry))
            body = await self._watch.thread(lambda: self._at.published(request))
        except PackError as error:
            await asyncio.to_thread(self._at.ledger.drop, entry.id, error.what)
            raise
        facts = (request.billed_units, request.estimate_usd)
        return await self._watch.thread(lambda: self._at.ledger.write_body(entry.id, body.json, body.addresses, *facts))

    async def _ticketed_and_brought(self, entry: Entry) -> Bought:
        """A new purchase keeps its place among the jobs in flight until its clip is here."""
        if entry.state != "intended":
            return await self._brought(entry)
        async with self._at.turns.taken(self._watch, lambda line: self._tell(News(line, entry=entry))):
            return await self._brought(await self._ticketed(entry))

    async def _ticketed(self, entry: Entry) -> Entry:
        self._tell(News("Submitting", entry=entry))
        owner = entry.lease_owner or new_owner()
        try:
            await self._at.buyer.buy(entry, owner, self._watch, lambda line: self._tell(News(line, entry=entry)))
        except Refused as error:
            raise self._explained(error, entry) from None
        return await self._newest(entry)

    def _explained(self, error: Refused, entry: Entry) -> Refused:
        retired = self._family.retired.get(entry.model) if self._family else None
        if retired is None:
            return error
        return Refused(f"{error.what} {retired}", next_step=error.next_step, request_id=error.request_id)

    async def _brought(self, entry: Entry) -> Bought:
        entry = await self._ended(entry)
        files = await self._watch.thread(lambda: self._at.fetcher.kept(entry))
        if files is None:
            require_completed(entry, self._family)
            self._tell(News("Downloading", 1.0, entry))
            files = await self._watch.thread(lambda: self._at.fetcher.fetch(entry, lambda: self._watch.stopped))
            await self._watch.thread(lambda: self._tidy(entry))
        warnings = self._request.warnings if self._request else ()
        return Bought(await self._newest(entry), files, warnings)

    async def _ended(self, entry: Entry) -> Entry:
        if entry.state == "dropped":
            raise Refused(f"The request was given up: {entry.reason}", next_step="Queue again.")
        if entry.state == "ticketed":
            await self._at.follower.follow(entry, self._watch, lambda *how: self._tell(how_it_stands(entry, *how)))
        return await self._newest(entry)

    async def _newest(self, entry: Entry) -> Entry:
        return await self._watch.thread(lambda: self._at.ledger.by_id(entry.id))

    def _tidy(self, entry: Entry) -> None:
        """Take the reference clip out of the person's store when that was asked for."""
        if self._at.settings.media_delete:
            self._at.publisher.withdraw(Body({}, entry.addresses))


def _lives(address: Address, now: float) -> bool:
    return address.expires_at is None or address.expires_at > now + LIFE_NEEDED_SECONDS
