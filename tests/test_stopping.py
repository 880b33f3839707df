"""Local work ends soon after it is told to stop, wherever it is, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import clips
import numpy as np
import pytest
from apimart.flow.errors import Unfinished
from apimart.flow.media import (
    content_of_video,
    decode_audio,
    decode_frames,
    encode_audio,
    fit_video,
    measure,
    seconds_shown,
)
from apimart.flow.media.encode import Encoding, Window, write_video
from apimart.flow.model import AudioData, Selection, Size
from apimart.flow.stopping import sleep, until_stopped
from stops import Stop

FRAMES = 192
AFTERWARDS = 12  # the frames that a decoder's threads had ready
LIMITS = {"min_side": 32, "max_side": 512, "max_bytes": 10_000_000}

Work = Callable[[Path, Callable[[], bool]], Any]


def selected(**selection: int) -> Work:
    return lambda clip, stopped: decode_frames(clip, Selection(**selection), stopped=stopped)


def fitted(**options: Any) -> Work:
    return lambda clip, stopped: fit_video(clip, clip.with_name("out.mp4"), stopped=stopped, **{**LIMITS, **options})


def encoded(clip: Path, stopped: Callable[[], bool]) -> None:
    sound = AudioData(np.zeros((2, FRAMES * 1024), np.float32), 44100)
    encode_audio(sound, ("m4a",), 1_000_000, clip.with_name("sounds"), stopped=stopped)


WORK: dict[str, Work] = {
    "frames": selected(),
    "frames far into the clip": selected(skip_first_frames=FRAMES - 5),
    "few frames of many": selected(select_every_nth=100),
    "sound": lambda clip, stopped: decode_audio(clip, stopped=stopped),
    "content": lambda clip, stopped: content_of_video(clip, stopped=stopped),
    "measure": lambda clip, stopped: measure(clip, stopped=stopped),
    "seconds": lambda clip, stopped: seconds_shown(clip, stopped=stopped),
    "fit by a copy": fitted(),
    "fit without sound": fitted(keep_audio=False),
    "fit by encoding": fitted(max_side=48),
    "fit from a late frame": fitted(start=6.0),
    "sound to be sent": encoded,
}


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Eight seconds with sound, and with one key frame."""
    return clips.write_video(tmp_path / "c.mp4", frames=FRAMES, audio_seconds=8, options={"g": "1000"})


def stop(work: Work, clip: Path, nth: int) -> Stop:
    """Stop the work the nth time it asks; how often it asked."""
    before, stopped = threading.active_count(), Stop(nth)
    with pytest.raises(Unfinished) as unfinished:
        work(clip, stopped)
    assert unfinished.value.stopped
    assert threading.active_count() == before
    return stopped


@pytest.mark.slow
@pytest.mark.parametrize("name", WORK)
def test_work_asks_at_every_frame_and_goes_no_further_when_it_is_stopped(name: str, clip: Path) -> None:
    whole = Stop()
    WORK[name](clip, whole)
    assert whole.asked >= FRAMES
    before = sorted(clip.parent.rglob("*"))
    for nth in (1, whole.asked // 3, whole.asked // 2, whole.asked):
        assert stop(WORK[name], clip, nth).asked <= nth + AFTERWARDS
        assert sorted(clip.parent.rglob("*")) == before


def test_a_still_that_is_shown_long_is_stopped_between_its_repetitions(tmp_path: Path) -> None:
    clip = clips.write_video(tmp_path / "c.mp4", times=[0, 40, 8000])
    whole = Stop()
    fitted(min_side=64)(clip, whole)
    assert whole.asked >= FRAMES
    assert stop(fitted(min_side=64), clip, whole.asked // 2).asked <= whole.asked // 2 + AFTERWARDS


def test_what_an_encoder_still_holds_is_given_up_too(clip: Path) -> None:
    """The encoder has given none of so few packets when the last frame goes in."""
    count, stopped = 12, Stop()
    window, picture = Window(Fraction(0), count, Fraction(24)), Encoding(Size(48, 36), False, 1_000_000)
    write_video(clip, clip.with_name("out.mp4"), window, picture, keep_audio=False, stopped=stopped)
    assert stopped.asked >= 3 * count  # decoded, encoded, written


def test_a_clip_that_stood_at_the_place_stays_when_fitting_is_stopped(clip: Path) -> None:
    out = clip.with_name("out.mp4")
    out.write_bytes(b"an earlier one")
    stop(fitted(max_side=48), clip, 300)
    assert out.read_bytes() == b"an earlier one"


def test_items_that_nobody_stops_come_through_as_they_are() -> None:
    assert list(until_stopped("abc", Stop())) == ["a", "b", "c"]


def test_nothing_is_taken_from_work_that_was_stopped_before() -> None:
    taken = iter("abc")
    with pytest.raises(Unfinished):
        list(until_stopped(taken, Stop(1)))
    assert list(taken) == ["a", "b", "c"]


def test_a_pause_is_slept_through_in_short_turns_and_ends_when_it_is_stopped() -> None:
    slept: list[float] = []
    sleep(1.1, Stop(), slept.append)
    assert sum(slept) == pytest.approx(1.1)
    slept.clear()
    with pytest.raises(Unfinished):
        sleep(1000.0, Stop(3), slept.append)
    assert slept == [0.25, 0.25]
