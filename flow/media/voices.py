"""Sounds: from an AUDIO socket to the most faithful file that a model accepts, and their hash."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from ..errors import Refused
from ..model import AudioData, MediaFile
from ..stopping import Stopped, never, until_stopped
from .pictures import file_of

# Container, codec and bits per second (0 for uncompressed) by format.
FORMATS = {"wav": ("wav", "pcm_s16le", 0), "mp3": ("mp3", "libmp3lame", 192_000), "m4a": ("ipod", "aac", 192_000)}
MIMES = {"wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4"}
CODED_RATES = (44100, 48000)
CHUNK = 1024


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
