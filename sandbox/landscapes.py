"""Scenes of the open country: hills, the sea, the sky, winter, the desert, a night with northern lights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from .canvas import Canvas, Floats, mixed
from .figures import balloon, boat, cloud, pine
from .palettes import Palette
from .weather import Paint, birds, motes, snow, stars


@dataclass(frozen=True)
class Scene:
    """`backdrop` is painted once for a clip, `moving` on top of it for every moment."""

    backdrop: Paint
    moving: Paint

    def at(self, canvas: Canvas, seconds: float) -> None:
        self.backdrop(canvas, 0.0)
        self.moving(canvas, seconds)


class Ridge:
    """A line of hills or waves: four sines of random phases around a height, `bumps` of them in a picture's height."""

    def __init__(self, draw: Random, height: float, size: float, bumps: float) -> None:
        self._height = height
        self._waves = [
            (size / (n + 1), math.tau * bumps * (0.7 + n * draw.uniform(0.7, 1.1)), draw.uniform(0, math.tau))
            for n in range(4)
        ]

    def shifted(self, shift: float, lift: float = 0.0) -> Ridge:
        """The same line moved to the left by so many heights, and up."""
        moved = object.__new__(Ridge)
        moved._height = self._height - lift
        moved._waves = [(size, number, phase + number * shift) for size, number, phase in self._waves]
        return moved

    def __call__(self, across: Floats) -> Floats:
        line = np.full_like(across, self._height)
        for size, number, phase in self._waves:
            line -= size * np.sin(number * across + phase)
        return line

    def at(self, share: float, canvas: Canvas) -> float:
        """The height at a share of the width."""
        return float(self(np.array([share * canvas.aspect]))[0])


def hills(draw: Random, colours: Palette) -> Scene:
    count, drift = draw.randint(4, 6), draw.choice((-1, 1)) * draw.uniform(0.01, 0.03)
    ridges = [Ridge(draw, 0.4 + 0.56 * n / count, 0.085 - 0.008 * n, 0.45 + 0.25 * n) for n in range(count)]
    sun, disc, flock = (draw.uniform(0.2, 0.8), draw.uniform(0.16, 0.34)), draw.uniform(0.06, 0.1), birds
    flying = flock(draw, colours.near)
    trees = [(draw.random(), draw.uniform(0.09, 0.2)) for _ in range(draw.choice((0, 7, 12)))]

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(colours.top, colours.low, colours.light, sun)
        canvas.disc(sun, disc, colours.light)

    def moving(canvas: Canvas, seconds: float) -> None:
        flying(canvas, seconds)
        for number, ridge in enumerate(ridges):
            near = ridge.shifted(drift * seconds * (number + 1))
            tint = mixed(colours.low, colours.depth(number / (count - 1)), 0.45 + 0.55 * number / (count - 1))
            canvas.below(near, tint)
        for place, size in trees:
            left = (place - drift * seconds * count / canvas.aspect + 0.1) % 1.2 - 0.1
            pine(canvas, (left, near.at(left, canvas) + 0.01), size, colours.near)

    return Scene(backdrop, moving)


def sea(draw: Random, colours: Palette) -> Scene:
    horizon, sun = draw.uniform(0.42, 0.55), (draw.uniform(0.2, 0.8), draw.uniform(0.16, 0.34))
    waves = [Ridge(draw, horizon + 0.05 + 0.42 * n / 5, 0.006 + 0.004 * n, 2.4 - 0.3 * n) for n in range(6)]
    glints = np.array([[draw.uniform(-1, 1), draw.random(), draw.random()] for _ in range(40)])
    start, speed, size = draw.uniform(0.1, 0.7), draw.choice((-1, 1)) * 0.02, draw.uniform(0.13, 0.24)
    flying = birds(draw, mixed(colours.near, colours.top, 0.3))

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(colours.top, colours.low, colours.light, sun)
        canvas.disc(sun, 0.08, colours.light)
        canvas.area([(0, horizon), (1, horizon), (1, 1), (0, 1)], mixed(colours.low, colours.far, 0.6))

    def moving(canvas: Canvas, seconds: float) -> None:
        flying(canvas, seconds)
        for number, wave in enumerate(waves):
            way = (0.02 + 0.012 * number) * (-1) ** number
            moved = wave.shifted(way * seconds, 0.008 * math.sin(seconds * 1.3 + number))
            if number == 2:
                place = (start + speed * seconds) % 1.2 - 0.1
                roll = 0.08 * math.sin(seconds * 1.7)
                boat(canvas, (place, moved.at(place, canvas)), size, roll, colours.accent, colours.light)
            canvas.below(moved, colours.depth(0.15 + 0.75 * number / 5))
        _glitter(canvas, seconds)

    def _glitter(canvas: Canvas, seconds: float) -> None:
        depth = glints[:, 1]
        lit = np.sin(seconds * 2.5 + glints[:, 2] * 40) > 0.2
        across = sun[0] + glints[:, 0] * (0.03 + 0.13 * depth)
        places = np.stack([across, horizon + 0.02 + (0.95 - horizon) * depth], 1)
        canvas.dashes(places[lit], (0.035, 0.0), 0.005, mixed(colours.light, colours.far, 0.25))

    return Scene(backdrop, moving)


def sky(draw: Random, colours: Palette) -> Scene:
    clouds = [(draw.random(), draw.uniform(0.1, 0.85), draw.uniform(0.07, 0.18)) for _ in range(9)]
    clouds.sort(key=lambda one: one[2])
    balloons = [(0.18 + 0.3 * n + draw.uniform(-0.1, 0.1), draw.uniform(0.2, 0.6)) for n in range(3)]
    sun, wind, ground = (draw.random(), 0.1), draw.choice((-1, 1)) * 0.02, Ridge(draw, 0.9, 0.03, 0.6)
    sizes = [draw.uniform(0.05, 0.085), draw.uniform(0.06, 0.1), draw.uniform(0.1, 0.13)]

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(colours.top, colours.low, colours.light, sun, 0.8)

    def moving(canvas: Canvas, seconds: float) -> None:
        for number, (place, height, size) in enumerate(clouds):
            left = (place + wind * seconds * (0.4 + size * 8)) % 1.4 - 0.2
            cloud(canvas, (left, height), size, mixed(colours.low, colours.light, 0.3 + 0.07 * number))
            if number in (3, 5, 7):
                at, wide = balloons[number // 2 - 1], sizes[number // 2 - 1]
                bob = 0.02 * math.sin(seconds * 0.8 + number) - 0.006 * seconds
                tints = (colours.accent, colours.far) if number == 5 else (colours.near, colours.accent)
                balloon(canvas, (at[0] + wind * seconds * 0.5, at[1] + bob), wide, *tints)
        canvas.below(ground.shifted(wind * seconds), colours.near)

    return Scene(backdrop, moving)


def winter(draw: Random, colours: Palette) -> Scene:
    white, dark = mixed(colours.light, (255, 255, 255), 0.4), mixed(colours.near, colours.far, 0.15)
    far, near = Ridge(draw, 0.5, 0.1, 0.7), Ridge(draw, 0.76, 0.035, 0.6)
    moon, house = (draw.uniform(0.15, 0.85), draw.uniform(0.12, 0.24)), draw.uniform(0.25, 0.75)
    trees = sorted((draw.uniform(0.16, 0.36), draw.random()) for _ in range(11))
    falling, puffs = snow(draw, (255, 255, 255)), [draw.random() for _ in range(6)]

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(colours.top, colours.low, colours.light, moon)
        canvas.disc(moon, 0.06, white)
        canvas.below(far, mixed(colours.low, colours.far, 0.6))
        canvas.below(near, mixed(white, colours.low, 0.2))
        for size, place in trees:
            if abs(place - house) * canvas.aspect > 0.22:
                pine(canvas, (place, near.at(place, canvas) + size * 0.22), size, dark, white)
        _house(canvas)

    def _house(canvas: Canvas) -> None:
        at = (house, near.at(house, canvas) + 0.08)
        canvas.shape(at, [(-0.13, 0), (0.13, 0), (0.13, -0.14), (-0.13, -0.14)], mixed(dark, colours.accent, 0.25))
        canvas.shape(at, [(-0.17, -0.13), (0, -0.27), (0.17, -0.13)], white)
        for left in (-0.09, 0.03):
            pane = [(left, -0.1), (left + 0.06, -0.1), (left + 0.06, -0.04), (left, -0.04)]
            canvas.shape(at, pane, (255, 209, 110))

    def moving(canvas: Canvas, seconds: float) -> None:
        height = near.at(house, canvas) - 0.16 * canvas.unit / canvas.height
        for puff in puffs:
            age = (puff + seconds * 0.12) % 1
            at = (house + (0.09 + 0.06 * age * age) / max(1, canvas.aspect), height - 0.22 * age)
            canvas.disc(at, 0.012 + 0.03 * age, mixed(white, colours.low, 0.35 + 0.5 * age))
        falling(canvas, seconds)

    return Scene(backdrop, moving)


def dunes(draw: Random, colours: Palette) -> Scene:
    sand = [Ridge(draw, 0.52 + 0.12 * n, 0.06, 0.35 + 0.12 * n) for n in range(4)]
    planet, ring = (draw.uniform(0.2, 0.8), draw.uniform(0.2, 0.32)), draw.random() < 0.5
    radius, wind = draw.uniform(0.12, 0.2), draw.choice((-1, 1))
    grains = np.array([[draw.random(), draw.uniform(0.5, 1), draw.random()] for _ in range(60)])

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(colours.top, colours.low, colours.light, planet, 0.6)
        canvas.disc(planet, radius, mixed(colours.light, colours.accent, 0.35))
        canvas.disc((planet[0] - 0.02, planet[1] - 0.02), radius * 0.86, colours.light)
        if ring:
            canvas.arc(planet, radius * 1.5, 0.008, mixed(colours.light, colours.top, 0.4), 0.28)

    def moving(canvas: Canvas, seconds: float) -> None:
        for number, line in enumerate(sand):
            moved = line.shifted(wind * seconds * 0.008 * (number + 1))
            canvas.below(moved, mixed(colours.low, colours.depth(number / 5), 0.75))
            shade = moved.shifted(0.12, -0.035)
            canvas.below(shade, mixed(colours.depth(number / 5), colours.near, 0.25))
        fast = (grains[:, 0] + wind * seconds * (0.1 + 0.25 * grains[:, 2])) % 1.1 - 0.05
        canvas.dashes(np.stack([fast, grains[:, 1]], 1), (0.03, 0.004), 0.0025, colours.low)

    return Scene(backdrop, moving)


def night(draw: Random, colours: Palette) -> Scene:
    dark, glow = colours.darker(0.72), draw.choice(((80, 240, 170), (120, 190, 255), (230, 130, 230)))
    lights = stars(draw, 150, dark.top)
    veils = [Ridge(draw, 0.26 + 0.16 * n, 0.04, 0.5) for n in range(2)]
    far, near = Ridge(draw, 0.7, 0.07, 0.7), Ridge(draw, 0.86, 0.025, 0.5)
    trees = [(draw.random(), draw.uniform(0.12, 0.3)) for _ in range(14)]
    fireflies = motes(draw, colours.accent)

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(dark.top, mixed(dark.low, glow, 0.25), mixed(dark.low, glow, 0.4), (0.5, 0.6), 0.6)
        lights(canvas, 0.0)

    def moving(canvas: Canvas, seconds: float) -> None:
        for number, veil in enumerate(veils):
            _veil(canvas, veil.shifted(0.02 * seconds * (number + 1)), seconds, number)
        canvas.below(far, mixed(dark.far, (4, 8, 16), 0.35))
        canvas.below(near, (5, 8, 14))
        for place, size in trees:
            pine(canvas, (place, near.at(place, canvas) + 0.01), size, (5, 8, 14))
        fireflies(canvas, seconds)

    def _veil(canvas: Canvas, line: Ridge, seconds: float, number: int) -> None:
        """A curtain of bands that fade upwards."""
        across = np.linspace(0, 1, 49)
        foot, wave = line(across * canvas.aspect), 0.7 + 0.3 * np.sin(across * 9 + seconds * 0.9 + number * 2)
        for step in (2, 1, 0):
            upper = np.stack([across, foot - 0.06 * (step + 1) * wave], 1)
            lower = np.stack([across, foot - 0.06 * step * wave], 1)
            canvas.area(np.concatenate([upper, lower[::-1]]), mixed(glow, dark.top, 0.3 + 0.2 * step))

    return Scene(backdrop, moving)
