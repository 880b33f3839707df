"""Jobs that wait: threads, memory and processor for 1, 100 and 1000 of them, and how soon a finished one is seen.

python benchmarks/waiting.py [seconds]; every process buys from one sandbox, and all are measured over the same seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bench
import cost
import pack
from sandboxed import Sandbox

pack.load()
from apimart import nodes  # noqa: E402 - the pack has its name only now
from apimart.flow.jobs import Account, Outcome, Progress, Runner, wait_before_poll  # noqa: E402
from apimart.flow.ledger import Ledger  # noqa: E402
from apimart.flow.model import Values  # noqa: E402
from apimart.flow.settings import read  # noqa: E402

CROWDS = ((1, 10), (100, 10), (1000, 10), (1000, 1000))  # jobs, of them in flight at once
LONG_SECONDS, SHORT_SECONDS = 3600.0, 8.0
SHORT_ROUNDS = 3
FIVE_MINUTES = range(270, 331)
FAMILY = next(family for family in nodes.families() if family.node_id == "APIMartSora2")
DEFAULTS = {one.id: getattr(one, "default", None) for one in FAMILY.inputs}


@contextmanager
def process(home: Path) -> Iterator[tuple[Runner, Account]]:
    ledger = Ledger.open(home / "ledger.sqlite")
    try:
        with Runner() as runner:
            yield runner, Account(read(home), ledger, home / "output", runner.owner, retired={})
    finally:
        ledger.close()


class Waiting:
    """One job on its way, asked for and awaited in a prompt's loop as ComfyUI's nodes do."""

    def __init__(self, runner: Runner, account: Account, number: int) -> None:
        self._arrived = asyncio.Event()
        values = Values({**DEFAULTS, "take": 0, "prompt": f"a waterfall, number {number}"})
        self.outcome = asyncio.ensure_future(self._bought(runner, account, values))
        self.outcome.add_done_callback(lambda _: self._arrived.set())

    async def arrive(self) -> None:
        """Come to where the job waits. Raises what ended it before."""
        await self._arrived.wait()
        if self.outcome.done():
            self.outcome.result()

    def stop(self) -> None:
        self.outcome.cancel()

    async def _bought(self, runner: Runner, account: Account, values: Values) -> Outcome:
        purchase = await runner.local(lambda _: account.purchase(FAMILY, lambda folder: values))
        return await runner.ask(purchase, account).wait(self._hear)

    def _hear(self, progress: Progress) -> None:
        if progress.fraction is not None or progress.line.startswith("Waiting: "):
            self._arrived.set()


async def wait_with(home: Path, jobs: int) -> None:
    """Bring `jobs` to where they wait, say so, and measure while they wait for as many seconds as is answered."""
    with process(home) as (runner, account):
        before = cost.held_bytes()
        crowd = [Waiting(runner, account, number) for number in range(jobs)]
        await asyncio.gather(*(one.arrive() for one in crowd))
        seconds = float(await asyncio.to_thread(_say_ready))
        begin, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        share = (time.process_time() - cpu) / (time.perf_counter() - begin)
        print(json.dumps({"added": cost.peak_bytes() - before, "threads": cost.threads(), "share": share}), flush=True)
        for one in crowd:
            one.stop()
        await asyncio.gather(*(one.outcome for one in crowd), return_exceptions=True)


def _say_ready() -> str:
    print("ready", flush=True)
    return sys.stdin.readline()


def measure_crowds(sandbox: Sandbox, folder: Path, seconds: float) -> list[dict[str, float]]:
    """Every crowd in a process of its own, all measured over the same seconds."""
    with ExitStack() as stack:
        running = [stack.enter_context(_crowd(sandbox, folder, jobs, at_once)) for jobs, at_once in CROWDS]
        for one in running:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        before = sandbox.state()["polls_total"]
        for one in running:
            assert one.stdin is not None
            one.stdin.write(f"{seconds}\n")
            one.stdin.flush()
        found = [json.loads(one.stdout.readline()) for one in running if one.stdout]
        looks_made = sandbox.state()["polls_total"] - before
        print(f"all together asked the provider {looks_made / seconds:.1f} times a second")
        return found


@contextmanager
def _crowd(sandbox: Sandbox, folder: Path, jobs: int, at_once: int) -> Iterator[subprocess.Popen[str]]:
    home = folder / f"{jobs}-{at_once}"
    told = {**_environment(sandbox), "APIMART_JOBS_AT_ONCE": str(at_once), "APIMART_WAIT_SECONDS": "3600"}
    command = [sys.executable, __file__, "--crowd", str(home), str(jobs)]
    process = subprocess.Popen(command, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _environment(sandbox: Sandbox) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APIMART_")}
    return {**kept, "APIMART_API_KEY": sandbox.key, "APIMART_BASE_URL": sandbox.url}


async def buy_at_once(home: Path, jobs: int, first: int) -> tuple[float, list[tuple[str, float]]]:
    """Seconds until all of `jobs` new jobs are home, and each task with the Unix time when its clip was."""

    async def bought(one: Waiting) -> tuple[str, float]:
        result = await one.outcome
        return str(result.entry.task_id), time.time()

    with process(home) as (runner, account):
        begin = time.perf_counter()
        crowd = [Waiting(runner, account, first + number) for number in range(jobs)]
        homes = await asyncio.gather(*map(bought, crowd))
        return time.perf_counter() - begin, list(homes)


def measure_ends(folder: Path) -> tuple[dict[int, float], list[float]]:
    """Median seconds of one job and of four in one graph, and how long after its end each was home."""
    spent: dict[int, list[float]] = {1: [], 4: []}
    homes: dict[str, float] = {}
    with Sandbox(seconds=SHORT_SECONDS) as sandbox:
        os.environ.update(_environment(sandbox))
        for number in range(SHORT_ROUNDS):
            for jobs in spent:
                seconds, came = asyncio.run(buy_at_once(folder, jobs, 10 * number + 5 * (jobs > 1)))
                spent[jobs].append(seconds)
                homes.update(came)
        late = [homes[task["id"]] - task["ended"] for task in sandbox.tasks]
    return {jobs: statistics.median(each) for jobs, each in spent.items()}, late


def looks(seconds: float, expected: float) -> list[float]:
    """The moments at which a job of `seconds` is looked at, the last one after its end."""
    moments = [0.0]
    while moments[-1] < seconds:
        moments.append(moments[-1] + wait_before_poll(moments[-1], expected))
    return moments[1:]


def _print_crowds(found: list[dict[str, float]], seconds: float) -> None:
    rows = [
        (
            str(jobs),
            str(min(jobs, at_once)),
            f"{row['threads']:.0f}",
            f"{row['added'] / cost.MEGABYTE:.0f} MB",
            f"{100 * row['share']:.1f} %",
        )
        for (jobs, at_once), row in zip(CROWDS, found, strict=True)
    ]
    head = ("jobs", "of them in flight", "threads in all", "memory added", "of one core")
    bench.print_table(f"jobs that wait, over {seconds:.0f} s", head, rows)


def _print_ends(spent: dict[int, float], late: list[float]) -> None:
    ratio = spent[4] / spent[1]
    rows = [
        (f"one job of {SHORT_SECONDS:.0f} s", f"{spent[1]:.2f} s", ""),
        ("four in one graph", f"{spent[4]:.2f} s", f"{ratio:.2f} x"),
        ("completed -> file at home, median", f"{statistics.median(late):.2f} s", f"worst {max(late):.2f} s"),
    ]
    bench.print_table("jobs that end, against the sandbox", ("what", "time", ""), rows)


def _print_looks() -> None:
    seen = {seconds: looks(seconds, 300) for seconds in FIVE_MINUTES}
    late = [moments[-1] - seconds for seconds, moments in seen.items()]
    asked = [len(moments) for moments in seen.values()]
    rows = [
        ("looks", f"{statistics.median(asked):.0f}", str(max(asked))),
        ("seen after its end", f"{statistics.median(late):.2f} s", f"{max(late):.2f} s"),
    ]
    title = f"a job expected to take 300 s that takes {FIVE_MINUTES[0]} to {FIVE_MINUTES[-1]} s, on a simulated clock"
    bench.print_table(title, ("what", "median", "most"), rows)


def main(seconds: float) -> None:
    print(f"{bench.machine()}; every crowd in a process of its own, all at the same time")
    with tempfile.TemporaryDirectory() as name:
        with Sandbox(seconds=LONG_SECONDS) as sandbox:
            sandbox.control(fail_jobs="upstream")  # nothing to draw: what is measured is the wait
            _print_crowds(measure_crowds(sandbox, Path(name), seconds), seconds)
        _print_ends(*measure_ends(Path(name)))
    _print_looks()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--crowd"]:
        asyncio.run(wait_with(Path(sys.argv[2]), int(sys.argv[3])))
    else:
        main(float(sys.argv[1]) if sys.argv[1:] else 60.0)
