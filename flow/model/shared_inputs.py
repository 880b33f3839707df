"""Inputs that many families take alike; a family says here what is its own: wire name, options, limits, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from .encodings import in_role, task_of
from .family import Final
from .inputs import Choice, Flag, ImageInput, Input, Number, Text, always, as_it_is
from .json import Json
from .values import Values

_Input = TypeVar("_Input", bound=Input)
IMAGE_LISTS = ("image_urls", "image_with_roles")
FOLLOWS = {
    "first_frame": "With a first frame the clip follows it and this is not sent.",
    "image": "With a picture the clip follows it and this is not sent.",
}


def model(*names: str, default: str = "", help: str = "The model.") -> Choice:
    """The choice of a model; without `default` the first of `names`."""
    return Choice(id="model", options=names, default=default or names[0], help=help)


def negative_prompt(max_characters: int = 0) -> Text:
    """What should not appear. The limit is only said here: `at_most_characters` holds it."""
    limit = f", up to {max_characters:,} characters" if max_characters else ""
    return Text(id="negative_prompt", help=f"Optional: what should not appear{limit}.")


def duration(minimum: int, maximum: int, *, default: int = 5, help: str = "", narrowed: bool = False) -> Number:
    """The seconds asked for: any whole number within the limits, which are `narrowed` where they were wider once."""
    said = help or f"Seconds of clip, {minimum} to {maximum}; each is billed."
    return Number(id="duration", default=default, minimum=minimum, maximum=maximum, help=said, narrowed=narrowed)


def duration_choice(*seconds: int, default: int = 0, help: str = "Seconds of clip; each is billed.") -> Choice:
    """The seconds asked for: one of a few lengths; without `default` the first of `seconds`."""
    return Choice(id="duration", options=seconds, default=default or seconds[0], help=help)


def resolution(*names: str, default: str = "", help: str = "A higher resolution costs more.") -> Choice:
    """The choice of a resolution; without `default` the first of `names`."""
    return Choice(id="resolution", options=names, default=default or names[0], help=help)


def final_at(resolution: str, *, model: str = "") -> Final:
    """The final of a job in a lower resolution: the same request at this one, which perhaps one model alone has."""
    return Final(widgets={"resolution": resolution}, when={"model": model} if model else {})


def aspect_ratio(*ratios: str, id: str = "aspect_ratio", help: str = "The shape of the clip.") -> Choice:
    """The choice of an aspect ratio, the first of `ratios` by default; some families call it `size`."""
    return Choice(id=id, options=ratios, default=ratios[0], help=help)


def aspect_ratio_without_image(*ratios: str, id: str = "aspect_ratio", image: str = "first_frame") -> Choice:
    """An aspect ratio that is sent only while nothing is connected to `image`, whose shape the clip takes over."""
    return replace(
        aspect_ratio(*ratios, id=id, help=f"The shape of the clip. {FOLLOWS[image]}"),
        sent_if=lambda v: v[image] is None,
    )


def first_frame(
    wire: str = "first_frame_image",
    *,
    formats: tuple[str, ...] = ImageInput.formats,
    max_bytes: int = ImageInput.max_bytes,
    help: str = "Optional: the picture the clip starts with.",
) -> ImageInput:
    """The image that a clip starts with. `wire` may name a list of images, which it then opens."""
    return _frame("first_frame", wire, formats, max_bytes, help)


def last_frame(
    wire: str = "last_frame_image",
    *,
    formats: tuple[str, ...] = ImageInput.formats,
    max_bytes: int = ImageInput.max_bytes,
    help: str = "Optional: the picture the clip ends with; needs first_frame.",
) -> ImageInput:
    """The image that a clip ends with; declared behind `first_frame`, which comes before it in a list of images."""
    return _frame("last_frame", wire, formats, max_bytes, help)


def _frame(id: str, wire: str, formats: tuple[str, ...], max_bytes: int, help: str) -> ImageInput:
    return ImageInput(
        id=id,
        wire=wire,
        in_list=wire in IMAGE_LISTS,
        encode=in_role(id) if wire == "image_with_roles" else as_it_is,
        formats=formats,
        max_bytes=max_bytes,
        help=help,
    )


def video_link(id: str = "video_url", *, files: str = "") -> Text:
    """An address that stands in for a clip: the `url_input` of a Clip. `files` says what may lie there."""
    about = f" ({files})" if files else ""
    return Text(
        id=id,
        multiline=False,
        optional=True,
        help=f"A public direct link to the clip{about}, used instead of the video socket.",
    )


def earlier_job(id: str = "source_job", *, wire: str = "extend_from_task_id", help: str) -> Text:
    """An earlier job, as its node's job output or its task id; `names_a_job` holds it."""
    return Text(id=id, wire=wire, multiline=False, encode=task_of, placeholder="task_...", help=help)


def seed(maximum: int, *, gives: str = "a similar clip") -> Number:
    """A seed from 0 to `maximum`; -1, the default, is not sent."""
    return Number(
        id="seed",
        default=-1,
        minimum=-1,
        maximum=maximum,
        unsent=-1,
        help=f"0 to {maximum} asks for {gives}; -1 leaves it to the provider.",
    )


def watermark(sent_if: Callable[[Values], bool] = always) -> Flag:
    """The switch for the provider's watermark."""
    return Flag(id="watermark", default=False, sent_if=sent_if, help="Put the provider's watermark into the picture.")


def prompt_rewriting(id: str, sent_if: Callable[[Values], bool] = always) -> Flag:
    """The switch that lets the provider rewrite the prompt before it is used; its id differs between families."""
    return Flag(id=id, default=True, sent_if=sent_if, help="Let the provider write the prompt out.")


def added(declared: _Input) -> _Input:
    """The same widget on a node that came without it."""
    return replace(declared, added=True)


def added_watermark(sent_if: Callable[[Values], bool] = always) -> Flag:
    """The switch for the provider's watermark on a node that came without one; off leaves the parameter out."""
    return added(watermark(sent_if=lambda v: v.watermark and sent_if(v)))


def nsfw_check() -> Flag:
    """The switch for the provider's check of the finished video; off leaves the parameter out."""
    return Flag(
        id="nsfw_check",
        default=False,
        added=True,
        advanced=True,
        sent_if=lambda v: bool(v.nsfw_check),
        help="Have the provider check the video for adult content. Takes longer and costs extra; the estimate does not "
        "include that.",
    )


def web_search() -> Flag:
    """The switch that lets the model search the web; off leaves the parameter out."""
    return Flag(
        id="web_search",
        wire="tools",
        default=False,
        added=True,
        advanced=True,
        encode=_search_tool,
        sent_if=lambda v: bool(v.web_search),
        help="Let the model search the web for what the prompt names.",
    )


def _search_tool(on: bool) -> Json:
    return [{"type": "web_search"}] if on else []
