"""The sound of a clip, decoded alone."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from ..errors import Refused, Unreadable
from ..model import AudioData
from ..stopping import Stopped, never, until_stopped
from .container import READ_ERRORS, audio_streams, opened


def has_sound(path: Path) -> bool:
    """Whether the clip has a sound stream. Raises Unreadable."""
    try:
        with opened(path) as (container, _):
            return bool(container.streams.audio)
    except Refused as error:
        raise Unreadable(error.what) from None


def decode_audio(path: Path, *, stopped: Stopped = never) -> AudioData | None:
    """The first sound stream as float32 [channels, samples], starting with the picture; None for a silent clip.

    Sound that starts later than the picture is preceded by silence. Raises Unreadable when it is damaged,
    Unfinished when `stopped` says so.
    """
    try:
        with opened(path) as (container, picture):
            if not container.streams.audio:
                return None
            start = Fraction(picture.start_time or 0) * (picture.time_base or 1)
            return _sound(container, start, stopped)
    except Refused as error:
        raise Unreadable(error.what) from None


def _sound(container: InputContainer, start: Fraction, stopped: Stopped) -> AudioData | None:
    streams = audio_streams(container)
    if not streams:
        raise Unreadable("The sound of the clip is in a format that FFmpeg cannot decode.")
    parts: list[np.ndarray] = []
    begins: list[Fraction] = []
    try:
        for begin, samples in _samples(container, streams[0], stopped):
            begins.append(begin)
            parts.append(samples)
    except READ_ERRORS as error:
        seconds = sum(part.shape[1] for part in parts) / (streams[0].sample_rate or 1)
        raise Unreadable(f"The sound of the clip is damaged after {seconds:.2f} s ({error}).") from None
    if not parts:
        return None
    rate = int(streams[0].codec_context.sample_rate)
    return AudioData(_placed(np.concatenate(parts, axis=1), round((begins[0] - start) * rate)), rate)


def _samples(container: InputContainer, stream: AudioStream, stopped: Stopped) -> Iterator[tuple[Fraction, np.ndarray]]:
    """Times and float32 [channels, samples]; the resampler only changes the sample format."""
    resampler = AudioResampler(format="fltp")
    begin = Fraction(0)
    for frame in until_stopped(container.decode(stream), stopped):
        if frame.pts is not None and frame.time_base is not None:
            begin = frame.pts * frame.time_base
        for part in resampler.resample(frame):
            yield begin, part.to_ndarray()


def _placed(waveform: np.ndarray, late: int) -> np.ndarray:
    """`waveform` moved by `late` samples against the picture."""
    if late > 0:
        return np.ascontiguousarray(np.pad(waveform, ((0, 0), (late, 0))))
    return np.ascontiguousarray(waveform[:, -late:]) if late < 0 else waveform
