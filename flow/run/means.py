"""What all runs of one person share: account, books, folders, and a worker for each stage."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..catalogue import doubts_about, held_against_schema
from ..fetch import Fetcher
from ..job import Buyer, Follower, Turns
from ..ledger import Entry, Intent, Ledger
from ..model import Body, Question, Request
from ..prices import current_prices, estimate_usd
from ..publish import Publisher, open_result_store, open_store, opened_origins
from ..request import Reader, check
from ..settings import Settings
from ..wire import Provider, Transfer
from .settling import Settler


class Means:
    """One person's account, books and folders; `now` and `pause` are the clock, so that tests need not wait."""

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
        self.realm = settings.realm
        self.ledger = ledger
        self.now = now
        self.scratch = settings.home / "scratch"
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.provider = Provider(settings.base_url, settings.require_key(), language=settings.language)
        transfer = Transfer((settings.base_url, *opened_origins(settings)))
        self.reader = Reader(transfer, ledger, self.scratch, reads_addresses=settings.probe_video_url, now=now)
        self.publisher = Publisher(
            self.provider, ledger, transfer, lambda: open_store(settings, transfer), now=now, pause=pause
        )
        self._settler = Settler(ledger, self.provider, self.realm, now)
        self.turns = Turns(settings.jobs_at_once)
        self.buyer = Buyer(ledger, self.provider, jobs_at_once=settings.jobs_at_once, now=now)
        self.follower = Follower(ledger, self.provider, wait_seconds=settings.wait_seconds, now=now)
        self.fetcher = Fetcher(ledger, transfer, output, open_result_store(settings), now=now, pause=pause)

    def check(self, question: Question) -> Request:
        prices = current_prices(self.provider, self.ledger, self.now())
        request = check(question, lambda values: estimate_usd(prices, question.family, values), self.scratch)
        doubts = doubts_about(question, self.provider, self.ledger, self.now())
        doubts += held_against_schema(question, self.provider, self.ledger, self.now())
        return replace(request, warnings=(*request.warnings, *doubts))

    def published(self, request: Request) -> Body:
        """The body of a request; the files that were made for it are gone afterwards."""
        try:
            return self.publisher.publish(request)
        finally:
            for file in (one.file for one in request.attachments if one.file is not None):
                if file.path.parent == self.scratch:
                    file.path.unlink(missing_ok=True)

    def intend(self, request: Request, queue_run: str | None) -> Entry:
        """Write the purchase down. Raises Refused when it would pass a limit."""
        self._settler.settle()
        question = request.question
        intent = Intent(
            realm=self.realm,
            fingerprint=question.fingerprint,
            family=question.family.node_id,
            model=question.model,
            path=question.path,
            take=question.take,
            prompt=question.words,
            account=self.settings.account,
            queue_run=queue_run,
            billed_units=request.billed_units,
            estimate_usd=request.estimate_usd,
        )
        return self.ledger.intend(intent, limits=self.settings.limits)[0]

    def adopted(self, task_id: str) -> Entry:
        """The entry of any task of this account. Raises Refused when the provider does not know it."""
        if self.ledger.by_task(self.realm, task_id) is None:
            self.provider.task(task_id)
        return self.ledger.adopt(self.realm, task_id, account=self.settings.account)
