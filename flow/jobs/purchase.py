"""From a request to the JSON body on disk: found in the ledger, or else checked, recorded and its media uploaded."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..catalogue import doubts_about, held_against_schema
from ..ledger import Entry, Intent, Ledger
from ..model import Address, Question, Request
from ..prices import current_prices, estimate_usd
from ..publish import LIFE_NEEDED_SECONDS, Publisher
from ..request import check
from ..settings import Settings
from ..stopping import Stopped, never
from ..wire import Provider
from .job import Job, Stage, nothing
from .scratch import Scratch


class Checkout:
    """What the purchases of one account share. All methods block; none of them submits."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        provider: Provider,
        publisher: Publisher,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._ledger, self._provider, self._publisher = settings, ledger, provider, publisher
        self._now = now

    def find(self, question: Question) -> Entry | None:
        """Return the request's current entry, whatever its state; None if there is none, or its body is not written."""
        self._ledger.rekey(self._settings.realm, question.earlier, question.fingerprint)
        entry = self._ledger.find(self._settings.realm, question.fingerprint)
        return None if entry is None or (entry.unsent and entry.body is None) else entry

    def check(self, question: Question, folder: Path, stopped: Stopped = never) -> Request:
        """Check the request, with files in `folder`. Raises Refused with every broken rule, Unfinished if `stopped`."""
        prices = current_prices(self._provider, self._ledger, self._now())
        request = check(question, lambda values: estimate_usd(prices, question.family, values), folder, stopped)
        doubts = doubts_about(question, self._provider, self._ledger, self._now())
        doubts += held_against_schema(question, self._provider, self._ledger, self._now())
        return replace(request, warnings=(*request.warnings, *doubts))

    def intend(self, request: Request, queue_run: str | None, project: str) -> Entry:
        """Record the purchase. Raises Refused if it would exceed a limit."""
        question = request.question
        intent = Intent(
            realm=self._settings.realm,
            fingerprint=question.fingerprint,
            family=question.family.node_id,
            model=question.model,
            path=question.path,
            take=question.take,
            prompt=question.words,
            account=self._settings.account,
            queue_run=queue_run,
            project=project,
            billed_units=request.billed_units,
            estimate_usd=request.estimate_usd,
        )
        return self._ledger.intend(intent, limits=self._settings.limits)[0]

    def publish(self, entry: Entry, request: Request, stopped: Stopped) -> Entry:
        """Upload the media and return the entry with its body on disk, media as addresses."""
        body = self._publisher.publish(request, stopped)
        return self._ledger.write_body(entry.id, body.json, body.addresses, request.billed_units, request.estimate_usd)


class Purchase:
    """A request on its way to a body, with its media files in a folder of `scratch`.

    The folder is removed when the job is over, and when nothing refers to the purchase anymore, since the caller may
    stop waiting just as it is created.
    """

    def __init__(
        self,
        question: Question,
        folder: Path,
        scratch: Scratch,
        checkout: Checkout,
        queue_run: str | None = None,
        project: str = "",
        arrived: Callable[[], None] = nothing,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self.question, self.arrived, self.metadata = question, arrived, metadata
        self._folder, self._checkout, self.queue_run, self._project = folder, checkout, queue_run, project
        self._request: Request | None = None
        self.end = weakref.finalize(self, _end, scratch, folder, arrived)

    async def begin(self, job: Job) -> Entry | None:
        """Return the entry that answers the request; None if it is yet to be recorded, all checks passed."""
        entry = await job.thread(lambda: self._checkout.find(self.question))
        if entry is not None and not entry.over:
            if not entry.unsent:
                self.arrived()
            return entry
        if entry is not None and entry.state == "failed":
            job.tell(f"The last attempt failed and was free ({entry.reason}); submitting again.")
        await self._checked(job)
        return None

    def intend(self) -> Entry:
        """Record the purchase after it has passed the checks."""
        assert self._request is not None
        return self._checkout.intend(self._request, self.queue_run, self._project)

    async def publish(self, job: Job, entry: Entry) -> Entry:
        """Run the stage from an intent to a body."""
        request = await self._checked(job)
        if request.attachments:
            job.tell("Uploading")
        return await job.thread(lambda: self._checkout.publish(entry, request, job.is_stopped))

    @property
    def stages(self) -> Mapping[str, Stage]:
        """The stages that need the request."""
        return {"intended": self.publish}

    async def _checked(self, job: Job) -> Request:
        if self._request is None:
            check = partial(self._checkout.check, self.question, self._folder, job.is_stopped)
            self._request = await job.thread(check)
            job.warn(self._request.warnings)
        return self._request


def _end(scratch: Scratch, folder: Path, arrived: Callable[[], None]) -> None:
    arrived()
    scratch.remove(folder)


def is_ready(entry: Entry, now: float) -> bool:
    """Return whether the body of an unsent entry can be sent: its addresses stay valid long enough for a job."""
    return entry.body is not None and all(_lives(one, now) for one in entry.addresses)


def _lives(address: Address, now: float) -> bool:
    return address.expires_at is None or address.expires_at > now + LIFE_NEEDED_SECONDS
