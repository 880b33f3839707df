"""The content of a clip is the same in every copy of its packets, and of no other clip."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import clips
import numpy as np
import pytest
from apimart.flow.errors import Refused
from apimart.flow.media import content_of_frames, content_of_image, content_of_trimmed, content_of_video
from apimart.flow.model import AudioData, Frames, ImageData


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return clips.write_video(tmp_path / "clip.mp4", audio_seconds=2.5)


def test_a_packet_copy_with_other_metadata_has_the_same_content(clip: Path, tmp_path: Path) -> None:
    copy = clips.remuxed(clip, tmp_path / "copy.mp4", {"prompt": "{}", "title": "another"})
    assert copy.read_bytes() != clip.read_bytes()
    assert content_of_video(copy) == content_of_video(clip)


def test_a_copy_of_a_copy_has_the_same_content(clip: Path, tmp_path: Path) -> None:
    copy = clips.remuxed(clips.remuxed(clip, tmp_path / "copy.mp4"), tmp_path / "again.mp4")
    assert content_of_video(copy) == content_of_video(clip)


@pytest.mark.parametrize("rate", [24, 25, 30, 60])
def test_copies_agree_at_every_rate(rate: int, tmp_path: Path) -> None:
    clip = clips.write_video(tmp_path / "clip.mp4", rate=rate)
    assert content_of_video(clips.remuxed(clip, tmp_path / "copy.mp4")) == content_of_video(clip)


def test_a_copy_of_a_rotated_clip_has_its_content_and_not_that_of_the_upright_one(clip: Path, tmp_path: Path) -> None:
    turned = clips.rotated(clip, tmp_path / "turned.mp4")
    assert content_of_video(clips.remuxed(turned, tmp_path / "copy.mp4")) == content_of_video(turned)
    assert content_of_video(turned) != content_of_video(clip)


def test_the_file_name_is_not_content(clip: Path, tmp_path: Path) -> None:
    other = tmp_path / "other name"
    other.write_bytes(clip.read_bytes())
    assert content_of_video(other) == content_of_video(clip)


def test_other_pictures_are_other_content(clip: Path, tmp_path: Path) -> None:
    paint = clips.painted(64, 48)
    other = clips.write_video(tmp_path / "other.mp4", audio_seconds=2.5, paint=lambda number: 255 - paint(number))
    assert content_of_video(other) != content_of_video(clip)


def test_a_retimed_clip_is_other_content(tmp_path: Path) -> None:
    first = clips.write_video(tmp_path / "first.mp4", times=[0, 40, 80, 120], codec="mpeg4")
    second = clips.write_video(tmp_path / "second.mp4", times=[0, 40, 90, 120], codec="mpeg4")
    assert content_of_video(first) != content_of_video(second)


def test_other_sound_is_other_content(clip: Path, tmp_path: Path) -> None:
    silent = clips.write_video(tmp_path / "silent.mp4")
    assert content_of_video(silent) != content_of_video(clip)


def test_an_edit_list_that_hides_frames_makes_other_content(tmp_path: Path) -> None:
    whole = clips.write_video(tmp_path / "whole.mov", frames=96)
    late = clips.edited(whole, tmp_path / "late.mov", start=1, seconds=3)
    part = clips.edited(whole, tmp_path / "part.mov", start=1, seconds=2)
    assert len({content_of_video(path) for path in (whole, late, part)}) == 3


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("no clip")
    with pytest.raises(Refused, match="not a video"):
        content_of_video(tmp_path / "clip.mp4")


def test_pictures_are_equal_when_shape_and_levels_are() -> None:
    levels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert content_of_image(ImageData(levels)) == content_of_image(ImageData(levels.copy()))
    assert content_of_image(ImageData(levels)) != content_of_image(ImageData(levels.reshape(4, 2, 3)))
    assert content_of_image(ImageData(levels)) != content_of_image(ImageData(levels + 1))


def frames(count: int = 6, fps: Fraction = Fraction(24)) -> Frames:
    levels = np.arange(count * 4 * 6 * 3, dtype=np.float32).reshape(count, 4, 6, 3) % 256
    return Frames(levels / np.float32(255), fps)


def sound(samples: int = 4000, rate: int = 16000) -> AudioData:
    return AudioData(np.linspace(-1, 1, 2 * samples, dtype=np.float32).reshape(2, samples), rate)


def content(made: Frames, heard: AudioData | None = None, bits: int = 8) -> str:
    return content_of_frames([(made, heard)], bits=bits)


def test_the_content_of_frames_stays_what_it_is() -> None:
    """Every machine must find the same, and every later version."""
    assert content(frames(), sound()) == "4fc5b21c43334b346c36fe1a39d0d601edaa78a0ed716ca85294d4fce7f70713"


def test_frames_of_another_machine_may_lie_a_hair_beside_a_level() -> None:
    hair = np.float32(1e-6)
    others = [Frames(frames().pixels + hair, Fraction(24)), Frames(frames().pixels - hair, Fraction(24))]
    assert {content(one) for one in others} == {content(frames())}


def test_half_the_precision_shows_the_same_levels() -> None:
    assert content(Frames(frames().pixels.astype(np.float16), Fraction(24))) == content(frames())


def test_a_video_is_its_frames_their_size_and_rate_its_sound_and_its_depth() -> None:
    made, heard = frames(), sound()
    darker = Frames(made.pixels * np.float32(0.9), made.fps)
    taller = Frames(made.pixels.reshape(6, 6, 4, 3), made.fps)
    found = [
        content(made),
        content(darker),
        content(taller),
        content(frames(5)),
        content(replace(made, fps=Fraction(25))),
        content(made, bits=10),
        content(made, heard),
        content(made, replace(heard, sample_rate=8000)),
        content(made, AudioData(heard.waveform[:1], 16000)),
        content(made, AudioData(-heard.waveform, 16000)),
    ]
    assert len({*found}) == len(found)


def test_rates_count_as_they_are_written_out() -> None:
    assert content(replace(frames(), fps=Fraction(24000, 1001))) == content(replace(frames(), fps=Fraction(23.976)))


def test_how_frames_are_dealt_out_to_parts_does_not_count() -> None:
    made, heard = frames(), sound()
    parts = [
        (Frames(made.pixels[:0], made.fps), None),
        (Frames(made.pixels[:4], made.fps), AudioData(heard.waveform[:, :1000], 16000)),
        (Frames(made.pixels[4:], made.fps), AudioData(heard.waveform[:, 1000:], 16000)),
    ]
    assert content_of_frames(parts) == content(made, heard)


def test_frames_that_hold_no_numbers_are_refused() -> None:
    with pytest.raises(Refused, match="not numbers"):
        content(Frames(np.full((1, 2, 2, 3), np.nan, np.float32), Fraction(24)))


def test_a_trim_makes_other_content_and_no_trim_none() -> None:
    assert content_of_trimmed("a clip", 0.0, 0.0) == "a clip"
    trims = [("a clip", 1.0, 0.0), ("a clip", 0.0, 1.0), ("a clip", 1.0, 2.0), ("another", 1.0, 2.0)]
    assert len({content_of_trimmed(*trim) for trim in trims}) == len(trims)
