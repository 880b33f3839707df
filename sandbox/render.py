"""Draws the clip a job returns: a moving picture of the request, the strip under it, and a soft chord."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from random import Random

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from .animation import animated
from .canvas import Canvas, Levels
from .landscapes import Scene
from .material import MOTION_RATE, Material
from .overlay import Strip
from .palettes import Palette, chosen
from .scenes import scene_of
from .sound import lay_chord

BT709 = 1
LIMITED_RANGE = 1
SMALL_SIDE = 300  # pixels; nobody looks closely at smaller clips, so that they move in coarser steps
STEPS_PER_SECOND = 12
SMALL_STEPS = 3  # in the whole clip
INSET = 0.3  # of the height that is left over the strip


@dataclass(frozen=True)
class Clip:
    """What to encode."""

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
class Look:
    """What to show: a scene for the prompt or the images of the request, and the lines of the strip.

    Colours and composition follow from model, prompt and `variant`, so that two takes of a prompt look different.
    """

    model: str
    prompt: str
    lines: Sequence[str]
    variant: int = 0
    material: Material = field(default_factory=Material)


@dataclass(frozen=True)
class Opening:
    """The frames of another clip that a clip starts with."""

    frames: int
    look: Look


def even(side: float) -> int:
    """The nearest even number of pixels, which 4:2:0 needs."""
    return max(16, round(side / 2) * 2)


def _is_small(clip: Clip) -> bool:
    return min(clip.width, clip.height) < SMALL_SIDE


def draw_clip(path: Path, clip: Clip, look: Look, opening: Opening | None = None) -> None:
    """Write `clip` to `path` as H.264 MP4 (tagged BT.709) that shows `look`; the file appears whole."""
    part = path.with_suffix(".drawing")
    with av.open(str(part), "w", format="mp4", options={"movflags": "faststart"}) as container:
        container.metadata["comment"] = "SANDBOX " + " | ".join(look.lines)
        video = _video_stream(container, clip)
        if clip.sound:
            lay_chord(container, clip.seconds)
        for frame in _frames(clip, look, opening):
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    os.replace(part, path)


def draw_still(path: Path, clip: Clip, look: Look) -> None:
    """Write the last frame of `clip` to `path` as PNG."""
    levels = _Picture(clip, look).frame(clip.frames - 1).to_ndarray(format="rgb24")
    Image.fromarray(levels).save(path, format="PNG")


def _frames(clip: Clip, look: Look, opening: Opening | None) -> Iterator[VideoFrame]:
    """Every frame in order; those of the opening as they stand in the clip that they come from."""
    first = opening.frames if opening else 0
    if opening:
        before = Clip(clip.width, clip.height, clip.rate, opening.frames, clip.sound)
        yield from map(_Picture(before, opening.look).frame, range(first))
    yield from map(_Picture(clip, look).frame, range(first, clip.frames))


def _video_stream(container: OutputContainer, clip: Clip) -> VideoStream:
    stream = container.add_stream("libx264", rate=clip.rate)
    stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
    stream.codec_context.colorspace = BT709
    stream.codec_context.color_primaries = BT709
    stream.codec_context.color_trc = BT709
    stream.codec_context.color_range = LIMITED_RANGE
    threads = {"threads": "1"} if _is_small(clip) else {}  # to share so little costs more than it saves
    stream.options = {"preset": "ultrafast", "crf": "26", "g": "48", **threads}
    return stream


class _Picture:
    """The pictures of one clip by their number: the scene, the reference in its corner, the strip under them."""

    def __init__(self, clip: Clip, look: Look) -> None:
        self._clip, self._time_base = clip, 1 / clip.rate
        palette, draw = chosen(f"{look.model} {look.prompt}", look.variant)
        self._scene = _scene(clip, look, palette, draw)
        self._strip = Strip(clip.width, clip.height, look.lines, palette.accent)
        self._buffer = np.empty((clip.height * 3 // 2, clip.width), np.uint8)
        canvas = Canvas.of(self._buffer)
        self._upper = canvas.part(0, 0, clip.width, self._strip.top)
        self._strip.paste(canvas)
        self._backdrop = Canvas.blank(clip.width, self._strip.top)
        self._scene.backdrop(self._backdrop, 0.0)
        self._inset = [_inset(frame, self._backdrop) for frame in look.material.motion]
        self._step_seconds = clip.seconds / SMALL_STEPS if _is_small(clip) else 1 / STEPS_PER_SECOND
        self._step = -1
        self._frame = VideoFrame(clip.width, clip.height, "yuv420p")

    def frame(self, number: int) -> VideoFrame:
        """The frame, until the next one is asked for."""
        step = int(number * float(self._time_base) / self._step_seconds)
        if step != self._step:
            self._paint_scene(step)
        if step != self._step or not _is_small(self._clip):
            self._strip.advance((number + 1) / self._clip.frames)
            self._frame = VideoFrame.from_ndarray(self._buffer, format="yuv420p")
        self._step = step
        self._frame.pts, self._frame.time_base = number, self._time_base
        return self._frame

    def _paint_scene(self, step: int) -> None:
        self._upper.paste(self._backdrop)
        self._scene.moving(self._upper, step * self._step_seconds)
        if self._inset:
            inset = self._inset[int(step * self._step_seconds * MOTION_RATE) % len(self._inset)]
            gap = self._upper.unit // 60 * 2
            self._upper.paste(inset, self._upper.width - inset.width - gap, gap)


def _scene(clip: Clip, look: Look, palette: Palette, draw: Random) -> Scene:
    if look.material.images:
        return animated(look.material.images, look.prompt, clip.seconds, palette, draw)
    return scene_of(look.prompt, palette, draw)


def _inset(frame: Levels, canvas: Canvas) -> Canvas:
    """A frame of the reference in a white border, for a corner of the canvas."""
    rows, columns = frame.shape[:2]
    scale = min(INSET * canvas.height / rows, 2 * INSET * canvas.width / columns)
    width, height, edge = even(columns * scale), even(rows * scale), max(2, canvas.unit // 320 * 2)
    framed = Canvas.blank(width + 2 * edge, height + 2 * edge)
    framed.fill((255, 255, 255))
    framed.part(edge, edge, width, height).show(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA))
    return framed
