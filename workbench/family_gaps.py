"""What a model family still lacks, as lines of `file: what`: the facts, the examples, the texts, the pages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import missing_pictures
import pack
from apimart import nodes
from apimart.flow.catalogue import models_of
from apimart.flow.model import VIDEO_OUTPUTS, Family, node_inputs
from phrases import ENGLISH, LANGUAGES

PRICES = "flow/prices.json"
SANDBOX = "sandbox/models.json"
SANDBOX_SEEDS = "sandbox/seeds.py"  # models that the sandbox knows from its code
DOCUMENTED = "tests/facts/models.json"
EXAMPLES = "tests/family_examples.py"
FROZEN = "tests/test_families.py"
NODES = "tests/facts/nodes.json"
RECIPES = "workbench/recipes.py"
TODO = "TODO"
# They came first, with tests and workflows of their own.
BY_HAND = ("APIMartKlingMotionControl", "APIMartSora2", "APIMartVeo31")


def gaps_of(name: str) -> list[str]:
    """The gaps of the family in nodes/`name`.py."""
    if name in nodes.faults():
        return [f"nodes/{name}.py: does not load: {nodes.faults()[name]}"]
    found = [family for family in nodes.families() if module_of(family) == name]
    return [gap for family in found for gap in gaps(family)] if found else [f"nodes/{name}.py: is not there"]


def all_gaps() -> list[str]:
    """The gaps of every family."""
    broken = [gap for name in nodes.faults() for gap in gaps_of(name)]
    return [*dict.fromkeys([*broken, *(gap for family in nodes.families() for gap in gaps(family))])]


def gaps(family: Family) -> tuple[str, ...]:
    """What is missing of one family that loads, in the order in which it is best added."""
    return (*gaps_in_facts(family), *_frozen(family), *_generated(family))


def gaps_in_facts(family: Family) -> tuple[str, ...]:
    """What nobody has typed yet: without it the tests over all families have nothing to hold this one against."""
    return (*_to_type(family), *_facts(family), *_in_python(family))


def module_of(family: Family) -> str:
    """The name of the file of a declaration: families are data, so it is found by the id that stands in it."""
    said = f'Family(\n    node_id="{family.node_id}"'
    return next(file.stem for file in sorted((pack.ROOT / "nodes").glob("*.py")) if said in _text(f"nodes/{file.name}"))


def _to_type(family: Family) -> Iterator[str]:
    file = f"nodes/{module_of(family)}.py"
    for number, line in enumerate(_text(file).splitlines(), 1):
        if TODO in line:
            yield f"{file}:{number}: {line.strip().lstrip('# ')}"


def _facts(family: Family) -> Iterator[str]:
    if family.any_model:
        return
    for model in models_of(family):
        seeded = model in _text(SANDBOX_SEEDS)
        yield from _of_model(SANDBOX, model, _named(_json(SANDBOX)), is_needed=not seeded)
        yield from _of_model(DOCUMENTED, model, _named(_json(DOCUMENTED)["models"]), is_needed=True)
        yield from _of_model(PRICES, model, _json(PRICES)["models"], is_needed=False)


def _named(entries: dict[str, Any]) -> dict[str, Any]:
    """The entries by each of their names."""
    return {name: entry for first, entry in entries.items() for name in (first, *entry.get("aliases", ()))}


def _of_model(file: str, model: str, entries: dict[str, Any], *, is_needed: bool) -> Iterator[str]:
    entry = entries.get(model)
    if entry is None and is_needed:
        yield f"{file}: {model} is not there"
    if entry is not None and {TODO, "null"} & {*re.findall(rf"{TODO}|null", json.dumps(entry))}:
        yield f"{file}: {model} holds a {TODO} or a null"


def _in_python(family: Family) -> Iterator[str]:
    if family.node_id not in _strings(FROZEN, "NODE_IDS"):
        yield f"{FROZEN}: NODE_IDS lacks {family.node_id}"
    if family.node_id in BY_HAND:
        return
    if family.node_id not in _keys(EXAMPLES, "RICH"):
        yield f"{EXAMPLES}: RICH has no example of {family.node_id}"
    examples = _keys(EXAMPLES, "BROKEN").get(family.node_id)
    count = len(examples.elts) if isinstance(examples, ast.List) else 0
    if examples is None or count != len(family.rules):
        yield f"{EXAMPLES}: BROKEN of {family.node_id} holds {count} examples for {len(family.rules)} rules"
    recipe = _keys(RECIPES, "RECIPES").get(family.node_id)
    if recipe is None or TODO in ast.unparse(recipe):
        yield f"{RECIPES}: RECIPES has no example of {family.node_id}, or one with a {TODO}"


def _frozen(family: Family) -> Iterator[str]:
    """The line is given as it has to stand there, to be put in when the order of the inputs is final."""
    if family.node_id not in _json(NODES):
        inputs, outputs = ([one.id for one in many] for many in (node_inputs(family), VIDEO_OUTPUTS))
        line = json.dumps({family.node_id: {"inputs": inputs, "outputs": outputs}})[1:-1]
        yield f"{NODES}: lacks {line}"


def _generated(family: Family) -> Iterator[str]:
    endings = [".md", *(f"/{code}.md" for code in LANGUAGES if code != ENGLISH)]
    pages = [f"web/docs/{family.node_id}{ending}" for ending in endings]
    if not all((pack.ROOT / page).is_file() for page in pages):
        yield f"web/docs/{family.node_id}.md: run `python3 dev.py pages`"
    for code in LANGUAGES[1:]:
        count = sum(not said for said in _json(f"workbench/phrases/{code}.json")["texts"].values())
        if count:
            yield f"workbench/phrases/{code}.json: {count} texts are not translated; then run `python3 dev.py pages`"
    picture = f"web/docs/pictures/{family.node_id}.webp"
    if picture not in missing_pictures.listed() and not (pack.ROOT / picture).is_file():
        yield f"{picture}: run `python3 dev.py pictures {family.node_id}`, or list it in {missing_pictures.LIST}"


@cache
def _text(file: str) -> str:
    return (pack.ROOT / file).read_text("utf-8")


@cache
def _json(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_text(file))
    return found


@cache
def _value(file: str, name: str) -> ast.expr:
    """What stands behind `name =` in a Python file."""
    for one in ast.parse(_text(file)).body:
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        if isinstance(one, (ast.Assign, ast.AnnAssign)) and ast.unparse(targets[0]) == name:
            assert one.value is not None
            return one.value
    raise KeyError(f"{file} has no {name}")


def _keys(file: str, name: str) -> dict[str, ast.expr]:
    found = _value(file, name)
    assert isinstance(found, ast.Dict)
    pairs = zip(found.keys, found.values, strict=True)
    return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}


def _strings(file: str, name: str) -> set[str]:
    return {str(one.value) for one in ast.walk(_value(file, name)) if isinstance(one, ast.Constant)}
