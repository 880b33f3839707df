"""One job on its way: carried by the runner's thread, awaited by whoever asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from ..errors import PackError, Unfinished, log
from ..ledger import Entry, Ledger
from .progress import Ended, OnProgress, Outcome, Progress

if TYPE_CHECKING:
    from .account import Account
    from .purchase import Purchase
    from .runner import Runner

LEASE_SECONDS = 180.0
LOOK_SECONDS = 0.7
NOT_SUBMITTED = "Nothing was submitted, so nothing was charged."

Result = TypeVar("Result")
Stage = Callable[["Job", Entry], Awaitable[Entry]]
Listener = Callable[["Progress | None"], None]


def silent(progress: Progress) -> None:
    """For those who only want the end."""


class Job:
    """What the runner does for one question, from any state of the ledger to the videos in the output folder.

    `wait` and `left` may be called in any thread and loop; everything else belongs to the runner's loop. A job that
    nobody waits for is given up while nothing was sent, and goes on to its end afterwards.
    """

    def __init__(
        self,
        runner: Runner,
        account: Account,
        *,
        purchase: Purchase | None = None,
        entry: Entry | None = None,
        language: str = "",
        after: Job | None = None,
    ) -> None:
        self.entry = entry
        self.warnings: tuple[str, ...] = ()
        self.language = language
        self.stopped = Event()
        self._runner, self._account, self._purchase, self._after = runner, account, purchase, after
        self._is_sent = entry is not None and entry.sent_at is not None
        self._is_given_up = self._is_leased = False
        self._awaited_by = 0
        self._listeners: list[Listener] = []
        self._last: Progress | None = None
        self._end: Outcome | BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    # For whoever waits.

    async def wait(self, on_progress: OnProgress = silent, *, seconds: float | None = None) -> Outcome:
        """How the job ended; `on_progress` is called in the loop of the one who waits.

        Raises what ended the job, or Unfinished when the provider has worked on it for `seconds`. Cancel the task that
        waits to stop waiting. To be called once for each time that the runner handed out the job.
        """
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[Progress | None] = asyncio.Queue()
        timer: asyncio.TimerHandle | None = None

        def listener(progress: Progress | None) -> None:
            with suppress(RuntimeError):  # the prompt's loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(heard.put_nowait, progress)

        self._join(listener)
        try:
            while (progress := await heard.get()) is not None:
                on_progress(progress)
                if seconds is not None and timer is None and progress.entry and progress.entry.task_id:
                    timer = loop.call_later(seconds, heard.put_nowait, None)
            if self._end is None:
                raise self.left(f"The job did not end within {seconds:.0f} s.", stopped=False)
            return self._result()
        finally:
            if timer is not None:
                timer.cancel()
            self._leave(listener)

    def left(self, what: str, *, stopped: bool = True) -> Unfinished:
        """What is true of the job for somebody who stops waiting now; `what` begins the text."""
        if self._is_sent:
            return Unfinished(what, stopped=stopped, task_id=self.entry.task_id if self.entry else None)
        return Unfinished(what, stopped=stopped, spent=NOT_SUBMITTED, next_step="Queue again to submit it.")

    def _join(self, listener: Listener) -> None:
        with self._runner.lock:
            self._listeners.append(listener)
            last, is_over = self._last, self._end is not None
        if last is not None:
            listener(last)
        if is_over:
            listener(None)

    def _leave(self, listener: Listener) -> None:
        with self._runner.lock:
            self._listeners.remove(listener)
            self._awaited_by -= 1
        self._give_up_if_unwanted()

    def _result(self) -> Outcome:
        if isinstance(self._end, Outcome):
            return self._end
        assert self._end is not None
        raise self._end

    # For the runner. `claim` wants its lock held.

    def unclaim(self) -> None:
        """Whoever claimed it does not wait after all."""
        self._awaited_by -= 1

    def claim(self) -> bool:
        """One more waits for this job; False when it is over or given up, and another one has to follow it."""
        if self._is_given_up or self._end is not None:
            return False
        self._awaited_by += 1
        return True

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    async def over(self) -> None:
        """Wait until the job is at its end, however it ends."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def cancel(self) -> None:
        """Leave the job where it stands, as the end of the process would."""
        self.stopped.set()
        if self._task is not None:
            self._task.cancel()

    # For the stages.

    async def thread(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work`; a job that is given up leaves it to end by itself."""
        return await self._runner.thread(work)

    async def surely(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work` whose end has to be known, even when the job is given up meanwhile."""
        done = asyncio.ensure_future(self._runner.thread(work))
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait({done})
            raise

    def tell(self, line: str, fraction: float | None = None) -> None:
        """Tell everybody who waits, and the page, how the job stands."""
        self.report(Progress(line, fraction, self.entry))

    def warn(self, warnings: tuple[str, ...]) -> None:
        """Have every later line, and the error if there is one, stand beside these sentences."""
        self.warnings = warnings
        if warnings:
            self.tell("Checked")

    def report(self, progress: Progress) -> None:
        progress = replace(progress, warnings=self.warnings)
        with self._runner.lock:
            self._last, listeners = progress, tuple(self._listeners)
        for listener in listeners:
            listener(progress)
        self._runner.on_event(progress)

    def will_send(self) -> None:
        """From here on money may move, and the job is not given up. Raises CancelledError when it is already."""
        with self._runner.lock:
            if self._is_given_up:
                raise asyncio.CancelledError
            self._is_sent = True

    def was_not_sent(self) -> None:
        """The provider, or the ledger, said no before anything was executed."""
        with self._runner.lock:
            self._is_sent = False
        self._give_up_if_unwanted()

    @property
    def queue_run(self) -> str | None:
        """The queue run that asked for the job."""
        return self._purchase.queue_run if self._purchase else None

    @property
    def ledger(self) -> Ledger:
        return self._account.ledger

    @property
    def is_awaited(self) -> bool:
        return self._awaited_by > 0

    def _give_up_if_unwanted(self) -> None:
        with self._runner.lock:
            if self._awaited_by or self._is_sent or self._is_given_up or self._end is not None:
                return
            self._is_given_up = True
        self._runner.loop.call_soon_threadsafe(self.cancel)

    # The way through the ledger's states.

    async def _run(self) -> None:
        end: Outcome | BaseException
        try:
            outcome = await self._carried()
            self.entry, end = outcome.entry, outcome
        except asyncio.CancelledError:
            end = self.left("Stopped waiting.")
        except Exception as error:  # noqa: BLE001 - whoever waits is told; nobody else would hear of it
            end = error
            if not isinstance(error, PackError):
                log.exception("A job ended by a mistake of ours")
        self.stopped.set()
        with self._runner.lock:
            self._end, listeners = end, tuple(self._listeners)
        for listener in listeners:
            listener(None)
        if self.entry is not None:
            failure = None if isinstance(end, Outcome) else end
            self._runner.on_event(Ended(self.entry, failure, is_awaited=bool(listeners)))

    async def _carried(self) -> Outcome:
        try:
            if self._after is not None:
                await self._after.over()
            await self._taken()
            return await self._through_the_stages()
        except BaseException as error:
            if isinstance(error, PackError):
                error.warnings = self.warnings
            await self._drop_unsent(error)
            raise
        finally:
            await self._release()

    async def _taken(self) -> None:
        """Have the entry, and the lease on it; waits while another process works on the same request."""
        found = None if self._purchase is None else await self._purchase.begin(self)
        ledger, owner = self._account.ledger, self._runner.owner

        def take() -> None:
            if self._purchase is not None and self.entry is None:
                self.entry = found or self._purchase.intend()
            assert self.entry is not None
            self._is_leased = ledger.lease(self.entry.id, owner, LEASE_SECONDS)
            self.entry = ledger.by_id(self.entry.id)

        await self.surely(take)
        while not self._is_leased:
            self.tell("Another ComfyUI works on the same request; its result is shared.")
            await asyncio.sleep(LOOK_SECONDS * self._account.pace)
            await self.surely(take)

    async def _through_the_stages(self) -> Outcome:
        assert self.entry is not None
        self._is_sent = self.entry.sent_at is not None
        stages = {**self._account.stages, **(self._purchase.stages if self._purchase else {})}
        while stage := stages.get(self._account.step_of(self.entry)):
            self.entry = await stage(self, self.entry)
        return await self._account.fetch(self, self.entry)

    async def _drop_unsent(self, error: BaseException) -> None:
        """Take the intent back of a job that will not be sent: nothing was spent, and nobody need look at it."""
        entry, ledger = self.entry, self._account.ledger
        if entry is None or not self._is_leased:
            return
        reason = error.what if isinstance(error, PackError) else "nobody waited for it any more"

        def drop() -> None:
            if ledger.by_id(entry.id).unsent:
                ledger.drop(entry.id, reason)

        with suppress(PackError):  # a ledger that cannot be written now is not what went wrong
            await self.surely(drop)

    async def _release(self) -> None:
        if self._purchase is not None:
            self._purchase.end()
        if self.entry is not None and self._is_leased:
            entry_id = self.entry.id
            with suppress(PackError):  # the lease runs out by itself
                await self.surely(lambda: self._account.ledger.release(entry_id, self._runner.owner))
        self._account.place_is_free()
