"""Runs every family, or those named, against the sandbox; with --comfyui, the example workflows instead."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pack
from apimart import nodes
from apimart.flow.catalogue import models_of
from apimart.flow.errors import PackError
from apimart.flow.jobs import Account, Outcome, Runner
from apimart.flow.ledger import Entry, Ledger
from apimart.flow.media import contact_sheet, measure
from apimart.flow.model import Family, Values
from apimart.flow.settings import read
from examples import run_examples
from family_gaps import module_of
from sandboxed import Sandbox
from wiring import Wiring

OUTPUT = pack.ROOT / "demo_output"

Asked = list[tuple[Family, Values]]
Done = tuple[Family, Outcome]


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py demo", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run these families only: luma_ray_4")
    parser.add_argument("--comfyui", type=Path, metavar="PATH", help="run the example workflows in this ComfyUI")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long the sandbox lets a job take")
    parser.add_argument("--small", action="store_true", help="videos of a few pixels, which render quickly")
    parser.add_argument(
        "--output", type=Path, help="where videos and contact sheets go; default: demo_output/, emptied first"
    )
    told = parser.parse_args(words)
    output: Path = told.output or _emptied(OUTPUT)
    if told.comfyui:
        return run_examples(told.comfyui, output, told.seconds)
    with (
        tempfile.TemporaryDirectory(prefix="apimart-demo-") as folder,
        Sandbox(seconds=told.seconds, small=told.small) as sandbox,
    ):
        print(f"Sandbox at {sandbox.url}: a simulated provider, nothing is charged.\n")
        with Runner() as runner:
            person = Person(runner, Path(folder), output, sandbox)
            return asyncio.run(_demo(person, chosen(told.names), Path(folder), output, sandbox))


def chosen(names: Sequence[str]) -> Sequence[Family]:
    """The families of these modules; all of them where none is named."""
    families = nodes.families()
    if unknown := {*names} - {module_of(one) for one in families}:
        sys.exit(f"There is no nodes/{', '.join(sorted(unknown))}.py, or it does not load.")
    return [one for one in families if not names or module_of(one) in names]


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


class Person:
    """Somebody with an empty ledger and an account at the sandbox."""

    def __init__(self, runner: Runner, home: Path, output: Path, sandbox: Sandbox) -> None:
        environment = {"APIMART_SANDBOX": "1", "APIMART_BASE_URL": sandbox.url, "APIMART_API_KEY": sandbox.key}
        settings, ledger = read(home, environment), Ledger.open(home / "ledger.sqlite")
        self._runner, self._account = runner, Account(settings, ledger, output, runner.owner, retired={})

    async def buy(self, family: Family, values: Values) -> Outcome:
        purchase = await self._runner.local(lambda _: self._account.purchase(family, lambda folder: values))
        return await self._runner.ask(purchase, self._account).wait()


async def _demo(person: Person, families: Sequence[Family], home: Path, output: Path, sandbox: Sandbox) -> int:
    wiring = Wiring(home)
    print(_row("family", "model", "cost", "wait", "submit", "job", "fetch", "clips"))
    started = time.monotonic()
    asked = [(one, values) for one in families if (values := wiring.values(one))]
    done = await _run_all(person, asked)
    rest = [one for one in families if one not in [family for family, _ in asked]]
    later = [(one, values) for one in rest if (values := wiring.values(one, _job_before(one, done)))]
    done += await _run_all(person, later)
    _tell_totals(done, len(families), time.monotonic() - started)
    print(f"Videos and their contact sheets are in {output}")
    await _ask_again(person, asked + later, sandbox)
    return 0 if len(done) == len(families) else 1


async def _run_all(person: Person, asked: Asked) -> list[Done]:
    results = await asyncio.gather(*(_run(person, family, values) for family, values in asked))
    return [one for one in results if one]


async def _run(person: Person, family: Family, values: Values) -> Done | None:
    started = time.time()
    try:
        bought = await person.buy(family, values)
    except PackError as error:
        print(f"{family.title}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return None
    for clip in bought.files.paths:
        await asyncio.to_thread(contact_sheet, clip, clip.with_suffix(".jpg"))
    print(_line(family, bought, started), flush=True)
    return family, bought


def _job_before(family: Family, done: list[Done]) -> str:
    """What carries a job on does so with its model, else it is titled after it: MiniMax H3 Upscale."""
    same = [bought for _, bought in done if bought.entry.model in models_of(family)]
    titled = [bought for earlier, bought in done if family.title.startswith(f"{earlier.title} ")]
    return next((bought.entry.task_id for bought in same + titled if bought.entry.task_id), "")


async def _ask_again(person: Person, asked: Asked, sandbox: Sandbox) -> None:
    """The same questions once more: the ledger answers them."""
    before, started = sandbox.sold, time.monotonic()
    again = [person.buy(family, values) for family, values in asked]
    answers = [one for one in await asyncio.gather(*again, return_exceptions=True) if isinstance(one, Outcome)]
    seconds = time.monotonic() - started
    print(f"Asked again: {len(answers)} answers in {seconds:.1f} s, {sandbox.sold - before} charged.")


def _line(family: Family, bought: Outcome, started: float) -> str:
    entry, clips = bought.entry, bought.files.paths
    size = measure(clips[0])
    what = f"{len(clips)} x {size.seconds:.1f} s {size.size}  {clips[0].name}"
    cost = "not reported" if entry.cost_usd is None else f"{entry.cost_usd:.3f} USD"
    return _row(family.title, entry.model, cost, *_spans(entry, started), what)


def _spans(entry: Entry, started: float) -> list[str]:
    """How long each part of the journey took."""
    moments = [started, entry.sent_at, entry.ticketed_at, entry.ended_at, entry.fetched_at]
    return [f"{end - start:.1f} s" if start and end else "" for start, end in pairwise(moments)]


def _row(family: str, model: str, cost: str, *rest: str) -> str:
    *spans, clips = rest
    return f"{family:<30} {model:<28} {cost:>10} {' '.join(f'{span:>8}' for span in spans)}  {clips}"


def _tell_totals(done: list[Done], families: int, seconds: float) -> None:
    cost = sum(bought.entry.cost_usd or 0.0 for _, bought in done)
    clips = sum(len(bought.files.paths) for _, bought in done)
    print(f"\n{len(done)} of {families} jobs, {clips} videos, {cost:.3f} USD (simulated), {seconds:.1f} s in total.")
