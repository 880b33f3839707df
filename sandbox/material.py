"""Small copies of what a request points to, kept beside the clip, so that the clip can show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageOps

from .canvas import Levels

LONG_SIDE = 1920
MOTION_HEIGHT = 240
MOTION_RATE = 12
MOTION_FRAMES = 96
QUALITY = 92
MOST_IMAGES = 4


class MotionSample:
    """Small frames of a clip that is decoded for another reason: twelve a second of its first eight seconds.

    They are 240 pixels high, divided by `divisor`.
    """

    def __init__(self, divisor: int) -> None:
        self.frames: list[Levels] = []
        self._height = MOTION_HEIGHT // divisor

    def see(self, frame: VideoFrame, seconds: Fraction) -> None:
        if len(self.frames) < MOTION_FRAMES and seconds * MOTION_RATE >= len(self.frames):
            self.frames.append(_small_frame(frame, self._height))


def _small_frame(frame: VideoFrame, high: int) -> Levels:
    """As displayed, at most twice as wide as high."""
    turns = round(frame.rotation / 90)  # counter-clockwise
    width, height = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    wide = min(2 * high, max(2, round(high * width / height)))
    sides = (high, wide) if turns % 2 else (wide, high)
    return np.rot90(frame.reformat(*sides, format="rgb24").to_ndarray(), turns)


def small_copy(image: Image.Image) -> Image.Image:
    """An image upright, in RGB, and no longer than 1920 pixels."""
    copy = ImageOps.exif_transpose(image) or image
    copy.thumbnail((LONG_SIDE, LONG_SIDE), reducing_gap=2.0)
    return copy.convert("RGB")


@dataclass(frozen=True)
class Material:
    """What a clip shows of its inputs: images of [height, width, 3], frames of a reference, both in RGB."""

    images: tuple[Levels, ...] = ()
    motion: tuple[Levels, ...] = ()


def keep(stem: Path, images: Sequence[Image.Image], motion: Sequence[Levels], divisor: int) -> None:
    """Write JPEG files beside `stem`: images, their sides divided, and the frames of the reference in one column."""
    for number, image in enumerate(images[:MOST_IMAGES]):
        small = image.reduce(divisor) if divisor > 1 else image
        small.save(f"{stem}.image{number}.jpg", quality=QUALITY)
    if motion:
        Image.fromarray(np.concatenate(motion)).save(f"{stem}.motion.jpg", quality=QUALITY)


def load(stem: Path, divisor: int) -> Material:
    """What `keep` wrote, as far as it is still there."""
    files = [Path(f"{stem}.image{number}.jpg") for number in range(MOST_IMAGES)]
    images = tuple(_levels(file) for file in files if file.exists())
    strip = Path(f"{stem}.motion.jpg")
    height = MOTION_HEIGHT // divisor
    frames = _levels(strip) if strip.exists() else np.empty((0, 2, 3), np.uint8)
    return Material(images, tuple(frames.reshape(-1, height, *frames.shape[1:])))


def _levels(file: Path) -> Levels:
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))
