"""Writes the skeleton of a model family into every file that one touches; what is a fact is left to be typed.

`python3 dev.py new-family luma_ray_4 --models luma-ray-4,luma-ray-4-fast`, and `python3 dev.py new-family luma_ray_4
--check` for what is still missing. Type the facts from the provider's page in each place, the sandbox's entry too: what
is copied from the node contradicts nobody.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from typing import Any

import missing_pictures
import pack
from family_gaps import DOCUMENTED, EXAMPLES, FROZEN, PRICES, RECIPES, SANDBOX, all_gaps, gaps_of

NODE = '''"""{title}: TODO what it makes, of what.

Source: TODO the page at https://docs.apimart.ai.
"""

from ..flow.model import Family, Price, Text
from ..flow.model.shared_inputs import model

FAMILY = Family(
    node_id="{node_id}",
    title="APIMart {title}",
    description="TODO one or two sentences. Billed per requested second.",
    search_aliases=("text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video."),
        model({models}),
        # TODO what the page lists, in its order; import from shared_inputs what is used, take the rest away:
        # duration(5, 10),  # or duration_choice(5, 10)
        # resolution("720p", "1080p"),
        # aspect_ratio_without_image("16:9", "9:16", "1:1"),
        # first_frame(),
        # last_frame(),
    ),
    rules=(
        # TODO what the page says of several inputs together, as LAST_FRAME_NEEDS_FIRST of shared_rules does.
    ),
    price=Price(key=lambda v: "default", units=lambda v: 1.0),  # TODO v.resolution.upper() and v.duration
)
'''
RECIPE = """    "{node_id}": Recipe(
        "{name}",
        "TODO a sentence: what the example shows.",
        {{"prompt": "TODO a prompt"}},
    ),
"""


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="dev.py new-family", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", default="", help="the module's name: luma_ray_4")
    parser.add_argument(
        "--models", default="", metavar="IDS", help="the provider's model ids, with commas between them"
    )
    parser.add_argument("--check", action="store_true", help="say what is missing; without a name, of every family")
    told = parser.parse_args(words)
    if told.check:
        return _check(told.name)
    models = [one.strip() for one in told.models.split(",") if one.strip()]
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", told.name) or not models:
        parser.error("name a module in small letters, and its --models")
    if (pack.ROOT / "nodes" / f"{told.name}.py").exists():
        sys.exit(f"nodes/{told.name}.py is there already; --check says what it lacks.")
    print("\n".join(write(told.name, models)))
    return 0


def _check(name: str) -> int:
    found = gaps_of(name) if name else all_gaps()
    print("\n".join(found) or "Nothing is missing.")
    return int(bool(found))


def write(name: str, models: Sequence[str]) -> list[str]:
    """Add a family to every file; the files, in the order in which they want to be worked on."""
    words = {"name": name, "node_id": node_id(name), "title": _title(name)}
    listed = ", ".join(json.dumps(one) for one in models)
    (pack.ROOT / "nodes" / f"{name}.py").write_text(NODE.format(**words, models=listed), "utf-8", newline="\n")
    _add_entries(PRICES, {model: {"unit": "second", "usd": {"default": None}} for model in models})
    _add_entries(DOCUMENTED, {model: _documented(model) for model in models})
    for model in models:
        _add_to_sandbox(model, name)
    ident = json.dumps(words["node_id"])
    _insert(EXAMPLES, "RICH", ident, f"    {ident}: {{}},  # as much connected as goes together\n")
    _insert(EXAMPLES, "BROKEN", ident, f"    {ident}: [],  # for each rule, what makes it say no\n")
    _insert(FROZEN, "NODE_IDS", ident, f"    {ident},\n")
    _insert(RECIPES, "RECIPES", ident, RECIPE.format(**words))
    missing_pictures.add(f"web/docs/pictures/{words['node_id']}.webp", f"example_workflows/{name}.jpg")
    return [f"nodes/{name}.py", PRICES, SANDBOX, DOCUMENTED, EXAMPLES, FROZEN, RECIPES, missing_pictures.LIST]


def node_id(name: str) -> str:
    """luma_ray_4 is APIMartLumaRay4, for ever: saved workflows name it."""
    return "APIMart" + "".join(part.capitalize() for part in name.split("_"))


def _title(name: str) -> str:
    return " ".join(part.capitalize() for part in name.split("_"))


def _documented(model: str) -> dict[str, Any]:
    prompt = {"type": "string", "required": True}
    named = {"type": "string", "required": True, "enum": [model]}
    prices = {"unit": "second", "usd": {"default": None}}
    return {
        "confidence": "TODO high, medium or low",
        "parameters": {"model": named, "prompt": prompt},
        "prices": prices,
    }


def _add_entries(file: str, entries: dict[str, Any]) -> None:
    path = pack.ROOT / file
    written = json.loads(path.read_text("utf-8"))
    written["models"].update(entries)
    path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")


def _add_to_sandbox(model: str, family: str) -> None:
    """As text, because what a person wrote in one line there stays in one line."""
    path = pack.ROOT / SANDBOX
    entry = f""",
 {json.dumps(model)}: {{
  "family": {json.dumps(family)},
  "TODO": "every parameter of the page, typed from it; then take this line away",
  "fields": {{
   "prompt": {{"required": true}}
  }},
  "prices": {{"unit": "usd_per_second", "tiers": {{"default": null}}}}
 }}
}}
"""
    path.write_text(path.read_text("utf-8").rstrip().removesuffix("}").rstrip() + entry, "utf-8", newline="\n")


def _insert(file: str, name: str, key: str, text: str) -> None:
    """Put `text` into the dict or list called `name` of a Python file, before the first key that sorts behind `key`."""
    path = pack.ROOT / file
    lines = path.read_text("utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if re.match(rf"{name}\b.*[{{\[]$", line.rstrip()))
    place = start + 1
    while not re.match(r"[}\]]", lines[place]):
        found = re.match(r'    ("\w+")', lines[place])
        if found and found.group(1) > key:
            break
        place += 1
    lines.insert(place, text)
    path.write_text("".join(lines), "utf-8", newline="\n")
