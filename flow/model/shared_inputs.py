"""Inputs shared by several families, with parameters for what differs: wire name, options, limits, help."""

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
    "first_frame": "Ignored when first_frame is connected; the video then matches the image.",
    "image": "Ignored when an image is connected; the video then matches the image.",
}


def model(*names: str, default: str = "", help: str = "Model to use.") -> Choice:
    """The drop-down of models; the default is the first of `names` unless given."""
    return Choice(id="model", options=names, default=default or names[0], help=help)


def negative_prompt(max_characters: int = 0) -> Text:
    """The negative prompt. The limit is only documented here; `at_most_characters` enforces it."""
    limit = f", {max_characters:,} characters max" if max_characters else ""
    return Text(id="negative_prompt", help=f"Optional: what to avoid in the video{limit}.")


def duration(minimum: int, maximum: int, *, default: int = 5, help: str = "", narrowed: bool = False) -> Number:
    """The duration in whole seconds. `narrowed` says that the limits were wider in an earlier version."""
    said = help or f"Duration in seconds, {minimum} to {maximum}; billed per second."
    return Number(id="duration", default=default, minimum=minimum, maximum=maximum, help=said, narrowed=narrowed)


def duration_choice(*seconds: int, default: int = 0, help: str = "Duration in seconds; billed per second.") -> Choice:
    """The duration as a drop-down; the default is the first of `seconds` unless given."""
    return Choice(id="duration", options=seconds, default=default or seconds[0], help=help)


def resolution(*names: str, default: str = "", help: str = "Higher resolutions cost more.") -> Choice:
    """The drop-down of resolutions; the default is the first of `names` unless given."""
    return Choice(id="resolution", options=names, default=default or names[0], help=help)


def final_at(resolution: str, *, model: str = "") -> Final:
    """The final of a job in a lower resolution: the same request at this one, which perhaps one model alone has."""
    return Final(widgets={"resolution": resolution}, when={"model": model} if model else {})


def aspect_ratio(*ratios: str, id: str = "aspect_ratio", help: str = "Aspect ratio.") -> Choice:
    """The drop-down of aspect ratios, the first of `ratios` by default; some families call it `size`."""
    return Choice(id=id, options=ratios, default=ratios[0], help=help)


def aspect_ratio_without_image(*ratios: str, id: str = "aspect_ratio", image: str = "first_frame") -> Choice:
    """An aspect ratio that is sent only if nothing is connected to `image`; else the video matches the image."""
    return replace(
        aspect_ratio(*ratios, id=id, help=f"Aspect ratio. {FOLLOWS[image]}"),
        sent_if=lambda v: v[image] is None,
    )


def first_frame(
    wire: str = "first_frame_image",
    *,
    formats: tuple[str, ...] = ImageInput.formats,
    max_bytes: int = ImageInput.max_bytes,
    help: str = "Optional: image used as the first frame.",
) -> ImageInput:
    """The image used as the first frame. `wire` may name a list of images, which it then starts."""
    return _frame("first_frame", wire, formats, max_bytes, help)


def last_frame(
    wire: str = "last_frame_image",
    *,
    formats: tuple[str, ...] = ImageInput.formats,
    max_bytes: int = ImageInput.max_bytes,
    help: str = "Optional: image used as the last frame; requires first_frame.",
) -> ImageInput:
    """The image used as the last frame; declare it after `first_frame`, which precedes it in a list of images."""
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
    """A link used instead of a video socket: the `url_input` of a `VideoInput`. `files` says what it may point to."""
    about = f" ({files})" if files else ""
    return Text(
        id=id,
        multiline=False,
        optional=True,
        help=f"Public direct link to the video{about}, used instead of the video input.",
    )


def earlier_job(id: str = "source_job", *, wire: str = "extend_from_task_id", help: str) -> Text:
    """An earlier job, as its node's job output or its task id; `names_a_job` validates it."""
    return Text(id=id, wire=wire, multiline=False, encode=task_of, placeholder="task_...", help=help)


def seed(maximum: int, *, gives: str = "similar videos") -> Number:
    """A seed from 0 to `maximum`; -1, the default, is not sent."""
    return Number(
        id="seed",
        default=-1,
        minimum=-1,
        maximum=maximum,
        unsent=-1,
        help=f"Random seed, 0 to {maximum}; the same seed gives {gives}. -1 lets the provider choose.",
    )


def watermark(sent_if: Callable[[Values], bool] = always) -> Flag:
    """The switch for the provider's watermark."""
    return Flag(id="watermark", default=False, sent_if=sent_if, help="Add the provider's watermark to the video.")


def prompt_rewriting(id: str, sent_if: Callable[[Values], bool] = always) -> Flag:
    """The switch that lets the provider rewrite the prompt before it is used; its id differs between families."""
    return Flag(id=id, default=True, sent_if=sent_if, help="Let the provider expand the prompt.")


def added(declared: _Input) -> _Input:
    """The same widget, added after the node was released."""
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
        help="Have the provider check the video for adult content. Takes longer and costs extra, which the estimate "
        "does not include.",
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
        help="Let the model search the web for things named in the prompt.",
    )


def _search_tool(on: bool) -> Json:
    return [{"type": "web_search"}] if on else []
