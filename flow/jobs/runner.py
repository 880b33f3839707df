"""One runner per process with its own thread, event loop and executors, so that jobs outlive their prompts."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from ..errors import PackError, log
from ..ledger import Entry, Ledger, new_owner
from ..stopping import Stopped
from .account import Account
from .job import Job
from .progress import Event, OnEvent, Outcome
from .purchase import Purchase
from .state_machine import LEASE_SECONDS, carry

THREADS = 16  # most wait for the network; each is started only when needed
LOCAL_THREADS = 8  # of their own, so that no node waits behind jobs whose calls hang
RENEW_SECONDS = 60.0
ORPHANS_SECONDS = 600.0

Result = TypeVar("Result")
Key = tuple[str, str, str]


def unheard(event: Event) -> None:
    """Ignore the event, in a process without a page."""


class Runner:
    """Runs the jobs of this process. Identical requests share a job; between processes the ledger's lease decides.

    `on_event` is called on the runner's thread with every event of every job.
    """

    def __init__(self, on_event: OnEvent = unheard) -> None:
        self.on_event = on_event
        self.owner = new_owner()
        self.lock = threading.Lock()
        self.loop = asyncio.new_event_loop()
        self._executor: Executor = ThreadPoolExecutor(THREADS, "apimart")
        self._local: Executor = ThreadPoolExecutor(LOCAL_THREADS, "apimart-local")
        self._jobs: dict[Key, Job] = {}
        self._accounts: dict[Key, Account] = {}
        self._ledgers: set[Ledger] = set()
        self._thread = threading.Thread(target=self._work, name="apimart-runner", daemon=True)
        self._thread.start()

    def ask(self, purchase: Purchase, account: Account, *, language: str = "") -> Job:
        """Return the running job for this request, or start a new one. The caller must `wait` for it."""
        key = account.key(purchase.question.fingerprint)
        with self.lock:
            found = self._jobs.get(key)
            if found is not None and found.claim():
                purchase.end()
                return found
            job = self._job(
                language=language,
                queue_run=purchase.queue_run,
                arrived=purchase.arrived,
                metadata=purchase.metadata,
            )
            self._begin(key, job, account, purchase, after=found)
            return job

    def resume(self, entry: Entry, account: Account, *, language: str = "", is_awaited: bool = True) -> Job:
        """Return the running job for an entry with a task ID, or start one, whoever submitted it.

        The caller must `wait` for it, or pass `is_awaited=False`.
        """
        key = account.key(entry.fingerprint)
        with self.lock:
            job = found = self._jobs.get(key)
            if job is None or not job.claim():
                job = self._job(entry=entry, language=language)
                self._begin(key, job, account, None, after=found)
            if not is_awaited:
                job.unclaim()
            return job

    async def local(self, work: Callable[[Stopped], Result]) -> Result:
        """Run `work` of a node in a thread and return its result. It is passed a function that says when to stop.

        If the waiting task is cancelled, the wait ends at once; `work` is left to end by itself.
        """
        stop = threading.Event()
        try:
            return await asyncio.wrap_future(self._local.submit(contextvars.copy_context().run, work, stop.is_set))
        finally:
            stop.set()

    async def thread(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work` of a job and return its result. For use on the runner's own loop."""
        return await self.loop.run_in_executor(self._executor, work)

    def start(self, work: Callable[[], object]) -> None:
        """Run `work` in a thread of the runner without waiting for it. Exceptions are logged."""
        self._executor.submit(_logged, work)

    def use(self, account: Account) -> None:
        """Resume jobs of `account` left by processes that died, now and periodically."""
        with self.lock:
            is_new = account.key("") not in self._accounts
            self._accounts[account.key("")] = account
        if is_new:
            asyncio.run_coroutine_threadsafe(self._adopt_orphans(account), self.loop)

    def __enter__(self) -> Runner:  # Self needs Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop every job in its current state, release the leases and end the threads."""
        asyncio.run_coroutine_threadsafe(self._leave_all(), self.loop).result()
        for executor in (self._local, self._executor):
            executor.shutdown(cancel_futures=True)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _job(self, *, language: str, **more: Any) -> Job:
        job = Job(self.loop, self._executor, self.lock, self._tell, language=language, **more)
        job.claim()
        return job

    def _tell(self, event: Event) -> None:
        self.on_event(event)

    def _begin(self, key: Key, job: Job, account: Account, purchase: Purchase | None, after: Job | None) -> None:
        self._jobs[key] = job
        self._ledgers.add(account.ledger)

        async def carried() -> Outcome:
            try:
                if after is not None:
                    await after.over()
                return await carry(job, account, self.owner, purchase)
            finally:
                account.place_is_free()
                if purchase is not None:
                    purchase.end()

        def ended() -> None:
            with self.lock:
                if self._jobs.get(key) is job:
                    del self._jobs[key]

        self.loop.call_soon_threadsafe(job.start, carried(), ended)

    def _work(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.create_task(self._keep_leases())
        self.loop.create_task(self._look_for_orphans())
        self.loop.run_forever()

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            for ledger in tuple(self._ledgers):
                with suppress(PackError):  # a ledger that is busy now may be free at the next renewal
                    await self.thread(partial(ledger.renew, self.owner, LEASE_SECONDS))

    async def _look_for_orphans(self) -> None:
        while True:
            await asyncio.sleep(ORPHANS_SECONDS)
            for account in tuple(self._accounts.values()):
                await self._adopt_orphans(account)
                with suppress(PackError):  # a ledger that cannot be read now may be readable next time
                    await self.thread(account.reconcile_daily)

    async def _adopt_orphans(self, account: Account) -> None:
        try:
            for entry in await self.thread(account.orphans):
                self.resume(entry, account, is_awaited=False)
        except PackError as error:
            log.info("Jobs left by an earlier process are not resumed: %s", error.what)

    async def _leave_all(self) -> None:
        jobs = self._under_way()
        for job in jobs:
            job.cancel()
        for job in jobs:
            await job.over()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def _under_way(self) -> list[Job]:
        with self.lock:
            return list(self._jobs.values())


def _logged(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:  # noqa: BLE001 - nobody waits for it, so the exception would be lost
        log.exception("Work in the background failed")
