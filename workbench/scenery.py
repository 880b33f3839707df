"""What the demo wires into the nodes: a picture and a clip of somebody who dances, and a tone."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from apimart.flow.model import AudioData, ImageData
from clips import write_video

WIDTH, HEIGHT, RATE = 720, 1280, 24
BEATS_PER_SECOND = 1.5
SOUND_RATE = 44100

Pixels = np.ndarray


def picture() -> ImageData:
    """The dancer at rest, as the picture of a character."""
    return ImageData(_painter(WIDTH, HEIGHT)(0))


def motion_clip(path: Path, seconds: float) -> Path:
    """The dancer in motion, with a tone as music."""
    frames = round(seconds * RATE)
    return write_video(
        path, frames=frames, rate=RATE, width=WIDTH, height=HEIGHT, paint=_painter(WIDTH, HEIGHT), sound_seconds=seconds
    )


def sound(seconds: float) -> AudioData:
    """A tone of 440 Hz, the same on both sides."""
    moments = np.arange(round(seconds * SOUND_RATE), dtype=np.float32) / SOUND_RATE
    wave = 0.4 * np.sin(2 * np.pi * 440 * moments)
    return AudioData(np.stack([wave, wave]).astype(np.float32), SOUND_RATE)


def _painter(width: int, height: int) -> Callable[[int], Pixels]:
    """Paints frame by number: [H, W, 3] in uint8."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    colour = np.array([235, 205, 120], np.float32)
    sky = np.dstack([60 + 60 * across / width, 80 + 80 * down / height, 150 - 60 * down / height])

    def paint(number: int) -> Pixels:
        beat = math.sin(2 * math.pi * BEATS_PER_SECOND * number / RATE)
        middle, hips = width * (0.5 + 0.08 * beat), height * (0.58 + 0.02 * abs(beat))
        figure = _disc(across, down, middle, height * 0.28, width * 0.09)
        figure |= _limb(across, down, (middle, height * 0.34), (middle, hips), width * 0.06)
        for side in (-1, 1):
            hand = (middle + side * width * 0.3, height * (0.4 - 0.13 * side * beat))
            foot = (width * (0.5 + 0.14 * side), height * 0.85)
            figure |= _limb(across, down, (middle, height * 0.37), hand, width * 0.035)
            figure |= _limb(across, down, (middle, hips), foot, width * 0.04)
        return np.where(figure[..., None], colour, sky).astype(np.uint8)

    return paint


def _disc(across: Pixels, down: Pixels, x: float, y: float, radius: float) -> Pixels:
    found: Pixels = (across - x) ** 2 + (down - y) ** 2 < radius**2
    return found


def _limb(across: Pixels, down: Pixels, start: tuple[float, float], end: tuple[float, float], radius: float) -> Pixels:
    """Every pixel within `radius` of the line from `start` to `end`."""
    x, y = end[0] - start[0], end[1] - start[1]
    share = np.clip(((across - start[0]) * x + (down - start[1]) * y) / (x * x + y * y), 0, 1)
    return _disc(across - share * x, down - share * y, start[0], start[1], radius)
