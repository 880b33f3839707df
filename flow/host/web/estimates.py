"""The estimated cost of a node with its current widget values, and whether the ledger already holds the request."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import islice, product
from typing import Any

import numpy as np

from ...catalogue import known_models, models_of, what_is_gone
from ...errors import PackError, Refused
from ...jobs import files_of
from ...ledger import Entry
from ...model import (
    OFF,
    TAKE,
    AudioData,
    Choice,
    Cut,
    Family,
    Flag,
    ImageData,
    ImageInput,
    Input,
    Json,
    Measure,
    MediaInput,
    Number,
    Question,
    Seconds,
    Shot,
    Shots,
    Size,
    Values,
    VideoData,
    VideoInput,
    node_inputs,
    several,
)
from ...prices import estimate_usd, known_prices
from ...request import ask, problem_of_value
from ..runtime import Runtime
from .validation import Denied

MOST_ALTERNATIVES = 2000

Lengths = Mapping[str, float]


def estimate(
    runtime: Runtime,
    family: Family,
    widgets: Mapping[str, Any],
    connected: list[str],
    seconds: Lengths,
    linked: Sequence[str] = (),
) -> dict[str, Json]:
    """Return the estimate; `seconds` is how long the connected videos are, by socket, where that is known.

    `linked` names the widgets whose value is known only in a run; `depends_on` lists those that affect the price, and
    then no price is given. `units` and `usd` are also None if they depend on a video missing from `seconds`;
    `least_units` are the units without that video. `bought` is "kept", "running" or "unknown" if the ledger holds this
    exact request, else empty. It and `request`, which is equal for nodes that share a purchase, are given only for
    requests without media, since what an image shows is known only when the node runs.
    """
    with suppress(PackError):
        runtime.learn_models()
    family = runtime.offered(family, widgets.get("model"))
    values = _values(family, widgets, connected, seconds, linked)
    longer = _values(family, widgets, connected, seconds, unknown=1.0)
    units = family.price.units(values)
    depends_on = _depends_on(family, values, linked)
    is_known = units == family.price.units(longer) and not depends_on
    prices = known_prices(runtime.base_url, runtime.ledger)  # a badge does not justify a network request
    key = family.price.key(values)
    return {
        "usd": estimate_usd(prices, family, values) if is_known else None,
        "unit_usd": prices.usd(values.model, key) if key and not depends_on else None,
        "units": units if is_known else None,
        "least_units": units,
        "depends_on": depends_on,
        "unit": prices.unit(values.model),
        "dated": prices.dated,
        **_in_ledger(runtime, _question(family, values, widgets)),
        "retired": family.retired.get(values.model) or _gone(runtime, family, values),
        "unchecked": values.model in family.unchecked,
        "sandbox": runtime.settings.sandbox,
    }


def _gone(runtime: Runtime, family: Family, values: Values) -> str:
    return what_is_gone(values.model, known_models(runtime.base_url, runtime.ledger), models_of(family))


def _depends_on(family: Family, values: Values, linked: Sequence[str]) -> list[Json]:
    """Return the linked inputs that the price depends on, found by trying values that each of them can have.

    If only several of them together change the price, all are returned.
    """
    names = {name.partition(".")[0] for name in linked}
    others = {one.id: _alternatives(one) for one in family.inputs if one.id in names}
    usual = _charge(family, values)

    def changes(found: Mapping[str, Any]) -> bool:
        return _charge(family, values.but(**found)) != usual

    alone = [name for name, found in others.items() if any(changes({name: one}) for one in found)]
    if alone or len(others) < 2:
        return [*alone]
    together = (dict(zip(others, found, strict=True)) for found in product(*others.values()))
    return [*others] if any(changes(found) for found in islice(together, MOST_ALTERNATIVES)) else []


def _charge(family: Family, values: Values) -> tuple[Any, ...]:
    """Return everything that determines the price."""
    price = family.price
    return values.model, price.key(values), price.units(values), tuple(sorted(price.extras(values).items()))


def _alternatives(declared: Input) -> tuple[Any, ...]:
    """Return values of an input between which a price can differ."""
    if isinstance(declared, Choice):
        return declared.options
    if isinstance(declared, Number):
        return declared.minimum, declared.default, declared.minimum + 1, declared.maximum
    if isinstance(declared, Flag):
        return False, True
    if isinstance(declared, Seconds):
        return 0.0, 1.0, declared.maximum
    if isinstance(declared, Shots):
        cuts = [(how, count) for how, count in declared.choices.items()]
        lengths = (1, declared.longest)
        return tuple(Cut(how, (Shot("", seconds),) * count) for how, count in cuts for seconds in lengths)
    return ("", "something else")


def _values(
    family: Family,
    widgets: Mapping[str, Any],
    connected: list[str],
    seconds: Lengths,
    linked: Sequence[str] = (),
    unknown: float = 0.0,
) -> Values:
    """Return the node's values; a video of unknown length has `unknown` seconds. Raises Denied for unknown inputs."""
    names = {declared.id for declared in node_inputs(family)}
    strange = sorted({name.partition(".")[0] for name in (*widgets, *connected, *seconds, *linked)} - names)
    if strange:
        raise Denied(400, f"'{strange[0][:40]}' is not an input of this node.")
    given = {declared.id: _value(declared, widgets, connected, seconds, unknown) for declared in family.inputs}
    return Values({**given, "take": _held(TAKE, widgets.get("take", 0))})


def _value(declared: Input, widgets: Mapping[str, Any], connected: list[str], seconds: Lengths, unknown: float) -> Any:
    """Return a widget's value, or a stand-in for connected media: only its presence and a video's length matter."""
    if isinstance(declared, MediaInput):
        held = _stand_ins(declared, widgets, connected, seconds, unknown)
        return held if declared.many else next(iter(held), None)
    if isinstance(declared, Shots):
        return _held(declared, _cut(declared, widgets))
    if declared.id not in widgets:
        return getattr(declared, "default", None)
    value = widgets[declared.id]
    return _held(declared, declared.read(value) if isinstance(declared, Choice) else value)


def _cut(declared: Shots, widgets: Mapping[str, Any]) -> Cut | None:
    """Return how the video is cut; shots with linked widgets are left out, since no price depends on them."""
    held = {name.rpartition(".")[2]: widgets[name] for name in declared.widget_names if name in widgets}
    how = held.get(declared.id, OFF)
    return declared.read(held) or Cut(how) if isinstance(how, str) else None


def _held(declared: Input, value: Any) -> Any:
    """Return the value if a widget can hold it. Raises Denied otherwise."""
    if problem_of_value(declared, value):
        raise Denied(400, f"{declared.id} has an invalid value.")
    return value


def _stand_ins(
    declared: MediaInput, widgets: Mapping[str, Any], connected: list[str], seconds: Lengths, unknown: float
) -> tuple[Any, ...]:
    """Return stand-ins for media; `connected` lists each socket of a growing input: images.image_1, images.image_2."""
    names = [name for name in connected if name.partition(".")[0] == declared.id]
    if isinstance(declared, VideoInput):
        is_linked = bool(str(widgets.get(declared.url_input) or "").strip())
        videos = names or [declared.id] * (declared.required or is_linked)
        return tuple(_video(seconds.get(name, unknown)) for name in videos)
    if isinstance(declared, ImageInput):
        return (ImageData(np.zeros((1, 1, 3), np.uint8)),) * len(names)
    return (AudioData(np.zeros((1, 1), np.float32), 1),) * len(names)


def _video(seconds: float) -> VideoData:
    return VideoData(measure=Measure(seconds, 0, Fraction(0), Size(0, 0), "", "", 0, False))


def _question(family: Family, values: Values, widgets: Mapping[str, Any]) -> Question | None:
    """Return the node's Question if its widgets alone determine it, else None."""
    needed = {declared.id for declared in family.inputs if not isinstance(declared, MediaInput)} | {"take"}
    has_media = any(several(values[declared.id]) for declared in family.media)
    if has_media or not needed <= set(widgets) or not all(_is_told(one, values) for one in family.inputs):
        return None
    try:
        return ask(family, values, _no_video)
    except PackError:
        return None


def _in_ledger(runtime: Runtime, question: Question | None) -> dict[str, Json]:
    if question is None:
        return {"bought": "", "request": ""}
    found = runtime.settings
    ledger = runtime.ledger_of(found)
    ledger.rekey(found.realm, question.earlier, question.fingerprint)
    entry = ledger.find(found.realm, question.fingerprint)
    bought = "" if entry is None else _standing(entry, runtime)
    return {"bought": bought, "request": question.fingerprint}


def _is_told(declared: Input, values: Values) -> bool:
    """Return False for shots whose values come from a link."""
    cut = values[declared.id]
    return not isinstance(declared, Shots) or declared.choices[cut.how] == len(cut.shots)


def _standing(entry: Entry, runtime: Runtime) -> str:
    if entry.unknown:
        return "unknown"
    if entry.state == "ticketed":
        return "running"
    is_here = files_of(entry, runtime.output) is not None
    is_linked = bool(entry.urls) and (entry.expires_at is None or time.time() < entry.expires_at)
    return "kept" if entry.state in ("ended", "fetched") and (is_here or is_linked) else ""


def _no_video(footage: VideoData) -> VideoData:
    raise Refused("An estimate does not read videos.")
