"""Writes H.264 MP4 from another video, packets copied or re-encoded."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from ..errors import Refused, log
from ..model import Size
from ..stopping import Stopped, never, until_stopped
from .audio import Tell, audio_frames, layout_of, waves_of
from .color import BT709, Converter, to_yuv420
from .container import CONVERT, READ_ERRORS, audio_streams, opened
from .interlacing import deinterlaced

MP4_OPTIONS = {"movflags": "faststart"}
PICTURE_OPTIONS = {"preset": "veryfast", "crf": "17"}  # visually the same as the source
HIGHEST_BITS = 2**31 - 1  # a second, of an encoder
COPIED_SOUNDS = ("aac", "mp3")
SOUND_BITS = 192_000
SOUND_RATES = (44100, 48000)
WORTH_SEEKING = Fraction(3)  # seconds
REORDERED = Fraction(1)  # seconds; files are searched by the order of decoding, which is ahead of that of showing
STAMP_SLACK = Fraction(1, 500)  # seconds; Matroska rounds time stamps to milliseconds


@dataclass(frozen=True)
class Window:
    """`count` frames at `rate` from `begin` seconds on, counted from the first frame shown."""

    begin: Fraction
    count: int
    rate: Fraction

    @property
    def seconds(self) -> Fraction:
        return self.count / self.rate


@dataclass(frozen=True)
class Encoding:
    """Encoder settings of the video stream."""

    size: Size
    is_turned: bool
    bits_per_second: int
    transfer: int = 0
    is_interlaced: bool = False


def write_video(
    source: Path,
    out: Path,
    window: Window,
    encoding: Encoding | None,
    *,
    keep_audio: bool,
    tell: Tell = log.info,
    stopped: Stopped = never,
) -> None:
    """Write the window of `source`; without `encoding` its packets are copied. `tell` hears of audio that is amiss.

    Raises Refused when it is damaged, Unfinished when `stopped` says so.
    """
    try:
        with opened(source) as (seen, stream), opened(source) as (heard, _), opened_mp4(out) as made:
            begin = Fraction(stream.start_time or 0) * (stream.time_base or 1) + window.begin
            streams = [_video_packets(seen, stream, made, window, encoding, stopped)]
            if keep_audio:
                streams.append(_audio_packets(heard, made, begin, window.seconds, tell, stopped))
            for packet in heapq.merge(*streams, key=time_of):
                made.mux(packet)
    except READ_ERRORS as error:
        raise Refused(
            f"The video cannot be re-encoded ({error}).", next_step="Load it again, or another one."
        ) from None


def opened_mp4(out: Path) -> OutputContainer:
    return av.open(str(out), "w", format="mp4", options=MP4_OPTIONS)


def time_of(packet: Packet[Any]) -> Fraction:
    return Fraction(packet.dts or 0) * packet.time_base


# The video stream.


def _video_packets(
    container: InputContainer,
    stream: VideoStream,
    made: OutputContainer,
    window: Window,
    encoding: Encoding | None,
    stopped: Stopped,
) -> Iterator[Packet[Any]]:
    """Adds the stream at once, so that it is there before anything is written."""
    if encoding is None:
        copy = made.add_stream_from_template(stream, opaque=True)
        return _copied(until_stopped(container.demux(stream), stopped), copy)
    timed = until_stopped(_timed_frames(container, stream, window.begin, is_interlaced=encoding.is_interlaced), stopped)
    return encode_frames(until_stopped(_frames_at(timed, window), stopped), made, window.rate, encoding, stopped)


def _copied(packets: Iterator[Packet[Any]], copy: Any, until: Fraction | None = None) -> Iterator[Packet[Any]]:
    for packet in packets:
        if packet.dts is None or not packet.size:
            continue
        if until is not None and ((packet.pts or 0) + (packet.duration or 0)) * packet.time_base > until:
            return
        packet.stream = copy
        yield packet


def _timed_frames(
    container: InputContainer, stream: VideoStream, begin: Fraction, *, is_interlaced: bool
) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames and their seconds since the first, from one at or before `begin` on."""
    stream.thread_type = "AUTO"
    frames = container.decode(stream)
    head = next(frames, None)
    if head is None:
        return
    first = _shown_at(head)
    frames = chain([head], frames) if begin < WORTH_SEEKING else _from_key_frame(container, stream, first, begin)
    for frame in deinterlaced(frames) if is_interlaced else frames:
        yield _shown_at(frame) - first, frame


def _from_key_frame(
    container: InputContainer, stream: VideoStream, first: Fraction, begin: Fraction
) -> Iterator[VideoFrame]:
    """Decode from a key frame before `begin` on; from the first where the container finds none."""
    tick = stream.time_base or Fraction(1, 1000)
    container.seek(int((first + begin - REORDERED) / tick), stream=stream)
    frames = container.decode(stream)
    head = next(frames, None)
    if head is not None and _shown_at(head) - first <= begin:
        return chain([head], frames)
    container.seek(int(first / tick), stream=stream)
    return container.decode(stream)


def _shown_at(frame: VideoFrame) -> Fraction:
    if frame.pts is None or frame.time_base is None:
        raise Refused("The video has frames without timestamps.", next_step=CONVERT)
    return frame.pts * frame.time_base


def _frames_at(frames: Iterator[tuple[Fraction, VideoFrame]], window: Window) -> Iterator[VideoFrame]:
    """What is on screen at each tick of the window."""
    shown: VideoFrame | None = None
    tick = 0
    for time, frame in frames:
        while shown is not None and tick < window.count and window.begin + tick / window.rate + STAMP_SLACK < time:
            yield shown
            tick += 1
        if tick == window.count:
            return
        shown = frame
    for _ in range(tick, window.count if shown is not None else tick):
        yield shown  # type: ignore[misc]  # not None in a range that is not empty


def encode_frames(
    frames: Iterator[VideoFrame], made: OutputContainer, rate: Fraction, encoding: Encoding, stopped: Stopped
) -> Iterator[Packet[Any]]:
    limit = str(min(encoding.bits_per_second, HIGHEST_BITS))
    stream = made.add_stream("libx264", rate=rate, options={**PICTURE_OPTIONS, "maxrate": limit, "bufsize": limit})
    stream.width, stream.height, stream.pix_fmt = encoding.size.width, encoding.size.height, "yuv420p"
    return chain(_encode(frames, stream, rate, encoding), until_stopped(_flushed(stream), stopped))


def _encode(frames: Iterator[VideoFrame], stream: Any, rate: Fraction, encoding: Encoding) -> Iterator[Packet[Any]]:
    swscale, converter = VideoReformatter(), Converter(encoding.size, keeps_depth=False, transfer=encoding.transfer)
    for number, frame in enumerate(frames):
        upright = converter.upright(frame) if encoding.is_turned or encoding.transfer else frame
        ready = to_yuv420(upright, encoding.size, swscale)
        if number == 0:
            _tag(stream.codec_context, ready, is_bt709=bool(encoding.transfer))
        ready.pict_type = 0  # the encoder's choice, not the source's
        ready.pts, ready.time_base = number, 1 / rate
        yield from stream.encode(ready)


def _tag(coder: Any, ready: VideoFrame, *, is_bt709: bool) -> None:
    coder.colorspace, coder.color_range = ready.colorspace, ready.color_range
    if is_bt709:
        coder.color_primaries = coder.color_trc = BT709


def _flushed(stream: Any) -> Iterator[Packet[Any]]:
    """What the encoder still holds, each packet as soon as it is ready: a second's worth of work in large sizes."""
    for packet in stream.codec_context.encode_lazy(None):
        packet.stream = stream
        yield packet


# The audio stream.


def _audio_packets(
    container: InputContainer,
    made: OutputContainer,
    begin: Fraction,
    seconds: Fraction,
    tell: Tell,
    stopped: Stopped,
) -> Iterator[Packet[Any]]:
    """The audio from `begin` on, never longer than the video; adds the stream at once. Nothing for a silent video."""
    streams = audio_streams(container)[:1]
    if not streams:
        list(audio_frames(container, tell, stopped))  # says why there is none
        return iter(())
    [stream] = streams
    is_small = stream.codec_context.channels <= 2
    if begin == 0 and is_small and stream.codec_context.name in COPIED_SOUNDS:
        copy = made.add_stream_from_template(stream, opaque=True)
        return _copied(until_stopped(container.demux(stream), stopped), copy, begin + seconds)
    target, layout, rate = audio_stream(made, stream.codec_context.sample_rate, stream.codec_context.channels)
    waves = waves_of(audio_frames(container, tell, stopped), layout, rate)
    return encode_waves(cut(waves, round(begin * rate), round(seconds * rate)), target, layout, rate)


def audio_stream(made: OutputContainer, rate: int, channels: int) -> tuple[AudioStream, str, int]:
    """A new stream of audio, its layout and its rate, which is `rate` where players are sure to know it."""
    rate = rate if rate in SOUND_RATES else SOUND_RATES[-1]
    layout = layout_of(channels)
    target = made.add_stream("aac", rate=rate)
    target.codec_context.layout, target.codec_context.bit_rate = layout, SOUND_BITS
    return target, layout, rate


def cut(waves: Iterator[tuple[int, np.ndarray]], first: int, count: int) -> Iterator[np.ndarray]:
    """The `count` samples from position `first` on; audio that starts later is preceded by silence."""
    at, end = first, first + count
    for place, wave in waves:
        if place > at:
            yield np.zeros((len(wave), min(place, end) - at), np.float32)
            at = min(place, end)
        piece = wave[:, max(0, at - place) : max(0, end - place)]
        if piece.shape[1]:
            yield np.ascontiguousarray(piece)
            at += piece.shape[1]
        if at >= end:
            return


def encode_waves(waves: Iterator[np.ndarray], target: AudioStream, layout: str, rate: int) -> Iterator[Packet[Any]]:
    place = 0
    for wave in waves:
        frame = AudioFrame.from_ndarray(wave, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, place, Fraction(1, rate)
        place += wave.shape[1]
        yield from target.encode(frame)
    yield from target.encode()
