"""Writes what people read about the nodes from their declarations: labels, help pages, examples, and MODELS.md.

A new English phrase stands empty in `workbench/phrases/<language>.json` afterwards: fill it in, and run again. One that
was only reworded has its earlier translation under `stale` there, until the new one is filled in.

ComfyUI asks for `web/docs/<node_id>/<locale>.md`, then for `web/docs/<node_id>.md`. The second is English, and serves
every language that has no page of its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import pack
from apimart import nodes
from apimart.flow.catalogue import living_models, models_of
from apimart.flow.model import Family
from apimart.flow.prices import printed_prices
from gallery import FOLDER, gallery
from help_pages import NOT_KNOWN, Help, document, table
from labels import labels
from phrases import ENGLISH, LANGUAGES, Language

DOCS = "web/docs"
LOCALES = "locales"
PHRASES = "workbench/phrases"
REFERENCE = "MODELS.md"
ORIGIN = "Written by `python3 dev.py pages` from the declarations in `nodes/`; edit those."


def main(words: Sequence[str]) -> int:
    """Write every page anew, but nothing while a declaration does not load: its pages would count as left over."""
    if words:
        sys.exit("pages takes no words")
    if faults := nodes.faults():
        lines = [f"nodes/{name}.py: {reason}" for name, reason in faults.items()]
        sys.exit("\n".join(["Nothing was written, because these do not load:", *lines]))
    written = pages()
    for name, text in written.items():
        path = pack.ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    print(f"{len(written)} files: {REFERENCE}, {DOCS}/, {LOCALES}/, {PHRASES}/ and {FOLDER}/")
    return 0


def pages() -> dict[str, str]:
    """Every file that is written from the declarations, by its path in the repository."""
    spoken = (of_language(Language(code)) for code in LANGUAGES)
    texts = {name: text for files in spoken for name, text in files.items()}
    return {REFERENCE: reference(nodes.families()), **texts, **gallery()}


def of_language(language: Language) -> dict[str, str]:
    """The labels and help pages in one language, and the phrases they were made of."""
    families = nodes.families()
    writer = Help(language, living_models(families))
    helped = {one.node_id: writer.family(one) for one in families}
    helped |= {one.node_id: writer.utility(one) for one in nodes.utilities()}
    ending = ".md" if language.code == ENGLISH else f"/{language.code}.md"
    shown = json.dumps(labels(language), ensure_ascii=False, indent=1) + "\n"
    phrases = {} if language.code == ENGLISH else {f"{PHRASES}/{language.code}.json": language.written()}
    return {
        **phrases,
        f"{LOCALES}/{language.code}/nodeDefs.json": shown,
        **{f"{DOCS}/{node_id}{ending}": page for node_id, page in helped.items()},
    }


def reference(families: Sequence[Family]) -> str:
    """One table over all families."""
    writer = Help(Language(ENGLISH), living_models(families))
    rows = (
        (
            f"[{one.title}]({DOCS}/{one.node_id}.md)",
            "<br>".join(writer.model_in_a_line(one, model) for model in models_of(one)) or "any",
            "<br>".join(
                f"`{given.id}`: {writer.kind_and_values(given)}" for given in one.inputs if given.id != "model"
            ),
            "<br>".join(writer.price_in_a_line(one, model) for model in models_of(one)) or NOT_KNOWN,
        )
        for one in families
    )
    utilities = ", ".join(f"[{one.title}]({DOCS}/{one.node_id}.md)" for one in nodes.utilities())
    return document(
        "# Models",
        f"{ORIGIN} Every node also has `take`: increase it to generate another take of the same request.",
        f"Prices are in USD as of {printed_prices().dated}.",
        table(("node", "models", "inputs", "price"), rows),
        f"Nodes that are free of charge: {utilities}.",
    )
