"""ComfyUI starts with the pack in it."""

from __future__ import annotations

import re

import pytest
from comfy_server import ComfyServer, Json
from workflows import with_ends

REPORTED = re.compile(r"[\d.]+ seconds( \(IMPORT FAILED\))?: .*custom_nodes")
TYPES = ["VIDEO", "IMAGE", "AUDIO", "FLOAT", "STRING", "IMAGE"]
OUTPUTS = (TYPES, ["video", "frames", "audio", "fps", "job", "last_frame"])


def api_form(node_id: str, **inputs: object) -> Json:
    return {"1": {"class_type": node_id, "inputs": inputs}}


def test_comfyui_loads_the_pack_and_remarks_nothing(comfy: ComfyServer) -> None:
    assert REPORTED.findall(comfy.log) == [""]


@pytest.mark.parametrize("node_id", ["APIMartKlingMotionControl", "APIMartSora2", "APIMartVeo31", "APIMartCollectJob"])
def test_a_node_gives_what_workflows_count_on(comfy: ComfyServer, node_id: str) -> None:
    [info] = comfy.get(f"/object_info/{node_id}").values()
    assert (info["output"], info["output_name"]) == OUTPUTS
    assert not info["output_node"]
    assert info.get("has_intermediate_output", True)
    assert not info.get("api_node")


def test_a_node_runs_for_another_and_shows_its_clip(comfy: ComfyServer) -> None:
    clip = {"model": "sora-2", "duration": 4, "resolution": "720p", "aspect_ratio": "16:9"}
    prompt = with_ends(api_form("APIMartSora2", prompt="a cat", take=0, **clip))
    with comfy.events() as events:
        prompt_id = comfy.submit(prompt, client_id=events.client_id)
        history = comfy.finished(prompt_id)
        events.wait_for_end(prompt_id)
    assert history["status"]["status_str"] == "success"
    [shown] = history["outputs"]["1"]["images"]
    assert (comfy.output / shown["subfolder"] / shown["filename"]).stat().st_size > 1000
    assert events.texts[-1][0] == "1"
