"""What a person sees while a node runs: a bar, a line of text, and the stop button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

import comfy.model_management
from comfy_api.latest import ComfyAPI
from server import PromptServer

from ..errors import PackError, Unfinished
from ..ledger import Entry, Ledger
from ..run import News
from ..watch import Watch
from .events import tell_entry, tell_news
from .tongues import language_of

LOOK_SECONDS = 0.25
SANDBOX_LINE = "SANDBOX: a pretend clip, nothing is bought"


class Display:
    """Shows the news of one node's run; `on_job` hears once, in a thread, which job the run is on."""

    def __init__(self, node_id: str, *, is_sandbox: bool, on_job: Callable[[Entry], None] | None = None) -> None:
        self._node_id = node_id
        self._head = f"{SANDBOX_LINE}\n" if is_sandbox else ""
        self._api = ComfyAPI()
        self._pending: set[asyncio.Future[None]] = set()
        self._on_job = on_job
        self._job = ""

    def tell(self, news: News) -> None:
        self.say(news.line)
        tell_news(news, self._node_id)
        if news.entry is not None:
            self.meet(news.entry)
        if news.fraction is not None:
            self._begin(self._api.execution.set_progress(news.fraction, 1.0, node_id=self._node_id))

    def say(self, text: str) -> None:
        PromptServer.instance.send_progress_text(self._head + text, self._node_id)

    def meet(self, entry: Entry) -> None:
        if entry.id != self._job and self._on_job is not None:
            self._begin(asyncio.to_thread(self._on_job, entry))
        self._job = entry.id

    async def leave(self, ledger: Ledger, error: PackError | None) -> None:
        """Tell how the run left its job."""
        if not self._job:
            return
        try:
            entry = await asyncio.shield(asyncio.to_thread(ledger.by_id, self._job))
        except PackError:
            return
        tell_entry(entry, self._node_id, error)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)


class StopButton:
    """ComfyUI's stop button, looked at once for all runs of an event loop."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._looking: asyncio.Task[None] | None = None

    def follow(self, watch: Watch) -> None:
        self._watches.add(watch)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look())

    def leave(self, watch: Watch) -> None:
        self._watches.discard(watch)

    async def _look(self) -> None:
        while self._watches:
            if comfy.model_management.processing_interrupted():
                for watch in self._watches:
                    watch.stop()
                return
            await asyncio.sleep(LOOK_SECONDS)


_buttons: WeakKeyDictionary[asyncio.AbstractEventLoop, StopButton] = WeakKeyDictionary()


@asynccontextmanager
async def stoppable(display: Display, ledger: Ledger) -> AsyncIterator[Watch]:
    """A watch that follows the stop button and speaks as the page that queued the run.

    A stopped run ends as ComfyUI's own interrupt, without a red error.
    """
    watch = Watch(language_of(PromptServer.instance.client_id))
    button = _buttons.setdefault(asyncio.get_running_loop(), StopButton())
    button.follow(watch)
    error: PackError | None = None
    try:
        yield watch
    except PackError as caught:
        error = caught
        if not (isinstance(caught, Unfinished) and caught.stopped):
            raise
        display.say(str(caught))
        raise comfy.model_management.InterruptProcessingException from None
    finally:
        button.leave(watch)
        await display.leave(ledger, error)
