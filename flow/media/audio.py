"""Audio of a video, decoded alone, and audio from a socket: its hash, and the best file that a model accepts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from ..errors import Refused, Unreadable
from ..model import AudioData, MediaFile
from ..stopping import Stopped, never, until_stopped
from .container import READ_ERRORS, audio_streams, opened
from .images import file_of

# Container, codec and bits per second (0 for uncompressed) by format.
FORMATS = {"wav": ("wav", "pcm_s16le", 0), "mp3": ("mp3", "libmp3lame", 192_000), "m4a": ("ipod", "aac", 192_000)}
MIMES = {"wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4"}
CODED_RATES = (44100, 48000)
CHUNK = 1024


def has_audio(path: Path) -> bool:
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
            return _audio(container, start, stopped)
    except Refused as error:
        raise Unreadable(error.what) from None


def _audio(container: InputContainer, start: Fraction, stopped: Stopped) -> AudioData | None:
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


def content_of_audio(sound: AudioData) -> str:
    """SHA-256 over the sample rate, the shape and the samples."""
    shape = "x".join(str(side) for side in sound.waveform.shape)
    samples = np.ascontiguousarray(sound.waveform, "<f4").tobytes()
    return hashlib.sha256(f"sound:{sound.sample_rate}:{shape}:".encode() + samples).hexdigest()


def encode_audio(
    sound: AudioData, formats: tuple[str, ...], max_bytes: int, folder: Path, *, stopped: Stopped = never
) -> MediaFile:
    """Write the sound into `folder` in the first of `formats` that keeps it within `max_bytes`.

    More than two channels are mixed to two. Raises Refused for an empty sound, and when no format fits,
    Unfinished when `stopped` says so.
    """
    if not sound.waveform.size or not np.isfinite(sound.waveform).all():
        raise Refused("The sound is empty or holds values that are not numbers.", next_step="Connect another sound.")
    sizes = []
    for name in formats:
        data = _encoded(sound, name, stopped)
        if len(data) <= max_bytes:
            return file_of(data, MIMES[name], name, folder)
        sizes.append(len(data))
    raise Refused(
        f"The sound of {sound.seconds:.1f} s is {min(sizes) / 1e6:.1f} MB at best; at most {max_bytes / 1e6:.1f} MB "
        f"as {', '.join(formats)} are taken.",
        next_step="Trim it.",
    )


def _encoded(sound: AudioData, name: str, stopped: Stopped) -> bytes:
    container, codec, bits = FORMATS[name]
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        rate = sound.sample_rate if not bits or sound.sample_rate in CODED_RATES else CODED_RATES[1]
        stream = made.add_stream(codec, rate=rate, layout="mono" if len(sound.waveform) == 1 else "stereo")
        assert isinstance(stream, AudioStream)
        if bits:
            stream.bit_rate = bits
        for frame in until_stopped(_frames(sound), stopped):
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def _frames(sound: AudioData) -> list[AudioFrame]:
    """The sound in small frames; the encoder changes format and rate by itself."""
    samples = np.ascontiguousarray(np.clip(_mixed(sound.waveform), -1, 1), np.float32)
    layout = "mono" if len(samples) == 1 else "stereo"
    frames = []
    for begin in range(0, samples.shape[1], CHUNK):
        part = np.ascontiguousarray(samples[:, begin : begin + CHUNK])
        frame = AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate, frame.pts = sound.sample_rate, begin
        frames.append(frame)
    return frames


def _mixed(waveform: np.ndarray) -> np.ndarray:
    """One or two channels; of more, the even ones go left and the odd ones right."""
    if len(waveform) <= 2:
        return waveform
    return np.stack([waveform[0::2].mean(axis=0), waveform[1::2].mean(axis=0)])
