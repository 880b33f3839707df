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
Listener = Callable[[], None]


def silent(progress: Progress) -> None:
    """Ignore progress, for callers that need only the outcome."""


def nothing() -> None:
    """Do nothing, for a job that no other job waits for."""


class Job:
    """One request run by the runner, as seen by its waiters and by the stages that run it.

    `wait` and `left` may be called from any thread and loop, `claim` and `unclaim` from any thread that holds `lock`;
    everything else is for the runner and the stages. `lock` guards who waits and whether money may move: a job that
    nobody waits for is given up if it was not submitted, and runs to its end otherwise. `queue_run` is the queue run
    that requested it, `language` the language of the person who did. `arrived` tells other jobs of the run that this
    one is about to be submitted, or will not be. `metadata` is text for the containers of its videos, in addition to
    its receipt.
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
        self._loop, self._executor, self._lock, self._on_event = loop, executor, lock, on_event
        self._is_sent = entry is not None and entry.sent_at is not None
        self._is_given_up = self._is_stopped = False
        self._awaited_by = 0
        self._listeners: list[Listener] = []
        self._last: Progress | None = None
        self._end: Outcome | BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    # For those who wait.

    async def wait(self, on_progress: OnProgress = silent, *, seconds: float | None = None) -> Outcome:
        """Wait for the job to end and return its outcome. `on_progress` is called in the caller's loop.

        It is passed the latest progress; what a newer one overtook is lost. Raises what ended the job, or Unfinished
        once `seconds` have passed since the job was first reported with a task ID. To stop waiting, cancel the waiting
        task. Call this once for each time the runner hands out the job.
        """
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        timer: asyncio.TimerHandle | None = None
        is_late = False

        def expire() -> None:
            nonlocal is_late
            is_late = True
            changed.set()

        def listener() -> None:
            with suppress(RuntimeError):  # the prompt's loop is closed, so nobody waits there
                loop.call_soon_threadsafe(changed.set)

        self._join(listener)
        try:
            while True:
                await changed.wait()
                changed.clear()
                is_over, progress = self._end is not None, self._last
                if progress is not None:
                    on_progress(progress)
                    if seconds is not None and timer is None and progress.entry and progress.entry.task_id:
                        timer = loop.call_later(seconds, expire)
                if is_over:
                    return self._result()
                if is_late:
                    raise self.left(f"The job did not finish within {seconds:.0f} s.", stopped=False)
        finally:
            if timer is not None:
                timer.cancel()
            self._leave(listener)

    def left(self, what: str, *, stopped: bool = True) -> Unfinished:
        """Return the error that tells a caller who stops waiting now how the job stands; `what` begins the text."""
        if self._is_sent:
            return Unfinished(what, stopped=stopped, task_id=self.entry.task_id if self.entry else None)
        return Unfinished(what, stopped=stopped, spent=NOT_SUBMITTED, next_step="Queue again to submit it.")

    def _join(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.append(listener)
        listener()

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

    # For the runner, which holds its lock when it calls `claim` or `unclaim`.

    def unclaim(self) -> None:
        """Take back a `claim` whose caller does not wait after all."""
        self._awaited_by -= 1

    def claim(self) -> bool:
        """Count one more waiter; return False if the job has ended or was given up, so that another must follow it."""
        if self._is_given_up or self._end is not None:
            return False
        self._awaited_by += 1
        return True

    def start(self, work: Coroutine[Any, Any, Outcome], ended: Callable[[], None]) -> None:
        """Start the work that ends with the outcome, and call `ended` when it has."""
        self._task = asyncio.ensure_future(self._run(work))
        self._task.add_done_callback(lambda _: ended())

    async def over(self) -> None:
        """Wait until the job has ended, whatever its outcome."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def cancel(self) -> None:
        """Stop the job in its current state, as the end of the process would."""
        self._is_stopped = True
        if self._task is not None:
            self._task.cancel()

    # For the stages.

    def is_stopped(self) -> bool:
        """Return whether the job has ended or was given up, so that work in a thread ends too. From any thread."""
        return self._is_stopped

    async def thread(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work` in the executor and return its result; if the job is given up, `work` ends by itself.

        Raises CancelledError if the process is about to end, when the executor accepts no more work.
        """
        try:
            done = self._loop.run_in_executor(self._executor, work)
        except RuntimeError:
            raise asyncio.CancelledError from None
        return await done

    async def surely(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work` whose result must be known: waits for its end even if the job is given up meanwhile."""
        done = asyncio.ensure_future(self.thread(work))
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait({done})
            raise

    def tell(self, line: str, fraction: float | None = None) -> None:
        """Report progress to all waiters and the page: a line, and the fraction done (0..1) if known."""
        self.report(Progress(line, fraction, self.entry))

    def warn(self, warnings: tuple[str, ...]) -> None:
        """Add these sentences to all later progress, and to the error if there is one."""
        self.warnings = warnings
        if warnings:
            self.tell("Checked")

    def report(self, progress: Progress) -> None:
        progress = replace(progress, warnings=self.warnings)
        with self._lock:
            self._last, listeners = progress, tuple(self._listeners)
        for listener in listeners:
            listener()
        self._on_event(progress)

    def announce(self, approval: Approval) -> None:
        """Tell the page that approval was requested, or decided."""
        self._on_event(approval)

    def meet(self, entry: Entry) -> None:
        """Take the entry as it is in the ledger; a job that was submitted already is not given up."""
        self.entry = entry
        with self._lock:
            self._is_sent = entry.sent_at is not None

    def will_send(self) -> None:
        """Keep the job from being given up, as money may move now. Raises CancelledError if it was given up already."""
        with self._lock:
            if self._is_given_up:
                raise asyncio.CancelledError
            self._is_sent = True

    def was_not_sent(self) -> None:
        """Take back `will_send`: the provider or the ledger refused before anything was executed."""
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
        except Exception as error:  # noqa: BLE001 - passed on to those who wait; it would be lost otherwise
            end = error
            if isinstance(error, PackError):
                error.warnings = self.warnings
            else:
                log.exception("A job ended with an internal error")
        self._is_stopped = True
        with self._lock:
            self._end, listeners = end, tuple(self._listeners)
        for listener in listeners:
            listener()
        if self.entry is not None:
            failure = None if isinstance(end, Outcome) else end
            self._on_event(Ended(self.entry, failure, is_awaited=bool(listeners)))
