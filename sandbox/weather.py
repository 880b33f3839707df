"""What falls, drifts or rises through a scene; by the second, and the same at every size."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import numpy as np

from .canvas import Canvas, Colour, Floats, Place, mixed

Paint = Callable[[Canvas, float], None]
WINGS = np.array([[-1, 1], [-0.45, 0.9], [0, 0], [0.45, 0.9], [1, 1]])


def _strewn(draw: Random, count: int) -> Floats:
    """Random places and a random share of each, [count, 3] from 0 to 1."""
    return np.array([[draw.random() for _ in range(3)] for _ in range(count)])


def rain(draw: Random, colour: Colour) -> Paint:
    drops, lean = _strewn(draw, 70), draw.uniform(-0.25, 0.25)

    def paint(canvas: Canvas, seconds: float) -> None:
        fallen = seconds * (1.1 + 0.6 * drops[:, 2])
        places = np.stack([drops[:, 0] + lean * fallen, drops[:, 1] + fallen], 1) % 1.1
        canvas.dashes(places, (0.07 * lean, 0.07), 0.003, colour)

    return paint


def snow(draw: Random, colour: Colour) -> Paint:
    return _discs(draw, colour, 60, speed=0.09, sway=0.03, radius=0.007)


def motes(draw: Random, colour: Colour) -> Paint:
    """Dust, pollen, fireflies: small lights that rise slowly."""
    return _discs(draw, colour, 34, speed=-0.035, sway=0.05, radius=0.005)


def bubbles(draw: Random, colour: Colour) -> Paint:
    return _discs(draw, colour, 26, speed=-0.16, sway=0.015, radius=0.009)


def _discs(draw: Random, colour: Colour, count: int, *, speed: float, sway: float, radius: float) -> Paint:
    groups = [(_strewn(draw, count // 3), radius * size, 0.75 + 0.25 * size) for size in (0.6, 1.0, 1.4)]

    def paint(canvas: Canvas, seconds: float) -> None:
        for (left, top, share), size, near in ((flakes.T, size, near) for flakes, size, near in groups):
            swing = sway * np.sin(seconds * (0.6 + share) + share * 40)
            down = (top + seconds * speed * near * (0.8 + 0.4 * share)) % 1.1 - 0.05
            canvas.dots(np.stack([(left + swing) % 1.0, down], 1), size, colour)

    return paint


def stars(draw: Random, count: int, ground: Colour) -> Paint:
    """They stand still; on a sky of that colour some are brighter and larger."""
    groups = [(_strewn(draw, count // 3)[:, :2], share) for share in (0.2, 0.5, 1.0)]

    def paint(canvas: Canvas, _: float) -> None:
        for places, share in groups:
            canvas.dots(places, 0.0012 + 0.0015 * share, mixed(ground, (255, 255, 255), 0.3 + 0.7 * share))

    return paint


def leaves(draw: Random, colour: Colour) -> Paint:
    found = _strewn(draw, 26)

    def paint(canvas: Canvas, seconds: float) -> None:
        for left, top, share in found:
            across = (left + seconds * (0.07 + 0.08 * share)) % 1.1 - 0.05
            down = (top + seconds * 0.08 + 0.04 * math.sin(seconds * 2 + share * 30)) % 1.1 - 0.05
            canvas.disc((across, down), 0.008 + 0.008 * share, colour, 0.45, (seconds * 90 + share * 360) % 360)

    return paint


def birds(draw: Random, colour: Colour) -> Paint:
    flock = _strewn(draw, draw.randint(4, 8))
    height, speed = draw.uniform(0.12, 0.3), draw.choice((-1, 1)) * draw.uniform(0.025, 0.05)

    def bird(left: float, top: float, share: float, seconds: float) -> tuple[Place, Floats]:
        at = ((0.3 + 0.4 * left + speed * seconds) % 1.2 - 0.1, height + 0.14 * top)
        wing, size = 0.35 + 0.35 * math.sin(seconds * (6 + 2 * share) + share * 20), 0.02 + 0.012 * share
        return at, WINGS * (size, -wing * size)

    def paint(canvas: Canvas, seconds: float) -> None:
        canvas.lines([bird(left, top, share, seconds) for left, top, share in flock], 0.004, colour)

    return paint
