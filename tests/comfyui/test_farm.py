"""A farm: three ComfyUIs, one PostgreSQL, three hundred questions; a worker is killed and the database falls over."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from comfy_server import ComfyServer, comfy_python
from databases import postgres_binaries, private_postgres, restart
from sandboxed import Sandbox
from workflows import with_ends

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(postgres_binaries() is None, reason="PostgreSQL is not installed"),
]

WORKERS, EQUAL, DIFFERENT, AT_ONCE = 3, 100, 200, 10
SORA = {"model": "sora-2", "duration": 4, "resolution": "720p", "aspect_ratio": "16:9", "take": 0}
PATIENCE_SECONDS = 1800
ROUNDS = 6


@dataclass
class Farm:
    """Its workers, and which workflows each of them has been given."""

    provider: Sandbox
    database: str
    workers: list[ComfyServer]
    given: list[tuple[ComfyServer, dict[str, Any]]] = field(default_factory=list)
    done: dict[int, Any] = field(default_factory=dict)

    def run(self, number: int) -> str:
        worker, workflow = self.given[number]
        return worker.submit(workflow)

    def settle(self, number: int, prompt_id: str) -> None:
        """Remember how a workflow ended, if it ended well; a worker that is gone has forgotten it."""
        worker, _ = self.given[number]
        history = worker.finished(prompt_id, PATIENCE_SECONDS)
        if history["status"]["status_str"] == "success":
            self.done[number] = history

    def declare_unknown(self) -> None:
        """What somebody does who looks jobs up at the provider: a submit whose answer never came bought one or none."""
        sold = {task["body"]["prompt"]: task["id"] for task in self.provider.tasks}
        for job in self.workers[0].get("/apimart/jobs?limit=100&show=open")["jobs"]:
            if job["state"] != "unknown":
                continue
            task = sold.get(job["prompt"])
            declared = {"bought": True, "task_id": task} if task else {"bought": False}
            self.workers[0].post(f"/apimart/jobs/{job['id']}/declare", declared)


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with ExitStack() as stack:
        database = stack.enter_context(private_postgres())
        provider = stack.enter_context(Sandbox(seconds=1.0))
        shared = {"APIMART_LEDGER_URL": database, "APIMART_RESULT_STORE": (tmp_path / "results").as_uri()}
        account = {"APIMART_API_KEY": provider.key, "APIMART_BASE_URL": provider.url}
        comfyui = Path(os.environ["COMFYUI_PATH"])
        python = comfy_python(comfyui)
        if subprocess.run([python, "-c", "import psycopg, fsspec"], check=False).returncode:
            pytest.fail(f"The workers need psycopg and fsspec: {python} -m pip install 'psycopg[binary]' fsspec")

        def start(number: int) -> ComfyServer:
            return ComfyServer(comfyui, tmp_path / f"worker{number}", environment={**account, **shared})

        with ThreadPoolExecutor(WORKERS) as starting:
            workers = list(starting.map(start, range(WORKERS)))
        for worker in workers:
            stack.enter_context(worker)
        yield Farm(provider, database, workers)


def questions() -> list[str]:
    """Three in ten workers' hands are the same one."""
    different = iter(f"question {number}" for number in range(DIFFERENT))
    return ["the question that all ask" if number % 3 == 0 else next(different) for number in range(EQUAL + DIFFERENT)]


def workflow(prompts: list[str]) -> dict[str, Any]:
    nodes = {
        str(number): {"class_type": "APIMartSora2", "inputs": {**SORA, "prompt": prompt}}
        for number, prompt in enumerate(prompts, 1)
    }
    return with_ends(nodes)


def wait_for(happened: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.2)


def test_each_question_is_bought_once_and_none_is_lost(farm: Farm) -> None:
    asked = questions()
    for first in range(0, len(asked), AT_ONCE):
        worker = farm.workers[first // AT_ONCE % WORKERS]
        farm.given.append((worker, workflow(asked[first : first + AT_ONCE])))
    queued = {number: farm.run(number) for number in range(len(farm.given))}
    wait_for(lambda: farm.provider.sold >= 40)
    farm.workers[0].kill()
    wait_for(lambda: farm.provider.sold >= 80)
    restart(farm.database)
    farm.workers[0].start()
    for _ in range(ROUNDS):
        for number, prompt_id in queued.items():
            # The worker that was killed has no history of what it was given before.
            if farm.given[number][0] is not farm.workers[0] or farm.given[number][0].get(f"/history/{prompt_id}"):
                with suppress(URLError):
                    farm.settle(number, prompt_id)
        open_ones = [number for number in range(len(farm.given)) if number not in farm.done]
        if not open_ones:
            break
        farm.declare_unknown()
        queued = {number: farm.run(number) for number in open_ones}
        for number, prompt_id in queued.items():
            farm.settle(number, prompt_id)
    assert sorted(farm.done) == list(range(len(farm.given)))
    assert farm.provider.sold == len(set(asked)) == DIFFERENT + 1
    sold = [task["body"]["prompt"] for task in farm.provider.tasks]
    assert sorted(sold) == sorted(set(asked))
