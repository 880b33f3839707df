"""Fills a node in as a person would who tries it: a prompt, and a picture, clip or sound in every socket it allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

from apimart.flow.errors import Refused
from apimart.flow.media import measure
from apimart.flow.model import (
    AudioInput,
    Choice,
    Family,
    ImageInput,
    MediaInput,
    Request,
    Text,
    Values,
    VideoData,
    VideoInput,
    task_of,
)
from apimart.flow.request import ask, check
from scenery import motion_clip, picture, sound

PROMPT = "a dancer turns around and waves, cinematic light"
CLIP_SECONDS = 4.0
PICTURE_SIDE = 640  # pixels; it is hashed at each attempt

Media = dict[type[MediaInput], Callable[[], Any]]
Estimate = Callable[[Values], "float | None"]


def unknown(values: Values) -> None:
    """The price of a request that is only checked."""


class Wiring:
    """A generated picture, clip and sound, and how they go into a family's sockets."""

    def __init__(self, folder: Path) -> None:
        footage = partial(_footage, folder / "motion.mp4")
        self._media: Media = {
            ImageInput: cache(partial(picture, PICTURE_SIDE)),
            VideoInput: cache(footage),
            AudioInput: cache(partial(sound, CLIP_SECONDS)),
        }
        self._scratch = folder / "scratch"

    def values(self, family: Family, earlier_job: str = "", *, model: str = "", fewest: bool = False) -> Values | None:
        """As many sockets as the family takes together, or the `fewest`, one widget changed where that is needed.

        With `model` in place of the family's default. None where only an earlier job's id is missing.
        """
        widgets = {**_widgets(family), **_continuing(family, earlier_job), **({"model": model} if model else {})}
        attempts = _attempts(family, widgets, self._media, fewest)
        return next((values for values in attempts if self.request(family, values)), None)

    def request(self, family: Family, values: Values, estimate: Estimate = unknown) -> Request | None:
        """The request as the pack itself checks it, None where it refuses; pictures and sounds are not encoded."""
        question = ask(family, values, lambda footage: footage)
        try:
            return check(replace(question, media=()), estimate, self._scratch)
        except Refused:
            return None


def _footage(file: Path) -> VideoData:
    clip = motion_clip(file, CLIP_SECONDS)
    return VideoData(clip, content="the motion clip", measure=measure(clip))


def _attempts(family: Family, widgets: dict[str, Any], media: Media, fewest: bool) -> Iterator[Values]:
    most = len(family.media)
    for count in range(most + 1) if fewest else range(most, -1, -1):
        for wired in combinations(family.media, count):
            fresh = Values({**widgets, **_wires(family, wired, media)})
            yield fresh
            yield from (fresh.but(**{name: option}) for name, option in _other_choices(family))


def _wires(family: Family, wired: tuple[MediaInput, ...], media: Media) -> dict[str, Any]:
    empty: dict[str, Any] = {one.id: () if one.many else None for one in family.media}
    given = {one.id: media[type(one)]() for one in wired}
    return {**empty, **{one.id: (given[one.id],) if one.many else given[one.id] for one in wired}}


def _widgets(family: Family) -> dict[str, Any]:
    """A fresh node's widgets, with a prompt; a text for the model holds what its placeholder suggests."""
    texts = [one for one in family.inputs if isinstance(one, Text)]
    fresh = {one.id: getattr(one, "default", None) for one in family.inputs}
    prompts = {one.id: PROMPT for one in texts if one.required or one.id == "prompt"}
    models = {one.id: one.placeholder for one in texts if one.id == "model"}
    return {**fresh, **prompts, **models, "take": 0}


def _continuing(family: Family, job: str) -> dict[str, str]:
    return {one.id: job for one in family.inputs if isinstance(one, Text) and one.encode is task_of and job}


def _other_choices(family: Family) -> Iterator[tuple[str, str | int]]:
    for one in family.inputs:
        if isinstance(one, Choice):
            yield from ((one.id, option) for option in one.options if option != one.default)
