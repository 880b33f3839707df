"""Progress bar and text of a running node, and interruption by ComfyUI's Cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import comfy.model_management
from comfy_api.latest import ComfyAPI
from server import PromptServer

from ...errors import PackError
from ...jobs import Account, Outcome, Progress
from ...ledger import Entry, usd
from ...model import Json
from ...stopping import Stopped
from ..runtime import Runtime, runtime
from ..web.events import tell_node
from ..web.open_pages import user_of_page
from ..web.workflows import Origin, keep_workflow

LOOK_SECONDS = 0.2
SANDBOX_LINE = "SANDBOX: simulated video, nothing is charged"

Result = TypeVar("Result")


class NodeProgress:
    """Shows a job's progress on its node, and saves `workflow` with the job so that it can be reopened.

    `widgets` are the node's widget values if it purchases, else None.
    """

    def __init__(self, node_id: str, runtime: Runtime, workflow: Mapping[str, Any] | None) -> None:
        self.is_sandbox = False
        self._node_id, self._runtime, self._workflow = node_id, runtime, workflow
        self.widgets: Mapping[str, Json] | None = None
        self._page: str | None = PromptServer.instance.client_id
        self._user = user_of_page(self._page)
        self._job = ""
        self._pending: set[asyncio.Future[None]] = set()

    def show(self, progress: Progress) -> None:
        """Show progress on the node; must be called in the prompt's event loop."""
        self.say(progress.line, *progress.warnings)
        if progress.entry is not None:
            self._meet(progress.entry)
        if progress.fraction is not None:
            self._begin(ComfyAPI().execution.set_progress(progress.fraction, 1.0, node_id=self._node_id))

    def end(self, outcome: Outcome, *notes: str) -> None:
        self._meet(outcome.entry)
        self.say(_said_of(outcome), *outcome.warnings, *filter(None, notes))

    def say(self, *lines: str) -> None:
        head = [SANDBOX_LINE] if self.is_sandbox else []
        PromptServer.instance.send_progress_text("\n".join([*head, *lines]), self._node_id, self._page)

    def _meet(self, entry: Entry) -> None:
        if entry.id == self._job:
            return
        self._job = entry.id
        if self._user and self._user.name:
            self._runtime.runner.start(partial(self._runtime.ledger.users.add, entry.id, self._user.name))
        if self._page:
            tell_node(entry, self._node_id, self._page, str((self._workflow or {}).get("id", "")))
        if self._workflow:
            user = self._user.name if self._user else ""
            origin = None if self.widgets is None else Origin(self._node_id, self.widgets)
            keep = partial(keep_workflow, self._runtime.home, entry.id, self._workflow, user, origin)
            self._runtime.runner.start(keep)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)


def left_today(account: Account) -> str:
    """Return what the daily limit still allows, as a sentence; empty without a limit, or if it is unknown now."""
    with suppress(PackError):
        if found := account.left_today():
            left, limit = found
            return f"Left today: {usd(left)} of {usd(limit)} USD."
    return ""


def _said_of(outcome: Outcome) -> str:
    entry = outcome.entry
    if outcome.is_reused:
        day = datetime.fromtimestamp(entry.sent_at or entry.created_at)
        return f"Already paid: reused the take of {day.day} {day:%b}. Increase take for a new one."
    cost = f"{usd(entry.cost_usd)} USD" if entry.cost_usd is not None else "cost not reported"
    return f"Done: {cost}, task {entry.task_id}"


async def until_interrupted(work: Awaitable[Result], on_stop: Callable[[], None] = lambda: None) -> Result:
    """Return the result of `work`. On Cancel, call `on_stop` and raise ComfyUI's InterruptProcessingException at once.

    `work` is canceled then, and not awaited.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK_SECONDS)
            if not task.done() and comfy.model_management.processing_interrupted():
                on_stop()
                raise comfy.model_management.InterruptProcessingException
        return task.result()
    finally:
        task.cancel()


async def local(work: Callable[[Stopped], Result]) -> Result:
    """Return the result of `work`, run in a runner thread. Cancel ends the wait at once and makes `stopped` True."""
    return await until_interrupted(runtime().runner.local(work))
