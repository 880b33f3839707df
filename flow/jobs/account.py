"""One API key at one provider, with its ledger and folders: the dependencies of its jobs, created once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from ..errors import Refused
from ..ledger import Entry, Ledger
from ..model import Family, Values, project_name
from ..publish import Publisher, open_result_store, open_store, opened_origins
from ..request import Reader, ask
from ..settings import Limits, Settings, read
from ..stopping import Stopped, never
from ..wire import Credential, OnCall, Provider, Transfer, unheard
from .approval import ApprovalStep
from .download import Downloads
from .job import Stage
from .polling import UNATTENDED_SECONDS, Polling
from .purchase import Checkout, Purchase, is_ready
from .reconcile import reconcile_daily
from .scratch import Scratch
from .submission import Submission


class Account:
    """An API key at one provider, and everything its jobs depend on. Raises NotSet without a key.

    `output` is the folder for results, `owner` names this process, `now` and `pause` are the clock. `pace` multiplies
    the waits between polls, submissions and ledger checks; 1 is right for APIMart. `retired` maps models to the reason
    they may be gone, `on_call` receives the provider's responses. `writes_metadata` stores receipts, and whatever else
    is known of a job, in the containers of its videos.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        output: Path,
        owner: str,
        *,
        retired: Mapping[str, str],
        writes_metadata: bool = True,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
        pace: float = 1.0,
        on_call: OnCall = unheard,
    ) -> None:
        self.settings, self.ledger, self.pace = settings, ledger, pace
        self._now = now
        self._provider = provider = Provider(
            settings.base_url, settings.require_key(), language=settings.language, on_call=on_call
        )
        opened = (settings.base_url, *opened_origins(settings))
        transfer = Transfer(opened)
        store = partial(open_store, settings, transfer)
        publisher = Publisher(provider, ledger, transfer, store, now=now, pause=pause)
        self._scratch = Scratch(settings.home)
        links = Transfer(opened, hosts=settings.video_url_hosts)
        self._reader = Reader(links, ledger, reads_addresses=settings.probe_video_url)
        self.checkout = Checkout(settings, ledger, provider, publisher, now=now)
        self._approval_step = ApprovalStep(ledger, self._limits, settings.wait_seconds, now=now, pace=pace)
        self._submission = Submission(
            settings, ledger, provider, owner, self._limits, self._approval_step, retired, now=now, pace=pace
        )
        polling = Polling(ledger, provider, now=now, pace=pace)
        self.stages: Mapping[str, Stage] = {"published": self._submission.submit, "ticketed": polling.follow}
        withdraw = publisher.withdraw if settings.media_delete else None
        results = open_result_store(settings)
        credential = Credential(settings.base_url, settings.require_key())
        downloads = partial(Downloads, ledger, transfer, credential, output, results, withdraw, retired)
        self.fetch = downloads(writes_metadata=writes_metadata, now=now, pause=pause).fetch

    def key(self, fingerprint: str) -> tuple[str, str, str]:
        """Return what identifies a job: the ledger, the realm (sandbox or live) and the request's fingerprint."""
        return self.ledger.store.name, self.settings.realm, fingerprint

    def purchase(
        self,
        family: Family,
        values_in: Callable[[Path], Values],
        *,
        queue_run: str | None = None,
        project: str = "",
        metadata: Mapping[str, str] | None = None,
        stopped: Stopped = never,
    ) -> Purchase:
        """Return a purchase to pass to the runner; identical requests are purchased at most once.

        `values_in` returns the values, given a folder for their media files that lives as long as the purchase.
        `project` defaults to the one in the settings. `metadata` is text for the containers of its videos. Raises
        Refused if the project's name is too long, or a video or an address cannot be read, Unreachable if an address
        does not respond, Unfinished if `stopped`.
        """
        named = _project_of(project) or self.settings.project
        folder, arrived = self._scratch.folder(), self._approval_step.coming(queue_run)
        try:
            question = ask(family, values_in(folder), lambda footage: self._reader.identify(footage, folder, stopped))
        except BaseException:
            arrived()
            self._scratch.remove(folder)
            raise
        return Purchase(question, folder, self._scratch, self.checkout, queue_run, named, arrived, metadata)

    def adopt(self, task_id: str) -> Entry:
        """Return the entry of any task of this account. Raises Refused if the provider does not know the task."""
        if self.ledger.by_task(self.settings.realm, task_id) is None:
            self._provider.task(task_id)
        return self.ledger.adopt(self.settings.realm, task_id, account=self.settings.account)

    def orphans(self) -> list[Entry]:
        """Return the jobs of the last day that a process submitted and did not live to download."""
        since = self._now() - UNATTENDED_SECONDS
        return self.ledger.orphans(self.settings.realm, self.settings.account, since)

    def reconcile_daily(self) -> None:
        """Compare the ledger with the provider's bill if a day has passed since that was last done."""
        reconcile_daily(self._provider, self.ledger, self.settings, self._now())

    def step_of(self, entry: Entry) -> str:
        """Return the entry's state in the ledger, but `published` for an intent whose body can be sent, or was."""
        if entry.unsent and not is_ready(entry, self._now()):
            return "intended"
        return "published" if entry.state == "intended" else entry.state

    def _limits(self) -> Limits:
        """Return the limits in force now. Raises NotSet if they cannot be read."""
        found = read(self.settings.home)
        found.require_no_problems()
        return found.limits

    def left_today(self) -> tuple[float, float] | None:
        """Return the USD that the daily limit still allows, and the limit in USD; None if there is no limit.

        Raises NotSet if the settings cannot be read.
        """
        limit = self._limits().usd_per_day
        if limit is None:
            return None
        return max(0.0, limit - self.ledger.spent_today(self.settings.realm)), limit

    def place_is_free(self) -> None:
        """Note that a job of this account has ended, so that another one may be submitted."""
        self._submission.place_is_free()


def _project_of(text: str) -> str:
    try:
        return project_name(text)
    except ValueError as error:
        raise Refused(f"project {error}.", next_step="Shorten it.") from None
