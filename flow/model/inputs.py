"""The kinds of inputs: text, choice, number, flag, shots, image, video and audio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .json import Json
from .media import MEGABYTE
from .shots import AUTO, OFF, UNCUT, Cut, Shot
from .values import Values


def always(values: Values) -> bool:
    return True


def as_it_is(value: Any) -> Json:
    return value  # type: ignore[no-any-return]  # widgets already hold JSON types


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of a node. `wire` is the API's parameter name (the id when empty).

    `encode` turns the widget's value into JSON; the parameter is left out when `sent_if` is false. A widget that is
    `optional` may be missing from a workflow, and has its default then. So may one that was `added` later than its
    node: it stands behind all others, because saved workflows know inputs by their place, and at its default it must
    leave the request as it was, or what is already paid would be charged again. `narrowed` says that some values are no
    longer allowed: the pack refuses those when a saved workflow is queued, and names the closest one that is.
    """

    id: str
    help: str
    wire: str = ""
    encode: Callable[[Any], Json] = as_it_is
    sent_if: Callable[[Values], bool] = always
    advanced: bool = False
    optional: bool = False
    added: bool = False
    narrowed: bool = False

    @property
    def parameter(self) -> str:
        return self.wire or self.id

    @property
    def may_be_missing(self) -> bool:
        """Whether a workflow may lack this widget."""
        return self.optional or self.added


@dataclass(frozen=True, kw_only=True)
class Text(Input):
    """A text widget; an empty text that is not required is not sent."""

    default: str = ""
    required: bool = False
    multiline: bool = True
    placeholder: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice(Input):
    """A drop-down; values are sent as they are, and `unsent` leaves the parameter out."""

    options: tuple[str, ...] | tuple[int, ...]
    default: str | int
    unsent: str | None = None

    @property
    def has_numbers(self) -> bool:
        return all(isinstance(one, int) for one in self.options)

    def read(self, value: Any) -> Any:
        """The number of the list that a text or a float spells, as other clients send it; any other value as it is."""
        is_number = isinstance(value, (str, float)) and self.has_numbers
        spelled = str(value).strip().removesuffix(".0")
        return next((one for one in self.options if is_number and str(one) == spelled), value)


@dataclass(frozen=True, kw_only=True)
class Number(Input):
    """A whole number; at the value `unsent` the parameter is left out.

    `has_control` offers ComfyUI's control after each run (fixed, increment, decrement, randomize), fixed by default.
    """

    default: int
    minimum: int
    maximum: int
    unsent: int | None = None
    has_control: bool = False


@dataclass(frozen=True, kw_only=True)
class Seconds(Input):
    """A length of time, in tenths of a second."""

    default: float = 0.0
    maximum: float


@dataclass(frozen=True, kw_only=True)
class Flag(Input):
    """A switch."""

    default: bool


@dataclass(frozen=True, kw_only=True)
class Shots(Input):
    """A choice of how a video is cut into shots, with a text and a length for each that a person writes.

    Its value is a Cut. Up to `most` shots of 1 to `longest` seconds and `max_characters` each; a fresh one has
    `seconds`.
    """

    default: Cut = UNCUT
    most: int = 6
    longest: int = 15
    seconds: int = 2
    max_characters: int = 512
    prompt_help: str = "Text prompt for this shot, 512 characters max."
    seconds_help: str = "Duration of this shot in seconds."

    @property
    def choices(self) -> dict[str, int]:
        """Each choice, and how many shots are written for it.

        No choice is a bare number: the page would put those before the others.
        """
        written = {f"{count} shot{'s' if count > 1 else ''}": count for count in range(1, self.most + 1)}
        return {OFF: 0, AUTO: 0, **written}

    @property
    def widget_names(self) -> tuple[str, ...]:
        """The input and all that it can reveal, as the page names its widgets."""
        names = [name for number in range(1, self.most + 1) for name in shot_names(number)]
        return (self.id, *(f"{self.id}.{name}" for name in names))

    def read(self, held: Mapping[str, Any]) -> Cut | None:
        """The cut that widgets hold, by their own names; None while a shot has no value yet."""
        how: Any = held.get(self.id, OFF)
        count = self.choices.get(how, 0)
        shots: list[list[Any]] = [[held.get(name) for name in shot_names(one)] for one in range(1, count + 1)]
        is_whole = how is not None and not any(None in shot for shot in shots)
        return Cut(how, tuple(Shot(*shot) for shot in shots)) if is_whole else None


@dataclass(frozen=True, kw_only=True)
class MediaInput(Input):
    """A socket for media. One that takes `many` grows up to that number, and its value is a tuple.

    `encode` turns each address into JSON. `in_list`, and `many` always, puts it into the list of the parameter's
    name; sockets of the same name share that list in the order of their declaration.
    """

    required: bool = False
    in_list: bool = False
    many: int = 0
    max_bytes: int = 0

    @property
    def is_listed(self) -> bool:
        """Whether its addresses are in a list, which other sockets may share."""
        return self.in_list or bool(self.many)

    def place(self, body: dict[str, Json], url: str) -> None:
        """Add an address to a body: as the parameter's value, or at the end of its list."""
        value = self.encode(url)
        if not self.is_listed:
            body[self.parameter] = value
            return
        held = body.setdefault(self.parameter, [])
        assert isinstance(held, list)
        held.append(value)


@dataclass(frozen=True, kw_only=True)
class ImageInput(MediaInput):
    """A socket for images, each uploaded in one of `formats` under `max_bytes`."""

    formats: tuple[str, ...] = ("png", "jpeg", "webp")
    max_bytes: int = 20 * MEGABYTE


@dataclass(frozen=True, kw_only=True)
class VideoInput(MediaInput):
    """A socket for videos; a text input `url_input` may stand in for one that takes a single video."""

    url_input: str = ""
    max_bytes: int = 100 * MEGABYTE


@dataclass(frozen=True, kw_only=True)
class AudioInput(MediaInput):
    """A socket for audio, each published as a file in the first of `formats` that keeps it under `max_bytes`."""

    formats: tuple[str, ...] = ("wav", "mp3")
    max_bytes: int = 15 * MEGABYTE


def socket_names(declared: MediaInput) -> list[str]:
    """The names of the sockets of a growing input: images.image_1 is the first of `images`."""
    return [f"{declared.id.removesuffix('s')}_{number}" for number in range(1, declared.many + 1)]


def shot_names(number: int) -> tuple[str, str]:
    """The names of the prompt and duration widgets of a shot."""
    return f"prompt_{number}", f"seconds_{number}"
