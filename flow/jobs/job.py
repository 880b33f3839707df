"""One job: run by the runner's thread, awaited by nodes and pages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from ..errors import PackError, Unfinished, log
from ..ledger import Approval, Entry
from .progress import Ended, OnEvent, OnProgress, Outcome, Progress

NOT_SUBMITTED = "Nothing was submitted, so nothing was charged."

Result = TypeVar("Result")
Stage = Callable[["Job", Entry], Awaitable[Entry]]
Listener = Callable[["Progress | None"], None]


def silent(progress: Progress) -> None:
    """For those who only want the end."""


def nothing() -> None:
    """For a job that no other waits for."""


class Job:
    """What the runner does for one question, as those who wait for it and the stages that carry it see it.

    `wait` and `left` may be called in any thread and loop; everything else belongs to the runner's loop. `lock` guards
    who waits and whether money may move: a job that nobody waits for is given up while nothing was sent, and goes on
    to its end afterwards. `queue_run` is the queue run that asked for it, `language` that of the person who did.
    `arrived` tells others of the run that it is about to be sent, or will not be. `metadata` are texts for the
    containers of its videos, beside its receipt.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        executor: Executor,
        lock: threading.Lock,
        on_event: OnEvent,
        *,
        entry: Entry | None = None,
        language: str = "",
        queue_run: str | None = None,
        arrived: Callable[[], None] = nothing,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self.entry = entry
        self.warnings: tuple[str, ...] = ()
        self.language, self.queue_run, self.arrived = language, queue_run, arrived
        self.metadata = metadata or {}
        self.stopped = threading.Event()
        self._loop, self._executor, self._lock, self._on_event = loop, executor, lock, on_event
        self._is_sent = entry is not None and entry.sent_at is not None
        self._is_given_up = False
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
                raise self.left(f"The job did not finish within {seconds:.0f} s.", stopped=False)
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
        with self._lock:
            self._listeners.append(listener)
            last, is_over = self._last, self._end is not None
        if last is not None:
            listener(last)
        if is_over:
            listener(None)

    def _leave(self, listener: Listener) -> None:
        with self._lock:
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

    def start(self, work: Coroutine[Any, Any, Outcome]) -> None:
        """Begin the work that ends with the outcome."""
        self._task = asyncio.ensure_future(self._run(work))

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
        """Run blocking `work`; a job that is given up leaves it to end by itself.

        Raises CancelledError when the process is about to end: threads take nothing new then.
        """
        try:
            done = self._loop.run_in_executor(self._executor, work)
        except RuntimeError:
            raise asyncio.CancelledError from None
        return await done

    async def surely(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work` whose end has to be known, even when the job is given up meanwhile."""
        done = asyncio.ensure_future(self.thread(work))
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
        with self._lock:
            self._last, listeners = progress, tuple(self._listeners)
        for listener in listeners:
            listener(progress)
        self._on_event(progress)

    def announce(self, approval: Approval) -> None:
        """Tell the page that somebody is asked, or has answered."""
        self._on_event(approval)

    def meet(self, entry: Entry) -> None:
        """The entry as the ledger holds it; what was sent already is not given up."""
        self.entry = entry
        with self._lock:
            self._is_sent = entry.sent_at is not None

    def will_send(self) -> None:
        """From here on money may move, and the job is not given up. Raises CancelledError when it is already."""
        with self._lock:
            if self._is_given_up:
                raise asyncio.CancelledError
            self._is_sent = True

    def was_not_sent(self) -> None:
        """The provider, or the ledger, said no before anything was executed."""
        with self._lock:
            self._is_sent = False
        self._give_up_if_unwanted()

    @property
    def is_awaited(self) -> bool:
        return self._awaited_by > 0

    def _give_up_if_unwanted(self) -> None:
        with self._lock:
            if self._awaited_by or self._is_sent or self._is_given_up or self._end is not None:
                return
            self._is_given_up = True
        self._loop.call_soon_threadsafe(self.cancel)

    async def _run(self, work: Coroutine[Any, Any, Outcome]) -> None:
        end: Outcome | BaseException
        try:
            outcome = await work
            self.entry, end = outcome.entry, outcome
        except asyncio.CancelledError:
            end = self.left("Stopped waiting.")
        except Exception as error:  # noqa: BLE001 - whoever waits is told; nobody else would hear of it
            end = error
            if isinstance(error, PackError):
                error.warnings = self.warnings
            else:
                log.exception("A job ended with an internal error")
        self.stopped.set()
        with self._lock:
            self._end, listeners = end, tuple(self._listeners)
        for listener in listeners:
            listener(None)
        if self.entry is not None:
            failure = None if isinstance(end, Outcome) else end
            self._on_event(Ended(self.entry, failure, is_awaited=bool(listeners)))
