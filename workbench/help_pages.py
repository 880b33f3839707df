"""The help page of a node, in any language, from its declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import missing_pictures
from apimart.flow import errors
from apimart.flow.catalogue import models_of, nearest
from apimart.flow.model import (
    GENERATIONS,
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

KINDS = {
    Text: "text",
    Choice: "choice",
    Number: "number",
    Seconds: "number",
    Flag: "switch",
    Shots: "shots",
    ImageInput: "picture",
    VideoInput: "clip",
    AudioInput: "sound",
}
EACH_SHOT = "each with `prompt_1` of up to {characters} characters and `seconds_1` of up to {seconds}"
SEVERAL = "A job can make several clips: each output is a list with one item per clip."
ROWS = (
    "A row is called what the price list calls it: `audio` and `sound` mean a clip with sound, `video` a job that is "
    "given a clip, `default` whatever has no row of its own."
)
DATED = "The price list of {date}; the node asks for today's."
UNKNOWN_BEFORE = "What a job of this node will cost is not known before it is bought."
BY_POSITION = (
    "Command-line tools that turn a saved workflow into an API prompt by the position of its widgets cannot convert "
    "this node, because `shots` grows: use ComfyUI's own Export (API) for it."
)
NOT_KNOWN = "price not known"
PICTURES = "pictures"  # beside the pages: where ComfyUI looks for what any of them shows
PICTURE_SAYS = "{title} as it stands in ComfyUI"
NEXT_STEP = "Do what its message says."
CANCEL = (
    "The node stops at once. Before the submit nothing was spent. After it the job goes on at APIMart, where it cannot "
    "be cancelled, and is billed when it completes. Queue the same graph again: the run picks the job up where it is "
    "and pays nothing more."
)
# What rules say of what is in hand: "(this one is {v.image.size})", "; this one is longer".
ASIDE = re.compile(r" \(this [^()]*\{v[^()]*\)|; (?:this one|one of these) is longer(?=\.)")
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
        found = _rows_of(family, model)
        if not found:
            return f"`{model}`: {self._say(NOT_KNOWN)}"
        units: dict[str, list[str]] = {}
        for row, usd in found.items():
            units.setdefault(_unit(model, row), []).append(f"{row} {usd:g}")
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
        instead = [self._say("The nearest model that is not retired: {model}.", model=f"`{near}`")] if near else []
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
        kind = self._say(KINDS[type(one)] + ("s" if isinstance(one, MediaInput) and one.many else ""))
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
            self._say("{formats} up to {size} MB", formats=", ".join(one.formats).upper(), size=size)
            if isinstance(one, (ImageInput, AudioInput))
            else self._say("up to {size} MB", size=size)
        )
        return self._say("up to {many}, each {limit}", many=one.many, limit=limit) if one.many else limit

    def _rules(self, rules: Sequence[Rule]) -> list[str]:
        hard, soft = ([self._rule(rule) for rule in rules if rule.warns is warns] for warns in (False, True))
        blocks = [self._say("Refused before anything is spent:"), "\n".join(hard)] if hard else []
        blocks += [self._say("Said as a warning, and the job goes on:"), "\n".join(soft)] if soft else []
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
        return [f"{dated} {self._say(ROWS)}", self._table(("model", "row", "USD", "per"), rows), *unknown]

    def _price_rows(self, family: Family, model: str) -> list[tuple[str, str, str, str]]:
        found = _rows_of(family, model)
        rows = [(f"`{model}`", row, f"{usd:g}", self._say(_unit(model, row))) for row, usd in found.items()]
        return rows or [(f"`{model}`", "", self._say(NOT_KNOWN), "")]

    def _errors(self) -> str:
        """The kinds of error, in the words of flow/errors.py."""
        kinds = [one for one in errors.PackError.__subclasses__() if one.__module__ == errors.__name__]
        rows = (
            (
                f"`{one.__name__}`",
                *(
                    self._say(said)
                    for said in (
                        (one.__doc__ or "").partition("\n")[0],
                        one.spent or errors.PAID_AND_KEPT,
                        one.next_step or NEXT_STEP,
                    )
                ),
            )
            for one in kinds
        )
        return self._table(("error", "what happened", "what it cost", "what to do"), rows)


def _first_line(docstring: str | None) -> str:
    return (docstring or "").partition("\n")[0]


def _is_priced(family: Family) -> bool:
    """Whether a fresh node of the family knows its row of the price list."""
    return bool(family.price.key(Values({one.id: getattr(one, "default", None) for one in family.inputs})))


def _rows_of(family: Family, model: str) -> Mapping[str, float]:
    """The price list's rows of a model: those of its usual jobs, or of the extensions that go to another path."""
    rows = printed_prices().rows.get(model, {})
    is_usual = family.path == GENERATIONS
    return {row: usd for row, usd in rows.items() if row.lower().startswith("extend") is not is_usual}


def _prose(text: str) -> str:
    """Markdown would take <image_1> for a tag."""
    return text.replace("<", "&lt;")


def _unit(model: str, row: str) -> str:
    """Pictures are billed each, and a clip to change by its seconds even where a clip from words has one price."""
    unit = printed_prices().unit(model)
    if row.startswith("input_image"):
        return "picture"
    return "second" if unit == "clip" and row.endswith("-video") else unit
