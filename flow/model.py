"""The words everything else is said in: what a family declares, and the value each stage hands on."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Sound:
    """One sound in hand: `waveform` is float32 [channels, samples] in -1..1."""

    waveform: np.ndarray
    sample_rate: int


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
class Picture(Input):
    """A picture socket: one picture, uploaded in one of `formats` under `max_bytes`.

    `in_list` sends the address as a list of one.
    """

    required: bool = False
    in_list: bool = False
    formats: tuple[str, ...] = ("png", "jpeg", "webp")
    max_bytes: int = 20 * MEGABYTE


@dataclass(frozen=True, kw_only=True)
class Clip(Input):
    """A clip socket, with a text input `url_input` that may stand in for it."""

    url_input: str
    required: bool = False
    max_bytes: int = 100 * MEGABYTE


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
    """How a job is billed: the row of the model's price list, times `units` of it."""

    key: Callable[[Values], str]
    units: Callable[[Values], float]


@dataclass(frozen=True, kw_only=True)
class Family:
    """A model family: one node. Everything the pack knows of it is said here once.

    `retired` says in words why a model may be gone; `gives_several` marks families whose jobs can hold several clips.
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

    def input(self, name: str) -> Input:
        return next(one for one in self.inputs if one.id == name)

    @property
    def media(self) -> tuple[Picture | Clip, ...]:
        return tuple(one for one in self.inputs if isinstance(one, (Picture, Clip)))

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
    """One picture or clip of a question: where it goes on the wire, and the hash of its content."""

    input: Picture | Clip
    given: Still | Footage
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

    input: Picture | Clip
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
