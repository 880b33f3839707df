"""What lives and stands in scenes: a dancer, trees, a boat, a balloon, a fish, a train."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .canvas import Canvas, Colour, Floats, Place, mixed

SKIN: Colour = (226, 178, 140)
HAIR: Colour = (40, 28, 30)


def dancer(canvas: Canvas, at: Place, size: float, beat: float, cloth: Colour, dark: Colour) -> None:
    """Somebody who dances; `at` is between the feet, `size` the height in short sides, `beat` runs by one a step."""
    turn = math.tau * beat
    sway, bounce = 0.05 * math.sin(turn / 2), 0.02 * abs(math.sin(turn / 2))
    hips, neck = _point(sway, -0.47 + bounce), _point(sway * 0.3, -0.8 + bounce)
    for side in (-1, 1):
        foot = _point(side * (0.12 + 0.05 * math.sin(turn / 4)), -0.1 * max(0.0, side * math.sin(turn / 2)))
        hip, knee = hips + _point(side * 0.04, 0), (hips + foot) / 2 + _point(side * 0.06, 0)
        _limb(canvas, at, size, [hip, knee, foot], 0.075, dark)
    _limb(canvas, at, size, [hips, neck], 0.16, cloth)
    for side in (-1, 1):
        swing = 0.9 * math.sin(turn / 2 + (0.9 if side > 0 else 0)) + 0.3
        bend = swing + 0.8 * math.sin(turn / 4 + side)
        shoulder = neck + _point(side * 0.085, 0.03)
        elbow = shoulder + 0.16 * _point(side * math.cos(swing), -math.sin(swing))
        _limb(canvas, at, size, [elbow, elbow + 0.17 * _point(side * math.cos(bend), -math.sin(bend))], 0.05, SKIN)
        _limb(canvas, at, size, [shoulder, elbow], 0.06, cloth)
    head = neck + _point(0.02 * math.sin(turn / 2), -0.1)
    _limb(canvas, at, size, [neck, head], 0.05, SKIN)
    _ball(canvas, at, size, head + _point(0, -0.012), 0.07, HAIR)
    _ball(canvas, at, size, head + _point(0.012, 0.01), 0.058, SKIN)


def _point(across: float, down: float) -> Floats:
    return np.array([across, down])


def _limb(canvas: Canvas, at: Place, size: float, points: Sequence[Floats], thick: float, colour: Colour) -> None:
    canvas.line(at, np.stack(points) * size, thick * size, colour)


def _ball(canvas: Canvas, at: Place, size: float, where: Floats, radius: float, colour: Colour) -> None:
    share = where * size * canvas.unit / (canvas.width, canvas.height)
    canvas.disc((at[0] + share[0], at[1] + share[1]), radius * size, colour)


def pine(canvas: Canvas, at: Place, size: float, colour: Colour, snow: Colour | None = None) -> None:
    """A fir of three tiers; `at` is its foot."""
    canvas.line(at, [(0, 0), (0, -size * 0.3)], size * 0.06, colour)
    for tier in range(3):
        low, wide = 0.12 + 0.24 * tier, 0.27 - 0.06 * tier
        canvas.shape(at, np.array([(-wide, -low), (0, -low - 0.42), (wide, -low)]) * size, colour)
        if snow:
            cap = [(-wide * 0.45, -low - 0.23), (0, -low - 0.42), (wide * 0.45, -low - 0.23), (0, -low - 0.27)]
            canvas.shape(at, np.array(cap) * size, snow)


def cloud(canvas: Canvas, at: Place, size: float, colour: Colour) -> None:
    """Five puffs over a flat foot."""
    step = size * canvas.unit / canvas.width
    lift = size * canvas.unit / canvas.height
    for across, up, radius in ((-0.75, 0, 0.3), (-0.3, 0.2, 0.45), (0.25, 0.28, 0.5), (0.75, 0.02, 0.34)):
        canvas.disc((at[0] + across * step, at[1] - up * lift), radius * size, colour)
    foot = np.array([(-0.8, 0), (0.8, 0), (0.8, 0.32), (-0.8, 0.32)])
    canvas.shape(at, foot * size, colour)
    for side in (-0.8, 0.8):
        canvas.disc((at[0] + side * step, at[1] + 0.1 * lift), 0.22 * size, colour)


def balloon(canvas: Canvas, at: Place, size: float, colour: Colour, stripe: Colour) -> None:
    """A hot-air balloon around a place."""
    for wide, tint in ((1.0, colour), (0.62, stripe), (0.26, colour)):
        canvas.shape(at, np.array([(-0.93 * wide, 0.4), (0.93 * wide, 0.4), (0.22, 1.35), (-0.22, 1.35)]) * size, tint)
        turns = np.linspace(0.4, -math.pi - 0.4, 40)
        canvas.shape(at, np.stack([np.cos(turns) * wide, np.sin(turns)], 1) * size, tint)
    basket, wicker = np.array([(-0.2, 1.6), (0.2, 1.6), (0.16, 1.9), (-0.16, 1.9)]), mixed(colour, HAIR, 0.7)
    for side in (-1, 1):
        canvas.line(at, np.array([(side * 0.2, 1.35), (side * 0.18, 1.62)]) * size, size * 0.04, wicker)
    canvas.shape(at, basket * size, wicker)


def boat(canvas: Canvas, at: Place, size: float, roll: float, hull: Colour, sail: Colour) -> None:
    """A small yacht on a place of the water, rolled by so many radians."""
    turn = np.array([[math.cos(roll), math.sin(roll)], [-math.sin(roll), math.cos(roll)]])
    parts = [
        ([(-0.5, -0.16), (0.55, -0.2), (0.36, 0.1), (-0.36, 0.1)], hull),
        ([(0.02, -1.15), (0.02, -0.26), (-0.42, -0.26)], sail),
        ([(0.08, -1.0), (0.08, -0.26), (0.46, -0.26)], mixed(sail, hull, 0.25)),
    ]
    for points, colour in parts:
        canvas.shape(at, np.array(points) @ turn * size, colour)


def fish(canvas: Canvas, at: Place, size: float, wag: float, colour: Colour, ahead: int) -> None:
    """A fish whose tail wags from -1 to 1; it swims to the right, or with ahead -1 to the left."""
    step = size * canvas.unit / canvas.width
    tail = np.array([(-0.8, 0), (-1.45, -0.42 + 0.2 * wag), (-1.2, 0.1 * wag), (-1.45, 0.42 + 0.2 * wag)])
    canvas.shape(at, tail * (size * ahead, size), colour)
    canvas.disc(at, size, colour, 0.45)
    canvas.disc((at[0] + 0.55 * step * ahead, at[1] - 0.12 * size * canvas.unit / canvas.height), size * 0.1, HAIR)


def train(canvas: Canvas, at: Place, size: float, coaches: int, body: Colour, window: Colour) -> None:
    """An engine that drives to the right, and its coaches; `at` is the front wheel on the rail."""
    for number in range(coaches + 1):
        left = -2.35 * (number + 1)
        nose = 0.5 if number == 0 else 0.0
        shape = [(left, 0), (left, -0.9), (left + 2.2 - nose, -0.9), (left + 2.2, -0.35), (left + 2.2, 0)]
        canvas.shape(at, np.array(shape) * size, body if number else mixed(body, HAIR, 0.3))
        for pane in range(4):
            x = left + 0.2 + 0.48 * pane
            canvas.shape(at, np.array([(x, -0.75), (x + 0.32, -0.75), (x + 0.32, -0.4), (x, -0.4)]) * size, window)
