"""In a real ComfyUI: the frames node and the node that fits a clip, on plain, trimmed and silent clips."""

from __future__ import annotations

import json

import pytest
from clips import write_clip
from comfy_server import ComfyServer, Json
from test_live_money import bought, last_error, shown, status

pytest_plugins = ["live_fixtures"]
pytestmark = pytest.mark.live


def load(name: str) -> Json:
    return {"1": {"class_type": "LoadVideo", "inputs": {"file": name}}}


def frames(selection: dict[str, int], source: str = "1") -> Json:
    asked = {"skip_first_frames": 0, "frame_load_cap": 0, "select_every_nth": 1, "max_side": 0, **selection}
    return {
        "2": {"class_type": "APIMartVideoFrames", "inputs": {"video": [source, 0], **asked}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
        "4": {"class_type": "PreviewAny", "inputs": {"source": ["2", 3]}},
    }


def counted(history: Json) -> int:
    return int(json.loads(history["outputs"]["4"]["text"][0]))


def fitted(source: str = "1", **asked: object) -> Json:
    given = {"character_orientation": "image", "start": 0.0, "length": 0.0, "keep_sound": True, **asked}
    return {
        "5": {"class_type": "APIMartReferenceVideo", "inputs": {"video": [source, 0], **given}},
        "6": {"class_type": "PreviewAny", "inputs": {"source": ["5", 2]}},
    }


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        ({}, 48),
        ({"select_every_nth": 4}, 12),
        ({"skip_first_frames": 40, "frame_load_cap": 5}, 5),
        ({"max_side": 32}, 48),
    ],
)
def test_the_frames_node_gives_what_was_selected(comfy: ComfyServer, selection: dict[str, int], count: int) -> None:
    write_clip(comfy.input / "plain.mp4", frames=48)
    history = bought(comfy, {**load("plain.mp4"), **frames(selection)})
    assert (counted(history), len(shown(history, "3"))) == (count, count)


def test_the_frames_of_a_clip_made_of_pictures_are_its_pictures(comfy: ComfyServer) -> None:
    made = {
        "8": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 48, "batch_size": 7, "color": 255}},
        "1": {"class_type": "CreateVideo", "inputs": {"images": ["8", 0], "fps": 24.0}},
    }
    assert counted(bought(comfy, {**made, **frames({"select_every_nth": 2})})) == 4


def test_a_trim_is_kept(comfy: ComfyServer) -> None:
    if "Video Slice" not in comfy.object_info():
        pytest.skip("this ComfyUI cannot trim")
    write_clip(comfy.input / "long.mp4", frames=96)
    trim = {"start_time": 1.0, "duration": 2.0, "strict_duration": False}
    sliced = {"7": {"class_type": "Video Slice", "inputs": {"video": ["1", 0], **trim}}}
    assert counted(bought(comfy, {**load("long.mp4"), **sliced, **frames({}, "7")})) == pytest.approx(48, abs=1)


def test_a_long_clip_is_fitted_to_its_orientation_and_priced(comfy: ComfyServer) -> None:
    write_clip(comfy.input / "phone.mp4", frames=24 * 14, width=352, height=640, sound_seconds=14)
    [report] = bought(comfy, {**load("phone.mp4"), **fitted()})["outputs"]["6"]["text"]
    assert "10.00 s, 240 frames" in report
    assert "kling-v3-motion-control std: 10.00 s x 0.10288 = 1.029 USD" in report


def test_a_clip_that_is_too_short_is_refused_with_the_numbers(comfy: ComfyServer) -> None:
    write_clip(comfy.input / "short.mp4", frames=48)
    history = comfy.run({**load("short.mp4"), **fitted()})
    assert status(history) == "error"
    assert "at least 3 s" in last_error(history)["exception_message"]
