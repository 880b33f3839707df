"""The help page of a node, in any language, from its declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import missing_pictures
from apimart.flow import errors
from apimart.flow.catalogue import models_of, nearest
from apimart.flow.model import (
    MEGABYTE,
    VIDEO_OUTPUTS,
    AudioInput,
    Choice,
    Family,
    Flag,
    ImageInput,
    Input,
    MediaInput,
    Number,
    Output,
    Rule,
    Seconds,
    Shots,
    Text,
    Utility,
    Values,
    VideoInput,
    node_inputs,
)
from apimart.flow.prices import printed_prices
from phrases import Language
from price_rows import in_words, rows_of, unit_of

KINDS = {
    Text: "text",
    Choice: "choice",
    Number: "number",
    Seconds: "number",
    Flag: "switch",
    Shots: "shots",
    ImageInput: "image",
    VideoInput: "video",
    AudioInput: "audio",
}
SEVERAL_OF = {ImageInput: "images", VideoInput: "videos", AudioInput: "audio inputs"}
EACH_SHOT = "each with `prompt_1`, {characters} characters max, and `seconds_1`, up to {seconds}"
SEVERAL = "A job can return several videos: each output is a list with one item per video."
DATED = "Price list of {date}; the node uses today's prices."
UNKNOWN_BEFORE = "The price of this node's jobs is not known in advance."
BY_POSITION = (
    "Command-line tools that convert saved workflows to API prompts by widget position cannot convert this node, "
    "because shots adds widgets. Use Export (API) in ComfyUI instead."
)
NOT_KNOWN = "price not known"
PICTURES = "pictures"  # beside the pages: where ComfyUI looks for what any of them shows
PICTURE_SAYS = "The {title} node in ComfyUI"
NEXT_STEP = "Follow the instructions in the error message."
CANCEL = (
    "The node stops immediately. If the job was not submitted yet, nothing is charged. A submitted job continues at "
    "APIMart, where it cannot be cancelled, and is billed when it completes. Queue the same workflow again to resume "
    "it at no extra charge."
)
# What rules say of the value at hand: "(this one is {v.image.size})".
ASIDE = re.compile(r" \(this [^()]*\{v[^()]*\)")
VALUE = re.compile(r"\{v\.(\w+)((?:\.\w+)*)[^}]*\}")


def document(*blocks: str) -> str:
    return "\n\n".join(filter(None, blocks)) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


class Help:
    """Writes help pages in one language."""

    def __init__(self, language: Language, living: Sequence[str] = ()) -> None:
        """`living` are the models that may stand in for one that is gone."""
        self._language = language
        self._living = living
        self._say = language.say

    def family(self, family: Family) -> str:
        """The page of a node that buys."""
        return document(
            f"# {self._say(family.title)}",
            self._say(family.description),
            self._picture(family),
            *self._retired(family),
            *self._inputs(node_inputs(family)),
            *([self._say(BY_POSITION)] if any(isinstance(one, Shots) for one in family.inputs) else []),
            f"## {self._say('Rules')}",
            *self._rules(family.rules),
            f"## {self._say('What it costs')}",
            *self._costs(family),
            *self._outputs(VIDEO_OUTPUTS, family.gives_several),
            f"## {self._say('When something goes wrong')}",
            self._errors(),
            f"## {self._say('When you press Cancel')}",
            self._say(CANCEL),
        )

    def utility(self, utility: Utility) -> str:
        """The page of a node that buys nothing."""
        return document(
            f"# {self._say(utility.title)}",
            self._say(utility.description),
            self._picture(utility),
            *self._inputs(utility.inputs),
            *self._outputs(utility.outputs, utility.gives_several),
            *(self._say(note) for note in utility.notes),
            f"## {self._say('When something goes wrong')}",
            self._table(("what happened", "what to do"), ((self._say(a), self._say(b)) for a, b in utility.troubles)),
        )

    def kind_and_values(self, given: Input) -> str:
        """What an input is and takes, in a line."""
        values = self._values(given)
        return f"{self._kind(given)}; {values}" if values else self._kind(given)

    def price_in_a_line(self, family: Family, model: str) -> str:
        found = rows_of(family, model)
        if not found:
            return f"`{model}`: {self._say(NOT_KNOWN)}"
        units: dict[str, list[str]] = {}
        for row, usd in found.items():
            words = in_words(self._language, family, model, row)
            units.setdefault(unit_of(model, row), []).append(f"{words}: {usd:g}")
        return f"`{model}`: " + "; ".join(f"{', '.join(rows)} per {unit}" for unit, rows in units.items())

    def _table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        return table([self._say(cell) for cell in head], rows)

    def _named(self, name: str) -> str:
        """An input or output by the API's name, and by what the node calls it where that differs."""
        said = self._language.name(name)
        return f"`{name}`" if said == name else f"`{name}` {said}"

    def _picture(self, declared: Family | Utility) -> str:
        """Empty while nobody has taken it."""
        if f"web/docs/{PICTURES}/{declared.node_id}.webp" in missing_pictures.listed():
            return ""
        said = self._say(PICTURE_SAYS, title=self._say(declared.title))
        return f"![{said}]({PICTURES}/{declared.node_id}.webp)"

    def _retired(self, family: Family) -> list[str]:
        """A warning per reason, with the models it is about and what comes nearest to them."""
        about: dict[str, list[str]] = {}
        for model, reason in family.retired.items():
            about.setdefault(reason, []).append(model)
        return [self._warning(family, reason, models) for reason, models in about.items()]

    def _warning(self, family: Family, reason: str, models: Sequence[str]) -> str:
        near = nearest(models[0], models_of(family), self._living)
        instead = [self._say("Closest model that is not retired: {model}.", model=f"`{near}`")] if near else []
        gone = ", ".join(f"`{model}`" for model in models)
        return " ".join([f"> **{self._say('Retired')}** {gone}: {self._say(reason)}", *instead])

    def model_in_a_line(self, family: Family, model: str) -> str:
        if model not in family.retired:
            return f"`{model}`"
        near = nearest(model, models_of(family), self._living)
        return f"~~`{model}`~~ **retired**{f'; nearest: `{near}`' if near else ''}"

    def _inputs(self, inputs: Iterable[Input]) -> tuple[str, str]:
        rows = (
            (
                self._named(one.id),
                self._kind(one),
                self._default(one),
                self._values(one),
                _prose(self._say(one.help)),
            )
            for one in inputs
        )
        return f"## {self._say('Inputs')}", self._table(("input", "kind", "default", "takes", "help"), rows)

    def _outputs(self, outputs: Iterable[Output], several: bool) -> list[str]:
        rows = ((self._named(one.id), self._say(one.help)) for one in outputs)
        lists = [self._say(SEVERAL)] if several else []
        return [f"## {self._say('Outputs')}", *lists, self._table(("output", "what it is"), rows)]

    def _kind(self, one: Input) -> str:
        kind = self._say((SEVERAL_OF if isinstance(one, MediaInput) and one.many else KINDS)[type(one)])
        return ", ".join([kind, *self._marks(one)])

    def _marks(self, one: Input) -> list[str]:
        marks = [self._say("advanced")] if one.advanced else []
        if not isinstance(one, (Text, MediaInput)) or not one.required:
            return marks
        if isinstance(one, VideoInput) and one.url_input:
            return [self._say("required (or {input})", input=f"`{one.url_input}`"), *marks]
        return [self._say("required"), *marks]

    def _default(self, one: Input) -> str:
        if isinstance(one, Flag):
            return self._say("on" if one.default else "off")
        if isinstance(one, Shots):
            return f"`{one.default.how}`"
        if isinstance(one, (Choice, Number, Seconds, Text)) and one.default != "":
            return f"`{one.default}`"
        return ""

    def _values(self, one: Input) -> str:
        """What an input can hold."""
        if isinstance(one, Choice):
            return ", ".join(self._runs(one.options))
        if isinstance(one, Shots):
            return self._shots(one)
        if isinstance(one, Seconds):
            return self._say("{least} to {most}", least=0, most=f"{one.maximum:,g}")
        if isinstance(one, Number):
            held = self._say("{least} to {most}", least=f"{one.minimum:,}", most=f"{one.maximum:,}")
            return held if one.unsent is None else f"{held}; {self._say('not sent at {value}', value=one.unsent)}"
        return self._limits(one) if isinstance(one, MediaInput) else ""

    def _shots(self, one: Shots) -> str:
        off, auto, *written = (f"`{how}`" for how in one.choices)
        held = ", ".join([off, auto, self._say("{least} to {most}", least=written[0], most=written[-1])])
        each = self._say(EACH_SHOT, characters=one.max_characters, seconds=one.longest)
        return f"{held}; {each}"

    def _runs(self, options: Sequence[str | int]) -> list[str]:
        """The options, where more than three numbers in a row stand as `4` to `30`."""
        runs: list[list[str | int]] = []
        for one in options:
            if runs and isinstance(one, int) and runs[-1][-1] == one - 1:
                runs[-1].append(one)
            else:
                runs.append([one])
        told = (
            [self._say("{least} to {most}", least=f"`{run[0]}`", most=f"`{run[-1]}`")]
            if len(run) > 3
            else [f"`{one}`" for one in run]
            for run in runs
        )
        return [words for run in told for words in run]

    def _limits(self, one: MediaInput) -> str:
        if not one.max_bytes:
            return ""
        size = f"{one.max_bytes / MEGABYTE:g}"
        limit = (
            self._say("{formats}, {size} MB max", formats=", ".join(one.formats).upper(), size=size)
            if isinstance(one, (ImageInput, AudioInput))
            else self._say("{size} MB max", size=size)
        )
        return self._say("up to {many}, each {limit}", many=one.many, limit=limit) if one.many else limit

    def _rules(self, rules: Sequence[Rule]) -> list[str]:
        hard, soft = ([self._rule(rule) for rule in rules if rule.warns is warns] for warns in (False, True))
        blocks = [self._say("Refused before anything is charged:"), "\n".join(hard)] if hard else []
        blocks += [self._say("Warnings; the job is submitted anyway:"), "\n".join(soft)] if soft else []
        return blocks or [self._say("None beyond the limits above.")]

    def _rule(self, rule: Rule) -> str:
        """A rule's sentence without a run's values: widgets by name, measurements left open."""
        general = VALUE.sub(lambda found: "..." if found[2] else f"`{found[1]}`", ASIDE.sub("", rule.sentence))
        return "- " + _prose(self._say(general.format()))

    def _costs(self, family: Family) -> list[str]:
        unknown = [] if _is_priced(family) else [self._say(UNKNOWN_BEFORE)]
        rows = [row for model in models_of(family) for row in self._price_rows(family, model)]
        if not rows:
            return unknown
        dated = self._say(DATED, date=printed_prices().dated)
        return [dated, self._table(("model", "settings", "USD", "per"), rows), *unknown]

    def _price_rows(self, family: Family, model: str) -> list[tuple[str, str, str, str]]:
        rows = [
            (f"`{model}`", in_words(self._language, family, model, row), f"{usd:g}", self._say(unit_of(model, row)))
            for row, usd in rows_of(family, model).items()
        ]
        return rows or [(f"`{model}`", "", self._say(NOT_KNOWN), "")]

    def _errors(self) -> str:
        """The kinds of error, in the words of flow/errors.py."""
        rows = (
            (
                self._say((one.__doc__ or "").partition("\n")[0]),
                self._say(one.spent or errors.PAID_AND_KEPT),
                self._say(one.next_step or NEXT_STEP),
            )
            for one in kinds_of_error()
        )
        return self._table(("what happened", "what it cost", "what to do"), rows)


def kinds_of_error() -> list[type[errors.PackError]]:
    """Those that flow/errors.py draws in its tree, in its order."""
    return [one for one in errors.PackError.__subclasses__() if one.__module__ == errors.__name__]


def _is_priced(family: Family) -> bool:
    """Whether a fresh node of the family knows its row of the price list."""
    return bool(family.price.key(Values({one.id: getattr(one, "default", None) for one in family.inputs})))


def _prose(text: str) -> str:
    """Markdown would take <image_1> for a tag."""
    return text.replace("<", "&lt;")
