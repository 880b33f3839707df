"""The words a model page is written down in: its fields, the rules between them, its prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Body = Mapping[str, Any]
Rule = Callable[[Body], "str | None"]

MEGABYTE = 1024 * 1024
PICTURES = ("picture", "pictures")
CLIPS = ("clip", "clips")
SOUNDS = ("sound", "sounds")
LINKS = (*PICTURES, *CLIPS, *SOUNDS, "link")


@dataclass(frozen=True)
class Field:
    """One parameter of a model page.

    `type` is string, integer, number, boolean, object, objects (an array of objects), link, or one of picture, clip
    and sound (a URL) with their plurals (an array of URLs).
    """

    name: str
    type: str = "string"
    required: bool = False
    values: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    min_items: int | None = None
    max_items: int | None = None
    default: Any = None


@dataclass(frozen=True)
class Prices:
    """USD by tier; `unit` is usd_per_second or usd_per_call; `extra_pictures` is (free count, USD each).

    With `input_seconds` the seconds of reference clips are billed like those of the result; `input_video` is what a
    second of the clip that goes in costs beside that.
    """

    unit: str
    tiers: Mapping[str, float]
    extra_pictures: tuple[int, float] | None = None
    input_seconds: bool = False
    input_video: float = 0.0


@dataclass(frozen=True)
class Limits:
    """What a page asks of media: pixels a side, longest shape (2.5 is 2.5:1), seconds each and in all, megabytes.

    `with_result` are the seconds that all clips and the result may last together.
    """

    sides: tuple[int, int] | None = None
    ratio: float | None = None
    clip_sides: tuple[int, int] | None = None
    clip_ratio: float | None = None
    clip_seconds: tuple[float, float] | None = None
    clips_total: tuple[float, float] | None = None
    clip_max_mb: int = 100
    with_result: float | None = None


@dataclass(frozen=True)
class Model:
    """One model as its page describes it. With `follows_clip` a clip that goes in sets the length of the result."""

    id: str
    family: str
    fields: tuple[Field, ...]
    prices: Prices | None = None
    rules: tuple[Rule, ...] = ()
    aliases: tuple[str, ...] = ()
    picture_max_bytes: int = 20 * MEGABYTE
    picture_formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP", "GIF")
    always_202: bool = False
    text_result: bool = False
    clip_seconds: Callable[[Body], tuple[float, float]] | None = None
    media: Limits = Limits()
    follows_clip: bool = False
    tags: Sequence[str] = field(default_factory=tuple)

    def default(self, name: str) -> Any:
        return next((item.default for item in self.fields if item.name == name), None)

    def value(self, body: Body, name: str) -> Any:
        """What was asked for, else what the page says happens without it."""
        return body[name] if name in body else self.default(name)

    def has(self, name: str) -> bool:
        return any(item.name == name for item in self.fields)
