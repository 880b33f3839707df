"""Scenes of places: a city in the rain, a stage, a reef, a planet's orbits, a railway bridge."""

from __future__ import annotations

import math
from random import Random

import numpy as np

from .canvas import Canvas, Place, mixed
from .figures import cloud, dancer, fish, train
from .landscapes import Ridge, Scene
from .palettes import Palette
from .weather import bubbles, rain, stars

LAMP = (255, 214, 140)
WATER = (16, 92, 140)


def city(draw: Random, colours: Palette) -> Scene:
    dark, street = colours.darker(0.45), 0.86
    rows = [_houses(draw, count, low, high) for count, low, high in ((16, 0.25, 0.5), (11, 0.35, 0.68), (8, 0.5, 0.78))]
    panes = [(draw.randrange(8), draw.randrange(5), draw.randrange(14)) for _ in range(150)]
    cars = [(draw.random(), draw.choice((-1, 1)), draw.uniform(0.08, 0.16)) for _ in range(9)]
    falling, moon = rain(draw, mixed(dark.low, (255, 255, 255), 0.35)), (draw.uniform(0.2, 0.8), 0.2)

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(dark.top, dark.low, colours.light, moon, 0.35)
        canvas.disc(moon, 0.05, colours.light)
        for depth, houses in enumerate(rows):
            tint = mixed(dark.low, dark.depth(0.5 + 0.25 * depth), 0.5 + 0.22 * depth)
            for left, right, top in houses:
                canvas.area([(left, top), (right, top), (right, 1), (left, 1)], tint)
        for house, column, floor in panes:
            left, right, top = rows[2][house]
            x, y = left + (right - left) * (0.12 + 0.16 * column), top + 0.03 + 0.05 * floor
            if y < street - 0.05:
                wide = (right - left) * 0.09
                canvas.area([(x, y), (x + wide, y), (x + wide, y + 0.022), (x, y + 0.022)], LAMP)
        canvas.area([(0, street), (1, street), (1, 1), (0, 1)], mixed(dark.near, (0, 0, 0), 0.3))

    def moving(canvas: Canvas, seconds: float) -> None:
        for place, way, speed in cars:
            left = (place + way * speed * seconds) % 1.2 - 0.1
            lane, tint = (0.9, (255, 244, 214)) if way > 0 else (0.945, colours.accent)
            canvas.line((left, lane), [(0, 0), (0.035, 0)], 0.014, tint)
            canvas.dashes(np.array([(left, lane + 0.02)]), (0.03, 0.03), 0.005, mixed(tint, dark.near, 0.65))
        falling(canvas, seconds)

    return Scene(backdrop, moving)


def _houses(draw: Random, count: int, low: float, high: float) -> list[tuple[float, float, float]]:
    """Left, right and top of each house of a row that fills the width."""
    edges = np.cumsum([draw.uniform(0.6, 1.4) for _ in range(count)])
    edges = np.concatenate([[0], edges / edges[-1]])
    return [(edges[n], edges[n + 1] + 0.002, 1 - draw.uniform(low, high)) for n in range(count)]


def stage(draw: Random, colours: Palette) -> Scene:
    dark, lamps = colours.darker(0.55), [0.15 + 0.175 * n for n in range(5)]
    tempo, start, place = draw.uniform(1.3, 1.9), draw.uniform(0, 8), draw.uniform(0.4, 0.6)
    cloth = draw.choice((colours.accent, (214, 50, 60), colours.light))
    trousers, floor = mixed(colours.near, (20, 20, 30), 0.5), 0.8
    bars = [draw.uniform(2, 5) for _ in range(17)]

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(dark.top, mixed(dark.low, dark.top, 0.3), mixed(dark.low, colours.light, 0.4), (0.5, 0.5), 0.7)
        canvas.area([(0, floor), (1, floor), (1, 1), (0, 1)], mixed(dark.near, dark.far, 0.3))

    def moving(canvas: Canvas, seconds: float) -> None:
        _music(canvas, seconds)
        for number, lamp in enumerate(lamps):
            aim = lamp + 0.12 * math.sin(seconds * 0.7 + number * 1.3)
            tint = mixed(dark.low, colours.accent if number % 2 else colours.light, 0.3)
            canvas.area([(lamp - 0.008, 0), (lamp + 0.008, 0), (aim + 0.05, floor), (aim - 0.05, floor)], tint)
        canvas.disc((place, floor + 0.07), 0.26, mixed(dark.far, colours.light, 0.45), 0.2)
        canvas.disc((place, floor + 0.075), 0.12, mixed(dark.near, (0, 0, 0), 0.4), 0.2)
        size = 0.7 if canvas.aspect > 0.9 else 1.05
        dancer(canvas, (place, floor + 0.07), size, start + tempo * seconds, cloth, trousers)

    def _music(canvas: Canvas, seconds: float) -> None:
        for number, speed in enumerate(bars):
            left, high = number / 17, 0.06 + 0.16 * abs(math.sin(seconds * speed / 2 + number))
            corners = [(left, floor), (left, floor - high), (left + 0.05, floor - high), (left + 0.05, floor)]
            canvas.area(corners, mixed(dark.far, dark.low, 0.5))

    return Scene(backdrop, moving)


def reef(draw: Random, colours: Palette) -> Scene:
    water, ground = mixed(colours.low, WATER, 0.55), Ridge(draw, 0.86, 0.04, 0.8)
    deep = colours.darker(0.35)
    shoal = [(draw.random(), draw.uniform(0.15, 0.7), draw.uniform(0.02, 0.05)) for _ in range(13)]
    weeds = [(draw.random(), draw.uniform(0.12, 0.34), draw.uniform(0, 6)) for _ in range(15)]
    ahead = draw.choice((-1, 1))
    rising = bubbles(draw, mixed(colours.low, (255, 255, 255), 0.5))

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(water, mixed(deep.top, WATER, 0.4), mixed(colours.light, water, 0.2), (0.5, -0.05), 0.7)

    def moving(canvas: Canvas, seconds: float) -> None:
        for number, (place, height, size) in enumerate(shoal):
            left = (place + ahead * seconds * (0.03 + size)) % 1.3 - 0.15
            wag, tint = math.sin(seconds * 7 + number), colours.accent if number % 3 else colours.light
            fish(canvas, (left, height + 0.015 * math.sin(seconds + number)), size, wag, tint, ahead)
        for place, high, phase in weeds:
            steps = np.linspace(0, 1, 8)
            sway = 0.05 * steps**1.5 * np.sin(seconds * 1.1 + phase + steps * 2)
            canvas.line((place, 0.93), np.stack([sway, -high * steps], 1), 0.016, mixed(deep.far, deep.near, 0.4))
        canvas.below(ground, deep.near)
        rising(canvas, seconds)

    return Scene(backdrop, moving)


def space(draw: Random, colours: Palette) -> Scene:
    dark, sun = colours.darker(0.78), (draw.uniform(0.4, 0.6), draw.uniform(0.42, 0.56))
    tilt = draw.uniform(0.3, 0.55)
    pale = [mixed(one, colours.light, 0.3) for one in (colours.far, colours.low, colours.accent, colours.top)]
    tints = (colours.accent, *pale)
    planets = [(0.2 + 0.12 * n, draw.uniform(0, 6), draw.uniform(0.018, 0.045)) for n in range(5)]
    sky = stars(draw, 170, dark.top)

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(dark.top, dark.low, mixed(colours.light, colours.accent, 0.35), sun, 0.3)
        sky(canvas, 0.0)
        for way, _phase, _size in planets:
            canvas.arc(sun, way, 0.002, mixed(dark.low, colours.light, 0.3), tilt)

    def moving(canvas: Canvas, seconds: float) -> None:
        for is_front in (False, True):
            for number, (way, phase, size) in enumerate(planets):
                turn = phase + seconds * 0.35 / (way * 2)
                if (math.sin(turn) > 0) == is_front:
                    _planet(canvas, _on_orbit(canvas, way, turn), size, number)
            if not is_front:
                canvas.disc(sun, 0.085 + 0.003 * math.sin(seconds * 3), colours.light)

    def _on_orbit(canvas: Canvas, way: float, turn: float) -> Place:
        across, down = canvas.unit / canvas.width, canvas.unit / canvas.height
        return sun[0] + way * math.cos(turn) * across, sun[1] + way * math.sin(turn) * tilt * down

    def _planet(canvas: Canvas, at: Place, size: float, number: int) -> None:
        canvas.disc(at, size, mixed(tints[number], dark.top, 0.45))
        canvas.disc((at[0] - size * 0.1, at[1] - size * 0.1), size * 0.82, tints[number])
        if number == 3:
            canvas.arc(at, size * 1.7, 0.005, mixed(colours.light, dark.top, 0.3), 0.3)

    return Scene(backdrop, moving)


def railway(draw: Random, colours: Palette) -> Scene:
    rail, arch = draw.uniform(0.56, 0.64), 0.15
    ridges = [Ridge(draw, 0.42 + 0.12 * n, 0.07, 0.5 + 0.3 * n) for n in range(3)]
    sun, start = (draw.uniform(0.2, 0.8), 0.22), draw.uniform(0.45, 0.75)
    clouds = [(draw.random(), draw.uniform(0.08, 0.3), draw.uniform(0.05, 0.1)) for _ in range(5)]
    stone, river = mixed(colours.near, colours.far, 0.2), mixed(colours.low, colours.far, 0.5)

    def backdrop(canvas: Canvas, _: float) -> None:
        canvas.sky(colours.top, colours.low, colours.light, sun)
        canvas.disc(sun, 0.07, colours.light)
        for number, ridge in enumerate(ridges):
            canvas.below(ridge, mixed(colours.low, colours.depth(number / 4), 0.5 + 0.2 * number))
        _viaduct(canvas)

    def moving(canvas: Canvas, seconds: float) -> None:
        for place, height, size in clouds:
            cloud(
                canvas, ((place + 0.012 * seconds) % 1.3 - 0.15, height), size, mixed(colours.low, colours.light, 0.6)
            )
        head = (start + seconds * 0.13) % 2.2
        train(canvas, (head, rail), 0.075, 5, colours.accent, LAMP)
        canvas.area([(0, 0.93), (1, 0.93), (1, 1), (0, 1)], river)
        drift = (np.linspace(0, 1, 14) + seconds * 0.02) % 1.05 - 0.03
        canvas.dashes(np.stack([drift, 0.945 + 0.006 * (np.arange(14) * 3 % 7)], 1), (0.07, 0), 0.004, colours.light)

    def _viaduct(canvas: Canvas) -> None:
        canvas.area([(0, rail), (1, rail), (1, rail + 0.07), (0, rail + 0.07)], stone)
        step = arch * canvas.unit / canvas.width
        for number in range(math.ceil(1 / step) + 1):
            at = (number * step, rail + 0.07)
            turns = np.linspace(0, math.pi, 14)
            curve = np.stack([arch / 2 + np.cos(turns) * 0.055, 0.06 - np.sin(turns) * 0.06], 1)
            foot = 0.5 * canvas.height / canvas.unit
            right, left = [(arch, foot), (arch / 2 + 0.055, foot)], [(arch / 2 - 0.055, foot), (0, foot)]
            canvas.shape(at, [(0, -0.01), (arch, -0.01), *right, *curve, *left], stone)

    return Scene(backdrop, moving)
