"""Frame timestamps of a video, read from its packets without decoding."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import Refused, Unreadable
from ..model import Size
from ..stopping import Stopped, never, until_stopped
from .color import pixel_aspect
from .container import CONVERT, READ_ERRORS, audio_streams, opened, opened_container, packets_of
from .hdr import hdr_of

LONGEST_READ_SECONDS = 30.0
BEFORE_ALL = -(1 << 60)  # ticks
ROUNDING = Fraction(1, 500)  # seconds; Matroska rounds time stamps to milliseconds


@dataclass(frozen=True)
class Timeline:
    """What the packets of a video say about its frames; nothing is decoded.

    `packets` counts the whole ones, also those that an edit list hides; `coded` is the size before rotation, with
    pixels that are `pixel_aspect` times as wide as high; `transfer` is that of HDR, 0 for SDR.
    """

    frames: int
    packets: int
    seconds: Fraction
    rate: Fraction
    coded: Size
    pixel_aspect: Fraction
    transfer: int
    container: str
    codec: str
    has_audio: bool
    audio_seconds: float
    is_constant: bool
    stamps: tuple[int, ...]  # ticks, of the frames that are shown, in the order of decoding

    @property
    def frame_seconds(self) -> float:
        return float(self.seconds / self.frames)


@dataclass
class _Span:
    """The packets of one stream so far; timestamps in ticks."""

    tick: Fraction
    shown: int = 0
    packets: int = 0
    first: int | None = None
    last: int = 0
    held: int = 0
    stamps: list[int] = field(default_factory=list)

    def add(self, packet: Packet[Any]) -> None:
        stamp = packet.dts if packet.pts is None else packet.pts
        if packet.is_corrupt or stamp is None:
            return
        self.packets += 1
        if packet.is_discard:
            return
        self.shown += 1
        self.stamps.append(stamp)
        self.first = stamp if self.first is None else min(self.first, stamp)
        if self.shown == 1 or stamp >= self.last:
            self.last, self.held = stamp, packet.duration or 0

    @property
    def between(self) -> Fraction:
        """From the start of the first to the start of the last."""
        return (self.last - (self.first or 0)) * self.tick


def read_timeline(path: Path, longest_seconds: float = LONGEST_READ_SECONDS, *, stopped: Stopped = never) -> Timeline:
    """Read every packet. Raises Refused when there is nothing to show, Unfinished when `stopped` says so."""
    with opened(path, to_decode=False) as (container, stream):
        return _read(container, stream, time.monotonic() + longest_seconds, stopped)


@contextmanager
def opened_with_timeline(
    path: Path, stopped: Stopped = never
) -> Iterator[tuple[Timeline, InputContainer, VideoStream]]:
    """The video at its first packet, after all of them were read. Raises what `read_timeline` raises.

    Opening costs as much as decoding several frames, so what can be wound back exactly is opened once.
    """
    until = time.monotonic() + LONGEST_READ_SECONDS
    with opened(path) as (container, stream):
        timeline = _read(container, stream, until, stopped)
        if _is_wound_back(container, stream):
            yield timeline, container, stream
            return
    with opened(path) as (container, stream):
        yield timeline, container, stream


def _is_wound_back(container: InputContainer, stream: VideoStream) -> bool:
    """Only an MP4 or MOV is sure to begin with its first sample again, and does so before any time stamp."""
    if not container.format.name.startswith("mov"):
        return False
    try:
        container.seek(BEFORE_ALL, stream=stream)
    except READ_ERRORS:
        return False
    return True


def _read(container: InputContainer, stream: VideoStream, until: float, stopped: Stopped) -> Timeline:
    audios = audio_streams(container)[:1]
    video = _Span(stream.time_base or Fraction(1, 1000))
    audio = _Span(audios[0].time_base or Fraction(1, 1000)) if audios else None
    for packet in until_stopped(_packets(container, [stream, *audios], until), stopped):
        if packet.stream_index == stream.index:
            video.add(packet)
        elif audio:
            audio.add(packet)
    if not video.shown:
        raise Refused("No frame of the video can be decoded.", next_step=CONVERT)
    seconds, rate, is_constant = _duration(video, stream, is_avi=container.format.name == "avi")
    return Timeline(
        frames=video.shown,
        packets=video.packets,
        seconds=seconds,
        rate=rate,
        coded=Size(stream.codec_context.width, stream.codec_context.height),
        pixel_aspect=pixel_aspect(stream),
        transfer=hdr_of(stream),
        container=container.format.name,
        codec=_codec_of(stream),
        has_audio=bool(container.streams.audio),
        audio_seconds=float(audio.between + audio.held * audio.tick) if audio and audio.shown else 0.0,
        is_constant=is_constant,
        stamps=tuple(video.stamps),
    )


def _packets(container: InputContainer, streams: list[Any], until: float) -> Iterator[Packet[Any]]:
    """Every packet with a payload."""
    for packet in packets_of(container, *streams):
        if packet.size:
            yield packet
        if time.monotonic() > until:
            raise Refused("Reading the video takes too long.", next_step="Shorten it, or copy it to a faster disk.")


def _duration(video: _Span, stream: VideoStream, *, is_avi: bool) -> tuple[Fraction, Fraction, bool]:
    """Seconds on screen, frames per second, and whether the rate is constant: then both are exact.

    Encoders that are a frame behind leave an AVI's second place empty, which counts in its header.
    """
    declared = told_rate(stream)
    if is_avi and abs(stream.frames - video.shown) <= 1:
        return video.shown / declared, declared, True
    if video.held:
        held = video.held * video.tick
    else:
        held = video.between / (video.shown - 1) if video.shown > 1 else 1 / declared
    seconds = video.between + held
    for rate in (Fraction(stream.guessed_rate or declared), declared):
        if abs(video.shown / rate - seconds) <= ROUNDING:
            return video.shown / rate, rate, True
    if seconds <= 0:
        raise Refused("The timestamps of the video do not advance.", next_step=CONVERT)
    return seconds, (video.shown / seconds).limit_denominator(1001), False


def first_frame(path: Path) -> VideoFrame:
    """The first frame that is shown. Raises Refused when none can be decoded."""
    with opened(path) as (container, stream):
        try:
            frame = next(container.decode(stream), None)
        except READ_ERRORS:
            frame = None
    if frame is None:
        raise Refused("No frame of the video can be decoded.", next_step=CONVERT)
    return frame


def rate_of(path: Path) -> Fraction:
    """The frame rate according to the container. Raises Unreadable."""
    with _told(path) as (_, stream):
        return told_rate(stream)


def seconds_of(path: Path, *, stopped: Stopped = never) -> float:
    """How long the video is shown, as the container tells it; where it does not, its packets are read.

    Raises Unreadable, and Unfinished when `stopped` says so.
    """
    with _told(path) as (container, stream):
        if stream.duration is not None and stream.time_base:
            return float(stream.duration * stream.time_base)
        if container.duration:
            return container.duration / av.time_base
    try:
        return seconds_shown(path, stopped=stopped)
    except Refused as error:
        raise Unreadable(error.what) from None


@contextmanager
def _told(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The video and its video stream, be there a decoder for it or not."""
    try:
        with opened_container(path, to_decode=False) as container:
            if not container.streams.video:
                raise Refused("The file has no video track.")
            yield container, container.streams.video[0]
    except Refused as error:
        raise Unreadable(error.what) from None


def _codec_of(stream: VideoStream) -> str:
    """The name of the format, not that of a decoder like libdav1d."""
    codec = stream.codec_context.codec
    return str(getattr(codec, "canonical_name", codec.name))


def told_rate(stream: VideoStream) -> Fraction:
    return Fraction(stream.average_rate or stream.guessed_rate or 25)


def seconds_shown(path: Path, *, stopped: Stopped = never) -> float:
    """The duration of any video that FFmpeg reads; unlike `measure`, it is not verified by OpenCV."""
    return float(read_timeline(path, stopped=stopped).seconds)
