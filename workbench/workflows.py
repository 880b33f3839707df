"""Turns a workflow file, as ComfyUI's page saves it, into the prompt that its server runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

JOB_OUTPUT = 4

MUTED, BYPASSED = 2, 4
REROUTE, PRIMITIVE = "Reroute", "PrimitiveNode"
ON_THE_PAGE_ONLY = {REROUTE, PRIMITIVE, "Note", "MarkdownNote"}
WIDGET_TYPES = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"}
UPLOADS = ("image_upload", "video_upload", "audio_upload", "upload")
GROWING, BRANCHING = "COMFY_AUTOGROW_V3", "COMFY_DYNAMICCOMBO_V3"


def api_prompt(workflow: Json, object_info: Json) -> Json:
    """The nodes that run, by id, each with its class and inputs. Raises ValueError for an unknown node."""
    return _Graph(workflow, object_info).prompt()


def with_ends(prompt: Json) -> Json:
    """The prompt with an output node behind each of our nodes that buy or collect: they run for others only."""
    ends = {f"{name} end": _preview_of(name) for name, node in prompt.items() if "take" in node["inputs"]}
    return {**prompt, **ends}


def _preview_of(node: str) -> Json:
    return {"class_type": "PreviewAny", "inputs": {"source": [node, JOB_OUTPUT]}}


class _Graph:
    def __init__(self, workflow: Json, object_info: Json) -> None:
        self._info = object_info
        self._nodes = {node["id"]: node for node in workflow["nodes"]}
        self._links = {link[0]: (link[1], link[2]) for link in workflow["links"]}

    def prompt(self) -> Json:
        return {str(node["id"]): self._said(node) for node in self._nodes.values() if self._runs(node)}

    def _runs(self, node: Json) -> bool:
        return node.get("mode", 0) not in (MUTED, BYPASSED) and node["type"] not in ON_THE_PAGE_ONLY

    def _said(self, node: Json) -> Json:
        if node["type"] not in self._info:
            raise ValueError(f"node {node['id']}: this ComfyUI has no {node['type']}")
        return {"class_type": node["type"], "inputs": {**self._widgets(node), **self._wires(node)}}

    def _wires(self, node: Json) -> Json:
        linked = {slot["name"]: self._source(slot["link"]) for slot in node.get("inputs", ()) if slot.get("link")}
        return {name: source for name, source in linked.items() if source is not None}

    def _source(self, link: int) -> Any:
        """What a link carries: [node id, output], or the value of a primitive; None when it leads nowhere."""
        origin, output = self._links[link]
        node = self._nodes[origin]
        if node["type"] == PRIMITIVE:
            return node["widgets_values"][0]
        if node.get("mode", 0) == MUTED:
            return None
        if node["type"] == REROUTE or node.get("mode", 0) == BYPASSED:
            through = self._way_through(node, output)
            return None if through is None else self._source(through)
        return [str(origin), output]

    def _way_through(self, node: Json, output: int) -> int | None:
        """The link that a bypassed node passes on: that of its first input of the output's type."""
        kind = node["outputs"][output]["type"]
        fits = (slot["link"] for slot in node["inputs"] if slot.get("link") and kind in (slot["type"], "*"))
        return next(fits, None) if node["type"] != REROUTE else node["inputs"][0].get("link")

    def _widgets(self, node: Json) -> Json:
        saved = node.get("widgets_values") or []
        if isinstance(saved, Mapping):
            return dict(saved)
        slots = [slot["widget"]["name"] for slot in node.get("inputs", ()) if "widget" in slot]
        values = dict(_defaults(self._info[node["type"]]["input"]))
        values.update(_read(self._info[node["type"]]["input"], iter(saved), slots, ""))
        return values


def _read(inputs: Json, saved: Iterator[Any], slots: Sequence[str], prefix: str) -> Iterator[tuple[str, Any]]:
    """(input, value) in the order of the declaration, which is the order of the saved values."""
    for name, (kind, options) in _declared(inputs):
        name = prefix + name
        if kind == GROWING:
            grown = [slot for slot in slots if slot.startswith(f"{name}.")]
            yield from zip(grown, saved, strict=False)
        elif kind == BRANCHING:
            yield from _read_branch(name, options, saved, slots)
        elif _is_widget(kind, options):
            yield from _read_one(name, options, saved)


def _read_one(name: str, options: Json, saved: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    """One value, and the button or control beside it that the page saves along."""
    for value in saved:
        if options.get("control_after_generate") or any(options.get(one) for one in UPLOADS):
            next(saved, None)
        yield name, value
        return


def _read_branch(name: str, options: Json, saved: Iterator[Any], slots: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for key in saved:
        yield name, key
        chosen = next(one for one in options["options"] if one["key"] == key)
        yield from _read(chosen["inputs"], saved, slots, f"{name}.")
        return


def _defaults(inputs: Json) -> Iterator[tuple[str, Any]]:
    """What a widget holds that the file was saved without."""
    for name, (kind, options) in _declared(inputs):
        if _is_widget(kind, options) and "default" in options:
            yield name, options["default"]


def _declared(inputs: Json) -> Iterator[tuple[str, tuple[Any, Json]]]:
    for group in ("required", "optional"):
        for name, said in inputs.get(group, {}).items():
            yield name, (said[0], said[1] if len(said) > 1 else {})


def _is_widget(kind: Any, options: Json) -> bool:
    return (isinstance(kind, list) or kind in WIDGET_TYPES) and not options.get("forceInput")
