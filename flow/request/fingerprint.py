"""Builds the request: parameters as sent, content hashes of the media, and the fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from string import Formatter

from ..errors import Refused
from ..media import content_of_audio, content_of_image
from ..model import (
    GENERATIONS,
    AudioData,
    Choice,
    Family,
    ImageData,
    Input,
    Json,
    MediaInput,
    Medium,
    Number,
    Question,
    Text,
    Values,
    VideoData,
    several,
)

VERSION = "2"


def ask(family: Family, values: Values, identify: Callable[[VideoData], VideoData]) -> Question:
    """The question for these values, before any check.

    `identify` finds out the content of a video. Raises Refused when a video cannot be read.
    """
    given = _with_videos(family, _with_tuples(family, family.read(values)), identify)
    media = tuple(_medium(one, held) for one in family.media for held in several(given.get(one.id)))
    parameters = {one.parameter: one.encode(given[one.id]) for one in family.inputs if _is_sent(family, one, given)}
    path, parameters = _addressed(family.path, parameters)
    take = int(given["take"])
    question = Question(family, given, str(given.get("model", "")), parameters, media, take, path=path)
    return replace(question, fingerprint=_fingerprint(question), earlier=_earlier_fingerprint(question))


def _addressed(path: str, parameters: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    """Where to send what: the parameters that the path names stand in it, the others are left for the body."""
    named = {name for _, name, _, _ in Formatter().parse(path) if name}
    filled = path.format(**{name: parameters.get(name, "") for name in named})
    return filled, {name: value for name, value in parameters.items() if name not in named}


def _with_tuples(family: Family, values: Values) -> Values:
    """A growing socket that nothing is connected to holds an empty tuple."""
    return values.but(**{one.id: several(values.get(one.id)) for one in family.media if one.many})


def _with_videos(family: Family, values: Values, identify: Callable[[VideoData], VideoData]) -> Values:
    """The values with every video identified. A video's address, where one is given, stands in for its socket."""
    videos: dict[str, VideoData | tuple[VideoData, ...] | None] = {}
    for one in family.videos:
        url = str(values.get(one.url_input) or "").strip()
        found = tuple(identify(each) for each in several(VideoData(url=url) if url else values.get(one.id)))
        videos[one.id] = found if one.many else next(iter(found), None)
    return values.but(**videos)


def _medium(declared: MediaInput, given: ImageData | VideoData | AudioData) -> Medium:
    if isinstance(given, VideoData):
        return Medium(declared, given, given.content)
    return Medium(declared, given, content_of_image(given) if isinstance(given, ImageData) else content_of_audio(given))


def _is_sent(family: Family, declared: Input, values: Values) -> bool:
    if isinstance(declared, MediaInput) or declared.id in {one.url_input for one in family.videos}:
        return False
    value = values[declared.id]
    if isinstance(declared, Text) and not declared.required and not str(value).strip():
        return False
    if isinstance(declared, (Choice, Number)) and value == declared.unsent:
        return False
    return declared.sent_if(values)


def _fingerprint(question: Question) -> str:
    """Equal for equal questions, on every machine: what would be sent, media standing as their content.

    Names and addresses are not part of it, nor is the usual path.
    """
    return _digest(question, version=VERSION, body=question.body(one.content for one in question.media))


def _earlier_fingerprint(question: Question) -> str:
    """As version 1 took it, before the family gave the body its shape: two settings that send the same may differ."""
    contents: list[Json] = [[one.input.parameter, one.input.encode(_earlier_content(one))] for one in question.media]
    return _digest(question, version="1", parameters=question.parameters, media=contents)


def _earlier_content(medium: Medium) -> str:
    earlier = medium.given.earlier_content if isinstance(medium.given, VideoData) else ""
    return earlier or medium.content


def _digest(question: Question, **asked: object) -> str:
    asked |= {"take": question.take}
    asked |= {} if question.path == GENERATIONS else {"path": question.path}
    try:
        text = json.dumps(asked, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        raise Refused("An input has a value that cannot be sent.", next_step="Enter the values again.") from None
    return hashlib.sha256(text.encode()).hexdigest()
