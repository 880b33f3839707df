"""Draws the clip a job returns: moving bars with SANDBOX and the request written into them, and a soft tone."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SAMPLE_RATE = 48000
TONE_HERTZ = 220.0
TONE_LEVEL = 0.08
BT709 = 1
LIMITED_RANGE = 1
NEUTRAL = 128

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Clip:
    """What to draw."""

    width: int
    height: int
    rate: Fraction
    frames: int
    sound: bool

    @property
    def seconds(self) -> float:
        return float(self.frames / self.rate)

    def scaled(self, divisor: int) -> Clip:
        """The same clip with sides `divisor` times smaller, kept even."""
        return Clip(even(self.width / divisor), even(self.height / divisor), self.rate, self.frames, self.sound)


@dataclass(frozen=True)
class Opening:
    """The frames of another clip that a clip starts with; `lines` are those written into them."""

    frames: int
    lines: Sequence[str]


def even(side: float) -> int:
    """The nearest even number of pixels, which 4:2:0 needs."""
    return max(16, round(side / 2) * 2)


def draw_clip(path: Path, clip: Clip, lines: Sequence[str], opening: Opening | None = None) -> None:
    """Write `clip` to `path` as H.264 MP4 (tagged BT.709) with `lines` in the picture; the file appears whole."""
    part = path.with_suffix(".drawing")
    with av.open(str(part), "w", format="mp4", options={"movflags": "faststart"}) as container:
        container.metadata["comment"] = "SANDBOX " + " | ".join(lines)
        video = _video_stream(container, clip)
        if clip.sound:
            _lay_sound(container, _tone(clip.seconds))
        for frame in _frames(clip, lines, opening):
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    os.replace(part, path)


def _frames(clip: Clip, lines: Sequence[str], opening: Opening | None) -> Iterator[VideoFrame]:
    """Every frame in order; those of the opening as they stand in the clip that they come from."""
    first = opening.frames if opening else 0
    before = _Scene(clip, opening.lines) if opening else None
    scene = _Scene(clip, lines)
    for number in range(clip.frames):
        yield (before if before and number < first else scene).frame(number)


def draw_still(path: Path, clip: Clip, lines: Sequence[str]) -> None:
    """Write the last frame of `clip` to `path` as PNG."""
    levels = _Scene(clip, lines).frame(clip.frames - 1).to_ndarray(format="rgb24")
    Image.fromarray(levels).save(path, format="PNG")


def _video_stream(container: OutputContainer, clip: Clip) -> VideoStream:
    stream = container.add_stream("libx264", rate=clip.rate)
    stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
    stream.codec_context.colorspace = BT709
    stream.codec_context.color_primaries = BT709
    stream.codec_context.color_trc = BT709
    stream.codec_context.color_range = LIMITED_RANGE
    stream.options = {"preset": "ultrafast", "crf": "26", "g": "48"}
    return stream


def _lay_sound(container: OutputContainer, tone: bytes) -> None:
    with av.open(io.BytesIO(tone), "r") as source:
        stream = container.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)


@lru_cache(maxsize=32)
def _tone(seconds: float) -> bytes:
    """A steady soft stereo tone as an AAC file; kept, since encoding it costs more than a small picture."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE)
        stream.layout, stream.bit_rate = "stereo", 64000
        container.mux(stream.encode(_wave(round(seconds * SAMPLE_RATE))))
        container.mux(stream.encode(None))
    return file.getvalue()


def _wave(samples: int) -> AudioFrame:
    wave = (TONE_LEVEL * np.sin(2 * np.pi * TONE_HERTZ / SAMPLE_RATE * np.arange(samples))).astype(np.float32)
    frame = AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
    return frame


class _Scene:
    """Bars that slide sideways, cut per frame from one wide picture, and a label that stands still.

    Where they start depends on the label, so that no two jobs look alike even where it is too small to read.
    """

    def __init__(self, clip: Clip, lines: Sequence[str]) -> None:
        self._clip = clip
        self._luma = _bars(clip.width, clip.height)
        self._chroma = _tints(clip.width // 2, clip.height // 2)
        self._label = _label(clip.width, clip.height, lines)
        self._step = max(2, clip.width // 160 * 2)
        self._start = zlib.crc32("\n".join(lines).encode()) % clip.width // 2 * 2

    def frame(self, number: int) -> VideoFrame:
        width, height = self._clip.width, self._clip.height
        shift = (self._start + number * self._step) % width
        planes = np.empty((height * 3 // 2, width), np.uint8)
        planes[:height] = self._luma[:, shift : shift + width]
        self._paint_tints(planes[height:], shift // 2)
        self._paint_label(planes)
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number, 1 / self._clip.rate
        return frame

    def _paint_tints(self, rows: Bytes, shift: int) -> None:
        half = self._clip.width // 2
        planes = rows.reshape(2, -1, half)
        planes[0] = self._chroma[:, shift : shift + half]
        planes[1] = 255 - planes[0]
        planes[:, : self._label.shape[0] // 2] = NEUTRAL

    def _paint_label(self, planes: Bytes) -> None:
        rows, columns = self._label.shape
        planes[:rows, :columns] = self._label


def _bars(width: int, height: int) -> Bytes:
    """Eight bars over a vertical gradient, twice as wide as the picture so that it can slide."""
    across = (np.arange(2 * width) % width) * 8 // width
    down = np.linspace(0, 60, height)[:, None]
    return (60 + (across * 53 % 8) * 14 + down).astype(np.uint8)


def _tints(width: int, height: int) -> Bytes:
    across = (np.arange(2 * width) % width) * 8 // width
    return np.broadcast_to(88 + across * 10, (height, 2 * width)).astype(np.uint8)


def _label(width: int, height: int, lines: Sequence[str]) -> Bytes:
    """White on black across the top: SANDBOX large, then the request, all in ASCII."""
    small = max(8, min(width, height) // 36)
    title = small * 3
    rows = min(height, even(title * 1.4 + small * 1.3 * len(lines)))
    image = Image.new("L", (width, rows), 16)
    draw = ImageDraw.Draw(image)
    draw.text((small, small // 3), "SANDBOX", fill=235, font=ImageFont.load_default(title))
    for number, line in enumerate(lines):
        text = line.encode("ascii", "replace").decode().replace("\n", " ")
        draw.text((small, title * 1.3 + number * small * 1.3), text, fill=235, font=ImageFont.load_default(small))
    return np.asarray(image)
