"""Input images set in motion: a slow push or pan over each, from one to the next, with something drifting through."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import cv2
import numpy as np

from .canvas import Canvas, Levels, mixed
from .landscapes import Scene
from .palettes import Palette, words_of
from .weather import Paint, leaves, motes, rain, snow

Move = tuple[tuple[float, float, float], tuple[float, float, float]]
MARGIN = 1.16  # how much larger than the clip an image is at least, for the way that it moves
TOO_NARROW = 0.45  # of an image that would be less visible than this, all is shown in front of a blurred copy
DISSOLVE = 0.3  # share of an image's time
TINT = 0.12
# Where the visible part begins and ends: as a share of what is left beside and above it, and how far it is zoomed in.
CAMERA: tuple[Move, ...] = (
    ((0.5, 0.3, 0.0), (0.5, 0.3, 1.0)),
    ((0.5, 0.35, 1.0), (0.5, 0.35, 0.0)),
    ((0.0, 0.25, 0.7), (1.0, 0.4, 0.7)),
    ((1.0, 0.4, 0.7), (0.0, 0.25, 0.7)),
    ((0.4, 0.75, 0.6), (0.6, 0.1, 0.8)),
    ((0.2, 0.1, 0.2), (0.6, 0.45, 1.0)),
)
FALLING = {
    snow: "snow winter frost ice cold",
    rain: "rain thunder storm water",
    leaves: "wind breeze leaves autumn paper fold",
    motes: "dust light mist night ink music beat glow",
}


def animated(images: Sequence[Levels], prompt: str, seconds: float, palette: Palette, draw: Random) -> Scene:
    """A scene of that length from images of [height, width, 3] in RGB, one after the other."""
    album = _Album(images, seconds, draw.sample(CAMERA, len(CAMERA)), _weather(prompt, draw, palette), palette)
    return Scene(album.prepare, album.paint)


class _Album:
    """The images of one clip, once they are prepared for a canvas."""

    def __init__(
        self, images: Sequence[Levels], seconds: float, camera: Sequence[Move], weather: Paint, palette: Palette
    ) -> None:
        self._images, self._seconds, self._camera = images, seconds, camera
        self._weather, self._palette = weather, palette
        self._large: list[Canvas] = []
        self._other: Canvas | None = None

    def prepare(self, canvas: Canvas, _: float) -> None:
        self._large = [_large(image, canvas, self._palette) for image in self._images]
        self._other = Canvas.blank(canvas.width, canvas.height) if len(self._images) > 1 else None

    def paint(self, canvas: Canvas, seconds: float) -> None:
        share = min(seconds / self._seconds, 0.9999) * len(self._images)
        number = int(share)
        self._show(canvas, number, share - number)
        begins = number + 1 - DISSOLVE
        if self._other and share > begins and number + 1 < len(self._images):
            self._show(self._other, number + 1, share - number - 1)
            _blend(canvas, self._other, (share - begins) / DISSOLVE)
        self._weather(canvas, seconds)

    def _show(self, canvas: Canvas, number: int, share: float) -> None:
        """The visible part of an image; `share` tells how far its time is, below 0 before it."""
        begin, end = self._camera[number % len(self._camera)]
        part = (share + DISSOLVE) / (1 + DISSOLVE)
        across, down, near = (first + (last - first) * part for first, last in zip(begin, end, strict=True))
        scale = MARGIN + (1 - MARGIN) * near
        for plane, large in zip(canvas.planes, self._large[number].planes, strict=True):
            rows, columns = plane.shape
            left, top = across * (large.shape[1] - columns * scale), down * (large.shape[0] - rows * scale)
            way = np.array([[scale, 0, left], [0, scale, top]])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            cv2.warpAffine(large, way, (columns, rows), plane, flags, cv2.BORDER_REPLICATE)


def _weather(prompt: str, draw: Random, palette: Palette) -> Paint:
    words = words_of(prompt)
    fitting = [kind for kind, told in FALLING.items() if words & set(told.split())]
    kind = fitting[0] if fitting else draw.choice((*FALLING, motes))
    return kind(draw, mixed(palette.light, palette.accent, 0.6 if kind is leaves else 0.15))


def _large(image: Levels, canvas: Canvas, palette: Palette) -> Canvas:
    """An image that is larger than the canvas; one of another shape all of it, in front of a blurred copy."""
    width, height = round(canvas.width * MARGIN), round(canvas.height * MARGIN)
    rows, columns = image.shape[:2]
    seen = min(columns / rows, width / height) / max(columns / rows, width / height)
    covering = _scaled(image, max(width / columns, height / rows))
    shown = covering if seen >= TOO_NARROW else _framed(image, _middle(covering, width, height))
    shown = shown[: shown.shape[0] // 2 * 2, : shown.shape[1] // 2 * 2]
    large = Canvas.blank(shown.shape[1], shown.shape[0])
    large.show(_tinted(shown, palette))
    return large


def _framed(image: Levels, ground: Levels) -> Levels:
    """All of an image in front of another that is blurred and darkened."""
    height, width = ground.shape[:2]
    small = cv2.resize(ground, (max(2, width // 16), max(2, height // 16)), interpolation=cv2.INTER_AREA)
    blurred = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2), (width, height), interpolation=cv2.INTER_CUBIC)
    framed: Levels = (blurred * 0.6).astype(np.uint8)
    inner = _scaled(image, min(width / image.shape[1], height / image.shape[0]) / MARGIN)
    _middle(framed, inner.shape[1], inner.shape[0])[:] = inner
    return framed


def _scaled(image: Levels, scale: float) -> Levels:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, [math.ceil(side * scale) for side in image.shape[1::-1]], interpolation=how)


def _middle(image: Levels, width: int, height: int) -> Levels:
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


def _tinted(image: Levels, palette: Palette) -> Levels:
    gain = np.array([(1 - TINT) + TINT * level / 160 for level in palette.low])
    return cv2.transform(image, np.diag(gain))


def _blend(canvas: Canvas, other: Canvas, share: float) -> None:
    for plane, given in zip(canvas.planes, other.planes, strict=True):
        cv2.addWeighted(plane, 1 - share, given, share, 0, plane)
