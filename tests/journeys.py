"""Runs of the real journey for tests: a home, a sandbox, a family's values, and what came of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from apimart import nodes
from apimart.flow.jobs import Account, Progress, Runner
from apimart.flow.ledger import Ledger
from apimart.flow.model import ImageData, Values, VideoData
from apimart.flow.settings import read

PACE = 0.1  # the sandbox's jobs last 0.3 s
FAMILIES = {family.node_id: family for family in nodes.families()}


@cache
def picture(width=640, height=480, seed=0):
    """A picture no two seeds share; plain enough to be a small file."""
    across, down = np.linspace(0, 255, width), np.linspace(0, 255, height) + seed * 17
    planes = [
        (across * one).astype(np.uint8) + (down * other).astype(np.uint16).astype(np.uint8)[:, None]
        for one, other in ((1.0, 0.1), (0.4, 0.5), (0.2, 0.9))
    ]
    return ImageData(np.stack(planes, axis=2))


def defaults(family):
    """A family's inputs as a fresh node has them: widgets at their defaults, sockets empty."""
    widgets = {one.id: getattr(one, "default", None) for one in family.inputs}
    return {**widgets, "take": 0}


RETIRED = {model: why for family in FAMILIES.values() for model, why in family.retired.items()}


class Process:
    """A person's account and runner, as a process has them from its start to its end."""

    def __init__(self, person):
        settings = read(person.home)
        address = person.ledger_url or settings.ledger_url or person.home / "ledger.sqlite"
        self.ledger = Ledger.open(address, now=person.now)
        self.runner = Runner()
        try:
            self.account = Account(
                settings,
                self.ledger,
                person.output,
                self.runner.owner,
                retired=RETIRED,
                now=person.now,
                pause=lambda seconds: None,
                pace=PACE,
            )
        except BaseException:
            self.end()
            raise

    async def buy(self, node_id, inputs, on_progress, run=None):
        """What a node does when it runs."""
        family = FAMILIES[node_id]
        values = Values({**defaults(family), **inputs})
        purchase = await self.runner.local(
            lambda stopped: self.account.purchase(
                family, lambda folder: values, queue_run=run, project=inputs.get("project", ""), stopped=stopped
            )
        )
        return await self._wait(self.runner.ask(purchase, self.account), on_progress)

    def written(self, node_id, inputs, run="run-1"):
        """The entry of a request with its body on disk, as a process leaves it that is killed before the submit."""
        family = FAMILIES[node_id]
        values = Values({**defaults(family), **inputs})
        purchase, checkout = self.account.purchase(family, lambda folder: values), self.account.checkout
        with tempfile.TemporaryDirectory() as folder:
            request = checkout.check(purchase.question, Path(folder))
            return checkout.publish(checkout.intend(request, run, ""), request, lambda: False)

    async def _wait(self, job, on_progress):
        try:
            return await job.wait(on_progress, seconds=self.account.settings.wait_seconds)
        except asyncio.CancelledError:
            raise job.left("Stopped waiting.") from None

    async def collect(self, task_id, on_progress):
        entry = await self.runner.local(lambda stopped: self.account.adopt(task_id))
        return await self._wait(self.runner.resume(entry, self.account), on_progress)

    def end(self):
        self.runner.close()
        self.ledger.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Person:
    """Somebody with one data folder and one output folder, who queues nodes; each queue run is a process of its own."""

    def __init__(self, home: Path, output: Path, *, ledger_url: str = "") -> None:
        self.home = home
        self.output = output
        self.ledger_url = ledger_url
        self.heard: list[Progress] = []
        self.on_progress = None
        self.seconds_later = 0.0

    def _hear(self, progress):
        self.heard.append(progress)
        if self.on_progress:
            self.on_progress()

    def now(self):
        return time.time() + self.seconds_later

    @contextmanager
    def ledger(self):
        settings = read(self.home)
        ledger = Ledger.open(self.ledger_url or settings.ledger_url or self.home / "ledger.sqlite", now=self.now)
        try:
            yield ledger
        finally:
            ledger.close()

    def process(self):
        return Process(self)

    def queue(self, *asked, stops=False, run="run-1"):
        """Queue several (node id, inputs) in one workflow; the results in order, errors as values.

        Who `stops` does so as soon as a job has its task id, or when a function says so.
        """
        with self.process() as process:
            return asyncio.run(self._all(process, asked, stops, run))

    def buy(self, node_id, **inputs):
        """Queue one node; raises what it raises."""
        [result] = self.queue((node_id, inputs))
        if isinstance(result, BaseException):
            raise result
        return result

    def collect(self, task_id):
        with self.process() as process:
            return asyncio.run(process.collect(task_id, self._hear))

    def _has_a_ticket(self):
        return any(one.entry is not None and one.entry.task_id for one in self.heard)

    async def _all(self, process, asked, stops, run):
        nodes_ = [asyncio.ensure_future(process.buy(node_id, inputs, self._hear, run)) for node_id, inputs in asked]
        if stops:
            is_time = stops if callable(stops) else self._has_a_ticket
            while not is_time():
                await asyncio.wait(nodes_, timeout=0.02)
                assert not all(one.done() for one in nodes_), "no job was submitted"
            for one in nodes_:
                one.cancel()
        return await asyncio.gather(*nodes_, return_exceptions=True)


def until(holds, seconds=30):
    """Wait until `holds()`; for what another thread does."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def footage(path):
    return VideoData(path=Path(path))


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
