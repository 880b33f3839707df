"""All checks that need no provider; every broken rule is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from ..errors import Refused
from ..media import cut_off, encode_audio, encode_image, measure, require_whole
from ..model import (
    MEGABYTE,
    Attachment,
    AudioData,
    AudioInput,
    Choice,
    Cut,
    Family,
    Flag,
    ImageData,
    ImageInput,
    Input,
    MediaFile,
    MediaInput,
    Medium,
    Number,
    Question,
    Request,
    Rule,
    Shots,
    Text,
    Values,
    VideoData,
    VideoInput,
    several,
)
from ..stopping import Stopped, never
from .nearest import nearest_number, nearest_option

SOCKETS = {ImageInput: "image", VideoInput: "video", AudioInput: "audio input"}


def problems_of_widgets(family: Family, values: Values, known: Collection[str]) -> list[str]:
    """Problems with the widget values, before the workflow runs.

    `known` names the inputs whose values are there; a linked widget's value comes only later. Media never are.
    """
    values = family.read(values)
    widgets = {*known} - {one.id for one in family.media}
    wrong = _wrong_inputs(family, values, widgets)
    fine = widgets - {*wrong}
    rules = (rule for rule in family.rules if not rule.warns and set(rule.inputs) <= fine)
    return [*wrong.values(), *(rule.said_of(values) for rule in rules if not rule.holds(values))]


def check(
    question: Question, estimate: Callable[[Values], float | None], scratch: Path, stopped: Stopped = never
) -> Request:
    """The checked request, with its images as files in `scratch` and its cost by `estimate`.

    Raises Refused with every broken rule: missing and wrong values first, then what rules say of the others;
    Unfinished when `stopped` says so.
    """
    family = question.family
    measured, unmeasured = _measured(family, question.values, stopped)
    wrong = {**_wrong_inputs(family, measured, [one.id for one in family.inputs]), **unmeasured}
    speaking = [
        rule for rule in family.rules if not _is_silent(rule, family, measured) and not {*rule.inputs} & {*wrong}
    ]
    broken = [rule for rule in speaking if not rule.holds(measured)]
    _refuse([*wrong.values(), *(rule.said_of(measured) for rule in broken if not rule.warns)])
    is_known = not any(_is_unread(measured[video.id]) for video in family.videos)
    return Request(
        question=replace(question, values=measured),
        attachments=tuple(_attachment(one, scratch, stopped) for one in question.media),
        billed_units=family.price.units(measured) if is_known else 0.0,
        estimate_usd=estimate(measured) if is_known else None,
        warnings=(*(rule.said_of(measured) for rule in broken), *_changes(family, measured)),
    )


def _wrong_inputs(family: Family, values: Values, names: Collection[str]) -> dict[str, str]:
    """What is wrong with single inputs, by their ids."""
    found = {one.id: _problem_of_input(one, values.get(one.id)) for one in family.inputs if one.id in names}
    return {name: problem for name, problem in found.items() if problem}


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Refused(" ".join(problems), next_step="")


def problem_of_value(declared: Input, value: Any) -> str:
    """Why a widget cannot have this value; empty if it can. An empty text is not a problem yet."""
    name = declared.id
    if isinstance(declared, Text) and not isinstance(value, str):
        return f"{name} must be text."
    if isinstance(declared, Choice) and not _is_offered(declared, value):
        return _not_offered(name, value, declared.options)
    if isinstance(declared, Number) and not _is_whole(value, declared.minimum, declared.maximum):
        return _not_in_range(declared, value)
    if isinstance(declared, Flag) and not isinstance(value, bool):
        return f"{name} must be on or off."
    return _problem_of_cut(declared, value) if isinstance(declared, Shots) else ""


def _problem_of_input(declared: Input, value: Any) -> str:
    """What is wrong with one value, or missing in it; empty when nothing is."""
    return problem_of_value(declared, value) or _missing(declared, value)


def _missing(declared: Input, value: Any) -> str:
    if isinstance(declared, Text) and declared.required and not value.strip():
        return f"{declared.id} is empty: describe the video."
    if isinstance(declared, Shots):
        return _problem_of_texts(declared, value)
    return _problem_of_socket(declared, several(value)) if isinstance(declared, MediaInput) else ""


def _problem_of_socket(declared: MediaInput, held: tuple[Any, ...]) -> str:
    kind = SOCKETS[type(declared)]
    if declared.required and not held:
        instead = (
            f", or fill in {declared.url_input}" if isinstance(declared, VideoInput) and declared.url_input else ""
        )
        return f"{declared.id} is missing: connect {'a' if kind == 'video' else 'an'} {kind}{instead}."
    if len(held) > max(1, declared.many):
        return f"{declared.id} has {len(held)} {kind}s; at most {declared.many} are accepted."
    return ""


def _problem_of_cut(declared: Shots, cut: Any) -> str:
    name = declared.id
    if not isinstance(cut, Cut) or cut.how not in declared.choices:
        return _not_offered(name, cut.how if isinstance(cut, Cut) else cut, declared.choices)
    for number, shot in enumerate(cut.shots, 1):
        if not isinstance(shot.prompt, str):
            return f"Shot {number} of {name} must be text."
        if not _is_whole(shot.seconds, 1, declared.longest):
            return f"Shot {number} of {name} must have a duration in whole seconds from 1 to {declared.longest}."
    return ""


def _problem_of_texts(declared: Shots, cut: Cut) -> str:
    name = declared.id
    if declared.choices[cut.how] != len(cut.shots):
        return _not_offered(name, cut.how, declared.choices)
    for number, shot in enumerate(cut.shots, 1):
        if not shot.prompt.strip():
            return f"Shot {number} of {name} is empty: describe the shot, or select fewer shots."
        if len(shot.prompt.strip()) > declared.max_characters:
            return f"Shot {number} of {name} must be {declared.max_characters} characters or fewer."
    return ""


def _not_offered(name: str, value: Any, options: Iterable[Any]) -> str:
    listed = tuple(options)
    nearest = nearest_option(value, listed)
    return f"{name} '{value}' is not available: select one of {', '.join(map(str, listed))}. The closest is {nearest}."


def _not_in_range(declared: Number, value: Any) -> str:
    said = f"{declared.id} must be a whole number from {declared.minimum} to {declared.maximum}."
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        return said
    return f"{said} The closest to {value:g} is {nearest_number(value, declared.minimum, declared.maximum)}."


def _is_offered(declared: Choice, value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and value in declared.options


def _is_whole(value: Any, minimum: int, maximum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _measured(family: Family, values: Values, stopped: Stopped) -> tuple[Values, dict[str, str]]:
    """The values with every local video measured, and what is wrong with those that cannot be, or are too large."""
    found: dict[str, VideoData | tuple[VideoData, ...]] = {}
    problems: dict[str, str] = {}
    for video in family.videos:
        try:
            read = tuple(_read(footage, stopped) for footage in several(values.get(video.id)))
        except Refused as error:
            problems[video.id] = " ".join(text for text in (error.what, error.next_step) if text)
            continue
        if read:
            found[video.id] = read if video.many else read[0]
        heavy = [footage.measure.bytes for footage in read if footage.measure]
        if max(heavy, default=0) > video.max_bytes:
            problems[video.id] = (
                f"{video.id} is {max(heavy):,} bytes; at most {video.max_bytes // MEGABYTE} MB are accepted. "
                "Use the APIMart Reference Video node to reduce its size."
            )
    return values.but(**found), problems


def _changes(family: Family, values: Values) -> list[str]:
    return [
        change for video in family.videos for footage in several(values.get(video.id)) for change in footage.changes
    ]


def _read(footage: VideoData, stopped: Stopped) -> VideoData:
    if footage.measure is not None or footage.path is None:
        return footage
    if footage.missing_bytes:
        raise cut_off(footage.missing_bytes)
    require_whole(footage.path, stopped=stopped)
    return replace(footage, measure=measure(footage.path, stopped=stopped))


def _is_silent(rule: Rule, family: Family, values: Values) -> bool:
    """A rule says nothing of media that are not there, nor of a video that the person chose not to have read."""
    about = [values.get(name) for name in rule.inputs]
    unread = [video for video in family.videos if video.id in rule.inputs and _is_unread(values.get(video.id))]
    return bool(unread) or not any(several(one) for one in about)


def _is_unread(held: VideoData | tuple[VideoData, ...] | None) -> bool:
    return any(footage.measure is None for footage in several(held))


def _attachment(medium: Medium, scratch: Path, stopped: Stopped) -> Attachment:
    given = medium.given
    if isinstance(given, VideoData):
        return Attachment(medium.input, medium.content, _video_file(given, medium.content), given.url)
    return Attachment(medium.input, medium.content, _file(medium.input, given, scratch, stopped))


def _file(declared: MediaInput, given: ImageData | AudioData, scratch: Path, stopped: Stopped) -> MediaFile:
    if isinstance(given, ImageData):
        assert isinstance(declared, ImageInput)
        return encode_image(given, declared.formats, declared.max_bytes, scratch)
    assert isinstance(declared, AudioInput)
    return encode_audio(given, declared.formats, declared.max_bytes, scratch, stopped=stopped)


def _video_file(footage: VideoData, content: str) -> MediaFile | None:
    if footage.url or footage.path is None:
        return None
    return MediaFile(footage.path, "video/mp4", footage.path.stat().st_size, content)
