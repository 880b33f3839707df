"""Input images set in motion: a slow push or pan over each, from one to the next, with something drifting through."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import cv2
import numpy as np

from .canvas import Canvas, Levels, mixed
from .landscapes import Scene
from .palettes import Palette, chosen, words_of
from .weather import Paint, leaves, motes, rain, snow

Move = tuple[tuple[float, float, float], tuple[float, float, float]]
MARGIN = 1.16  # how much larger than the clip an image is kept, for the way that it moves
TOO_NARROW = 0.62  # of an image that would be less visible than this, all is shown in front of a blurred copy
DISSOLVE = 0.3  # share of an image's time
TINT = 0.12
# Where the visible part begins and ends: its middle as a share of the way that is left, and how far it is zoomed in.
MOVES: tuple[Move, ...] = (
    ((0.5, 0.5, 0.0), (0.5, 0.5, 1.0)),
    ((0.5, 0.5, 1.0), (0.5, 0.5, 0.0)),
    ((0.0, 0.4, 0.7), (1.0, 0.6, 0.7)),
    ((1.0, 0.6, 0.7), (0.0, 0.4, 0.7)),
    ((0.4, 1.0, 0.6), (0.6, 0.0, 0.8)),
    ((0.2, 0.2, 0.2), (0.6, 0.6, 1.0)),
)
FALLING = {
    snow: "snow winter frost ice cold",
    rain: "rain thunder storm water",
    leaves: "wind breeze leaves autumn paper fold",
    motes: "dust light mist night ink music beat glow",
}


def animated(images: Sequence[Levels], prompt: str, variant: int, seconds: float) -> tuple[Scene, Palette]:
    """A scene of that length from images of [height, width, 3] in RGB, and the colours that go with the prompt."""
    palette, draw = chosen(prompt, variant)
    album = _Album(images, seconds, draw.sample(MOVES, len(MOVES)), _weather(prompt, draw, palette), palette)
    return Scene(album.prepare, album.paint), palette


class _Album:
    """The images of one clip, once they are prepared for a canvas."""

    def __init__(
        self, images: Sequence[Levels], seconds: float, moves: Sequence[Move], weather: Paint, palette: Palette
    ) -> None:
        self._images, self._seconds, self._moves = images, seconds, moves
        self._weather, self._palette = weather, palette
        self._large: list[Canvas] = []
        self._other: Canvas | None = None

    def prepare(self, canvas: Canvas, _: float) -> None:
        width, height = (round(side * MARGIN / 2) * 2 for side in (canvas.width, canvas.height))
        self._large = [Canvas.blank(width, height) for _ in self._images]
        for large, image in zip(self._large, self._images, strict=True):
            large.show(_tinted(_fitted(image, width, height), self._palette))
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
        begin, end = self._moves[number % len(self._moves)]
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


def _fitted(image: Levels, width: int, height: int) -> Levels:
    """The image so large that it covers all, or whole on a blurred copy where little of it could be seen."""
    rows, columns = image.shape[:2]
    seen = min(columns / rows, width / height) / max(columns / rows, width / height)
    filled = _covering(image, width, height)
    if seen >= TOO_NARROW:
        return filled
    small = cv2.resize(filled, (max(2, width // 16), max(2, height // 16)), interpolation=cv2.INTER_AREA)
    ground = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2), (width, height), interpolation=cv2.INTER_CUBIC)
    ground = (ground * 0.6).astype(np.uint8)
    scale = min(width / columns / MARGIN, height / rows / MARGIN)
    inner = cv2.resize(image, (round(columns * scale), round(rows * scale)), interpolation=cv2.INTER_AREA)
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    ground[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return ground


def _covering(image: Levels, width: int, height: int) -> Levels:
    rows, columns = image.shape[:2]
    scale = max(width / columns, height / rows)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = max(width, round(columns * scale)), max(height, round(rows * scale))
    large = cv2.resize(image, size, interpolation=how)
    top, left = (large.shape[0] - height) // 3, (large.shape[1] - width) // 2  # faces are in the upper half
    return large[top : top + height, left : left + width]


def _tinted(image: Levels, palette: Palette) -> Levels:
    gain = np.array([(1 - TINT) + TINT * level / 160 for level in palette.low])
    return cv2.transform(image, np.diag(gain))


def _blend(canvas: Canvas, other: Canvas, share: float) -> None:
    for plane, given in zip(canvas.planes, other.planes, strict=True):
        cv2.addWeighted(plane, 1 - share, given, share, 0, plane)
