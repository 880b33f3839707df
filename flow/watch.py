"""Time as the journey sees it: it can be stopped by the person, and tests make it pass at once."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from .errors import Unfinished

Result = TypeVar("Result")


class Watch:
    """Waits and threads that end at once when the person stops the run.

    `stop` may be called from any thread. One watch serves one event loop. `language` is that of the person who waits,
    empty for the one that is set.
    """

    def __init__(self, language: str = "") -> None:
        self.language = language
        self._loop = asyncio.get_running_loop()
        self._stop: asyncio.Future[None] = self._loop.create_future()

    def now(self) -> float:
        """Seconds that never jump, for measuring waits."""
        return time.monotonic()

    @property
    def stopped(self) -> bool:
        return self._stop.done()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end)

    async def sleep(self, seconds: float) -> None:
        """Wait; raises Unfinished as soon as the run is stopped."""
        await asyncio.wait({self._stop}, timeout=max(0.0, seconds))
        if self.stopped:
            raise Unfinished("Stopped waiting.", stopped=True)

    async def thread(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work` in a thread; when stopped, leave it to end by itself and raise Unfinished."""
        job = self._loop.run_in_executor(None, contextvars.copy_context().run, work)
        await self._first(job)
        if job.done():
            return job.result()
        job.add_done_callback(_forget)
        raise Unfinished("Stopped waiting.", stopped=True)

    async def until(self, event: Coroutine[Any, Any, Result]) -> Result:
        """Wait for `event`; when stopped, cancel it and raise Unfinished."""
        job = asyncio.ensure_future(event)
        try:
            await self._first(job)
            if job.done():
                return job.result()
        finally:
            job.cancel()
        raise Unfinished("Stopped waiting.", stopped=True)

    async def _first(self, job: asyncio.Future[Result]) -> None:
        awaited: set[asyncio.Future[Any]] = {job, self._stop}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)

    def _end(self) -> None:
        if not self.stopped:
            self._stop.set_result(None)


def _forget(job: asyncio.Future[Result]) -> None:
    if not job.cancelled():
        job.exception()
