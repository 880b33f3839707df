"""Colours that go together, for scenes and for the strip."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from random import Random

from .canvas import Colour, mixed

WRITTEN = (
    "2b2a5a f4a36c ffe3b3 b06a7c 1f1a38 ff7b54",  # dusk
    "3f9bdc d9f0ff fffbe6 86bfae 17474a ff6b4a",  # a clear day
    "0c1230 35558a f3f1d7 34507c 070b1a ffd166",  # moonlight
    "e9b7a0 fff1e2 ffffff d79c98 5f3f52 e4572e",  # a pale morning
    "0f4a4a 9ddcb4 f5ffd8 3f8f7d 0a2a28 ffb703",  # green
    "43205a e86a92 ffd6a5 94457a 1d0f2b ffe066",  # magenta
    "56789a cdd9e0 f7f9fb 7d97aa 25364a ef5b5b",  # overcast
    "a8472a f6cf8a fff1cf c8733f 43190f 35b8a6",  # desert
    "155a8a a8dadc f1faee 3f85ad 0b2136 ff6b6b",  # the sea
    "38466e c2b8f0 fefae0 7a74b8 1a1f3d ff9f1c",  # the blue hour
)


@dataclass(frozen=True)
class Palette:
    """The sky from top to low, its light, what stands far and near, and one colour that stands out."""

    top: Colour
    low: Colour
    light: Colour
    far: Colour
    near: Colour
    accent: Colour

    def depth(self, share: float) -> Colour:
        """The colour of what is between far (0) and near (1)."""
        return mixed(self.far, self.near, share)

    def darker(self, share: float) -> Palette:
        """The same palette at night; light and accent stay."""
        top, low, far, near = (mixed(one, (6, 8, 22), share) for one in (self.top, self.low, self.far, self.near))
        return Palette(top, low, self.light, far, near, self.accent)


def _palette(written: str) -> Palette:
    return Palette(*(colour(one) for one in written.split()))


def colour(written: str) -> Colour:
    """A colour from its six hexadecimal digits."""
    red, green, blue = bytes.fromhex(written)
    return red, green, blue


PALETTES = tuple(_palette(written) for written in WRITTEN)


def chosen(text: str, variant: int) -> tuple[Palette, Random]:
    """Colours for a text, and chance that is always the same for it; another variant has others of both."""
    seed = zlib.crc32(text.encode())
    return PALETTES[(seed // 64 + 3 * variant) % len(PALETTES)], Random(seed * 1000 + variant)


def words_of(prompt: str) -> set[str]:
    return set(re.findall("[a-z]+", prompt.lower()))
