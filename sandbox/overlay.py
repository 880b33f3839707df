"""The strip under a clip: the word SANDBOX, what was asked for, and a bar that tells how far the clip is."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .canvas import Bytes, Canvas, Colour, levels_of, mixed

GROUND: Colour = (16, 17, 22)
INK: Colour = (236, 238, 242)
TITLE = "SANDBOX"
WIDE = 0.95  # from this ratio on, the lines stand beside the word instead of below it
LINE = 1.25  # of the height of the text
SMALLEST_TEXT = 8  # pixels


class Strip:
    """The strip of one clip; `top` is the row of the clip that it begins at."""

    def __init__(self, width: int, height: int, lines: Sequence[str], accent: Colour) -> None:
        unit = min(width, height)
        self._is_beside = width >= height * WIDE
        self._title, self._text = round(unit / 11), round(unit / 30)
        self._lines = lines if self._text >= SMALLEST_TEXT else ()
        self._colour, self._accent = _level(accent), levels_of(accent)
        self._block = len(self._lines) * self._text * LINE
        rows = self._title * 1.5 + (0 if self._is_beside else self._block)
        self.top = _even(height - rows)
        self._drawn = Canvas.blank(width, height - self.top)
        self._bar = self._drawn.part(0, 0, width, max(2, _even(unit / 120)))
        self._drawn.show(self._written(width, height - self.top))
        self._bar.fill(mixed(GROUND, INK, 0.15))

    def _written(self, width: int, height: int) -> Bytes:
        image = Image.new("RGB", (width, height), _level(GROUND))
        draw, font = ImageDraw.Draw(image), _font(self._title)
        pad = self._title // 2
        middle = (height + self._bar.height) / 2 if self._is_beside else self._title * 0.8
        draw.text((pad, middle), TITLE, self._colour, font, "lm", stroke_width=self._title // 24)
        left = pad * 2 + round(font.getlength(TITLE)) if self._is_beside else pad
        top = middle - self._block / 2 - self._text * 0.08 if self._is_beside else self._title * 1.4
        font = _font(self._text)
        for number, line in enumerate(self._lines):
            ink = _level(mixed(INK, GROUND, 0.3 if number else 0))
            words = _cut(readable(line), font, width - pad - left)
            draw.text((left, top + number * self._text * LINE), words, ink, font)
        return np.asarray(image)

    def paste(self, canvas: Canvas) -> None:
        """Put the strip at the foot of a picture, where its bar can advance from then on."""
        canvas.paste(self._drawn, 0, self.top)
        self._bar = canvas.part(0, self.top, canvas.width, self._bar.height)

    def advance(self, share: float) -> None:
        """Lengthen the bar to the share of the clip that is over."""
        done = max(1, round(share * self._bar.width / 2))
        for scale, plane, level in zip((2, 1, 1), self._bar.planes, self._accent, strict=True):
            plane[:, : done * scale] = level


def readable(text: str) -> str:
    """Text in ASCII; one in another script only says how long it is."""
    plain = " ".join(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().split())
    letters = sum(character.isalnum() for character in text)
    if sum(character.isalnum() for character in plain) * 2 < letters:
        return f"a prompt of {len(text)} characters"
    return plain


def _cut(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: float) -> str:
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "...") > room:
        text = text[:-1]
    return text.rstrip(" ,.;") + "..."


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own, which looks the same everywhere."""
    return ImageFont.load_default(max(SMALLEST_TEXT, size))


def _level(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(level) for level in colour)
    return red, green, blue


def _even(pixels: float) -> int:
    return round(pixels / 2) * 2
