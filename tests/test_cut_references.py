"""A reference video that is cut off is refused before anything is published or bought."""

from __future__ import annotations

from pathlib import Path

import clips
import numpy as np
import pytest
from apimart.flow.errors import Refused
from apimart.flow.media import content_of_video
from apimart.flow.model import ImageData, VideoData
from apimart.flow.request import check
from family_examples import FAMILIES
from test_families import asked

pytestmark = pytest.mark.slow

MOTION = FAMILIES["APIMartKlingMotionControl"]
CHARACTER = ImageData(np.zeros((352, 352, 3), np.uint8))


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    size = {"width": 352, "height": 352}
    return clips.index_in_front(tmp_path / "whole.mp4", frames=96, options={"g": "24"}, **size)


def refusal(footage: VideoData, folder: Path) -> str:
    with pytest.raises(Refused) as refused:
        check(asked(MOTION, image=CHARACTER, video=footage), lambda values: None, folder)
    return refused.value.what


def test_a_file_that_breaks_off_is_refused(whole: Path, tmp_path: Path) -> None:
    path = clips.cut_off(whole, tmp_path / "cut.mp4", 0.95)
    assert "truncated" in refusal(VideoData(path, content="a clip"), tmp_path)


def test_a_copy_that_hides_the_half_frame_is_refused(whole: Path, tmp_path: Path) -> None:
    path = clips.cut_in_the_last_frame(whole, tmp_path / "copy.mp4")
    assert "last frames" in refusal(VideoData(path, content="a clip"), tmp_path)


def test_a_copy_that_is_good_as_far_as_it_goes_is_refused_for_what_its_source_lacks(
    whole: Path, tmp_path: Path
) -> None:
    footage = VideoData(whole, content=content_of_video(whole), missing_bytes=1234)
    assert "1234 bytes are missing" in refusal(footage, tmp_path)


def test_a_whole_one_with_a_block_behind_its_end_is_taken(whole: Path, tmp_path: Path) -> None:
    whole.write_bytes(whole.read_bytes() + b"\x7f\x00\x00\x00SEFT" + b"x" * 200)
    assert check(asked(MOTION, image=CHARACTER, video=VideoData(whole)), lambda values: None, tmp_path).attachments
