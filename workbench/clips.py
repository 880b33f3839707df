"""Clips of every kind, written anew: small pictures, so that they are quick."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

MILLISECOND = Fraction(1, 1000)
SOUND_RATE = 44100
FULL, LIMITED = 2, 1
QUARTER_TURN = (0, 0x10000, 0, 0xFFFF0000, 0)  # clockwise

Painter = Callable[[int], np.ndarray]


def painted(width: int, height: int) -> Painter:
    """A picture that moves by a few pixels a frame, with a bar that tells the frame's number."""
    red, green = (np.arange(side) * 3 % 256 for side in (width, height))

    def paint(number: int) -> np.ndarray:
        picture = np.empty((height, width, 3), np.uint8)
        picture[..., 0] = (red + number * 5) % 256
        picture[..., 1] = (green[:, None] + number * 2) % 256
        picture[..., 2] = number * 37 % 256
        return picture

    return paint


def write_video(
    path: Path,
    *,
    frames: int = 48,
    rate: Fraction | int = 24,
    width: int = 64,
    height: int = 48,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    paint: Painter | None = None,
    times: Sequence[int] | None = None,
    audio_seconds: float = 0.0,
    sound_codec: str = "aac",
    format: str | None = None,
    options: Mapping[str, str] = {},
    container_options: Mapping[str, str] = {},
    metadata: Mapping[str, str] = {},
    pixel_aspect: Fraction | None = None,
) -> Path:
    """A clip of `frames` at `rate`, or shown at `times` (milliseconds)."""
    paint = paint or painted(width, height)
    with av.open(str(path), "w", format=format, options=dict(container_options)) as out:
        out.metadata.update(metadata)
        video = out.add_stream(codec, rate=rate, options={**_quick(codec), **options})
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = width, height, pix_fmt
        if pixel_aspect:
            video.codec_context.sample_aspect_ratio = pixel_aspect
        if times is not None:
            video.time_base = video.codec_context.time_base = MILLISECOND
        mux_sound = _sound_writer(out, audio_seconds, sound_codec)
        for number in range(frames if times is None else len(times)):
            frame = av.VideoFrame.from_ndarray(paint(number), format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[number], MILLISECOND
            out.mux(video.encode(frame))
        out.mux(video.encode())
        mux_sound()
    return path


def write_still(path: Path, *, frames: int, rate: Fraction | int, width: int, height: int) -> Path:
    """A clip that shows one picture all the time: the quickest way to a length."""
    frame = av.VideoFrame.from_ndarray(painted(width, height)(0), format="rgb24").reformat(format="yuv420p")
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=rate, options=_quick("libx264"))
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            frame.pts, frame.time_base = number, 1 / Fraction(rate)
            out.mux(video.encode(frame))
        out.mux(video.encode())
    return path


def _quick(codec: str) -> dict[str, str]:
    speeds = {"libx264": {"preset": "ultrafast", "bf": "2"}, "libvpx": {"deadline": "realtime", "cpu-used": "8"}}
    speeds |= {"libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"}, "libx265": {"preset": "ultrafast"}}
    return {**speeds.get(codec, {}), **({"x265-params": "log-level=none"} if codec == "libx265" else {})}


def _sound_writer(out: OutputContainer, seconds: float, codec: str) -> Callable[[], None]:
    if not seconds:
        return lambda: None
    stream = out.add_stream(codec, rate=48000 if codec == "libopus" else SOUND_RATE)
    assert isinstance(stream, AudioStream)

    def write() -> None:
        for frame in tone(seconds, stream.codec_context.sample_rate):
            out.mux(stream.encode(frame))
        out.mux(stream.encode())

    return write


def tone(seconds: float, rate: int = SOUND_RATE) -> Iterator[av.AudioFrame]:
    """A 440 Hz tone in frames of 1024 samples."""
    wave = (np.sin(np.arange(round(seconds * rate)) * (2 * np.pi * 440 / rate)) * 0.4).astype(np.float32)
    for start in range(0, len(wave), 1024):
        part = wave[start : start + 1024]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.stack([part, part])), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame


def write_planes(
    path: Path,
    pictures: Sequence[Sequence[np.ndarray]],
    *,
    pix_fmt: str = "yuv444p",
    codec: str = "ffv1",
    colorspace: int = 2,
    color_range: int = 0,
    transfer: int = 2,
    options: Mapping[str, str] = {},
) -> Path:
    """A lossless clip of exactly these Y, U and V planes, tagged as told (ffmpeg's numbers; 2 and 0 are untagged)."""
    height, width = pictures[0][0].shape
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=24, options={**_quick(codec), **options})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.colorspace = colorspace
        stream.codec_context.color_range = color_range
        stream.codec_context.color_trc = transfer
        stream.codec_context.color_primaries = colorspace
        for planes in pictures:
            frame = av.VideoFrame(width, height, pix_fmt)
            for plane, levels in zip(frame.planes, planes, strict=True):
                _fill(plane, levels)
            frame.colorspace, frame.color_range = colorspace, color_range
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def _fill(plane: av.video.plane.VideoPlane, levels: np.ndarray) -> None:
    rows = np.zeros((plane.height, plane.line_size), np.uint8)
    packed = np.ascontiguousarray(levels).view(np.uint8)
    rows[:, : packed.shape[1]] = packed
    plane.update(rows.tobytes())


# The kinds that need more than an encoder's option.


def variable_rate(path: Path, **more: object) -> Path:
    """61 frames with steps of 20, 40 and 100 ms and a gap of a second in the middle."""
    steps = [(20, 40, 100)[number % 3] for number in range(60)]
    steps[30] = 1000
    times = [0, *np.cumsum(steps).tolist()]
    return write_video(path, times=times, **more)  # type: ignore[arg-type]  # options of write_clip


def without_duration(path: Path, **more: object) -> Path:
    """A webm as a live recorder leaves it: no duration, no index."""
    return write_video(path, codec="libvpx", format="webm", container_options={"live": "1"}, **more)  # type: ignore[arg-type]  # options of write_clip


def fragmented(path: Path, **more: object) -> Path:
    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    return write_video(path, options={"g": "12"}, container_options=flags, **more)  # type: ignore[arg-type]  # options of write_clip


def cut_off(source: Path, path: Path, part: float = 0.6) -> Path:
    """The first `part` of the bytes; `source` has its index in front."""
    whole = source.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    return path


def index_in_front(path: Path, **more: object) -> Path:
    return write_video(path, container_options={"movflags": "faststart"}, **more)  # type: ignore[arg-type]  # options of write_clip


def rotated(source: Path, path: Path) -> Path:
    """`source` with a quarter turn in its track header, as telephones write it."""
    data = bytearray(source.read_bytes())
    upright = struct.pack(">5I", 0x10000, 0, 0, 0, 0x10000)
    struct.pack_into(">5I", data, data.index(upright, data.index(b"tkhd")), *QUARTER_TURN)
    path.write_bytes(data)
    return path


def edited(source: Path, path: Path, *, start: float, seconds: float) -> Path:
    """`source` with an edit list that shows `seconds` from `start` on and hides the rest."""
    data = bytearray(source.read_bytes())
    movie_scale = _timescale(data, b"mvhd")
    media_scale = _timescale(data, b"mdhd")
    place = data.index(b"elst") + 4
    count = struct.unpack_from(">I", data, place + 4)[0]
    assert data[place] == 0 and count == 1, "the muxer wrote another edit list than expected"
    offset = struct.unpack_from(">i", data, place + 12)[0]
    struct.pack_into(">Ii", data, place + 8, round(seconds * movie_scale), offset + round(start * media_scale))
    path.write_bytes(data)
    return path


def lying(source: Path, path: Path, times: int = 10) -> Path:
    """`source` with movie, track and media headers that say `times` as long."""
    data = bytearray(source.read_bytes())
    for box, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        place = data.index(box) + 4 + offset
        struct.pack_into(">I", data, place, struct.unpack_from(">I", data, place)[0] * times)
    path.write_bytes(data)
    return path


def _timescale(data: bytearray, box: bytes) -> int:
    place = data.index(box) + 4
    assert data[place] == 0, "a version 0 header"
    return int(struct.unpack_from(">I", data, place + 12)[0])


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=SOUND_RATE)
        for frame in tone(2):
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def remuxed(source: Path, path: Path, metadata: Mapping[str, str] = {}) -> Path:
    """A packet copy, as ComfyUI's `save_to` makes it."""
    options = {"movflags": "use_metadata_tags+faststart"}
    with av.open(str(source)) as given, av.open(str(path), "w", options=options) as out:
        out.metadata.update({**given.metadata, **metadata})
        streams = {
            one.index: out.add_stream_from_template(one, opaque=True)
            for one in given.streams
            if one.type in ("video", "audio")
        }
        for packet in given.demux():
            if packet.dts is not None and packet.stream_index in streams:
                packet.stream = streams[packet.stream_index]
                out.mux(packet)
    return path


def cut_in_the_last_frame(source: Path, path: Path) -> Path:
    """What a packet copy makes of a file that breaks off in a frame: a whole file whose last packet is half."""
    with av.open(str(source)) as given, av.open(str(path), "w", options={"movflags": "faststart"}) as out:
        stream = given.streams.video[0]
        copy = out.add_stream_from_template(stream, opaque=True)
        packets: list[Any] = [packet for packet in given.demux(stream) if packet.size]
        half = av.Packet(bytes(packets[-1])[: packets[-1].size // 2])
        half.pts, half.dts, half.time_base = packets[-1].pts, packets[-1].dts, packets[-1].time_base
        for packet in (*packets[:-1], half):
            packet.stream = copy
            out.mux(packet)
    return path


def decoded(path: Path) -> list[av.VideoFrame]:
    """Every frame that a player would show."""
    with av.open(str(path)) as container:
        return list(container.decode(container.streams.video[0]))


def repeated(source: Path, path: Path, times: int) -> Path:
    """The frames of `source`, each a key frame, `times` times over: long to decode, though quick to write."""
    with av.open(str(source)) as given, av.open(str(path), "w") as out:
        shown = given.streams.video[0]
        packets = [packet for packet in given.demux(shown) if packet.dts is not None]
        stream = out.add_stream_from_template(shown)
        for number in range(times * len(packets)):
            packet = packets[number % len(packets)]
            copy = av.Packet(bytes(packet))
            copy.pts = copy.dts = number * (packet.duration or 1)
            copy.duration, copy.time_base, copy.stream = packet.duration, packet.time_base, stream
            copy.is_keyframe = True
            out.mux(copy)
    return path
