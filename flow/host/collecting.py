"""Brings a job home without a node: what the sidebar's collect button starts."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from server import PromptServer

from ..errors import PackError, log
from ..ledger import Entry
from ..run import Journey
from ..watch import Watch
from . import desk
from .events import tell_entry, tell_news

_under_way: dict[str, Future[None]] = {}


def collect_in_background(task_id: str) -> bool:
    """Start on the web server's loop; False when this process is at it already."""
    if task_id in _under_way:
        return False
    journey = desk.journey()
    _under_way[task_id] = asyncio.run_coroutine_threadsafe(_collect(journey, task_id), PromptServer.instance.loop)
    return True


async def _collect(journey: Journey, task_id: str) -> None:
    error: PackError | None = None
    try:
        await journey.collect(task_id, Watch(), tell_news)
    except PackError as caught:
        error = caught
        log.info("Task %s is not collected: %s", task_id, caught)
    except Exception:  # noqa: BLE001 - nobody waits for this task, so what it raises would be lost
        log.exception("Task %s is not collected", task_id)
    finally:
        _under_way.pop(task_id, None)
    entry: Entry | None = await asyncio.to_thread(journey.ledger.by_task, journey.settings.realm, task_id)
    if entry is not None:
        tell_entry(entry, error=error)
