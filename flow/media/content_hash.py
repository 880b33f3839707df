"""Content hashes of videos and images, independent of the container."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from ..errors import Refused
from ..model import AudioData, Frames, ImageData
from ..stopping import Stopped, never, until_stopped
from .color import quarter_turn
from .container import READ_ERRORS, audio_streams, opened

VERSION = b"apimart-clip-1"
FRAMES_VERSION = "apimart-frames-1"


class _Track:
    """The hash of one stream. Time stamps count from the first one shown, in whole milliseconds."""

    def __init__(self, stream: Stream) -> None:
        self.tick = stream.time_base or Fraction(1, 1000)
        self.payload = hashlib.sha256(stream.codec_context.name.encode())
        self.payload.update(stream.codec_context.extradata or b"")
        self.stamps: list[int] = []
        self.sizes: list[int] = []
        self.hidden: list[bool] = []
        self.first: int | None = None

    def add(self, packet: Packet[Any]) -> None:
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            raise Refused("The video has frames without timestamps.", next_step="Convert it to MP4.")
        self.payload.update(memoryview(packet))
        self.stamps.append(stamp)
        self.sizes.append(packet.size)
        self.hidden.append(packet.is_discard)
        if not packet.is_discard:
            self.first = stamp if self.first is None else min(self.first, stamp)

    def digest(self) -> bytes:
        first = self.first or 0
        times = [_milliseconds(stamp - first, self.tick) for stamp in self.stamps]
        return hashlib.sha256(
            self.payload.digest() + np.array([times, self.sizes, self.hidden], "<i8").tobytes()
        ).digest()


def content_of_video(path: Path, *, stopped: Stopped = never) -> str:
    """SHA-256 over the elementary streams: a packet copy into another file keeps it, any other change does not.

    Counted are the rotation and, of the video stream and the first audio stream, the codec, the packets, their times
    and whether an edit list hides them; names, tags and the layout of the file are not. Raises Refused when the video
    cannot be read, Unfinished when `stopped` says so.
    """
    with opened(path) as (container, video):
        streams, tracks = _tracks_of(container, video)
        turn: int | None = None
        try:
            for packet in until_stopped(container.demux(*streams), stopped):
                if packet.size:
                    tracks[packet.stream_index].add(packet)
                if turn is None and packet.is_keyframe and packet.stream_index == video.index:
                    turn = _turn(packet, video)
        except READ_ERRORS as error:
            raise Refused(f"The video cannot be read to its end ({error}).", next_step="Load it again.") from None
    shown = VERSION + bytes([(turn or 0) // 90])
    return hashlib.sha256(shown + b"".join(track.digest() for track in tracks.values())).hexdigest()


def packets_of_mp4(path: Path) -> tuple[bytes, ...]:
    """What `content_of_video` counts of each stream of an MP4, the rotation aside: that alone takes decoding.

    Raises what PyAV raises for a file that breaks off.
    """
    with opened(path, to_decode=False) as (container, video):
        streams, tracks = _tracks_of(container, video)
        for packet in container.demux(*streams):
            if packet.size:
                tracks[packet.stream_index].add(packet)
    return tuple(track.digest() for track in tracks.values())


def _tracks_of(container: InputContainer, video: VideoStream) -> tuple[list[Stream], dict[int, _Track]]:
    streams: list[Stream] = [video, *audio_streams(container)[:1]]
    return streams, {stream.index: _Track(stream) for stream in streams}


def content_of_trimmed(content: str, start: float, seconds: float) -> str:
    """The content hash of a video trimmed to `seconds` from `start`; zeros mean no trim."""
    if not start and not seconds:
        return content
    return hashlib.sha256(f"{content}:{start:.6f}:{seconds:.6f}".encode()).hexdigest()


def content_of_frames(parts: Iterable[tuple[Frames, AudioData | None]], *, bits: int = 8) -> str:
    """SHA-256 of a video that is no file yet: the same on every machine, whatever encoder will write it.

    Counted are the frames as levels of `bits`, rounded, with their size and number; the rate in thousandths, which is
    all that ComfyUI writes of it; and the samples as float32 with their rate. `parts` follow one another and are read
    one at a time; how the video is dealt out to them does not count. Raises Refused for values that are not numbers.
    """
    shown, heard = hashlib.sha256(), hashlib.sha256()
    about: dict[str, list[int]] = {"bits": [bits]}
    count = 0
    for frames, sound in parts:
        count += len(frames.pixels)
        for pixels in frames.pixels:
            about.setdefault("picture", [*pixels.shape, round(frames.fps * 1000)])
            shown.update(_levels(pixels, bits).data)
        if sound:
            about.setdefault("sound", [len(sound.waveform), sound.sample_rate])
            heard.update(np.ascontiguousarray(sound.waveform.T, "<f4").data)
    facts = json.dumps([FRAMES_VERSION, count, about])
    return hashlib.sha256(facts.encode() + shown.digest() + heard.digest()).hexdigest()


def _levels(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Rounded, since what another machine computes may lie a hair beside a level."""
    levels = np.clip(pixels, 0, 1, dtype=np.float32)
    levels *= (1 << bits) - 1
    if np.isnan(levels.max()):
        raise Refused("The video contains values that are not numbers.", next_step="Fix the frames before this node.")
    return np.ascontiguousarray(np.rint(levels, out=levels), np.uint8 if bits <= 8 else "<u2")


def content_of_image(still: ImageData) -> str:
    """SHA-256 over the shape and the levels."""
    shape = "x".join(str(side) for side in still.levels.shape).encode()
    return hashlib.sha256(shape + b":" + np.ascontiguousarray(still.levels).tobytes()).hexdigest()


def _turn(packet: Packet[Any], video: VideoStream) -> int:
    """The rotation, which only a decoded frame tells."""
    frames = [*video.decode(packet), *video.decode(None)]
    video.codec_context.flush_buffers()
    return quarter_turn(frames[0]) if frames else 0


def _milliseconds(ticks: int, tick: Fraction) -> int:
    """Rounded half up, as FFmpeg rounds when it writes a coarser time base; in integers, as there is one per packet."""
    return (2000 * ticks * tick.numerator + tick.denominator) // (2 * tick.denominator)
