"""A saved workflow becomes the prompt that the page would have sent."""

from __future__ import annotations

from typing import Any

import pytest
from workflows import BYPASSED, MUTED, api_prompt

Json = dict[str, Any]

INFO: Json = {
    "LoadImage": {"input": {"required": {"image": [["a.png", "b.png"], {"image_upload": True}]}}},
    "Invert": {"input": {"required": {"image": ["IMAGE", {}]}}},
    "Make": {
        "input": {
            "required": {
                "prompt": ["STRING", {"default": "", "multiline": True}],
                "seed": ["INT", {"default": -1, "control_after_generate": "fixed"}],
                "model": ["COMBO", {"options": ["one", "two"], "default": "one"}],
            },
            "optional": {
                "first": ["IMAGE", {}],
                "address": ["STRING", {"forceInput": True}],
                "take": ["INT", {"default": 0}],
            },
        }
    },
    "Grow": {
        "input": {
            "required": {
                "mode": [
                    "COMFY_DYNAMICCOMBO_V3",
                    {"options": [{"key": "cut", "inputs": {"required": {"length": ["INT", {"default": 5}]}}}]},
                ],
                "shots": ["COMFY_AUTOGROW_V3", {"template": {}}],
                "last": ["BOOLEAN", {"default": False}],
            }
        }
    },
}


def node(
    number: int, kind: str, *values: Any, inputs: tuple[Json, ...] = (), outputs: Any = "IMAGE", mode: int = 0
) -> Json:
    made = [{"name": "out", "type": outputs}]
    return {
        "id": number,
        "type": kind,
        "mode": mode,
        "widgets_values": list(values),
        "inputs": list(inputs),
        "outputs": made,
    }


def slot(name: str, link: int | None, kind: str = "IMAGE") -> Json:
    return {"name": name, "type": kind, "link": link}


def workflow(*nodes: Json, links: tuple[tuple[int, int, int], ...] = ()) -> Json:
    """`links` are (link, from node, to node), from the first output."""
    return {"nodes": list(nodes), "links": [[link, origin, 0, end, 0, "*"] for link, origin, end in links]}


def inputs_of(number: int, *nodes: Json, links: tuple[tuple[int, int, int], ...] = ()) -> Json:
    found: Json = api_prompt(workflow(*nodes, links=links), INFO)[str(number)]["inputs"]
    return found


MAKE = node(2, "Make", "a cat", 7, "fixed", "two", 3, inputs=(slot("first", 1),))


def test_values_go_to_their_widgets_and_the_control_beside_a_seed_to_nobody() -> None:
    inputs = inputs_of(2, MAKE, node(1, "LoadImage", "a.png", "image"), links=((1, 1, 2),))
    assert inputs == {"prompt": "a cat", "seed": 7, "model": "two", "take": 3, "first": ["1", 0]}


def test_a_widget_that_came_after_the_file_was_saved_has_its_default() -> None:
    assert inputs_of(2, node(2, "Make", "a cat", 7, "fixed"))["model"] == "one"


def test_a_wire_wins_over_the_value_under_it() -> None:
    wired = node(2, "Make", "a cat", 7, "fixed", "two", 3, inputs=(slot("prompt", 1, "STRING"),))
    said = node(1, "PrimitiveNode", "a dog", outputs="STRING")
    assert inputs_of(2, wired, said, links=((1, 1, 2),))["prompt"] == "a dog"


def test_a_muted_node_and_its_wires_are_gone() -> None:
    nodes = (MAKE, node(1, "LoadImage", "a.png", "image", mode=MUTED))
    prompt = api_prompt(workflow(*nodes, links=((1, 1, 2),)), INFO)
    assert set(prompt) == {"2"}
    assert "first" not in prompt["2"]["inputs"]


@pytest.mark.parametrize("between", [node(3, "Invert", mode=BYPASSED), node(3, "Reroute", outputs="*")])
def test_a_bypassed_node_and_a_reroute_pass_on_what_they_get(between: Json) -> None:
    between = {**between, "inputs": [slot("", 1, "IMAGE")]}
    first = {**MAKE, "inputs": [slot("first", 2)]}
    nodes = (node(1, "LoadImage", "a.png", "image"), between, first)
    prompt = api_prompt(workflow(*nodes, links=((1, 1, 3), (2, 3, 2))), INFO)
    assert set(prompt) == {"1", "2"}
    assert prompt["2"]["inputs"]["first"] == ["1", 0]


def test_inputs_that_grow_and_branch_are_named_with_dots() -> None:
    grown = tuple({"name": name, "type": "STRING", "widget": {"name": name}} for name in ("shots.shot0", "shots.shot1"))
    inputs = inputs_of(1, node(1, "Grow", "cut", 9, "wide", "close", True, inputs=grown))
    assert inputs == {"mode": "cut", "mode.length": 9, "shots.shot0": "wide", "shots.shot1": "close", "last": True}


def test_notes_do_not_run() -> None:
    assert api_prompt(workflow(node(1, "MarkdownNote", "read me")), INFO) == {}


def test_a_node_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="has no Gone"):
        api_prompt(workflow(node(1, "Gone")), INFO)
