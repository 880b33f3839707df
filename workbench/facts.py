"""The provider's pages as they were read, in `tests/facts/models.json`, and where our tables say something else.

What differs on purpose has its reason in `EXPLAINED`; what the pages themselves disagree about is listed as unresolved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pack
from apimart.flow.catalogue import models_of
from apimart.flow.model import Choice, Family, MediaInput, Number
from apimart.flow.prices import PriceList

FILE = pack.ROOT / "tests" / "facts" / "models.json"
EVERY = "*"
ROLES = "the node says it with sockets of its own, as a list or by the roles of images"
ONE_VALUE = "it has one value, which the provider takes by itself"
INFERRED = "the provider infers it from what is sent"
SEEDANCE_1_0 = ("seedance-1-0-pro-fast", "seedance-1-0-pro-quality")
SHOTS = dict.fromkeys(("shots", "multi_shot", "shot_type", "multi_prompt"), "the input `shots` becomes these")
INSIDE = dict.fromkeys(("refer_type", "keep_original_sound"), "goes out inside video_list")
SKYREELS = {
    "video_use": "goes out inside ref_videos",
    "middle_times": "goes out inside mid_frame_images",
    "ref_images": "a fourth socket stays, because saved workflows may use it, and a rule refuses it",
}
EXPLAINED: Mapping[str, Mapping[str, str]] = {
    EVERY: {
        "model": "compared by the list of models",
        "webhook": "a webhook is unsigned, and nothing depends on one",
        "image_with_roles": ROLES,
        "return_last_frame": "the last of `frames` is that image",
        "output_format": "results are kept as MP4",
        "enhance_prompt": ONE_VALUE,
        "motion_mode": ONE_VALUE,
        "element_list": "elements are made at the provider, by a page that was not read",
    },
    **{model: {"image_urls": ROLES} for model in ("wan2.7", "seedance-1-5-pro", *SEEDANCE_1_0)},
    "kling-v3": SHOTS,
    "kling-v3-omni": {**SHOTS, **INSIDE},
    "kling-video-o1": {**SHOTS, **INSIDE},
    "flux-3-video": {"mode": INFERRED, "video_urls": "the same as video_url"},
    "skyreels-v4-fast": SKYREELS,
    "skyreels-v4-std": SKYREELS,
}
"""Why a parameter is not compared: by model, or for every model."""


def read() -> Mapping[str, Any]:
    """What was read of the pages, with the models under each of their names."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    named = {alias: about for about in found["models"].values() for alias in about.get("aliases", ())}
    return {**found, "named": {**named, **found["models"]}}


def unresolved() -> list[str]:
    """What the provider's pages disagree about, a line each: what is kept, what another page says, and where."""
    return [
        f"unresolved {one['model']} {one['field']}: kept {_short(one['kept'])}, elsewhere {_short(one['other'])} "
        f"({one['source_date']})"
        for one in read()["unresolved"]
    ]


def differences(families: Iterable[Family], prices: PriceList) -> list[str]:
    """Where families and prices say something else than the pages, and no reason is given; a line each."""
    facts = read()
    named = [family for family in families if models_of(family)]
    lines = [line for family in named for line in _of_family(family, facts)]
    return lines + [
        line for family in named for model in models_of(family) for line in _of_prices(model, facts, prices)
    ]


def _of_family(family: Family, facts: Mapping[str, Any]) -> Iterator[str]:
    pages = {model: _page_of(family, model, facts) for model in models_of(family)}
    yield from (f"facts {model}: in {family.node_id}, on no page" for model, page in pages.items() if page is None)
    yield from against_pages(family, {model: page for model, page in pages.items() if page is not None})


def against_pages(family: Family, known: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Where a family says something else than pages of its models, each a parameter's facts by its name."""
    written = {one.parameter for one in family.inputs if one.id not in {one.url_input for one in family.videos}}
    written -= {name for name in written if f"{{{name}}}" in family.path}
    for name in sorted(written | {name for page in known.values() for name in page}):
        about = {model: page[name] for model, page in known.items() if name in page}
        if all(_is_explained(model, name) for model in known):
            continue
        if not about:
            yield f"facts {family.node_id} {name}: sent, on no page"
        elif name not in written:
            yield f"facts {family.node_id} {name}: on the page, never sent"
        else:
            yield from _of_parameter(family, name, about.values())


def _page_of(family: Family, model: str, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The parameters of a model: at the family's own path where it has one."""
    page = facts["endpoints"].get(family.path) or facts["named"].get(model)
    return None if page is None else page["parameters"]


def _is_explained(model: str, name: str) -> bool:
    return name in EXPLAINED[EVERY] or name in EXPLAINED.get(model, {})


def _of_parameter(family: Family, name: str, pages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One parameter against the pages of all models of the family, together."""
    pages = list(pages)
    inputs = [one for one in family.inputs if one.parameter == name]
    allowed = {value for page in pages for value in page.get("enum", ())}
    choices = [one for one in inputs if isinstance(one, Choice)]
    offered = {value for one in choices for value in one.options if value != one.unsent or value in allowed}
    is_whole = all("enum" in page for page in pages)
    if is_whole and offered and not _agree(offered, allowed):
        ours, theirs = (sorted(values, key=str) for values in (offered, allowed))
        yield f"facts {family.node_id} {name}: offered {ours}, on the page {theirs}"
    for one in inputs:
        if isinstance(one, Number):
            yield from _of_number(family, one, pages)
    most = max((page["max_items"] for page in pages if "max_items" in page), default=0)
    held = sum(one.many or 1 for one in inputs if isinstance(one, MediaInput))
    if most and held and held != most and all("max_items" in page for page in pages):
        yield f"facts {family.node_id} {name}: {held} sockets, up to {most} on the page"


def _agree(offered: set[Any], allowed: set[Any]) -> bool:
    """Whether all that is offered is allowed and the other way round; two names of one ratio count as one."""
    return offered == allowed - {"landscape", "portrait"}


def _of_number(family: Family, one: Number, pages: list[Mapping[str, Any]]) -> Iterator[str]:
    for key, ours, choose in (("min", one.minimum, min), ("max", one.maximum, max)):
        said = [page[key] if key in page else choose(page["enum"]) for page in pages if key in page or "enum" in page]
        theirs = choose(said) if len(said) == len(pages) else None
        if theirs is not None and ours not in (theirs, one.unsent) and not _may_be_less(one, pages, ours):
            yield f"facts {family.node_id} {one.parameter}: {key} {ours}, on the page {theirs}"


def _may_be_less(one: Number, pages: list[Mapping[str, Any]], ours: int) -> bool:
    """A value below the range that the page describes in words, like `-1 = length chosen by the model`."""
    return ours == one.minimum and any(str(page.get("notes", "")).startswith(f"{ours} =") for page in pages)


def _of_prices(model: str, facts: Mapping[str, Any], prices: PriceList) -> Iterator[str]:
    about = facts["named"].get(model, {}).get("prices") or {"unit": "", "usd": {}}
    ours = prices.rows.get(model, {})
    if about["unit"] != prices.unit(model):
        yield f"facts {model}: billed by {prices.unit(model) or 'nothing'}, on the page by {about['unit'] or 'nothing'}"
    for row in sorted({*ours} | {*about["usd"]}):
        if ours.get(row) != about["usd"].get(row):
            yield f"facts {model} {row}: {ours.get(row)} USD, on the page {about['usd'].get(row)}"


def _short(said: Any) -> str:
    text = said if isinstance(said, str) else json.dumps(said)
    return text if len(text) <= 120 else f"{text[:117]}..."
