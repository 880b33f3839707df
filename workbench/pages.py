"""Writes the help page of every family node, and MODELS.md, from the declarations.

ComfyUI asks for `web/docs/<node_id>/<locale>.md`, then for `web/docs/<node_id>.md`. Only the second is there, in
English, so that no language gets an empty page. The pages of UTILITIES are written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence

import pack
from apimart import nodes
from apimart.flow import errors
from apimart.flow.catalogue import models_of
from apimart.flow.model import (
    MEGABYTE,
    Audio,
    Choice,
    Clip,
    Family,
    Flag,
    Input,
    Number,
    Picture,
    Rule,
    Socket,
    Text,
    Values,
)
from apimart.flow.prices import printed_prices

DOCS = "web/docs"
REFERENCE = "MODELS.md"
UTILITIES = {
    "APIMartCollectJob": "APIMart Collect Job",
    "APIMartReferenceVideo": "APIMart Reference Video",
    "APIMartVideoFrames": "APIMart Video Frames",
}
KINDS = {
    Text: "text",
    Choice: "choice",
    Number: "number",
    Flag: "switch",
    Picture: "picture",
    Clip: "clip",
    Audio: "sound",
}
# The next two are said in flow/host/schema.py, which only ComfyUI can import; a test compares.
TAKE = "The same request is bought once and then comes from the books. Raise this number to buy another take of it."
OUTPUTS = {
    "video": "The clip, a file in the output folder.",
    "frames": "All frames, RGB 0..1; decoded only when connected.",
    "audio": "The sound; silence for a silent clip.",
    "fps": "Frames per second of the clip.",
    "job": "JSON: task_id, model, status, cost_usd, billed_seconds, file, request.",
}
SEVERAL = "A job can make several clips: each output is a list with one item per clip."
ROWS = (
    "A row is called what the price list calls it: `audio` and `sound` mean a clip with sound, `video` a job that is "
    "given a clip, `default` whatever has no row of its own."
)
UNKNOWN_BEFORE = "What a job of this node will cost is not known before it is bought."
NOT_KNOWN = "price not known"
NEXT_STEP = "Do what its message says."
CANCEL = (
    "The node stops at once. Before the submit nothing was spent. After it the job goes on at APIMart, where it cannot "
    "be cancelled, and is billed when it completes. Queue the same graph again: the run picks the job up where it is "
    "and pays nothing more."
)
ORIGIN = "Written by `python3 dev.py pages` from the declarations in `nodes/`; edit those."
# What rules say of a picture or clip in hand: "(this one is {v.image.size})".
ASIDE = re.compile(r" \(this [^()]*\{v[^()]*\)")
VALUE = re.compile(r"\{v\.(\w+)((?:\.\w+)*)[^}]*\}")


def main(words: Sequence[str]) -> int:
    """Write every page anew."""
    if words:
        sys.exit("pages takes no words")
    written = pages()
    for name, text in written.items():
        path = pack.ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    print(f"{len(written)} pages: {REFERENCE} and {DOCS}/")
    return 0


def pages() -> dict[str, str]:
    """Every page that is written from the declarations, by its path in the repository."""
    families = nodes.families()
    return {**{f"{DOCS}/{one.node_id}.md": page(one) for one in families}, REFERENCE: reference(families)}


def page(family: Family) -> str:
    """A family's help page."""
    return _document(
        f"# {family.title}",
        family.description,
        *_retired(family),
        "## Inputs",
        _inputs(family),
        "## Rules",
        *_rules(family.rules),
        "## What it costs",
        *_costs(family),
        "## Outputs",
        *([SEVERAL] if family.gives_several else []),
        _table(("output", "what it is"), ((f"`{name}`", what) for name, what in OUTPUTS.items())),
        "## When something goes wrong",
        _errors(),
        "## When you press Cancel",
        CANCEL,
    )


def reference(families: Iterable[Family]) -> str:
    """One table over all families."""
    rows = (
        (
            f"[{one.title}]({DOCS}/{one.node_id}.md)",
            _lines(f"`{model}`" for model in models_of(one)) or "any",
            _lines(f"`{given.id}`: {_kind_and_values(given)}" for given in one.inputs if given.id != "model"),
            _lines(_price_in_a_line(model) for model in models_of(one)) or NOT_KNOWN,
        )
        for one in families
    )
    utilities = ", ".join(f"[{title}]({DOCS}/{node_id}.md)" for node_id, title in UTILITIES.items())
    return _document(
        "# Models",
        f"{ORIGIN} Every node has `take`, too: a number that asks for another take of the same request.",
        f"Prices are in USD as of {printed_prices().dated}. {ROWS}",
        _table(("node", "models", "inputs", "price"), rows),
        f"Nodes that buy nothing: {utilities}.",
    )


def _document(*blocks: str) -> str:
    return "\n\n".join(blocks) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _prose(text: str) -> str:
    """Markdown would take <image_1> for a tag."""
    return text.replace("<", "&lt;")


def _lines(cells: Iterable[str]) -> str:
    return "<br>".join(cells)


def _retired(family: Family) -> list[str]:
    """A warning per reason, with the models it is about."""
    about: dict[str, list[str]] = {}
    for model, reason in family.retired.items():
        about.setdefault(reason, []).append(f"`{model}`")
    return [f"> {', '.join(models)}: {reason}" for reason, models in about.items()]


def _inputs(family: Family) -> str:
    rows = [(f"`{one.id}`", _kind(one), _default(one), _values(one), _prose(one.help)) for one in family.inputs]
    take = ("`take`", KINDS[Number], "`0`", "0 to 1,000,000", TAKE)
    return _table(("input", "kind", "default", "takes", "help"), [*rows, take])


def _kind(one: Input) -> str:
    kind = KINDS[type(one)] + ("s" if isinstance(one, Socket) and one.many else "")
    stand_in = f" (or `{one.url_input}`)" if isinstance(one, Clip) and one.url_input else ""
    is_required = isinstance(one, (Text, Socket)) and one.required
    marks = [*(["required" + stand_in] if is_required else []), *(["advanced"] if one.advanced else [])]
    return ", ".join([kind, *marks])


def _default(one: Input) -> str:
    if isinstance(one, Flag):
        return "on" if one.default else "off"
    if isinstance(one, (Choice, Number, Text)) and one.default != "":
        return f"`{one.default}`"
    return ""


def _values(one: Input) -> str:
    """What an input can hold."""
    if isinstance(one, Choice):
        return ", ".join(_runs(one.options))
    if isinstance(one, Number):
        unsent = "" if one.unsent is None else f"; not sent at {one.unsent}"
        return f"{one.minimum:,} to {one.maximum:,}{unsent}"
    return _limits(one) if isinstance(one, Socket) else ""


def _runs(options: Sequence[str | int]) -> list[str]:
    """The options, where more than three numbers in a row stand as `4` to `30`."""
    runs: list[list[str | int]] = []
    for one in options:
        if runs and isinstance(one, int) and runs[-1][-1] == one - 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    told = ([f"`{run[0]}` to `{run[-1]}`"] if len(run) > 3 else [f"`{one}`" for one in run] for run in runs)
    return [words for run in told for words in run]


def _limits(one: Socket) -> str:
    number = f"up to {one.many}, each " if one.many else ""
    formats = ", ".join(one.formats).upper() + " " if isinstance(one, (Picture, Audio)) else ""
    return f"{number}{formats}up to {one.max_bytes / MEGABYTE:g} MB"


def _kind_and_values(one: Input) -> str:
    values = _values(one)
    return f"{_kind(one)}; {values}" if values else _kind(one)


def _rules(rules: Sequence[Rule]) -> list[str]:
    hard, soft = ([_said(rule) for rule in rules if rule.warns is warns] for warns in (False, True))
    blocks = ["Refused before anything is spent:", "\n".join(hard)] if hard else []
    blocks += ["Said as a warning, and the job goes on:", "\n".join(soft)] if soft else []
    return blocks or ["None beyond the limits above."]


def _said(rule: Rule) -> str:
    """A rule's sentence without a run's values: widgets by name, measurements left open."""
    general = ASIDE.sub("", _prose(rule.sentence))
    return "- " + VALUE.sub(lambda found: "..." if found[2] else f"`{found[1]}`", general).format()


def _costs(family: Family) -> list[str]:
    fresh = Values({one.id: getattr(one, "default", None) for one in family.inputs})
    unknown = [] if family.price.key(fresh) else [UNKNOWN_BEFORE]
    rows = [row for model in models_of(family) for row in _price_rows(model)]
    if not rows:
        return unknown
    table = _table(("model", "row", "USD", "per"), rows)
    return [f"The price list of {printed_prices().dated}; the node asks for today's. {ROWS}", table, *unknown]


def _price_rows(model: str) -> list[tuple[str, str, str, str]]:
    found = printed_prices().rows.get(model, {})
    rows = [(f"`{model}`", row, f"{usd:g}", _unit(model, row)) for row, usd in found.items()]
    return rows or [(f"`{model}`", "", NOT_KNOWN, "")]


def _price_in_a_line(model: str) -> str:
    found = printed_prices().rows.get(model)
    if not found:
        return f"`{model}`: {NOT_KNOWN}"
    units: dict[str, list[str]] = {}
    for row, usd in found.items():
        units.setdefault(_unit(model, row), []).append(f"{row} {usd:g}")
    return f"`{model}`: " + "; ".join(f"{', '.join(rows)} per {unit}" for unit, rows in units.items())


def _unit(model: str, row: str) -> str:
    """Pictures are billed each, and a clip to change by its seconds even where a clip from words has one price."""
    unit = printed_prices().unit(model)
    if row.startswith("input_image"):
        return "picture"
    return "second" if unit == "clip" and row.endswith("-video") else unit


def _errors() -> str:
    """The kinds of error, in the words of flow/errors.py."""
    kinds = [one for one in errors.PackError.__subclasses__() if one.__module__ == errors.__name__]
    rows = [(f"`{one.__name__}`", one.__doc__ or "", one.spent, one.next_step or NEXT_STEP) for one in kinds]
    return _table(("error", "what happened", "what it cost", "what to do"), rows)
