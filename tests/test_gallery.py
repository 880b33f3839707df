"""Every family has an example that is there to be opened."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import missing_pictures
import pytest
from journeys import FAMILIES
from pack import ROOT

WORKFLOWS = {path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "example_workflows").glob("*.json")}
NOTE_AND_TITLE = 40  # pixels that a node's title stands above its place


def box(node: Any) -> tuple[float, float, float, float]:
    (left, top), (width, height) = node["pos"], node["size"]
    return left, top - NOTE_AND_TITLE, left + width, top + height


@pytest.mark.parametrize("node_id", FAMILIES)
def test_a_family_has_an_example(node_id: str) -> None:
    assert [name for name, flow in WORKFLOWS.items() if any(node["type"] == node_id for node in flow["nodes"])]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_an_example_has_a_thumbnail_and_an_end(name: str) -> None:
    if f"example_workflows/{name}.jpg" not in missing_pictures.listed():
        assert (ROOT / "example_workflows" / f"{name}.jpg").stat().st_size < 40_000
    assert {"SaveVideo", "SaveImage"} & {node["type"] for node in WORKFLOWS[name]["nodes"]}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_node_of_an_example_lies_on_another(name: str) -> None:
    for one, other in combinations(map(box, WORKFLOWS[name]["nodes"]), 2):
        is_apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert is_apart, (one, other)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_links_of_an_example_join_what_they_say(name: str) -> None:
    nodes = {node["id"]: node for node in WORKFLOWS[name]["nodes"]}
    for number, source, output, target, place, kind in WORKFLOWS[name]["links"]:
        assert number in nodes[source]["outputs"][output]["links"]
        assert nodes[target]["inputs"][place]["link"] == number
        assert nodes[source]["outputs"][output]["type"] == kind
