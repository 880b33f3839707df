"""A job's request as a page may see it: by the names of the node's inputs, with hashes of media in place of URLs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from ...errors import redact
from ...ledger import Entry
from ...model import Choice, Family, Input, Json, Values
from ...request import problems_of_widgets

MARK_CHARACTERS = 8
ADDRESSES = ("http://", "https://", "data:")


def parameters(entry: Entry, family: Family | None) -> dict[str, Json]:
    """Return the parameters that were sent, and the take; empty for a job that was created elsewhere.

    Pages do not get URLs: each is replaced by the start of its content hash, or by its host and the start of its own
    hash if the content is unknown, so that two jobs can be compared.
    """
    if entry.body is None:
        return {}
    names = {one.parameter: one.id for one in reversed(family.inputs)} if family else {}
    contents = {one.url: one.content for one in entry.addresses}
    shown = {names.get(name, name): _shown(value, contents) for name, value in entry.body.items()}
    return {**shown, "take": entry.take}


def has_final(entry: Entry, family: Family | None) -> bool:
    """Return whether this finished job can be bought in final quality, as its family declares, and is not final yet."""
    if family is None or family.final is None or entry.body is None or not (entry.task_id and entry.urls):
        return False
    final, body = family.final, entry.body
    steps = {} if final.job else final.widgets
    return all(body.get(family.input(name).parameter) == value for name, value in final.when.items()) and all(
        _is_below(family.input(name), body, value) for name, value in steps.items()
    )


def final_of(
    entry: Entry, families: Mapping[str, Family], widgets: Mapping[str, Json] | None
) -> dict[str, Json] | None:
    """Return the node that buys the final version: its `family`, `widgets`, and whether it takes the `same_media`.

    `widgets` are those that the job was queued with, None if they were not saved. Returns None if the job has no final
    version, or if its widgets conflict with what the final version requires.
    """
    family = families.get(entry.family)
    if family is None or family.final is None or not has_final(entry, family):
        return None
    final = family.final
    held = widgets if not final.node_id else {}
    target = families[final.node_id or family.node_id]
    if held is None:
        return None
    filled = {**held, **final.widgets, **({final.job: entry.task_id} if final.job else {})}
    if problems_of_widgets(target, Values(filled), _known(target, filled)):
        return None
    return {"family": target.node_id, "widgets": filled, "same_media": not final.job}


def _is_below(declared: Input, body: Mapping[str, Json], final: Json) -> bool:
    """Return whether the job's choice comes before `final` in the options."""
    options = [*map(str, declared.options)] if isinstance(declared, Choice) else []
    asked = str(body.get(declared.parameter))
    return asked in options and options.index(asked) < options.index(str(final))


def _known(family: Family, widgets: Mapping[str, Json]) -> set[str]:
    return {one.id for one in family.inputs} & {*widgets}


def _shown(value: Json, contents: Mapping[str, str]) -> Json:
    if isinstance(value, str):
        return _text(value, contents)
    if isinstance(value, Mapping):
        return {name: _shown(one, contents) for name, one in value.items()}
    return [_shown(one, contents) for one in value] if isinstance(value, (list, tuple)) else value


def _text(value: str, contents: Mapping[str, str]) -> str:
    if value in contents:
        return f"#{contents[value][:MARK_CHARACTERS]}"
    if not value.startswith(ADDRESSES):
        return redact(value)
    mark = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:MARK_CHARACTERS]
    return f"{urlsplit(value).hostname or ''} #{mark}".strip()
