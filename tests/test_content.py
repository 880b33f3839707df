"""The content of a clip is the same in every copy of its packets, and of no other clip."""

from __future__ import annotations

from pathlib import Path

import clips
import numpy as np
import pytest
from apimart.flow.errors import Refused
from apimart.flow.media import content_of_clip, content_of_still
from apimart.flow.model import Still


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return clips.write_clip(tmp_path / "clip.mp4", sound_seconds=2.5)


def test_a_packet_copy_with_other_metadata_has_the_same_content(clip: Path, tmp_path: Path) -> None:
    copy = clips.remuxed(clip, tmp_path / "copy.mp4", {"prompt": "{}", "title": "another"})
    assert copy.read_bytes() != clip.read_bytes()
    assert content_of_clip(copy) == content_of_clip(clip)


def test_a_copy_of_a_copy_has_the_same_content(clip: Path, tmp_path: Path) -> None:
    copy = clips.remuxed(clips.remuxed(clip, tmp_path / "copy.mp4"), tmp_path / "again.mp4")
    assert content_of_clip(copy) == content_of_clip(clip)


@pytest.mark.parametrize("rate", [24, 25, 30, 60])
def test_copies_agree_at_every_rate(rate: int, tmp_path: Path) -> None:
    clip = clips.write_clip(tmp_path / "clip.mp4", rate=rate)
    assert content_of_clip(clips.remuxed(clip, tmp_path / "copy.mp4")) == content_of_clip(clip)


def test_a_copy_of_a_rotated_clip_has_its_content_and_not_that_of_the_upright_one(clip: Path, tmp_path: Path) -> None:
    turned = clips.rotated(clip, tmp_path / "turned.mp4")
    assert content_of_clip(clips.remuxed(turned, tmp_path / "copy.mp4")) == content_of_clip(turned)
    assert content_of_clip(turned) != content_of_clip(clip)


def test_the_file_name_is_not_content(clip: Path, tmp_path: Path) -> None:
    other = tmp_path / "other name"
    other.write_bytes(clip.read_bytes())
    assert content_of_clip(other) == content_of_clip(clip)


def test_other_pictures_are_other_content(clip: Path, tmp_path: Path) -> None:
    paint = clips.painted(64, 48)
    other = clips.write_clip(tmp_path / "other.mp4", sound_seconds=2.5, paint=lambda number: 255 - paint(number))
    assert content_of_clip(other) != content_of_clip(clip)


def test_a_retimed_clip_is_other_content(tmp_path: Path) -> None:
    first = clips.write_clip(tmp_path / "first.mp4", times=[0, 40, 80, 120], codec="mpeg4")
    second = clips.write_clip(tmp_path / "second.mp4", times=[0, 40, 90, 120], codec="mpeg4")
    assert content_of_clip(first) != content_of_clip(second)


def test_other_sound_is_other_content(clip: Path, tmp_path: Path) -> None:
    silent = clips.write_clip(tmp_path / "silent.mp4")
    assert content_of_clip(silent) != content_of_clip(clip)


def test_an_edit_list_that_hides_frames_makes_other_content(tmp_path: Path) -> None:
    whole = clips.write_clip(tmp_path / "whole.mov", frames=96)
    late = clips.edited(whole, tmp_path / "late.mov", start=1, seconds=3)
    part = clips.edited(whole, tmp_path / "part.mov", start=1, seconds=2)
    assert len({content_of_clip(path) for path in (whole, late, part)}) == 3


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("no clip")
    with pytest.raises(Refused, match="not a video file"):
        content_of_clip(tmp_path / "clip.mp4")


def test_pictures_are_equal_when_shape_and_levels_are() -> None:
    levels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert content_of_still(Still(levels)) == content_of_still(Still(levels.copy()))
    assert content_of_still(Still(levels)) != content_of_still(Still(levels.reshape(4, 2, 3)))
    assert content_of_still(Still(levels)) != content_of_still(Still(levels + 1))
