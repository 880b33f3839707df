"""Command-line tools that turn a saved workflow into a prompt by the position of its widgets: the examples convert."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfy_server import ComfyServer, Json
from examples import EXAMPLES
from pack import ROOT

PLAIN = ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO")
GROWING = "COMFY_DYNAMICCOMBO_V3"
CONTROLS = ("fixed", "increment", "decrement", "randomize")
FILES = sorted(EXAMPLES.glob("*.json"))


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    """What ComfyUI says of its nodes, which is all that such a tool knows of them."""
    base = tmp_path_factory.mktemp("comfyui")
    with ComfyServer(Path(os.environ["COMFYUI_PATH"]), base, environment={"APIMART_SANDBOX": "1"}) as server:
        yield server.object_info()


def declared(info: Json) -> dict[str, Any]:
    return {name: said for group in ("required", "optional") for name, said in info["input"].get(group, {}).items()}


def by_position(node: Json, info: Json) -> Json:
    """The widgets as these tools fill them in: plain types in the order of the declaration, controls passed over."""
    left = list(node.get("widgets_values") or [])
    values: Json = {}
    for name, (kind, *_) in declared(info).items():
        if (isinstance(kind, list) or kind in PLAIN) and left:
            values[name] = left.pop(0)
            if left and left[0] in CONTROLS and kind == "INT":
                left.pop(0)
    assert left == [], f"{node['type']}: {left} has no place"
    return values


def wrong(values: Json, info: Json) -> list[str]:
    """What ComfyUI's validation would refuse in these values."""
    return [name for name, said in declared(info).items() if name in values and not _fits(values[name], said)]


def _fits(value: Any, said: Any) -> bool:
    kind, options = said[0], said[1] if len(said) > 1 else {}
    if isinstance(kind, list) or kind == "COMBO":
        return value in (kind if isinstance(kind, list) else options["options"])
    if kind in ("INT", "FLOAT"):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and options.get("min", value) <= value <= options.get("max", value)
    return isinstance(value, bool if kind == "BOOLEAN" else str)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_converts_by_position_or_its_help_says_that_it_does_not(file: Path, nodes: Json) -> None:
    for node in json.loads(file.read_text("utf-8"))["nodes"]:
        if not node["type"].startswith("APIMart"):
            continue
        info = nodes[node["type"]]
        if any(said[0] == GROWING for said in declared(info).values()):
            page = (ROOT / "web" / "docs" / f"{node['type']}.md").read_text("utf-8")
            assert "Command-line tools" in page and "Export (API)" in page
            continue
        assert wrong(by_position(node, info), info) == []
