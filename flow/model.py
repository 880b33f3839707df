"""The words everything else is said in: what a family declares, and the value each stage hands on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Size:
    """Pixels as displayed, rotation applied."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


# What a person put into a socket.


@dataclass(frozen=True, eq=False)
class Still:
    """One picture in hand: `levels` is uint8 [H, W, 3], RGB."""

    levels: np.ndarray

    @property
    def size(self) -> Size:
        height, width = self.levels.shape[:2]
        return Size(int(width), int(height))


@dataclass(frozen=True)
class Measure:
    """What a clip is, as the provider will find it when it measures.

    `seconds` is the time the picture is shown (edit lists applied), `bytes` the size of the file.
    """

    seconds: float
    frames: int
    rate: Fraction
    size: Size
    container: str
    codec: str
    bytes: int
    has_sound: bool
    sound_seconds: float = 0.0


@dataclass(frozen=True)
class Footage:
    """One clip in hand: a local file, or the address where the person keeps it, or both.

    `content` is the hash of what the clip shows and sounds like, whatever container it is in.
    """

    path: Path | None = None
    url: str = ""
    content: str = ""
    measure: Measure | None = None

    @property
    def seconds(self) -> float:
        return self.measure.seconds if self.measure else 0.0


@dataclass(frozen=True, eq=False)
class Sound:
    """One sound in hand: `waveform` is float32 [channels, samples] in -1..1."""

    waveform: np.ndarray
    sample_rate: int

    @property
    def seconds(self) -> float:
        return float(self.waveform.shape[-1] / self.sample_rate)


def several(held: Any) -> tuple[Any, ...]:
    """What an input holds, be it one, many or nothing, as a tuple."""
    if isinstance(held, tuple):
        return held
    return () if held is None else (held,)


class Values(Mapping[str, Any]):
    """The inputs of one run by id; `values.duration` reads like the rule that uses it."""

    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._items[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def but(self, **changes: Any) -> Values:
        """The same values with `changes`."""
        return Values({**self._items, **changes})


# What a family declares.


def always(values: Values) -> bool:
    return True


def as_it_is(value: Any) -> Json:
    return value  # type: ignore[no-any-return]  # widgets already hold JSON types


def in_role(role: str) -> Callable[[str], Json]:
    """Encodes an address as `image_with_roles` takes it."""
    return lambda url: {"url": url, "role": role}


def parsed(text: str) -> Json:
    """The JSON that a text holds; the text itself where it holds none, so that a rule can say so."""
    try:
        found: Json = json.loads(text)
    except ValueError:
        return text
    return found


def task_of(text: str) -> Json:
    """The task id that a person pasted, or that stands in what a node's `job` output says."""
    found = parsed(text)
    return found.get("task_id") if isinstance(found, dict) else text.strip()


def timed_lines(text: str) -> tuple[tuple[int, str], ...]:
    """Shots written one per line as `3: what happens`: seconds and words; 0 seconds where none are written."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_timed(line) for line in lines if line)


def _timed(line: str) -> tuple[int, str]:
    seconds, colon, words = line.partition(":")
    seconds = seconds.strip().removesuffix("s").strip()
    if colon and seconds.isascii() and seconds.isdigit():
        return int(seconds), words.strip()
    return 0, line


def no_extras(values: Values) -> Mapping[str, float]:
    return {}


def unshaped(body: dict[str, Json]) -> dict[str, Json]:
    return body


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of a node. `wire` is the API's parameter name (the id when empty).

    `encode` turns the widget's value into JSON; the parameter is left out when `sent_if` is false.
    """

    id: str
    help: str
    wire: str = ""
    encode: Callable[[Any], Json] = as_it_is
    sent_if: Callable[[Values], bool] = always
    advanced: bool = False

    @property
    def parameter(self) -> str:
        return self.wire or self.id


@dataclass(frozen=True, kw_only=True)
class Text(Input):
    """A text widget; an empty text that is not required is not sent. `optional` lets a graph leave the input out."""

    default: str = ""
    required: bool = False
    optional: bool = False
    multiline: bool = True
    placeholder: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice(Input):
    """A list to choose from; the values go over the wire as they stand."""

    options: tuple[str, ...] | tuple[int, ...]
    default: str | int


@dataclass(frozen=True, kw_only=True)
class Number(Input):
    """A whole number; the value `unsent` means: leave the parameter out."""

    default: int
    minimum: int
    maximum: int
    unsent: int | None = None


@dataclass(frozen=True, kw_only=True)
class Flag(Input):
    """A switch."""

    default: bool


@dataclass(frozen=True, kw_only=True)
class Socket(Input):
    """A socket for media. One that takes `many` grows up to that number, and its value is a tuple.

    `encode` turns each address into JSON. `in_list`, and `many` always, puts it into the list of the parameter's
    name; sockets of the same name share that list in the order of their declaration.
    """

    required: bool = False
    in_list: bool = False
    many: int = 0
    max_bytes: int = 0

    def place(self, body: dict[str, Json], url: str) -> None:
        """Put an address into a body where its parameter wants it: alone, or at the end of its list."""
        value = self.encode(url)
        if not self.in_list and not self.many:
            body[self.parameter] = value
            return
        held = body.setdefault(self.parameter, [])
        assert isinstance(held, list)
        held.append(value)


@dataclass(frozen=True, kw_only=True)
class Picture(Socket):
    """A socket for pictures, each uploaded in one of `formats` under `max_bytes`."""

    formats: tuple[str, ...] = ("png", "jpeg", "webp")
    max_bytes: int = 20 * MEGABYTE


@dataclass(frozen=True, kw_only=True)
class Clip(Socket):
    """A socket for clips; a text input `url_input` may stand in for one that takes a single clip."""

    url_input: str = ""
    max_bytes: int = 100 * MEGABYTE


@dataclass(frozen=True, kw_only=True)
class Audio(Socket):
    """A socket for sounds, each published as a file in the first of `formats` that keeps it under `max_bytes`."""

    formats: tuple[str, ...] = ("wav", "mp3")
    max_bytes: int = 15 * MEGABYTE


def socket_names(declared: Socket) -> list[str]:
    """What the sockets of a growing input are called: images.image_1 is the first of `images`."""
    return [f"{declared.id.removesuffix('s')}_{number}" for number in range(1, declared.many + 1)]


@dataclass(frozen=True)
class Rule:
    """One rule between inputs. `sentence` says what to do; it may name values as `{v.video.seconds}`.

    A rule with `warns` is said on the node and goes through. Rules that look at media are checked when
    the node runs, the others already when the graph is queued.
    """

    sentence: str
    inputs: tuple[str, ...]
    holds: Callable[[Values], bool]
    warns: bool = False

    def said_of(self, values: Values) -> str:
        return self.sentence.format(v=values)


@dataclass(frozen=True)
class Price:
    """How a job is billed: the row of the model's price list, times `units` of it; an empty key says: not known.

    `extras` are further rows with their units, like pictures beyond those that are free.
    """

    key: Callable[[Values], str]
    units: Callable[[Values], float]
    extras: Callable[[Values], Mapping[str, float]] = no_extras


@dataclass(frozen=True, kw_only=True)
class Family:
    """A model family: one node. Everything the pack knows of it is said here once.

    `retired` says in words why a model may be gone; `gives_several` marks families whose jobs can hold several clips.
    `shape` makes of the finished body what data cannot say. A family of `any_model` has a text for the model, and is
    held against the provider's own schema.
    """

    node_id: str
    title: str
    description: str
    inputs: tuple[Input, ...]
    rules: tuple[Rule, ...]
    price: Price
    search_aliases: tuple[str, ...] = ()
    retired: Mapping[str, str] = field(default_factory=dict)
    gives_several: bool = False
    shape: Callable[[dict[str, Json]], dict[str, Json]] = unshaped
    any_model: bool = False

    def input(self, name: str) -> Input:
        return next(one for one in self.inputs if one.id == name)

    @property
    def media(self) -> tuple[Socket, ...]:
        return tuple(one for one in self.inputs if isinstance(one, Socket))

    @property
    def clips(self) -> tuple[Clip, ...]:
        return tuple(one for one in self.inputs if isinstance(one, Clip))

    @property
    def judged_widgets(self) -> tuple[str, ...]:
        """The widgets that a rule between widgets speaks of, or that may not be empty."""
        media = {one.id for one in self.media}
        rules = [rule for rule in self.rules if not rule.warns and not media & {*rule.inputs}]
        named = {name for rule in rules for name in rule.inputs}
        required = {one.id for one in self.inputs if isinstance(one, Text) and one.required}
        return tuple(one.id for one in self.inputs if one.id in named | required)


# What the stages hand on.


@dataclass(frozen=True)
class Medium:
    """One picture, clip or sound of a question: where it goes on the wire, and the hash of its content."""

    input: Socket
    given: Still | Footage | Sound
    content: str


@dataclass(frozen=True)
class Question:
    """What is asked of the provider, before anything is checked; equal questions share a fingerprint."""

    family: Family
    values: Values
    model: str
    parameters: Mapping[str, Json]
    media: tuple[Medium, ...]
    take: int
    fingerprint: str


@dataclass(frozen=True)
class MediaFile:
    """A file on this machine that is ready to be published."""

    path: Path
    mime: str
    bytes: int
    content: str


@dataclass(frozen=True)
class Attachment:
    """A medium ready to be published: a file, or the address the person gave."""

    input: Socket
    content: str
    file: MediaFile | None = None
    url: str = ""


@dataclass(frozen=True)
class Request:
    """A question that passed every check."""

    question: Question
    attachments: tuple[Attachment, ...]
    billed_units: float
    estimate_usd: float | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Address:
    """A public address of some content. `expires_at` is Unix seconds, None for unknown."""

    url: str
    content: str
    expires_at: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Body:
    """The JSON body as it is sent, media as addresses."""

    json: Mapping[str, Json]
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Ticket:
    """What the provider gave in return for a submit."""

    task_id: str
    request_id: str | None = None
    status: str = "submitted"
    replayed: bool = False


@dataclass(frozen=True)
class Standing:
    """How a job stands at the provider: one answer to one poll.

    `ended` is None while it goes on, else "completed", "failed" or "cancelled". Times are seconds.
    """

    task_id: str
    status: str
    ended: str | None
    progress: float | None = None
    estimated_seconds: float | None = None
    actual_seconds: float | None = None
    cost_usd: float | None = None
    urls: tuple[str, ...] = ()
    expires_at: float | None = None
    reason: str = ""
    raw: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Files:
    """A finished job on this machine: clips in the order the provider listed them."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Selection:
    """Which frames of a clip are wanted, in VideoHelperSuite's terms."""

    skip_first_frames: int = 0
    frame_load_cap: int = 0
    select_every_nth: int = 1
    max_side: int = 0


@dataclass(frozen=True, eq=False)
class Frames:
    """Decoded frames: `pixels` is float32 [N, H, W, 3] in 0..1, RGB; `fps` follows the selection."""

    pixels: np.ndarray
    fps: Fraction
