"""Runs a family's journey for one node and turns what comes home into its outputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import folder_paths
from comfy_api.latest import io, ui
from comfy_execution.utils import get_executing_context

from ..ledger import Entry
from ..media import measure
from ..model import Family, Footage, Values, several
from ..request import problems_of_widgets
from ..run import Bought
from ..watch import Watch
from . import desk
from .display import Display, stoppable
from .graphs import keep_graph
from .sockets import audio_of, cuts_of, frames_tensor, values_of, video_of


async def buy(
    family: Family, given: dict[str, Any], node_id: str, with_frames: bool, workflow: Mapping[str, Any] | None
) -> io.NodeOutput:
    journey = desk.journey()
    display = Display(
        node_id, is_sandbox=journey.settings.sandbox, on_job=_graph_keeper(journey.settings.home, workflow)
    )
    context = get_executing_context()
    async with stoppable(display, journey.ledger) as watch:
        values = await watch.thread(lambda: values_of(family, given, journey.scratch))
        try:
            bought = await journey.run(
                family, values, watch, display.tell, queue_run=context.prompt_id if context else None
            )
        finally:
            _remove_clips(values)
        return await _outputs(bought, watch, display, family.gives_several, with_frames)


async def collect(task_id: str, node_id: str, with_frames: bool) -> io.NodeOutput:
    journey = desk.journey()
    display = Display(node_id, is_sandbox=journey.settings.sandbox)
    async with stoppable(display, journey.ledger) as watch:
        bought = await journey.collect(task_id, watch, display.tell)
        return await _outputs(bought, watch, display, True, with_frames)


def _graph_keeper(home: Path, workflow: Mapping[str, Any] | None) -> Callable[[Entry], None] | None:
    return (lambda entry: keep_graph(home, entry.id, workflow)) if workflow else None


def problems(family: Family, given: dict[str, Any]) -> list[str]:
    """What is wrong with the widgets; a linked widget has no value yet and is judged when the node runs."""
    held = {**given, **cuts_of(family, given)}
    return problems_of_widgets(family, Values(held), {name for name, value in held.items() if value is not None})


async def _outputs(bought: Bought, watch: Watch, display: Display, several: bool, with_frames: bool) -> io.NodeOutput:
    display.meet(bought.entry)
    columns = [await watch.thread(_column(bought, path, with_frames)) for path in bought.files.paths]
    display.say(_closing_line(bought))
    outputs = [list(rows) for rows in zip(*columns, strict=True)] if several else list(columns[0])
    return io.NodeOutput(*outputs, ui=ui.PreviewVideo([_shown(path) for path in bought.files.paths]))


def _column(bought: Bought, path: Path, with_frames: bool) -> Callable[[], tuple[Any, ...]]:
    def decoded() -> tuple[Any, ...]:
        frames = frames_tensor(path)[0] if with_frames else None
        facts = measure(path)
        return video_of(path), frames, audio_of(path), float(facts.rate), job_json(bought.entry, path)

    return decoded


def job_json(entry: Entry, path: Path) -> str:
    return json.dumps(
        {
            "task_id": entry.task_id,
            "model": entry.model,
            "status": entry.status,
            "cost_usd": entry.cost_usd,
            "billed_seconds": entry.billed_units or None,
            "file": str(path),
            "request": entry.fingerprint,
        }
    )


def _closing_line(bought: Bought) -> str:
    entry = bought.entry
    cost = f"{entry.cost_usd:.3f} USD" if entry.cost_usd is not None else "cost not stated"
    return "\n".join([f"Done: {cost}, task {entry.task_id}", *bought.warnings])


def _shown(path: Path) -> ui.SavedResult:
    inside = path.relative_to(folder_paths.get_output_directory())
    return ui.SavedResult(inside.name, inside.parent.as_posix(), io.FolderType.output)


def _remove_clips(values: Values) -> None:
    for held in values.values():
        for value in several(held):
            if isinstance(value, Footage) and value.path is not None:
                value.path.unlink(missing_ok=True)
