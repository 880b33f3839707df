"""What a person sees while a node runs: a bar, a line of text, and the stop button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import comfy.model_management
from comfy_api.latest import ComfyAPI
from server import PromptServer

from ..errors import Unfinished
from ..run import News
from ..watch import Watch

LOOK_SECONDS = 0.25
SANDBOX_LINE = "SANDBOX: a pretend clip, nothing is bought"


class Display:
    """Shows the news of one node's run."""

    def __init__(self, node_id: str, *, is_sandbox: bool) -> None:
        self._node_id = node_id
        self._head = f"{SANDBOX_LINE}\n" if is_sandbox else ""
        self._api = ComfyAPI()
        self._pending: set[asyncio.Task[None]] = set()

    def tell(self, news: News) -> None:
        self.say(news.line)
        if news.fraction is not None:
            task = asyncio.ensure_future(self._api.execution.set_progress(news.fraction, 1.0, node_id=self._node_id))
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    def say(self, text: str) -> None:
        PromptServer.instance.send_progress_text(self._head + text, self._node_id)


@asynccontextmanager
async def stoppable(display: Display) -> AsyncIterator[Watch]:
    """A watch that follows the stop button; a stopped run ends as ComfyUI's own interrupt, without a red error."""
    watch = Watch()
    looker = asyncio.ensure_future(_look_for_stop(watch))
    try:
        yield watch
    except Unfinished as unfinished:
        if not unfinished.stopped:
            raise
        display.say(str(unfinished))
        raise comfy.model_management.InterruptProcessingException from None
    finally:
        looker.cancel()


async def _look_for_stop(watch: Watch) -> None:
    while not comfy.model_management.processing_interrupted():
        await asyncio.sleep(LOOK_SECONDS)
    watch.stop()
