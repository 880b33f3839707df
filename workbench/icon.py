"""Draws the icon and the banner that the registry shows: a strip of film whose frames grow into a play button."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pack
from PIL import Image, ImageDraw

PICTURES = pack.ROOT / "pictures"
ICON, BANNER = (400, 400), (1260, 540)  # the registry asks for a square of at most 400, and for 21:9
FINER = 4  # drawn larger and made smaller, so that edges are smooth
NIGHT, GOLD, SAND, DUSK = (24, 28, 44), (235, 182, 84), (245, 232, 199), (66, 78, 118)


def main(words: Sequence[str]) -> int:
    if words:
        sys.exit("icon takes no arguments")
    for name, size in (("icon", ICON), ("banner", BANNER)):
        file = PICTURES / f"{name}.png"
        drawn(*size).save(file, optimize=True)
        print(f"{file.relative_to(pack.ROOT)} {size[0]} x {size[1]}, {file.stat().st_size} bytes")
    return 0


def drawn(width: int, height: int) -> Image.Image:
    """The mark in the middle, and film on both sides as far as there is room."""
    image = Image.new("RGB", (width * FINER, height * FINER), NIGHT)
    draw, side = ImageDraw.Draw(image), height * FINER
    across = (width * FINER - side) // 2
    for place in range(-2, 3):
        left = across + place * side * 0.92
        _frame(draw, left, side, lit=place == 0)
    _perforation(draw, image.width, side)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _frame(draw: ImageDraw.ImageDraw, left: float, side: float, *, lit: bool) -> None:
    box = (left + side * 0.1, side * 0.2, left + side * 0.9, side * 0.8)
    draw.rounded_rectangle(box, radius=side * 0.05, fill=GOLD if lit else DUSK)
    tip = [(0.42, 0.35), (0.42, 0.65), (0.66, 0.5)]
    draw.polygon([(left + x * side, y * side) for x, y in tip], fill=NIGHT if lit else SAND)


def _perforation(draw: ImageDraw.ImageDraw, width: float, side: float) -> None:
    step, hole = side / 8, side * 0.06
    for number in range(round(width / step)):
        left = (number + 0.5) * step - hole / 2
        for top in (side * 0.07, side * 0.87):
            draw.rounded_rectangle((left, top, left + hole, top + hole), radius=hole * 0.25, fill=SAND)
