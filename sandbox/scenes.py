"""Finds a scene for a prompt: by the words in it, else by chance that is the same for the same prompt."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .landscapes import Scene, dunes, hills, night, sea, sky, winter
from .palettes import Palette, words_of
from .places import city, railway, reef, space, stage

Kind = Callable[[Random, Palette], Scene]
KINDS: dict[Kind, str] = {
    stage: "dancer dancers dance dances dancing music stage singer woman man girl boy person friend robot figure",
    sea: "sea ocean wave waves beach boat ship sail sails water lighthouse island lake river",
    city: "rain rainy city street streets neon night hall door car cars town",
    winter: "snow snowy winter ice frost cold",
    night: "stars star aurora forest fireflies dark thunder",
    reef: "fish reef underwater ink bubbles dive deep",
    space: "planet planets space orbit moon rocket galaxy",
    dunes: "desert sand dunes dust planet mars",
    railway: "train railway bridge tracks travel",
    sky: "balloon balloons cloud clouds breeze sky fly flies above bird birds",
    hills: "hill hills valley mountain mountains meadow landscape dog retriever field",
}


def scene_of(prompt: str, palette: Palette, draw: Random) -> Scene:
    """The scene that the words of a prompt ask for, or one that is always the same for it, composed by chance."""
    words, by_chance = words_of(prompt), Random(prompt).choice(list(KINDS))
    found = {kind: len(words & set(told.split())) for kind, told in KINDS.items()}
    best = max(found, key=lambda kind: found[kind])
    return (best if found[best] else by_chance)(draw, palette)
