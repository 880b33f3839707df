"""Each example workflow fits the nodes as ComfyUI has them, and runs there to a saved file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfy_server import ComfyServer, Json
from examples import EXAMPLES, lay_out_inputs, saved_files
from sandboxed import Sandbox
from workflows import api_prompt

FILES = sorted(EXAMPLES.glob("*.json"))
RUN_SECONDS = 90
SAVING = ("SaveVideo", "SaveImage")
by_name = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@pytest.fixture(scope="module")
def comfy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyServer]:
    """As the notes of the examples say: nothing is set but APIMART_SANDBOX, and where the test's sandbox is."""
    with Sandbox(small=False) as provider:
        account = {"APIMART_SANDBOX": "1", "APIMART_BASE_URL": provider.url, "APIMART_API_KEY": provider.key}
        base = tmp_path_factory.mktemp("comfyui")
        with ComfyServer(Path(os.environ["COMFYUI_PATH"]), base, environment=account) as server:
            yield server


@pytest.fixture(scope="module")
def nodes(comfy: ComfyServer) -> Json:
    return comfy.object_info()


def flow_of(file: Path) -> Json:
    found: Json = json.loads(file.read_text("utf-8"))
    return found


def ours(flow: Json) -> list[Json]:
    return [node for node in flow["nodes"] if node["type"].startswith("APIMart")]


def declared(info: Json) -> dict[str, Any]:
    return {name: said for group in ("required", "optional") for name, said in info["input"].get(group, {}).items()}


def declared_control(said: Any) -> bool:
    """Whether the page puts a control beside the widget, and saves it along."""
    return bool(said and len(said) > 1 and said[1].get("control_after_generate"))


@by_name
def test_the_sockets_and_widgets_of_an_example_are_those_of_its_nodes(file: Path, nodes: Json) -> None:
    for node in ours(flow_of(file)):
        there = declared(nodes[node["type"]])
        assert {slot["name"].partition(".")[0] for slot in node["inputs"]} <= set(there)
        widgets = [slot["widget"]["name"] for slot in node["inputs"] if "widget" in slot]
        assert [name for name in widgets if "." not in name] == [name for name in there if name in widgets]
        controls = [name for name in widgets if declared_control(there.get(name))]
        assert len(node["widgets_values"]) == len(widgets) + len(controls)
        outputs = [(slot["name"], slot["type"]) for slot in node["outputs"]]
        assert outputs == list(zip(nodes[node["type"]]["output_name"], nodes[node["type"]]["output"], strict=True))


@by_name
def test_an_example_runs_to_a_saved_file(file: Path, comfy: ComfyServer, nodes: Json) -> None:
    prompt = api_prompt(flow_of(file), nodes)
    lay_out_inputs(comfy, prompt)
    history = comfy.run(prompt, RUN_SECONDS)
    assert history["status"]["status_str"] == "success", history["status"]["messages"]
    for node in flow_of(file)["nodes"]:
        if node["type"] in SAVING:
            files = list(saved_files({"": history["outputs"][str(node["id"])]}))
            assert files
            assert all((comfy.output / name).stat().st_size > 1000 for name in files)
