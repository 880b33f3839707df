"""Audio of a video or a socket: decoding, hashing, and encoding within a model's limits."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain, groupby
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from ..errors import Refused, Unreadable, log
from ..model import AudioData, MediaFile
from ..stopping import Stopped, never, until_stopped
from .container import READ_ERRORS, audio_streams, opened_container, packets_of
from .images import file_of

# Container, codec and bits per second (0 for uncompressed) by format.
FORMATS = {"wav": ("wav", "pcm_s16le", 0), "mp3": ("mp3", "libmp3lame", 192_000), "m4a": ("ipod", "aac", 192_000)}
MIMES = {"wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4"}
CODED_RATES = (44100, 48000)
CHUNK = 1024
GAP_SECONDS = 0.05  # more than time stamps are off by rounding

Tell = Callable[[str], object]


def has_audio(path: Path) -> bool:
    """Whether the video has an audio stream. Raises Unreadable."""
    try:
        with opened_container(path) as container:
            return bool(container.streams.audio)
    except Refused as error:
        raise Unreadable(error.what) from None


def decode_audio(
    path: Path, *, mixed: bool = True, tell: Tell = log.info, stopped: Stopped = never
) -> AudioData | None:
    """The first audio stream as float32 [channels, samples], starting with the video; None for a silent video.

    More than two channels are `mixed` to two. Audio that starts later than the video is preceded by silence, and what
    does not decode is silent; `tell` gets a sentence about it. Raises Unreadable where the file is no video, Unfinished
    when `stopped` says so.
    """
    try:
        with opened_container(path) as container:
            start = next((_start(one) for one in container.streams.video), Fraction(0))
            frames = audio_frames(container, tell, stopped)
            head = next(frames, None)
            if head is None:
                return None
            mix = layout_of(head.layout.nb_channels) if mixed else head.layout.name
            waves = list(waves_of(chain([head], frames), mix, head.sample_rate))
            return AudioData(_joined(waves, round(start * head.sample_rate)), head.sample_rate)
    except Refused as error:
        raise Unreadable(error.what) from None


def audio_frames(container: InputContainer, tell: Tell, stopped: Stopped) -> Iterator[AudioFrame]:
    """Frames of the first audio stream that can be decoded; `tell` receives a sentence about those that cannot."""
    streams = audio_streams(container)
    if not streams:
        if container.streams.audio:
            tell("The audio of the video is in a format that FFmpeg cannot decode; it is left out.")
        return
    broken = 0
    try:
        for packet in until_stopped(packets_of(container, streams[0]), stopped):
            try:
                yield from packet.decode()
            except READ_ERRORS:
                broken += 1
    finally:  # nobody need take all of it
        if broken:
            tell(f"{broken} audio packets of the video cannot be decoded and are replaced by silence.")


def layout_of(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"


def waves_of(frames: Iterable[AudioFrame], layout: str, rate: int) -> Iterator[tuple[int, np.ndarray]]:
    """Samples as float32 [channels, samples], each with its position; layout and rate may change midway."""
    place: int | None = None
    for alike in _alike(frames):
        resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
        for frame in chain(alike, [None]):
            told = None if frame is None or frame.pts is None else round(frame.pts * (frame.time_base or 1) * rate)
            if told is not None and (place is None or told - place > rate * GAP_SECONDS):
                place = told
            for part in resampler.resample(frame):
                wave = part.to_ndarray()
                yield place or 0, wave
                place = (place or 0) + wave.shape[1]


def _alike(frames: Iterable[AudioFrame]) -> Iterator[Iterable[AudioFrame]]:
    """Runs of frames that one resampler takes."""
    for _, run in groupby(frames, lambda frame: (frame.format.name, frame.layout.name, frame.sample_rate)):
        yield run


def _start(stream: VideoStream) -> Fraction:
    return Fraction(stream.start_time or 0) * (stream.time_base or 1)


def _joined(waves: list[tuple[int, np.ndarray]], start: int) -> np.ndarray:
    """The waves at their places, counted from `start` on; silence between them."""
    end = max(place + wave.shape[1] for place, wave in waves)
    joined = np.zeros((len(waves[0][1]), max(0, end - start)), np.float32)
    for place, wave in waves:
        heard = wave[:, max(0, start - place) :]
        at = max(0, place - start)
        joined[:, at : at + heard.shape[1]] = heard
    return joined


def content_of_audio(audio: AudioData) -> str:
    """SHA-256 over the sample rate, the shape and the samples."""
    shape = "x".join(str(side) for side in audio.waveform.shape)
    samples = np.ascontiguousarray(audio.waveform, "<f4").tobytes()
    return hashlib.sha256(f"sound:{audio.sample_rate}:{shape}:".encode() + samples).hexdigest()


def encode_audio(
    audio: AudioData, formats: tuple[str, ...], max_bytes: int, folder: Path, *, stopped: Stopped = never
) -> MediaFile:
    """Write the audio into `folder` in the first of `formats` that keeps it within `max_bytes`.

    More than two channels are mixed to two. Raises Refused for empty audio, and when no format fits,
    Unfinished when `stopped` says so.
    """
    if not audio.waveform.size or not np.isfinite(audio.waveform).all():
        raise Refused(
            "The audio is empty or contains values that are not numbers.", next_step="Connect another audio input."
        )
    sizes = []
    for name in formats:
        data = _encoded(audio, name, stopped)
        if len(data) <= max_bytes:
            return file_of(data, MIMES[name], name, folder)
        sizes.append(len(data))
    raise Refused(
        f"The audio of {audio.seconds:.1f} s is {min(sizes) / 1e6:.1f} MB at best; at most {max_bytes / 1e6:.1f} MB "
        f"as {', '.join(formats)} are accepted.",
        next_step="Trim it.",
    )


def _encoded(audio: AudioData, name: str, stopped: Stopped) -> bytes:
    container, codec, bits = FORMATS[name]
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        rate = audio.sample_rate if not bits or audio.sample_rate in CODED_RATES else CODED_RATES[1]
        stream = made.add_stream(codec, rate=rate, layout="mono" if len(audio.waveform) == 1 else "stereo")
        assert isinstance(stream, AudioStream)
        if bits:
            stream.bit_rate = bits
        for frame in until_stopped(frames_of(audio), stopped):
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def frames_of(audio: AudioData) -> list[AudioFrame]:
    """The audio as small frames; the encoder converts format and rate."""
    samples = np.ascontiguousarray(np.clip(_mixed(audio.waveform), -1, 1), np.float32)
    layout = "mono" if len(samples) == 1 else "stereo"
    frames = []
    for begin in range(0, samples.shape[1], CHUNK):
        part = np.ascontiguousarray(samples[:, begin : begin + CHUNK])
        frame = AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate, frame.pts = audio.sample_rate, begin
        frames.append(frame)
    return frames


def _mixed(waveform: np.ndarray) -> np.ndarray:
    """One or two channels; of more, the even ones go left and the odd ones right."""
    if len(waveform) <= 2:
        return waveform
    return np.stack([waveform[0::2].mean(axis=0), waveform[1::2].mean(axis=0)])
