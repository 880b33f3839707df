"""Fits frames and audio in memory to a provider's limits, encoded once."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, islice, tee
from pathlib import Path
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame

from ..errors import Refused, log
from ..files import written_whole
from ..model import AudioData, Frames, Measure, Size
from ..stopping import Stopped, never, until_stopped
from .audio import Tell, frames_of, waves_of
from .encode import (
    HIGHEST_BITS,
    Encoding,
    Window,
    audio_stream,
    cut,
    encode_frames,
    encode_waves,
    opened_mp4,
    time_of,
)
from .fit import HIGHEST_RATE, fitted_size, too_heavy
from .measure import measure

SHARE = 0.8  # of the bytes allowed: there is one try
LONGEST_SECONDS = 1e6
WIDEST = 1 << 15  # pixels

Part = tuple[Frames, AudioData | None]
Levels = tuple[np.ndarray, AudioData | None]  # uint8 [N, H, W, 3]


def fit_frames(
    parts: Iterable[Part],
    out: Path,
    *,
    start: float = 0.0,
    seconds: float = LONGEST_SECONDS,
    min_side: int,
    max_side: int,
    max_bytes: int | None,
    max_rate: int = HIGHEST_RATE,
    keep_audio: bool = True,
    tell: Tell = log.info,
    stopped: Stopped = never,
) -> Measure:
    """Write `parts`, which follow one another, from `start` on for at most `seconds` as H.264 MP4 within the limits.

    Each part is read once. `tell` hears where frames are left out for their rate. Raises Refused when the video cannot
    be made to fit, Unfinished when `stopped` says so; `out` is then as it was.
    """
    following = iter(parts)
    first = next(following, None)
    if first is None or not len(first[0].pixels):
        raise Refused("The video has no frames.", next_step="Connect another video.")
    step = max(1, math.ceil(first[0].fps / max_rate))
    rate = Fraction(first[0].fps) / step
    if step > 1:
        tell(f"The video's {float(first[0].fps):.5g} fps were reduced to {float(rate):.5g}.")
    height, width = first[0].pixels.shape[1:3]
    size = fitted_size(Size(width, height), min_side, max_side)
    bits = int(max_bytes * 8 * SHARE / min(seconds, LONGEST_SECONDS)) if max_bytes else HIGHEST_BITS
    window = Window(Fraction(start), int(seconds * rate + Fraction(1, 1000)), rate)
    with written_whole(out) as part:
        _write(chain([first], following), part, window, step, Encoding(size, False, bits), keep_audio, stopped)
        if max_bytes and part.stat().st_size > max_bytes:
            raise too_heavy(seconds, size, max_bytes)
        return measure(part, stopped=stopped)


def write_frames(parts: Iterable[Part], out: Path, *, stopped: Stopped = never) -> Measure:
    """Write all of `parts` as H.264 MP4, whose sides are even: an odd one loses its last row or column of pixels.

    Raises what `fit_frames` raises.
    """
    even = ((Frames(_even(frames.pixels), frames.fps), audio) for frames, audio in parts)
    return fit_frames(even, out, min_side=2, max_side=WIDEST, max_bytes=None, stopped=stopped)


def _even(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[1:3]
    return pixels[:, : max(2, height - height % 2), : max(2, width - width % 2)]


def _write(
    parts: Iterable[Part],
    out: Path,
    window: Window,
    step: int,
    encoding: Encoding,
    keep_audio: bool,
    stopped: Stopped,
) -> None:
    """Frames and audio are taken from the same parts, a second of them at a time, as the file needs them."""
    shown, heard = tee(_by_the_second(parts))
    begin = round(window.begin * window.rate * step)
    frames = islice(chain.from_iterable(levels for levels, _ in shown), begin, begin + window.count * step, step)
    video_frames = (VideoFrame.from_ndarray(one, format="rgb24") for one in until_stopped(frames, stopped))
    head = next(heard, None)
    with opened_mp4(out) as made:
        streams = [encode_frames(video_frames, made, window.rate, encoding, stopped)]
        if keep_audio and head and head[1]:
            audios = (audio for _, audio in chain([head], heard) if audio)
            streams.append(_audio_packets(audios, head[1], made, window))
        else:
            del heard  # nobody keeps what it has not read
        for packet in heapq.merge(*streams, key=time_of):
            made.mux(packet)


def _by_the_second(parts: Iterable[Part]) -> Iterator[Levels]:
    """The parts in 8 bits, cut into seconds; the audio of a part comes with its first second."""
    for frames, audio in parts:
        count = max(1, round(frames.fps))
        for begin in range(0, len(frames.pixels), count):
            pixels = frames.pixels[begin : begin + count, :, :, :3]
            yield np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8), None if begin else _as_long_as(frames, audio)


def _as_long_as(frames: Frames, audio: AudioData | None) -> AudioData | None:
    if audio is None:
        return None
    count = math.ceil(len(frames.pixels) / frames.fps * audio.sample_rate)
    return AudioData(audio.waveform[:, :count], audio.sample_rate)


def _audio_packets(
    audios: Iterable[AudioData], first: AudioData, made: OutputContainer, window: Window
) -> Iterator[Packet[Any]]:
    target, layout, rate = audio_stream(made, first.sample_rate, min(2, len(first.waveform)))
    waves = waves_of(_following(audios), layout, rate)
    return encode_waves(cut(waves, round(window.begin * rate), round(window.seconds * rate)), target, layout, rate)


def _following(audios: Iterable[AudioData]) -> Iterator[AudioFrame]:
    place = 0
    for audio in audios:
        for frame in frames_of(audio):
            frame.pts, frame.time_base = (frame.pts or 0) + place, Fraction(1, audio.sample_rate)
            yield frame
        place += audio.waveform.shape[-1]
