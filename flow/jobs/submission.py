"""The stage from body to task ID. The only place that submits, after the ledger has marked the entry as sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial

from ..errors import PackError, Refused, Unfinished, Unknown, log
from ..ledger import INDETERMINATE, Entry, Ledger, usd
from ..model import GENERATIONS, Ticket
from ..settings import Limits, Settings
from ..wire import Again, Provider
from .approval import ApprovalStep
from .job import NOT_SUBMITTED, Job

KEY_LIFE_SECONDS = 24 * 3600.0
SCHEMA_LIFE_SECONDS = 7 * 86400.0
RESENDS = 5
KEEP = "Top up the balance at apimart.ai, or lower the minimum balance in the settings."
TURN_SECONDS = 2.0
LONGEST_RESEND_SECONDS = 30.0


class Submission:
    """Submits entries that the ledger has marked as sent, each once, with limited concurrency per account.

    `limits` are read at the moment money moves. `retired` maps models to the reason they may be gone. `pace` multiplies
    the waits.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        provider: Provider,
        owner: str,
        limits: Callable[[], Limits],
        approval_step: ApprovalStep,
        retired: Mapping[str, str],
        *,
        now: Callable[[], float] = time.time,
        pace: float = 1.0,
    ) -> None:
        self._jobs_at_once, self._wait_seconds = settings.jobs_at_once, settings.wait_seconds
        self._ledger, self._provider, self._owner = ledger, provider, owner
        self._limits, self._retired, self._now, self._pace = limits, retired, now, pace
        self._approval_step = approval_step
        self._head_of_line = asyncio.Lock()
        self._freed = asyncio.Event()
        self._is_full = False
        self._untold: set[Job] = set()

    async def submit(self, job: Job, entry: Entry) -> Entry:
        """Submit the entry and return it with its ticket.

        Raises Unknown if the outcome cannot be determined, Unfinished if the provider asks to wait for longer than the
        settings allow, Refused if it was not approved, NotTaken and other errors if nothing was charged.
        """
        await self._approval_step.admit(job, entry)
        resends, began = 0, time.monotonic()
        while True:
            await asyncio.sleep(self._provider.pause_seconds)
            job.tell("Submitting")
            is_first = await self._marked(job, entry)
            outcome = await job.surely(partial(self._send, entry.id, is_first))
            if isinstance(outcome, Entry):
                return outcome
            if isinstance(outcome, Unknown):
                resends += 1
                if resends > RESENDS:
                    raise outcome
                seconds = min(2.0**resends, LONGEST_RESEND_SECONDS)
                outcome = Again(seconds, "no response; the same idempotency key is sent again")
            elif is_first and not outcome.under_way:
                job.was_not_sent()
            self._require_patience(outcome, time.monotonic() - began, is_first)
            job.tell(f"Waiting: {outcome.reason}")
            await asyncio.sleep(outcome.seconds * self._pace)

    def place_is_free(self) -> None:
        """Note that a job of this process has ended: the head of the line asks the ledger again."""
        self._freed.set()

    async def _marked(self, job: Job, entry: Entry) -> bool:
        """Wait for a free place, mark the entry as sent, and return whether this is its first submission.

        Only the head of the line asks the ledger: a thousand waiting jobs must not wear out the disk.
        """
        self._untold.add(job)
        try:
            if self._is_full:
                self._tell_line()
            async with self._head_of_line:
                while True:
                    self._freed.clear()
                    is_first = await self._mark(job, entry)
                    self._is_full = is_first is None
                    if is_first is not None:
                        return is_first
                    self._tell_line()
                    await self._wait_for_a_place()
        finally:
            self._untold.discard(job)

    async def _wait_for_a_place(self) -> None:
        """Wait until a job of this process has ended, or it is time to look for ended jobs of other processes."""
        timer = asyncio.get_running_loop().call_later(TURN_SECONDS * self._pace, self._freed.set)
        try:
            await self._freed.wait()
        finally:
            timer.cancel()

    async def _mark(self, job: Job, entry: Entry) -> bool | None:
        job.will_send()
        try:
            marked = await job.surely(partial(self._mark_sent, entry.id, job.queue_run))
        except PackError:
            job.was_not_sent()
            raise
        if marked is None:
            job.was_not_sent()
        return marked

    def _mark_sent(self, entry_id: str, queue_run: str | None) -> bool | None:
        limits, most = self._limits(), self._jobs_at_once
        self._require_balance(entry_id, limits.keep_usd)
        return self._ledger.mark_sent(entry_id, self._owner, limits=limits, at_most_in_flight=most, queue_run=queue_run)

    def _require_balance(self, entry_id: str, keep_usd: float | None) -> None:
        """Raise Refused if under `keep_usd` would remain with all running jobs charged in full, or without a price."""
        entry = self._ledger.by_id(entry_id)
        if keep_usd is None or not entry.unsent:
            return
        if entry.estimate_usd is None:
            raise Refused(
                "The price of this job is not known, so the remaining balance cannot be checked.", next_step=KEEP
            )
        balance = self._provider.balance_usd()
        if balance is None:
            return
        under_way = self._ledger.under_way_usd(entry.realm, entry.account)
        if balance - under_way - entry.estimate_usd < keep_usd:
            raise Refused(
                f"The balance is {usd(balance)} USD, {usd(under_way)} USD of it for running jobs. With "
                f"{usd(entry.estimate_usd)} USD for this job, less than the minimum balance of {usd(keep_usd)} USD "
                "would remain.",
                next_step=KEEP,
            )

    def _tell_line(self) -> None:
        """Tell every job that does not know it yet that it waits for a free place."""
        while self._untold:
            self._untold.pop().tell(f"Waiting: running jobs are limited to {self._jobs_at_once}")

    def _require_patience(self, again: Again, waited: float, is_first: bool) -> None:
        if waited + again.seconds <= self._wait_seconds:
            return
        what = f"The provider did not accept the request within {self._wait_seconds:.0f} s: {again.reason}."
        if is_first and not again.under_way:
            raise Unfinished(what, spent=NOT_SUBMITTED, next_step="Queue again later.")
        raise Unknown(f"An earlier submission of this request got no response. {what}")

    def _send(self, entry_id: str, is_first: bool) -> Entry | Again | Unknown:
        """Make one attempt, in one thread from the submission to the ticket on disk."""
        entry = self._ledger.by_id(entry_id)
        if not is_first:
            self._require_honoured(entry)
        try:
            outcome = self._provider.submit(entry.body or {}, entry.idempotency_key, entry.path)
        except Unknown as unknown:
            if unknown.final:
                self._ledger.indeterminate(entry_id)
            elif self._honours_keys(entry):
                return unknown
            raise
        except PackError as error:
            raise self._after_no(entry, error, is_first) from None
        if isinstance(outcome, Ticket):
            return self._ledger.ticket(entry_id, outcome)
        if is_first and not outcome.under_way:
            self._ledger.unsend(entry_id)
        return outcome

    def _require_honoured(self, entry: Entry) -> None:
        """Raise Unknown unless the idempotency key makes a resubmission the same purchase as the one possibly out."""
        age = self._now() - (entry.sent_at or 0)
        is_lost = entry.resolution == INDETERMINATE or not 0 <= age < KEY_LIFE_SECONDS
        if is_lost or not self._honours_keys(entry):
            raise Unknown("An earlier submission of this request got no response.")

    def _after_no(self, entry: Entry, error: PackError, is_first: bool) -> PackError:
        """Return the error for a refusal: nothing was purchased, unless by an earlier submission without a response."""
        if not is_first:
            return Unknown(f"An earlier submission got no response, and sending it again was refused: {error.what}")
        self._ledger.unsend(entry.id)
        retired = self._retired.get(entry.model) if isinstance(error, Refused) else None
        if retired is None:
            return error
        return Refused(f"{error.what} {retired}", next_step=error.next_step, request_id=error.request_id)

    def _honours_keys(self, entry: Entry) -> bool:
        """Return whether the provider declares idempotency keys for this model; asked once and remembered.

        The declaration is about the usual path: a key counts per endpoint, and nothing is known about other endpoints.
        """
        return entry.path == GENERATIONS and self._declares_keys(entry.model)

    def _declares_keys(self, model: str) -> bool:
        name = f"honours keys: {self._provider.base_url} {model}"
        remembered = self._ledger.cache.recall(name)
        if isinstance(remembered, bool):
            return remembered
        try:
            honours = self._provider.honours_keys(model)
        except PackError as error:
            log.info("It is not known whether %s supports idempotency keys: %s", model, error.what)
            return False
        self._ledger.cache.remember(name, honours, self._now() + SCHEMA_LIFE_SECONDS)
        return honours
