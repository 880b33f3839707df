"""What the demo wires into the nodes: the picture of a character, a clip of somebody who dances, and a chord."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from apimart.flow.model import AudioData, ImageData
from clips import write_video

WIDTH, HEIGHT, RATE = 720, 1280, 24
STEPS_PER_SECOND = 1.5
SOUND_RATE = 44100
CHORD_HERTZ = (220.0, 277.2, 329.6)
BITS = 4  # OpenCV takes places in sixteenths of a pixel

Pixels = np.ndarray
Colour = tuple[int, int, int]
Place = tuple[float, float]


@dataclass(frozen=True)
class Looks:
    """The colours of somebody."""

    jacket: Colour
    trousers: Colour
    hair: Colour
    skin: Colour = (232, 184, 148)
    shoes: Colour = (40, 36, 46)


CHARACTER = Looks(jacket=(214, 66, 56), trousers=(44, 62, 96), hair=(92, 52, 34))
DANCER = Looks(jacket=(250, 196, 64), trousers=(52, 48, 78), hair=(28, 24, 34), skin=(158, 106, 78))


def picture(side: int = HEIGHT) -> ImageData:
    """Somebody who stands in a landscape at dusk, as the square picture of a character, `side` pixels wide."""
    pixels = _landscape()
    _person(pixels[:, (HEIGHT - WIDTH) // 2 : (HEIGHT + WIDTH) // 2], CHARACTER, steps=0.0, swing=0.12)
    return ImageData(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA))


def motion_clip(path: Path, seconds: float) -> Path:
    """Somebody else who dances in a studio, to a chord as music."""
    studio = _studio()

    def paint(number: int) -> Pixels:
        pixels = studio.copy()
        _person(pixels, DANCER, steps=STEPS_PER_SECOND * number / RATE, swing=1.0)
        return pixels

    frames = round(seconds * RATE)
    return write_video(path, frames=frames, rate=RATE, width=WIDTH, height=HEIGHT, paint=paint, audio_seconds=seconds)


def sound(seconds: float) -> AudioData:
    """A soft chord, the same on both sides."""
    moments = np.arange(round(seconds * SOUND_RATE), dtype=np.float32) / SOUND_RATE
    wave = sum(0.12 * np.sin(2 * np.pi * hertz * moments) for hertz in CHORD_HERTZ)
    return AudioData(np.stack([wave, wave]).astype(np.float32), SOUND_RATE)


def _landscape() -> Pixels:
    """A sunset behind four rows of hills: [H, H, 3] in uint8."""
    pixels = _gradient(HEIGHT, (70, 62, 122), (252, 182, 122))
    _disc(pixels, (0.7, 0.32), 0.16, (255, 226, 170))
    hills: Sequence[tuple[float, Colour]] = (
        (0.47, (206, 128, 118)), (0.55, (150, 92, 112)), (0.66, (92, 66, 100)), (0.84, (58, 46, 78)),
    )  # fmt: skip
    across = np.linspace(0, 1, 61)
    for number, (height, colour) in enumerate(hills):
        line = height - 0.03 * np.sin(across * (5 + number) + number * 2) - 0.012 * np.sin(across * 13 + number)
        _area(pixels, [*zip(across, line, strict=True), (1, 1), (0, 1)], colour)
    return pixels


def _studio() -> Pixels:
    """A wall with a round lamp and a floor with its light: [H, W, 3] in uint8."""
    pixels = _gradient(WIDTH, (38, 74, 92), (118, 168, 166))
    _disc(pixels, (0.5, 0.4), 0.44, (142, 192, 184))
    _disc(pixels, (0.5, 0.4), 0.36, (174, 214, 200))
    _area(pixels, [(0, 0.84), (1, 0.84), (1, 1), (0, 1)], (64, 84, 98))
    _disc(pixels, (0.5, 0.92), 0.36, (98, 122, 130), flat=0.2)
    return pixels


def _person(pixels: Pixels, looks: Looks, steps: float, swing: float) -> None:
    """Somebody from head to foot; `steps` runs by one a step, `swing` is 0 for somebody at rest and 1 for a dancer."""
    turn = math.pi * steps
    sway, bounce = 0.06 * swing * math.sin(turn), 0.012 * swing * abs(math.sin(turn))
    hips, neck = (0.5 + sway, 0.62 + bounce), (0.5 + sway * 0.4, 0.385 + bounce)
    _disc(pixels, (0.5, 0.925), 0.22, (46, 44, 60), flat=0.16)
    for side in (-1, 1):
        foot = (0.5 + side * (0.085 + 0.05 * swing), 0.915 - 0.04 * swing * max(0.0, side * math.sin(turn)))
        knee = ((hips[0] + foot[0]) / 2 + side * 0.03 * (1 + swing), (hips[1] + foot[1]) / 2)
        _line(pixels, [(hips[0] + side * 0.04, hips[1]), knee, (foot[0], foot[1] - 0.028)], 0.1, looks.trousers)
        _line(pixels, [(foot[0] - side * 0.01, foot[1]), (foot[0] + side * 0.055, foot[1] + 0.003)], 0.07, looks.shoes)
    _area(pixels, _torso(hips, neck), looks.jacket)
    _line(pixels, [(neck[0] - 0.09, neck[1] + 0.035), (neck[0] + 0.09, neck[1] + 0.035)], 0.1, looks.jacket)
    for side in (-1, 1):
        _arm(pixels, (neck[0] + side * 0.12, neck[1] + 0.035), side, turn, swing, looks)
    _head(pixels, (neck[0] + 0.3 * sway, neck[1] - 0.075), looks)


def _torso(hips: Place, neck: Place) -> list[Place]:
    (low, bottom), (high, top) = hips, neck
    return [(high - 0.13, top + 0.03), (high + 0.13, top + 0.03), (low + 0.1, bottom), (low - 0.1, bottom)]


def _arm(pixels: Pixels, shoulder: Place, side: int, turn: float, swing: float, looks: Looks) -> None:
    """From a shoulder; its angles count from straight down."""
    upper = 0.25 + swing * (1.0 + 0.9 * math.sin(turn + (0.9 if side > 0 else 0)))
    lower = upper + swing * 0.9 * math.sin(turn / 2 + side)
    elbow = (shoulder[0] + side * 0.175 * math.sin(upper), shoulder[1] + 0.098 * math.cos(upper))
    hand = (elbow[0] + side * 0.175 * math.sin(lower), elbow[1] + 0.098 * math.cos(lower))
    _line(pixels, [elbow, hand], 0.055, looks.skin)
    _line(pixels, [shoulder, elbow], 0.08, looks.jacket)


def _head(pixels: Pixels, at: Place, looks: Looks) -> None:
    across, down = at
    _line(pixels, [(across, down), (across, down + 0.075)], 0.07, looks.skin)
    _disc(pixels, (across, down - 0.012), 0.108, looks.hair)
    _disc(pixels, (across, down + 0.006), 0.09, looks.skin)
    turns = np.linspace(math.pi, math.tau, 25)
    fringe = np.stack([across + 0.093 * np.cos(turns), down - 0.014 + 0.045 * np.sin(turns)], 1)
    _area(pixels, fringe.tolist(), looks.hair)
    for side in (-1, 1):
        _disc(pixels, (across + side * 0.034, down + 0.008), 0.011, (40, 30, 34))
    smile = [(across + 0.03 * share, down + 0.032 + 0.008 * (1 - share * share)) for share in (-1, -0.5, 0, 0.5, 1)]
    _line(pixels, smile, 0.01, (150, 70, 70))


def _gradient(width: int, top: Colour, low: Colour) -> Pixels:
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    levels = np.array(top) + (np.array(low) - top) * down
    return np.ascontiguousarray(np.broadcast_to(levels, (HEIGHT, width, 3)).astype(np.uint8))


def _points(pixels: Pixels, places: Sequence[Place]) -> Pixels:
    """Places are shares of width and height, in sixteenths of a pixel; sizes are shares of a clip's width."""
    points: Pixels = np.rint(np.array(places) * pixels.shape[1::-1] * 2**BITS).astype(np.int32)
    return points


def _area(pixels: Pixels, corners: Sequence[Place], colour: Colour) -> None:
    cv2.fillPoly(pixels, [_points(pixels, corners)], colour, cv2.LINE_AA, BITS)


def _line(pixels: Pixels, places: Sequence[Place], thickness: float, colour: Colour) -> None:
    cv2.polylines(pixels, [_points(pixels, places)], False, colour, round(thickness * WIDTH), cv2.LINE_AA, BITS)


def _disc(pixels: Pixels, at: Place, radius: float, colour: Colour, flat: float = 1.0) -> None:
    axes = [round(radius * factor * WIDTH * 2**BITS) for factor in (1, flat)]
    cv2.ellipse(pixels, _points(pixels, [at])[0].tolist(), axes, 0, 0, 360, colour, -1, cv2.LINE_AA, BITS)
