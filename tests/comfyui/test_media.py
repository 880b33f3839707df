"""In a real ComfyUI: the frames node and the node that fits a clip, on plain, trimmed and silent clips."""

from __future__ import annotations

import json

import pytest
from clips import write_video
from comfy_server import ComfyServer, Json
from comfyui.test_money import CHARACTER, bought, last_error, motion, shown, status
from PIL import Image
from sandboxed import Sandbox

# A node pack for ComfyUI: the video as another machine would have it, whose encoder makes another file of it.
OTHER_MACHINE = """
import os

import av
from comfy_api.latest import InputImpl


class Encoded:
    def save_to(self, path, **options):
        first = f"{path}.first.mp4"
        super().save_to(first, **options)
        with av.open(first) as source, av.open(path, "w", format="mp4") as out:
            shown = source.streams.video[0]
            stream = out.add_stream("mpeg4", rate=shown.average_rate)
            stream.width, stream.height, stream.pix_fmt = shown.width, shown.height, "yuv420p"
            for frame in source.decode(shown):
                frame.pict_type = 0
                out.mux(stream.encode(frame.reformat(format="yuv420p")))
            out.mux(stream.encode(None))
        os.remove(first)


class Made(Encoded, InputImpl.VideoFromComponents):
    pass


class Loaded(Encoded, InputImpl.VideoFromFile):
    pass


class OtherMachine:
    CATEGORY, FUNCTION, RETURN_TYPES = "test", "run", ("VIDEO",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"video": ("VIDEO",), "start": ("FLOAT",), "seconds": ("FLOAT",)}}

    def run(self, video, start, seconds):
        if isinstance(video, InputImpl.VideoFromComponents):
            return (Made(video.get_components()),)
        return (Loaded(video.get_stream_source(), start_time=start, duration=seconds),)


class Whole(InputImpl.VideoFromFile):
    def get_components(self):
        raise RuntimeError("decoded by ComfyUI, all of it at once")


class WholeFile:
    CATEGORY, FUNCTION, RETURN_TYPES = "test", "run", ("VIDEO",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"video": ("VIDEO",)}}

    def run(self, video):
        return (Whole(video.get_stream_source()),)


NODE_CLASS_MAPPINGS = {"OtherMachine": OtherMachine, "WholeFile": WholeFile}
"""


@pytest.fixture
def seller(comfy: ComfyServer, provider: Sandbox) -> Sandbox:
    """The provider, counting anew, behind a ComfyUI that has the node OtherMachine."""
    node = comfy.base / "custom_nodes" / "other_machine.py"
    if not node.exists():
        node.write_text(OTHER_MACHINE, "utf-8")
        comfy.environment["APIMART_MEDIA_STORE"] = f"comfyui:{comfy.url}"
        comfy.restart()
    provider.control(reset=True, forget=True)
    return provider


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
    write_video(comfy.input / "plain.mp4", frames=48)
    history = bought(comfy, {**load("plain.mp4"), **frames(selection)})
    assert (counted(history), len(shown(history, "3"))) == (count, count)


@pytest.mark.usefixtures("seller")
def test_a_whole_file_is_not_decoded_by_comfyui_which_cannot_be_stopped(comfy: ComfyServer) -> None:
    write_video(comfy.input / "whole.mp4", frames=12)
    whole = {"10": {"class_type": "WholeFile", "inputs": {"video": ["1", 0]}}}
    assert counted(bought(comfy, {**load("whole.mp4"), **whole, **frames({}, "10")})) == 12


def test_the_frames_of_a_clip_made_of_pictures_are_its_pictures(comfy: ComfyServer) -> None:
    made = {
        "8": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 48, "batch_size": 7, "color": 255}},
        "1": {"class_type": "CreateVideo", "inputs": {"images": ["8", 0], "fps": 24.0}},
    }
    assert counted(bought(comfy, {**made, **frames({"select_every_nth": 2})})) == 4


def test_a_trim_is_kept(comfy: ComfyServer) -> None:
    if "Video Slice" not in comfy.object_info():
        pytest.skip("this ComfyUI cannot trim")
    write_video(comfy.input / "long.mp4", frames=96)
    trim = {"start_time": 1.0, "duration": 2.0, "strict_duration": False}
    sliced = {"7": {"class_type": "Video Slice", "inputs": {"video": ["1", 0], **trim}}}
    assert counted(bought(comfy, {**load("long.mp4"), **sliced, **frames({}, "7")})) == pytest.approx(48, abs=1)


ODD = {
    "8": {"class_type": "EmptyImage", "inputs": {"width": 353, "height": 641, "batch_size": 96, "color": 1000}},
    "1": {"class_type": "CreateVideo", "inputs": {"images": ["8", 0], "fps": 24.0}},
}


def sliced(start: float, seconds: float) -> Json:
    trim = {"start_time": start, "duration": seconds, "strict_duration": False}
    return {"7": {"class_type": "Video Slice", "inputs": {"video": ["1", 0], **trim}}}


def heard(node: str = "2", output: int = 1) -> Json:
    return {"9": {"class_type": "SaveAudio", "inputs": {"audio": [node, output], "filename_prefix": "audio/heard"}}}


def test_an_empty_selection_of_an_edited_video_is_refused(comfy: ComfyServer) -> None:
    if "Video Slice" not in comfy.object_info():
        pytest.skip("this ComfyUI cannot trim")
    write_video(comfy.input / "long.mp4", frames=96)
    history = comfy.run({**load("long.mp4"), **sliced(1.0, 2.0), **frames({"skip_first_frames": 500}, "7")})
    assert "contains no frames" in last_error(history)["exception_message"]


def test_a_file_that_is_no_video_is_refused_with_the_cause_and_no_path(comfy: ComfyServer) -> None:
    (comfy.input / "letter.mp4").write_text("no video at all", "utf-8")
    history = comfy.run({**CHARACTER, **load("letter.mp4"), **motion(["3", 0], ["1", 0])})
    said = last_error(history)["exception_message"]
    assert "not a readable video (Invalid data found when processing input)" in said
    assert str(comfy.base) not in said


def test_an_animated_picture_gives_its_frames(comfy: ComfyServer) -> None:
    pages = [Image.new("RGB", (40, 40), (20 * number, 9, 9)) for number in range(9)]
    pages[0].save(comfy.input / "moving.gif", save_all=True, append_images=pages[1:], duration=100)
    assert counted(bought(comfy, {**load("moving.gif"), **frames({})})) == 9


def test_sound_that_nobody_takes_is_decoded_once_somebody_does(comfy: ComfyServer) -> None:
    write_video(comfy.input / "sounding.mp4", frames=48, audio_seconds=2)
    graph = {**load("sounding.mp4"), **frames({"frame_load_cap": 3})}
    assert counted(bought(comfy, graph)) == 3
    assert bought(comfy, {**graph, **heard()})["outputs"]["9"]["audio"]


def test_frames_of_odd_sizes_are_cropped_for_a_model_and_bought(comfy: ComfyServer, seller: Sandbox) -> None:
    bought(comfy, {**CHARACTER, **ODD, **motion(["3", 0], ["1", 0])})
    assert seller.sold == 1


def test_a_video_of_frames_is_fitted(comfy: ComfyServer) -> None:
    [report] = bought(comfy, {**ODD, **fitted()})["outputs"]["6"]["text"]
    assert "4.00 s, 96 frames, 24.000 fps, 352x640" in report


def test_a_trimmed_video_is_fitted_from_its_file(comfy: ComfyServer) -> None:
    if "Video Slice" not in comfy.object_info():
        pytest.skip("this ComfyUI cannot trim")
    write_video(comfy.input / "phone.mp4", frames=24 * 14, width=352, height=640, audio_seconds=14)
    graph = {**load("phone.mp4"), **sliced(2.0, 6.0), **fitted("7", start=1.0)}
    [report] = bought(comfy, graph)["outputs"]["6"]["text"]
    assert "5.00 s, 120 frames" in report


def test_a_long_clip_is_fitted_to_its_orientation_and_priced(comfy: ComfyServer) -> None:
    write_video(comfy.input / "phone.mp4", frames=24 * 14, width=352, height=640, audio_seconds=14)
    [report] = bought(comfy, {**load("phone.mp4"), **fitted()})["outputs"]["6"]["text"]
    assert "10.00 s, 240 frames" in report
    assert "kling-v3-motion-control std: 10.00 s x 0.10288 = 1.029 USD" in report


def test_a_clip_that_is_too_short_is_refused_with_the_numbers(comfy: ComfyServer) -> None:
    write_video(comfy.input / "short.mp4", frames=48)
    history = comfy.run({**load("short.mp4"), **fitted()})
    assert status(history) == "error"
    assert "at least 3 s" in last_error(history)["exception_message"]


def pictured(color: int) -> Json:
    size = {"width": 352, "height": 640, "batch_size": 96, "color": color}
    return {
        "8": {"class_type": "EmptyImage", "inputs": size},
        "1": {"class_type": "CreateVideo", "inputs": {"images": ["8", 0], "fps": 24.0}},
    }


def on_another_machine(source: str, start: float = 0.0, seconds: float = 0.0) -> Json:
    return {"10": {"class_type": "OtherMachine", "inputs": {"video": [source, 0], "start": start, "seconds": seconds}}}


def test_the_same_frames_are_one_question_whatever_an_encoder_makes_of_them(
    comfy: ComfyServer, seller: Sandbox
) -> None:
    bought(comfy, {**CHARACTER, **pictured(1000), **motion(["3", 0], ["1", 0])})
    bought(comfy, {**CHARACTER, **pictured(1000), **on_another_machine("1"), **motion(["3", 0], ["10", 0])})
    assert seller.sold == 1
    bought(comfy, {**CHARACTER, **pictured(250), **motion(["3", 0], ["1", 0])})
    assert seller.sold == 2


def test_the_same_trim_is_one_question_whatever_an_encoder_makes_of_it(comfy: ComfyServer, seller: Sandbox) -> None:
    if "Video Slice" not in comfy.object_info():
        pytest.skip("this ComfyUI cannot trim")
    write_video(comfy.input / "source.mp4", frames=24 * 8, width=352, height=640)
    for start, sold in ((1.0, 1), (2.0, 2)):
        trim = {"start_time": start, "duration": 4.0, "strict_duration": False}
        sliced = {**load("source.mp4"), "7": {"class_type": "Video Slice", "inputs": {"video": ["1", 0], **trim}}}
        bought(comfy, {**CHARACTER, **sliced, **motion(["3", 0], ["7", 0])})
        elsewhere = on_another_machine("1", start, 4.0)
        bought(comfy, {**CHARACTER, **load("source.mp4"), **elsewhere, **motion(["3", 0], ["10", 0])})
        assert seller.sold == sold


def test_a_file_that_is_no_mp4_is_one_question_whatever_an_encoder_makes_of_it(
    comfy: ComfyServer, seller: Sandbox
) -> None:
    write_video(comfy.input / "source.webm", frames=24 * 4, width=352, height=640, codec="libvpx-vp9")
    bought(comfy, {**CHARACTER, **load("source.webm"), **motion(["3", 0], ["1", 0])})
    bought(
        comfy,
        {**CHARACTER, **load("source.webm"), **on_another_machine("1"), **motion(["3", 0], ["10", 0])},
    )
    assert seller.sold == 1
