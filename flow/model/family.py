"""A family of models: its inputs, the rules between them, and how it is billed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from .inputs import Choice, Input, MediaInput, Text, VideoInput
from .json import Json
from .values import Values

GENERATIONS = "/v1/videos/generations"


def no_extras(values: Values) -> Mapping[str, float]:
    return {}


def unshaped(body: dict[str, Json]) -> dict[str, Json]:
    return body


@dataclass(frozen=True)
class Rule:
    """One rule between inputs. `sentence` says what to do; it may name values as `{v.video.seconds}`.

    A rule with `warns` is said on the node and goes through. Rules that look at media are checked when
    the node runs, the others already when the workflow is queued.
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

    `extras` are further rows with their units, like images beyond those that are free.
    """

    key: Callable[[Values], str]
    units: Callable[[Values], float]
    extras: Callable[[Values], Mapping[str, float]] = no_extras


@dataclass(frozen=True, kw_only=True)
class Final:
    """How a finished video is bought in its final quality, from a job whose widgets held `when`.

    `widgets` are what differs from that job. With `job` an input of that name takes the earlier job, on the node
    `node_id` where that is another one, and its media are not asked for again; without `job` the same request is bought
    once more.
    """

    widgets: Mapping[str, Json] = field(default_factory=dict)
    when: Mapping[str, Json] = field(default_factory=dict)
    job: str = ""
    node_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Family:
    """A model family: one node. Everything the pack knows of it is said here once.

    `retired` says in words why a model may be gone; `gives_several` marks families whose jobs can hold several clips.
    `final` says how a draft becomes final. `path` is where the submit goes; a parameter that it names in braces goes
    there and not into the body. `shape` makes the finished body, where data cannot say it; the question is known by
    that body before rules are checked, so what they refuse must still show in it. A family of `any_model` has a text
    for the model, and is held against the provider's own schema; so are the models that are `unchecked`: the provider
    lists them, and the pack's declarations do not know them.
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
    final: Final | None = None
    path: str = GENERATIONS
    shape: Callable[[dict[str, Json]], dict[str, Json]] = unshaped
    any_model: bool = False
    unchecked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for two inputs that write the same parameter, unless they are sockets that share a list."""
        stand_ins = {one.url_input for one in self.videos}
        writers: dict[str, Input] = {}
        for one in self.inputs:
            other = one if one.id in stand_ins else writers.setdefault(one.parameter, one)
            if other is not one and not (_is_listed(one) and _is_listed(other)):
                raise ValueError(f"{self.node_id}: {other.id} and {one.id} both write {one.parameter}.")

    def with_unchecked(self, models: tuple[str, ...]) -> Family:
        """The family with additional model options that its declaration does not cover."""
        choice = self.input("model")
        if not models or not isinstance(choice, Choice):
            return self
        wider = replace(choice, options=(*map(str, choice.options), *models))
        return replace(self, unchecked=models, inputs=tuple(wider if one is choice else one for one in self.inputs))

    def input(self, name: str) -> Input:
        return next(one for one in self.inputs if one.id == name)

    def read(self, values: Values) -> Values:
        """The values, with numeric options of drop-downs converted to numbers."""
        lists = [one for one in self.inputs if isinstance(one, Choice) and one.id in values]
        return values.but(**{one.id: one.read(values[one.id]) for one in lists})

    @property
    def media(self) -> tuple[MediaInput, ...]:
        return tuple(one for one in self.inputs if isinstance(one, MediaInput))

    @property
    def videos(self) -> tuple[VideoInput, ...]:
        return tuple(one for one in self.inputs if isinstance(one, VideoInput))

    @property
    def judged_widgets(self) -> tuple[str, ...]:
        """The widgets that the pack validates itself when a workflow is queued.

        ComfyUI judges all others by itself; in a list it would refuse the text of a number.
        """
        media = {one.id for one in self.media}
        rules = [rule for rule in self.rules if not rule.warns and not media & {*rule.inputs}]
        named = {name for rule in rules for name in rule.inputs}
        required = {one.id for one in self.inputs if isinstance(one, Text) and one.required}
        changing = {one.id for one in self.inputs if one.narrowed or (one.id == "model" and isinstance(one, Choice))}
        numbers = {one.id for one in self.inputs if isinstance(one, Choice) and one.has_numbers}
        return tuple(one.id for one in self.inputs if one.id in named | required | changing | numbers)


def _is_listed(declared: Input) -> bool:
    return isinstance(declared, MediaInput) and declared.is_listed
