"""What the clips of the sandbox show: the images of the request, the reference in a corner, else a scene."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import clips
import numpy as np
import pytest
from PIL import Image
from sandbox_visits import Visitor
from sandboxed import Sandbox

pytest_plugins = ["sandbox_fixtures"]

RED, BLUE, GREEN = (210, 30, 30), (30, 60, 210), (20, 200, 40)
STRIP = 0.8  # the share of the height that the strip leaves over, at least
CHINESE = "\u4e00\u53ea\u91d1\u6bdb\u5728\u6d77\u8fb9\u5954\u8dd1"
SHAPES = ({"aspect_ratio": "16:9"}, {"aspect_ratio": "9:16"})


def filled(colour: tuple[int, int, int], width: int = 640, height: int = 360) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def image_url(visitor: Visitor, colour: tuple[int, int, int]) -> str:
    return str(visitor.upload(filled(colour)).json()["url"])


def content(visitor: Visitor, body: dict[str, Any]) -> bytes:
    return visitor.ask("GET", visitor.outcome(body)["result"]["videos"][0]["url"][0]).body


def shown(visitor: Visitor, body: dict[str, Any]) -> list[np.ndarray]:
    """The frames above the strip in RGB, of a new job."""
    with av.open(io.BytesIO(content(visitor, body)), "r") as clip:
        frames = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    return [frame[: round(len(frame) * STRIP)] for frame in frames]


def is_mostly(colour: tuple[int, int, int], levels: np.ndarray) -> bool:
    """The same channel is the strongest by far; what falls through the picture and its tint change the rest."""
    medians = np.median(levels.reshape(-1, 3), axis=0)
    return bool(medians.argmax() == np.argmax(colour) and medians.max() > 1.5 * np.sort(medians)[1])


def test_an_image_is_set_in_motion(visitor: Visitor, sora: dict[str, Any]) -> None:
    frames = shown(visitor, sora | {"image_urls": [image_url(visitor, BLUE)]})
    assert is_mostly(BLUE, frames[0]) and is_mostly(BLUE, frames[-1])


def test_a_clip_goes_from_its_first_to_its_last_image(visitor: Visitor, veo: dict[str, Any]) -> None:
    ends = {"first_frame_image": image_url(visitor, RED), "last_frame_image": image_url(visitor, BLUE)}
    frames = shown(visitor, veo | ends)
    assert is_mostly(RED, frames[0]) and is_mostly(BLUE, frames[-1])


@pytest.mark.parametrize("turned", [False, True])
def test_a_reference_stands_in_the_corner(
    visitor: Visitor, motion: dict[str, Any], turned: bool, tmp_path: Path
) -> None:
    paint = np.full((48, 64, 3), GREEN, np.uint8)
    path = clips.write_video(tmp_path / "clip.mp4", frames=96, paint=lambda number: paint)
    path = clips.rotated(path, tmp_path / "turned.mp4") if turned else path
    first = shown(visitor, motion | {"video_url": visitor.sandbox.host(path)})[0]
    height, width = first.shape[:2]
    assert is_mostly(GREEN, first[height // 10 : height // 5, round(width * 0.86) : round(width * 0.93)])
    assert not is_mostly(GREEN, first[:, : width // 2])


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["aspect_ratio"])
def test_prompts_and_takes_look_different(visitor: Visitor, veo: dict[str, Any], shape: dict[str, str]) -> None:
    prompts = ["a sea", "a sea", "snow on a roof", "a dancer", "a train", CHINESE]
    firsts = [shown(visitor, veo | shape | {"prompt": prompt})[0].astype(int) for prompt in prompts]
    for number, one in enumerate(firsts):
        assert all(np.abs(one - other).mean() > 5 for other in firsts[:number])


@pytest.mark.slow
def test_a_lost_clip_is_drawn_again_as_it_was(tmp_path: Path, sora: dict[str, Any]) -> None:
    with Sandbox(state=tmp_path / "sandbox.json") as sandbox:
        visitor = Visitor(sandbox)
        url = visitor.outcome(sora | {"image_urls": [image_url(visitor, RED)]})["result"]["videos"][0]["url"][0]
        before = visitor.ask("GET", url).body
        for file in (tmp_path / "sandbox.json.files").glob("*.mp4"):
            file.unlink()
        sandbox.restart()
        assert visitor.ask("GET", url).body == before
