"""Time as the journey sees it: it can be stopped by the person, and tests make it pass at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from .errors import Unfinished

Result = TypeVar("Result")


class Watch:
    """Waits and threads that end at once when the person stops the run.

    `stop` may be called from any thread. One watch serves one event loop.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()

    def now(self) -> float:
        """Seconds that never jump, for measuring waits."""
        return time.monotonic()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def sleep(self, seconds: float) -> None:
        """Wait; raises Unfinished as soon as the run is stopped."""
        try:
            await asyncio.wait_for(self._stopped.wait(), max(0.0, seconds))
        except asyncio.TimeoutError:
            return
        raise Unfinished("Stopped waiting.", stopped=True)

    async def thread(self, work: Callable[[], Result]) -> Result:
        """Run blocking `work` in a thread; when stopped, leave it to end by itself and raise Unfinished."""
        job = asyncio.ensure_future(asyncio.to_thread(work))
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
        stop = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({job, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()


def _forget(job: asyncio.Future[Result]) -> None:
    if not job.cancelled():
        job.exception()
