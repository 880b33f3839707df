"""Frames with their sound become a video that fits, encoded once."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import clips
import numpy as np
import pytest
from apimart.flow.errors import Refused
from apimart.flow.media import decode_audio, decode_frames, fit_frames, write_frames
from apimart.flow.model import AudioData, Frames, Measure, Size

RATE = 44100
LIMITS: dict[str, Any] = {"min_side": 32, "max_side": 512, "max_bytes": 10_000_000}


def frames(count: int = 72, width: int = 64, height: int = 48, fps: Fraction | int = 24) -> Frames:
    """Each frame is a grey of its own."""
    levels = np.arange(count, dtype=np.float32)[:, None, None, None] * np.float32(3 / 255)
    return Frames(np.broadcast_to(levels, (count, height, width, 3)), Fraction(fps))


def sound(seconds: float = 3.0) -> AudioData:
    wave = np.sin(np.arange(round(seconds * RATE)) * (2 * np.pi * 440 / RATE)).astype(np.float32) * np.float32(0.4)
    return AudioData(np.stack([wave, wave]), RATE)


def fit(tmp_path: Path, *parts: tuple[Frames, AudioData | None], **more: Any) -> tuple[Path, Measure]:
    out = tmp_path / "fitted.mp4"
    return out, fit_frames(parts, out, **{**LIMITS, "seconds": 3.0, **more})


def test_frames_come_out_as_they_are_with_their_sound(tmp_path: Path) -> None:
    made = frames()
    out, found = fit(tmp_path, (made, sound()))
    assert (found.frames, found.rate, found.size, found.codec) == (72, 24, Size(64, 48), "h264")
    assert np.abs(decode_frames(out).pixels - made.pixels).max() * 255 < 3
    heard = decode_audio(out)
    assert heard is not None and heard.seconds == pytest.approx(3, abs=0.05)
    assert np.corrcoef(heard.waveform[0, 4410:120000], sound().waveform[0, 4410:120000])[0, 1] > 0.99


def test_a_part_of_them_is_that_part(tmp_path: Path) -> None:
    out, found = fit(tmp_path, (frames(), sound()), start=0.5, seconds=1.5)
    assert (found.frames, found.seconds) == (36, 1.5)
    assert np.abs(decode_frames(out).pixels - frames().pixels[12:48]).max() * 255 < 3
    assert found.audio_seconds == pytest.approx(1.5, abs=0.05)


def test_parts_that_follow_one_another_are_read_once_and_are_one_video(tmp_path: Path) -> None:
    whole, heard, read = frames(), sound(), list[int]()

    def parts() -> Iterator[tuple[Frames, AudioData]]:
        for second in range(3):
            read.append(second)
            samples = heard.waveform[:, second * RATE : (second + 1) * RATE]
            yield Frames(whole.pixels[second * 24 : (second + 1) * 24], whole.fps), AudioData(samples, RATE)

    out = tmp_path / "fitted.mp4"
    found = fit_frames(parts(), out, seconds=3.0, **LIMITS)
    assert read == [0, 1, 2]
    assert (found.frames, found.audio_seconds) == (72, pytest.approx(3, abs=0.05))
    assert np.abs(decode_frames(out).pixels - whole.pixels).max() * 255 < 3


def test_more_frames_a_second_than_are_taken_are_reduced(tmp_path: Path) -> None:
    told: list[str] = []
    out, found = fit(tmp_path, (frames(60, fps=120), None), seconds=0.5, max_rate=60, tell=told.append)
    assert (found.frames, found.rate, told) == (30, 60, ["The video's 120 fps were reduced to 60."])
    assert np.abs(decode_frames(out).pixels - frames(60).pixels[::2]).max() * 255 < 3


def test_small_frames_are_enlarged_and_sound_may_be_left_out(tmp_path: Path) -> None:
    _, found = fit(tmp_path, (frames(), sound()), min_side=96, keep_audio=False)
    assert (found.size, found.has_audio) == (Size(128, 96), False)


def test_what_does_not_fit_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    noise = Frames(np.random.default_rng(1).random((24, 48, 64, 3), np.float32), Fraction(24))
    with pytest.raises(Refused, match="do not fit"):
        fit(tmp_path, (noise, None), max_bytes=900, seconds=1.0)
    with pytest.raises(Refused, match="no frames"):
        fit(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("width", "height", "size"), [(63, 47, Size(62, 46)), (64, 47, Size(64, 46)), (64, 48, Size(64, 48))]
)
def test_odd_sides_lose_a_pixel_and_nothing_else(width: int, height: int, size: Size, tmp_path: Path) -> None:
    paint = clips.painted(64, 48)
    pixels = np.stack([paint(number) for number in range(24)]).astype(np.float32)[:, :height, :width] / 255
    found = write_frames([(Frames(pixels, Fraction(24)), sound(5.0))], tmp_path / "even.mp4")
    assert (found.size, found.frames) == (size, 24)
    assert found.audio_seconds == pytest.approx(1, abs=0.05)
    shown = decode_frames(tmp_path / "even.mp4").pixels
    assert np.abs(shown - pixels[:, : size.height, : size.width]).mean() * 255 < 12


def test_alpha_is_no_colour(tmp_path: Path) -> None:
    opaque = frames()
    alpha = np.concatenate([opaque.pixels, np.ones((72, 48, 64, 1), np.float32)], axis=-1)
    out, _ = fit(tmp_path, (Frames(alpha, opaque.fps), None))
    assert np.abs(decode_frames(out).pixels - opaque.pixels).max() * 255 < 3
