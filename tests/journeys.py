"""Runs of the real journey for tests: a home, a sandbox, a family's values, and what came of it."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from apimart import nodes
from apimart.flow.ledger import Ledger
from apimart.flow.model import Footage, Still, Values
from apimart.flow.run import Journey, News
from apimart.flow.settings import read
from apimart.flow.watch import Watch

FAMILIES = {family.node_id: family for family in nodes.families()}


def picture(width=640, height=480, seed=0):
    """A picture no two seeds share; plain enough to be a small file."""
    across = np.linspace(0, 255, width, dtype=np.float32)[None, :, None]
    down = np.linspace(0, 255, height, dtype=np.float32)[:, None, None]
    levels = (across * [1.0, 0.4, 0.2] + down * [0.1, 0.5, 0.9] + seed * 17) % 256
    return Still(levels.astype(np.uint8))


def defaults(family):
    """A family's inputs as a fresh node has them: widgets at their defaults, sockets empty."""
    widgets = {one.id: getattr(one, "default", None) for one in family.inputs}
    return {**widgets, "take": 0}


class Person:
    """Somebody with one data folder and one output folder, who queues nodes."""

    def __init__(self, home: Path, output: Path, *, ledger_url: str = "") -> None:
        self.home = home
        self.output = output
        self.ledger_url = ledger_url
        self.news: list[News] = []
        self.on_news = None
        self.seconds_later = 0.0

    def _hear(self, news):
        self.news.append(news)
        if self.on_news:
            self.on_news()

    def now(self):
        return time.time() + self.seconds_later

    def journey(self):
        settings = read(self.home)
        address = self.ledger_url or settings.ledger_url or self.home / "ledger.sqlite"
        ledger = Ledger.open(address, now=self.now)
        return Journey(settings, ledger, self.output, now=self.now, pause=lambda seconds: None)

    def queue(self, *asked, stop_after=None, run="run-1"):
        """Queue several (node id, inputs) in one graph; the results in order, errors as values."""
        return asyncio.run(self._all(asked, stop_after, run))

    def buy(self, node_id, **inputs):
        """Queue one node; raises what it raises."""
        [result] = self.queue((node_id, inputs))
        if isinstance(result, BaseException):
            raise result
        return result

    def collect(self, task_id):
        async def collected():
            with self._travelling() as journey:
                return await journey.collect(task_id, Watch(), self._hear)

        return asyncio.run(collected())

    @contextmanager
    def _travelling(self):
        """A journey as a new process would begin it."""
        journey = self.journey()
        try:
            yield journey
        finally:
            journey.ledger.close()

    async def _all(self, asked, stop_after, run):
        watch = Watch()
        if stop_after is not None:
            asyncio.get_running_loop().call_later(stop_after, watch.stop)
        with self._travelling() as journey:
            runs = [self._one(journey, watch, node_id, inputs, run) for node_id, inputs in asked]
            return await asyncio.gather(*runs, return_exceptions=True)

    async def _one(self, journey, watch, node_id, inputs, run):
        family = FAMILIES[node_id]
        values = Values({**defaults(family), **inputs})
        return await journey.run(family, values, watch, self._hear, queue_run=run)


def footage(path):
    return Footage(path=Path(path))


def asked(node_id, clip="", seed=0, job=""):
    """A small request that each family accepts.

    `clip` is a local file that needs a home, or an address; `job` the id of an earlier one that is carried on.
    """
    if node_id == "APIMartVeo31Extend":
        return {"prompt": f"a ship comes {seed}", "source_job": job}
    if node_id == "APIMartKlingMotionControl":
        where = {"video_url": clip} if clip.startswith("http") else {"video": footage(clip)}
        return {"image": picture(seed=seed), **where}
    if node_id == "APIMartSora2":
        return {"prompt": f"a waterfall {seed}", "image": picture(seed=seed)}
    return {"prompt": f"a retriever on the beach {seed}", "duration": 4, "first_frame": picture(seed=seed)}
