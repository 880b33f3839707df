"""Runs every family through the real journey against the sandbox; with --comfyui, the example workflows instead."""

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
from apimart.flow.errors import PackError
from apimart.flow.ledger import Entry, Ledger
from apimart.flow.media import contact_sheet, measure
from apimart.flow.model import Clip, Family, Footage, Picture, Still, Text, Values
from apimart.flow.run import Bought, Journey
from apimart.flow.settings import read
from apimart.flow.watch import Watch
from examples import run_examples
from sandboxed import Sandbox
from scenery import motion_clip, picture

OUTPUT = pack.ROOT / "demo_output"
PROMPT = "a dancer turns around and waves, cinematic light"
CLIP_SECONDS = 4.0


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py demo", description=__doc__)
    parser.add_argument("--comfyui", type=Path, metavar="PATH", help="run the example workflows in this ComfyUI")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long the sandbox lets a job take")
    parser.add_argument("--output", type=Path, help="where clips and sheets go; default: demo_output/, emptied first")
    told = parser.parse_args(words)
    output: Path = told.output or _emptied(OUTPUT)
    if told.comfyui:
        return run_examples(told.comfyui, output, told.seconds)
    with (
        tempfile.TemporaryDirectory(prefix="apimart-demo-") as folder,
        Sandbox(seconds=told.seconds, small=False) as sandbox,
    ):
        print(f"Sandbox at {sandbox.url}: a pretend provider, nothing is bought.\n")
        return asyncio.run(_demo(Path(folder), output, sandbox))


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


async def _demo(home: Path, output: Path, sandbox: Sandbox) -> int:
    environment = {"APIMART_SANDBOX": "1", "APIMART_BASE_URL": sandbox.url, "APIMART_API_KEY": sandbox.key}
    journey = Journey(read(home, environment), Ledger.open(home / "ledger.sqlite"), output)
    still, clip = picture(), motion_clip(home / "motion.mp4", CLIP_SECONDS)
    asked = [(family, values_for(family, still, clip)) for family in nodes.families()]
    print(_row("family", "model", "cost", "prepare", "submit", "job", "fetch", "clips"))
    started = time.monotonic()
    results = await asyncio.gather(*(_run(journey, *each) for each in asked))
    _tell_totals([one for one in results if one], len(asked), time.monotonic() - started)
    print(f"Clips and their contact sheets are in {output}")
    await _ask_again(journey, asked, sandbox)
    return 0 if all(results) else 1


async def _run(journey: Journey, family: Family, values: Values) -> Bought | None:
    started = time.time()
    try:
        bought = await journey.run(family, values, Watch(), lambda news: None)
    except PackError as error:
        print(f"{family.title}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return None
    for clip in bought.files.paths:
        await asyncio.to_thread(contact_sheet, clip, clip.with_suffix(".jpg"))
    print(_line(family, bought, started), flush=True)
    return bought


async def _ask_again(journey: Journey, asked: list[tuple[Family, Values]], sandbox: Sandbox) -> None:
    """The same questions once more: the ledger answers them."""
    before, started = sandbox.paid, time.monotonic()
    again = [journey.run(family, values, Watch(), lambda news: None) for family, values in asked]
    answers = [one for one in await asyncio.gather(*again, return_exceptions=True) if isinstance(one, Bought)]
    seconds = time.monotonic() - started
    print(f"Asked again: {len(answers)} answers in {seconds:.1f} s, {sandbox.paid - before} bought.")


def values_for(family: Family, picture: Still, clip: Path) -> Values:
    """A fresh node with a prompt and every socket wired; with the required ones only where rules forbid more."""
    footage = Footage(clip, measure=measure(clip))
    fresh = Values({**{one.id: getattr(one, "default", None) for one in family.inputs}, "take": 0})
    prompts = {one.id: PROMPT for one in family.inputs if isinstance(one, Text) and one.required}
    wires = {one.id: picture if isinstance(one, Picture) else footage for one in family.media}
    required = {one.id: wires[one.id] for one in family.media if one.required or isinstance(one, Clip)}
    full = fresh.but(**prompts, **wires)
    return full if _obeys(family, full) else fresh.but(**prompts, **required)


def _obeys(family: Family, values: Values) -> bool:
    return all(rule.holds(values) for rule in family.rules if not rule.warns)


def _line(family: Family, bought: Bought, started: float) -> str:
    entry, clips = bought.entry, bought.files.paths
    size = measure(clips[0])
    what = f"{len(clips)} x {size.seconds:.1f} s {size.size}  {clips[0].name}"
    cost = "not stated" if entry.cost_usd is None else f"{entry.cost_usd:.3f} USD"
    return _row(family.title, entry.model, cost, *_spans(entry, started), what)


def _spans(entry: Entry, started: float) -> list[str]:
    """How long each part of the journey took."""
    moments = [started, entry.sent_at, entry.ticketed_at, entry.ended_at, entry.fetched_at]
    return [f"{end - start:.1f} s" if start and end else "" for start, end in pairwise(moments)]


def _row(family: str, model: str, cost: str, *rest: str) -> str:
    *spans, clips = rest
    return f"{family:<30} {model:<28} {cost:>10} {' '.join(f'{span:>8}' for span in spans)}  {clips}"


def _tell_totals(done: list[Bought], asked: int, seconds: float) -> None:
    cost = sum(one.entry.cost_usd or 0.0 for one in done)
    clips = sum(len(one.files.paths) for one in done)
    print(f"\n{len(done)} of {asked} jobs, {clips} clips, {cost:.3f} USD (pretended), {seconds:.1f} s in all.")
