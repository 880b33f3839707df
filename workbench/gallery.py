"""An example workflow for every family that has none made by hand.

Nodes, sockets and widgets come from the declarations; a recipe says what is typical for a family. Pictures are
ComfyUI's own example.png, and clips, sounds and earlier jobs come from a node in the same graph, so that nothing has to
be prepared for a run in the sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apimart import nodes
from apimart.flow.model import (
    VIDEO_OUTPUTS,
    Choice,
    Family,
    Flag,
    Input,
    MediaInput,
    Number,
    Seconds,
    Shots,
    Text,
    node_inputs,
    socket_names,
)
from apimart.nodes.reference_video import UTILITY as REFERENCE_VIDEO
from apimart.nodes.shot_list import UTILITY as SHOT_LIST
from recipes import CHAIN, CLIP, FITTED, RECIPES, SOUND, TABLE, TAKES, Recipe

FOLDER = "example_workflows"
FREE = "`APIMART_SANDBOX=1` runs it for free."
HOME = "To run it live, set `APIMART_MEDIA_STORE` first, where videos and audio are uploaded."
TYPES = {"ImageInput": "IMAGE", "VideoInput": "VIDEO", "AudioInput": "AUDIO"}
WIDGETS = {
    Text: "STRING",
    Choice: "COMBO",
    Number: "INT",
    Flag: "BOOLEAN",
    Seconds: "FLOAT",
    Shots: "COMFY_DYNAMICCOMBO_V3",
}
SAVE_INPUTS = (
    ("video", "VIDEO", False),
    ("filename_prefix", "STRING", True),
    ("format", "COMBO", True),
    ("codec", "COMFY_DYNAMICCOMBO_V3", True),
)
SWITCH_INPUTS = (("on_false", "VIDEO", False), ("on_true", "VIDEO", False), ("switch", "BOOLEAN", True))
SWITCH_OUTPUTS = (("output", "VIDEO"),)
WIDE, ROW, TALL_TEXT, HEAD, GAP = 400, 26, 90, 60, 100
PREVIEW = 260  # what a node grows by when it shows its clip
COLUMNS = (0, 500, 1000)

Json = dict[str, Any]


def gallery() -> dict[str, str]:
    """Every workflow that is written from the declarations, by its path in the repository."""
    families = {one.node_id: one for one in nodes.families()}
    workflows = {
        **{recipe.name: _workflow(families, node_id, recipe) for node_id, recipe in RECIPES.items()},
        CHAIN.name: _chain(families[CHAIN.node_id]),
        TABLE.name: _shot_list(families[TABLE.node_id]),
        TAKES.name: _takes(families[TAKES.node_id]),
    }
    return {f"{FOLDER}/{name}.json": json.dumps(one, indent=1) + "\n" for name, one in workflows.items()}


def _workflow(families: Mapping[str, Family], node_id: str, recipe: Recipe) -> Json:
    family, graph = families[node_id], Graph()
    ending = f"{FREE} {HOME}" if {FITTED, SOUND} & {*recipe.wires.values()} else FREE
    note = f"{recipe.shows}\n\n{family.description}\n\n{ending}"
    graph.add("MarkdownNote", (0, -220), (900, 150), [], [], [note])
    sources = Sources(graph, families)
    wires = [(socket, sources.output(source)) for socket, source in _wires(family, recipe)]
    buying = graph.add_family(family, COLUMNS[1], recipe.values, [socket for socket, _ in wires])
    for socket, (source, slot) in wires:
        graph.link(source, slot, buying, socket)
    saving = graph.add_saving(f"video/{recipe.name}", (COLUMNS[2], 0), (420, 430))
    graph.link(buying, 0, saving, "video")
    return graph.saved()


def _chain(family: Family) -> Json:
    """Shots that each begin with the last frame of the one before."""
    graph, before = Graph(), None
    graph.add("MarkdownNote", (0, -220), (1300, 150), [], [], [f"{CHAIN.shows}\n\n{FREE}"])
    for number, prompt in enumerate(CHAIN.prompts, 1):
        place = COLUMNS[number - 1]
        shot = graph.add_family(family, place, {"prompt": prompt}, [])
        if before is not None:
            graph.link(before, _place_of("last_frame"), shot, "first_frame")
        saving = graph.add_saving(f"{CHAIN.name}/shot_{number}", (place, shot["size"][1] + PREVIEW + GAP), (WIDE, 330))
        graph.link(shot, 0, saving, "video")
        before = shot
    return graph.saved()


def _takes(family: Family) -> Json:
    """Takes side by side, and switches that pass on one of them."""
    graph = Graph()
    graph.add("MarkdownNote", (0, -220), (1300, 150), [], [], [f"{TAKES.shows}\n\n{FREE}"])
    chosen: Json = {}
    for take in range(TAKES.count):
        place = COLUMNS[take]
        shot = graph.add_family(family, place, {"prompt": TAKES.prompt, "take": take}, [])
        low = shot["size"][1] + PREVIEW + GAP
        saving = graph.add_saving(f"{TAKES.name}/take_{take}", (place, low), (WIDE, 330))
        graph.link(shot, 0, saving, "video")
        if not chosen:
            chosen = shot
            continue
        switch = graph.add("ComfySwitchNode", (place, low + 430), (WIDE, 110), SWITCH_INPUTS, SWITCH_OUTPUTS, [False])
        graph.link(chosen, 0, switch, "on_false")
        graph.link(shot, 0, switch, "on_true")
        chosen = switch
    final = graph.add_saving(f"{TAKES.name}/final", (COLUMNS[2] + WIDE + GAP, 0), (WIDE, 330))
    graph.link(chosen, 0, final, "video")
    return graph.saved()


def _shot_list(family: Family) -> Json:
    """A table whose rows are bought and saved under their names."""
    graph = Graph()
    graph.add("MarkdownNote", (0, -220), (1300, 150), [], [], [f"{TABLE.shows}\n\n{FREE}"])
    widgets = [(one.id, WIDGETS[type(one)], True) for one in SHOT_LIST.inputs]
    outputs = [(one.id, one.kind) for one in SHOT_LIST.outputs]
    values = [TABLE.table, "", "", TABLE.name]
    listing = graph.add(SHOT_LIST.node_id, (COLUMNS[0], 0), (WIDE, 430), widgets, outputs, values)
    shot = graph.add_family(family, COLUMNS[1], {"if_it_fails": "skip"}, [])
    for output, name in (("prompt", "prompt"), ("seconds", "duration"), ("take", "take")):
        graph.link(listing, next(at for at, one in enumerate(outputs) if one[0] == output), shot, name)
    saving = graph.add_saving("", (COLUMNS[2], 0), (420, 430))
    graph.link(shot, 0, saving, "video")
    graph.link(listing, 0, saving, "filename_prefix")
    return graph.saved()


def _place_of(output: str, otherwise: int = 0) -> int:
    return next((at for at, one in enumerate(VIDEO_OUTPUTS) if one.id == output), otherwise)


def _wires(family: Family, recipe: Recipe) -> list[tuple[str, str]]:
    """The sockets that are wired, by their names on the node, and what goes into each."""
    wires = []
    for name, given in recipe.wires.items():
        declared = family.input(name)
        if isinstance(declared, MediaInput) and declared.many:
            names = [f"{name}.{one}" for one in socket_names(declared)]
            wires += list(zip(names, given, strict=False))
        else:
            wires += [(name, one) for one in given]
    return wires


@dataclass
class Graph:
    """A workflow in the form that ComfyUI's page saves."""

    nodes: list[Json] = field(default_factory=list)
    links: list[list[Any]] = field(default_factory=list)

    def add(
        self,
        kind: str,
        place: tuple[int, int],
        size: tuple[int, int],
        inputs: Sequence[tuple[str, str, bool]],
        outputs: Sequence[tuple[str, str]],
        values: Sequence[Any],
    ) -> Json:
        """Inputs are name, type, and whether it is a widget."""
        number = len(self.nodes) + 1
        node: Json = {
            "id": number,
            "type": kind,
            "pos": list(place),
            "size": list(size),
            "flags": {},
            "order": number - 1,
            "mode": 0,
            "inputs": [_saved_input(*one) for one in inputs],
            "outputs": [{"name": name, "type": type_, "links": []} for name, type_ in outputs],
            "properties": {"Node name for S&R": kind},
            "widgets_values": list(values),
        }
        self.nodes.append(node)
        return node

    def add_family(
        self, family: Family, left: int, values: Mapping[str, Any], wired: Sequence[str], top: int = 0
    ) -> Json:
        """A node that buys, with its defaults but for `values`."""
        widgets = [one for one in node_inputs(family) if not isinstance(one, MediaInput)]
        widgets.sort(key=lambda one: one.may_be_missing)
        inputs = [(name, type_, False) for name, type_ in _sockets(family, wired)]
        inputs += [(one.id, WIDGETS[type(one)], True) for one in widgets]
        texts = [one for one in widgets if isinstance(one, Text) and one.multiline]
        controls = sum(isinstance(one, Number) and one.has_control for one in widgets)
        rows = max(len(inputs) - len(widgets), len(VIDEO_OUTPUTS)) + len(widgets) - len(texts) + controls
        return self.add(
            family.node_id,
            (left, top),
            (WIDE, HEAD + ROW * rows + TALL_TEXT * len(texts)),
            inputs,
            [(one.id, one.kind) for one in VIDEO_OUTPUTS],
            [value for one in widgets for value in _saved_values(one, values.get(one.id, _default(one)))],
        )

    def add_saving(self, name: str, place: tuple[int, int], size: tuple[int, int]) -> Json:
        """ComfyUI's Save Video, with files under `name`."""
        return self.add("SaveVideo", place, size, SAVE_INPUTS, [("video", "VIDEO")], [name, "auto", "auto"])

    def link(self, source: Json, slot: int, target: Json, name: str) -> None:
        number = len(self.links) + 1
        place = next(at for at, one in enumerate(target["inputs"]) if one["name"] == name)
        output = source["outputs"][slot]
        output["links"].append(number)
        target["inputs"][place]["link"] = number
        self.links.append([number, source["id"], slot, target["id"], place, output["type"]])

    def saved(self) -> Json:
        return {
            "last_node_id": len(self.nodes),
            "last_link_id": len(self.links),
            "nodes": self.nodes,
            "links": self.links,
            "groups": [],
            "config": {},
            "extra": {},
            "version": 0.4,
        }


class Sources:
    """What feeds a node, stacked in the first column; each is added once, when it is first asked for."""

    def __init__(self, graph: Graph, families: Mapping[str, Family]) -> None:
        self._graph, self._families = graph, families
        self._there: dict[str, tuple[Json, int]] = {}
        self._top = 0

    def output(self, source: str) -> tuple[Json, int]:
        """A node and the number of its output: `picture`, `inverted`, `fitted` (a clip), or `NODE_ID output`."""
        kind, _, output = source.partition(" ")
        if kind not in self._there:
            self._there[kind] = self._add(kind)
        node, slot = self._there[kind]
        return node, _place_of(output, slot)

    def _add(self, kind: str) -> tuple[Json, int]:
        if kind == "picture":
            inputs = [("image", "COMBO", True)]
            outputs = [("IMAGE", "IMAGE"), ("MASK", "MASK")]
            return self._stacked("LoadImage", (300, 360), inputs, outputs, ["example.png", "image"]), 0
        if kind == "inverted":
            inverting = self._stacked("ImageInvert", (300, 60), [("image", "IMAGE", False)], [("IMAGE", "IMAGE")], [])
            self._graph.link(*self.output("picture"), inverting, "image")
            return inverting, 0
        if kind == "fitted":
            return self._fitted(), 0
        recipe = RECIPES[kind]
        node = self._graph.add_family(self._families[kind], COLUMNS[0], recipe.values, [], self._top)
        self._top += node["size"][1] + PREVIEW + GAP
        return node, 0

    def _fitted(self) -> Json:
        clip = self.output(*CLIP)
        widgets = [one for one in REFERENCE_VIDEO.inputs if not isinstance(one, MediaInput)]
        inputs = [("video", "VIDEO", False), *((one.id, WIDGETS[type(one)], True) for one in widgets)]
        outputs = [(one.id, one.kind) for one in REFERENCE_VIDEO.outputs]
        fitting = self._stacked(
            REFERENCE_VIDEO.node_id, (WIDE, 180), inputs, outputs, [_default(one) for one in widgets]
        )
        self._graph.link(*clip, fitting, "video")
        return fitting

    def _stacked(self, kind: str, size: tuple[int, int], *rest: Any) -> Json:
        node = self._graph.add(kind, (COLUMNS[0], self._top), size, *rest)
        self._top += size[1] + GAP
        return node


def _sockets(family: Family, wired: Sequence[str]) -> list[tuple[str, str]]:
    """Sockets by name and type; of one that grows those that are wired and the next."""
    found = []
    for one in family.media:
        names = [f"{one.id}.{name}" for name in socket_names(one)] if one.many else [one.id]
        shown = len([name for name in names if name in wired]) + 1
        found += [(name, TYPES[type(one).__name__]) for name in names[:shown]]
    return found


def _saved_input(name: str, kind: str, is_widget: bool) -> Json:
    saved: Json = {"name": name, "type": kind, "link": None}
    return {**saved, "widget": {"name": name}} if is_widget else saved


def _saved_values(one: Input, value: Any) -> list[Any]:
    """A widget's value, and that of the control beside it which the page saves along."""
    return [value, "fixed"] if isinstance(one, Number) and one.has_control else [value]


def _default(one: Input) -> Any:
    return "off" if isinstance(one, Shots) else one.default  # type: ignore[attr-defined]  # every widget has one
