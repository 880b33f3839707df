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
    """`output` is where results go, `owner` names the process, `now` and `pause` are the clock.

    `pace` multiplies the waits between polls, between submits and between looks at the ledger; 1 is right for APIMart.
    `retired` says in words why a model may be gone, `on_call` hears what the provider answers. `writes_metadata` puts
    receipts, and what else is known of a job, into the containers of its videos. Raises NotSet without a key.
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
        pause: Callable[[float], None] | None = None,
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
        publisher = Publisher(provider, ledger, transfer, store, now=now, pause=pause or time.sleep)
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
        """What makes jobs the same: the ledger, sandbox or live, and the question."""
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
        """What the runner is asked with: the question that values put, to be answered by at most one purchase.

        `values_in` makes the values, given a folder for their media files that lives as long as the purchase. Without a
        `project` it is for that of the settings. `metadata` are texts for the containers of its videos. Raises Refused
        for a project whose name is too long, and for a video or an address that cannot be read, Unfinished when it was
        `stopped`.
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
        """The entry of any task of this account. Raises Refused when the provider does not know it."""
        if self.ledger.by_task(self.settings.realm, task_id) is None:
            self._provider.task(task_id)
        return self.ledger.adopt(self.settings.realm, task_id, account=self.settings.account)

    def orphans(self) -> list[Entry]:
        """Jobs of the last day that a process submitted and did not live to bring home."""
        since = self._now() - UNATTENDED_SECONDS
        return self.ledger.orphans(self.settings.realm, self.settings.account, since)

    def reconcile_daily(self) -> None:
        """Hold the ledger against the provider's bill, where a day has passed since that was done."""
        reconcile_daily(self._provider, self.ledger, self.settings, self._now())

    def step_of(self, entry: Entry) -> str:
        """The ledger's state, an intent told apart by whether its body can be sent."""
        if entry.unsent and not is_ready(entry, self._now()):
            return "intended"
        return "published" if entry.state == "intended" else entry.state

    def _limits(self) -> Limits:
        """Those in force at this moment. Raises NotSet when they cannot be read."""
        found = read(self.settings.home)
        found.require_no_problems()
        return found.limits

    def left_today(self) -> tuple[float, float] | None:
        """Dollars that the limit per day still allows, and the limit; None without one.

        Raises NotSet for settings that cannot be read.
        """
        limit = self._limits().usd_per_day
        if limit is None:
            return None
        return max(0.0, limit - self.ledger.spent_today(self.settings.realm)), limit

    def place_is_free(self) -> None:
        """A job of this account is over: another one may be submitted."""
        self._submission.place_is_free()


def _project_of(text: str) -> str:
    try:
        return project_name(text)
    except ValueError as error:
        raise Refused(f"project {error}.", next_step="Shorten it.") from None
