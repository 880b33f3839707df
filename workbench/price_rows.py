"""The rows of the price list in words, like "720p with audio"; the list itself says `720P-audio`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from apimart.flow.model import GENERATIONS, Choice, Family
from apimart.flow.prices import printed_prices
from phrases import Language

DEFAULT = "default"  # the row of every resolution that has none of its own
BASE = "std"  # the mode of rows that name none, in models that have it
ALL = "all settings"
IMAGES = "input images"
IMAGES_BEYOND = "input images beyond {count}"
VIDEO = "input video"
WITH = {
    "audio": "{what} with audio",
    "sound": "{what} with audio",
    "video": "{what} with a video input",
    "sound-voice": "{what} with audio and voice",
}
LONG = "{what} for {seconds} s"
ADDITION = re.compile(r"(?:^|-)(?P<addition>audio|sound-voice|sound|video)$")
EXTENSION = re.compile(r"^extend-?", re.IGNORECASE)
LENGTH = re.compile(r"-(?P<seconds>\d+)s$")
BEYOND = re.compile(r"input_image_over_(?P<count>\d+)")


def rows_of(family: Family, model: str) -> Mapping[str, float]:
    """USD by row of the price list: a model's usual jobs, or its extensions, which go to another path."""
    rows = printed_prices().rows.get(model, {})
    is_usual = family.path == GENERATIONS
    return {row: usd for row, usd in rows.items() if row.lower().startswith("extend") is not is_usual}


def unit_of(model: str, row: str) -> str:
    """What a row is charged per: second, video or image.

    Input images are charged each, and edits of a video per second even where a video from a prompt has one price.
    """
    if row.startswith("input_image"):
        return "image"
    if row.endswith("-video"):
        return "second"
    return {"clip": "video"}.get(unit := printed_prices().unit(model), unit)


def in_words(language: Language, family: Family, model: str, row: str) -> str:
    """The settings that a row is the price of, spelled as on the node."""
    if row.startswith("input_"):
        return _material(language, row)
    rest, addition = _split(ADDITION, row, "addition")
    rest, seconds = _split(LENGTH, rest, "seconds")
    setting = EXTENSION.sub("", rest) or (BASE if addition else DEFAULT)
    what = _spelled(family, setting) if setting != DEFAULT else _others(family, model) or language.say(ALL)
    if seconds:
        what = language.say(LONG, what=what, seconds=seconds)
    return language.say(WITH[addition], what=what) if addition else what


def _material(language: Language, row: str) -> str:
    if found := BEYOND.fullmatch(row):
        return language.say(IMAGES_BEYOND, count=found["count"])
    return language.say(VIDEO if "video" in row else IMAGES)


def _split(pattern: re.Pattern[str], row: str, group: str) -> tuple[str, str]:
    found = pattern.search(row)
    return (row[: found.start()], found[group]) if found else (row, "")


def _spelled(family: Family, setting: str) -> str:
    """The option that a drop-down of the node calls it by, whatever the case."""
    options = (str(option) for one in family.inputs if isinstance(one, Choice) for option in one.options)
    return next((option for option in options if option.casefold() == setting.casefold()), setting)


def _others(family: Family, model: str) -> str:
    """The resolutions of the node that no other row of the model names; empty where the model has a single row."""
    named = {EXTENSION.sub("", row).casefold() for row in rows_of(family, model)} - {DEFAULT, ""}
    resolutions = next((one.options for one in family.inputs if isinstance(one, Choice) and one.id == "resolution"), ())
    return ", ".join(str(option) for option in resolutions if named and str(option).casefold() not in named)
