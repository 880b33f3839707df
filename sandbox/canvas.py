"""A picture to draw on: BT.709 luma and chroma planes, and shapes that are drawn on all three of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

BITS = 4  # OpenCV takes places in sixteenths of a pixel
# RGB in 0..255 to Y, Cb, Cr of limited range: ITU-R BT.709, item 3.
TO_YUV = np.array([[0.1826, 0.6142, 0.0620, 16], [-0.1006, -0.3386, 0.4392, 128], [0.4392, -0.3989, -0.0403, 128]])
CURVE_STEP = 8  # pixels
MOST_CURVE_POINTS = 121
GRADIENT_ROWS = 48

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Levels = NDArray[Any]  # uint8; OpenCV's functions are typed as if they returned any number
Colour = tuple[float, float, float]
Place = tuple[float, float]


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of `other` in `one`, in RGB from 0 to 255."""
    red, green, blue = (first + (second - first) * share for first, second in zip(one, other, strict=True))
    return red, green, blue


@lru_cache(maxsize=4096)
def levels_of(colour: Colour) -> tuple[int, int, int]:
    """Y, Cb and Cr of a colour."""
    luma, blue, red = TO_YUV[:, :3] @ colour + TO_YUV[:, 3]
    return round(luma), round(blue), round(red)


class Canvas:
    """Planes of one picture in 4:2:0.

    Places are shares of the width and of the height, (0, 0) being the upper left corner. Sizes are shares of the short
    side, so that what is round stays round in every format.
    """

    def __init__(self, luma: Bytes, blue: Bytes, red: Bytes) -> None:
        self.planes = (luma, blue, red)
        self.height, self.width = luma.shape
        self.unit: int = min(self.width, self.height)

    @classmethod
    def of(cls, buffer: Bytes) -> Canvas:
        """The canvas of a yuv420p picture as PyAV lays it out: an array of [height * 3 / 2, width]."""
        rows, width = buffer.shape
        height = rows * 2 // 3
        chroma = buffer[height:].reshape(2, height // 2, width // 2)
        return cls(buffer[:height], chroma[0], chroma[1])

    @classmethod
    def blank(cls, width: int, height: int) -> Canvas:
        return cls.of(np.zeros((height * 3 // 2, width), np.uint8))

    @property
    def aspect(self) -> float:
        return float(self.width / self.height)

    def part(self, left: int, top: int, width: int, height: int) -> Canvas:
        """A rectangle of this canvas, in even numbers of pixels; what is drawn on it is drawn here."""
        places = ((left, top, width, height), *[(left // 2, top // 2, width // 2, height // 2)] * 2)
        parts = (p[y : y + h, x : x + w] for p, (x, y, w, h) in zip(self.planes, places, strict=True))
        return Canvas(*parts)

    def paste(self, other: Canvas, left: int = 0, top: int = 0) -> None:
        """Copy a smaller canvas to an even column and an even row."""
        part = self.part(left, top, other.width, other.height)
        for plane, given in zip(part.planes, other.planes, strict=True):
            plane[:] = given

    def fill(self, colour: Colour) -> None:
        for plane, level in zip(self.planes, levels_of(colour), strict=True):
            plane[:] = level

    def show(self, levels: Levels) -> None:
        """Copy RGB levels of this canvas's size: uint8 of [height, width, 3]."""
        luma, blue, red = cv2.split(cv2.transform(levels, TO_YUV))
        self.planes[0][:] = luma
        for plane, full in zip(self.planes[1:], (blue, red), strict=True):
            plane[:] = cv2.resize(full, plane.shape[::-1], interpolation=cv2.INTER_AREA)

    def sky(self, top: Colour, low: Colour, light: Colour, at: Place, reach: float = 0.5) -> None:
        """From one colour to another, and around a place a light that reaches as far as told."""
        rows = min(GRADIENT_ROWS, self.height // 4)
        down, across = np.linspace(0, 1, rows), np.linspace(0, 1, max(8, round(rows * self.aspect)))
        sides = reach * self.unit / self.width, reach * self.unit / self.height
        beside = np.exp(-(((across - at[0]) / sides[0]) ** 2))
        under = np.exp(-(((down - at[1]) / sides[1]) ** 2))
        near, down = 0.8 * np.outer(under, beside)[..., None], down[:, None, None]
        levels = top + (np.array(low) - top) * down
        levels = levels + (np.array(light) - levels) * near
        small = (levels @ TO_YUV[:, :3].T + TO_YUV[:, 3]).astype(np.float32)
        for number, plane in enumerate(self.planes):
            full = cv2.resize(small[..., number], plane.shape[::-1], interpolation=cv2.INTER_CUBIC)
            np.rint(full, out=full)
            plane[:] = full

    def area(self, points: ArrayLike, colour: Colour) -> None:
        """Fill a polygon whose corners are shares of width and height."""
        self._each([np.asarray(points, float) * (self.width, self.height)], colour)

    def below(self, line: Callable[[Floats], Floats], colour: Colour) -> None:
        """Fill all that lies below a line: its height (0 is the top) by the way from the left in heights."""
        across = np.linspace(0, 1, min(MOST_CURVE_POINTS, self.width // CURVE_STEP + 1))
        points = [*zip(across, line(across * self.aspect), strict=True), (1.0, 1.2), (0.0, 1.2)]
        self.area(points, colour)

    def shape(self, at: Place, points: ArrayLike, colour: Colour) -> None:
        """Fill a polygon whose corners are so many short sides right of and below a place."""
        self._each([self._around(at, points)], colour)

    def disc(self, at: Place, radius: float, colour: Colour, flat: float = 1.0, turned: float = 0.0) -> None:
        """Fill a circle, or an ellipse that is `flat` as high as it is wide and turned by so many degrees."""
        for scale, plane, level in zip((1, 2, 2), self.planes, levels_of(colour), strict=True):
            middle = [round(share * side * 2**BITS / scale) for share, side in zip(at, self._size, strict=True)]
            across, down = (round(radius * factor * self.unit * 2**BITS / scale) for factor in (1, flat))
            if across == down:
                cv2.circle(plane, middle, across, level, -1, cv2.LINE_AA, BITS)
            else:
                cv2.ellipse(plane, middle, (across, down), turned, 0, 360, level, -1, cv2.LINE_AA, BITS)

    def dots(self, places: Floats, radius: float, colour: Colour) -> None:
        """Many small discs alike, at places of [count, 2]."""
        self.dashes(places, (0.0, 0.0), radius * 2, colour)

    def line(self, at: Place, points: ArrayLike, thickness: float, colour: Colour) -> None:
        """A line with round ends through points that are so many short sides right of and below a place."""
        self.lines([(at, points)], thickness, colour)

    def lines(self, lines: Sequence[tuple[Place, ArrayLike]], thickness: float, colour: Colour) -> None:
        """Many lines alike, each by its place and points."""
        self._each([self._around(at, points) for at, points in lines], colour, thickness)

    def dashes(self, starts: Floats, step: Place, thickness: float, colour: Colour) -> None:
        """Many lines alike, from places of [count, 2] on, each `step` short sides long."""
        begin = starts * self._size
        self._each(list(np.stack([begin, begin + np.multiply(step, self.unit)], 1)), colour, thickness)

    def arc(self, at: Place, radius: float, thickness: float, colour: Colour, flat: float = 1.0) -> None:
        """The outline of an ellipse."""
        turns = np.linspace(0, math.tau, 73)
        self.line(at, np.stack([np.cos(turns), flat * np.sin(turns)], 1) * radius, thickness, colour)

    @property
    def _size(self) -> tuple[int, int]:
        return self.width, self.height

    def _around(self, at: Place, points: ArrayLike) -> Floats:
        placed: Floats = np.asarray(points, float) * self.unit + np.multiply(at, self._size)
        return placed

    def _each(self, shapes: Sequence[Floats], colour: Colour, thickness: float = 0.0) -> None:
        """Polygons, or lines where a thickness is given, on every plane; points in pixels of luma."""
        for scale, plane, level in zip((1, 2, 2), self.planes, levels_of(colour), strict=True):
            points = [np.rint(one * (2**BITS / scale)).astype(np.int32) for one in shapes]
            if thickness:
                wide = max(1, round(thickness * self.unit / scale))
                cv2.polylines(plane, points, False, level, wide, cv2.LINE_AA, BITS)
            else:
                cv2.fillPoly(plane, points, level, cv2.LINE_AA, BITS)
