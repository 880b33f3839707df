"""What a node would cost as its widgets stand now, and whether that request is in the ledger already."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from ..catalogue import known_models, models_of, what_is_gone
from ..errors import PackError, Refused
from ..ledger import Entry
from ..model import (
    OFF,
    Choice,
    Clip,
    Cut,
    Family,
    Flag,
    Footage,
    Input,
    Json,
    Measure,
    Number,
    Picture,
    Shots,
    Size,
    Socket,
    Sound,
    Still,
    Text,
    Values,
    several,
)
from ..prices import estimate_usd, known_prices
from ..request import ask
from .gate import Denied
from .office import Office

TAKES = 1_000_000
Lengths = Mapping[str, float]


def quote(
    office: Office, family: Family, widgets: Mapping[str, Any], connected: list[str], seconds: Lengths
) -> dict[str, Json]:
    """`seconds` is how long the connected clips are, by socket, where that is known.

    `units` and `usd` are None where they hang on a clip that is not in it, `least_units` are those without that clip.
    `bought` is "kept", "running" or "unknown" when the ledger holds this very request, and is only said of requests
    without media: what a picture shows is known when the node runs.
    """
    values = _values(family, widgets, connected, seconds)
    longer = _values(family, widgets, connected, seconds, unknown=1.0)
    units = family.price.units(values)
    is_known = units == family.price.units(longer)
    prices = known_prices(office.settings.base_url, office.ledger)  # a badge is no reason to go to the network
    key = family.price.key(values)
    return {
        "usd": estimate_usd(prices, family, values) if is_known else None,
        "unit_usd": prices.usd(values.model, key) if key else None,
        "units": units if is_known else None,
        "least_units": units,
        "unit": prices.unit(values.model),
        "dated": prices.dated,
        "bought": _standing_in_ledger(office, family, values, widgets),
        "retired": family.retired.get(values.model) or _gone(office, family, values),
        "sandbox": office.settings.sandbox,
    }


def _gone(office: Office, family: Family, values: Values) -> str:
    return what_is_gone(values.model, known_models(office.settings.base_url, office.ledger), models_of(family))


def _values(
    family: Family, widgets: Mapping[str, Any], connected: list[str], seconds: Lengths, unknown: float = 0.0
) -> Values:
    """`unknown` seconds stand in for a clip whose length nobody told."""
    names = {declared.id for declared in family.inputs} | {"take"}
    strange = sorted({name.partition(".")[0] for name in (*widgets, *connected, *seconds)} - names)
    if strange:
        raise Denied(400, f"There is no input '{strange[0][:40]}'.")
    given = {declared.id: _value(declared, widgets, connected, seconds, unknown) for declared in family.inputs}
    take = widgets.get("take", 0)
    if isinstance(take, bool) or not isinstance(take, int) or not 0 <= take <= TAKES:
        raise Denied(400, "take cannot be that.")
    return Values({**given, "take": take})


def _value(declared: Input, widgets: Mapping[str, Any], connected: list[str], seconds: Lengths, unknown: float) -> Any:
    """What a widget holds, or a stand-in for what is connected: prices and rules only look whether it is there."""
    if isinstance(declared, Socket):
        held = _stand_ins(declared, widgets, connected, seconds, unknown)
        return held if declared.many else next(iter(held), None)
    if isinstance(declared, Shots):
        return _cut(declared, widgets)
    if declared.id not in widgets:
        return getattr(declared, "default", None)
    value = widgets[declared.id]
    if not _fits(declared, value):
        raise Denied(400, f"{declared.id} cannot be that.")
    return value


def _cut(declared: Shots, widgets: Mapping[str, Any]) -> Cut:
    """How the clip is cut; shots that a link tells are left out, since no price hangs on them."""
    held = {name.rpartition(".")[2]: widgets[name] for name in declared.widget_names if name in widgets}
    how = held.get(declared.id, OFF)
    cut = declared.read(held) or Cut(how) if isinstance(how, str) else None
    if cut is None or not _fits(declared, cut):
        raise Denied(400, f"{declared.id} cannot be that.")
    return cut


def _stand_ins(
    declared: Socket, widgets: Mapping[str, Any], connected: list[str], seconds: Lengths, unknown: float
) -> tuple[Any, ...]:
    """`connected` names the sockets of a growing input one by one: images.image_1, images.image_2."""
    names = [name for name in connected if name.partition(".")[0] == declared.id]
    if isinstance(declared, Clip):
        is_linked = bool(str(widgets.get(declared.url_input) or "").strip())
        clips = names or [declared.id] * (declared.required or is_linked)
        return tuple(_clip(seconds.get(name, unknown)) for name in clips)
    if isinstance(declared, Picture):
        return (Still(np.zeros((1, 1, 3), np.uint8)),) * len(names)
    return (Sound(np.zeros((1, 1), np.float32), 1),) * len(names)


def _fits(declared: Input, value: Any) -> bool:
    if isinstance(declared, Text):
        return isinstance(value, str)
    if isinstance(declared, Flag):
        return isinstance(value, bool)
    if isinstance(declared, Shots):
        is_written = all(isinstance(shot.prompt, str) and type(shot.seconds) is int for shot in value.shots)
        return value.how in declared.choices and is_written
    if isinstance(declared, Choice):
        return isinstance(value, (str, int)) and not isinstance(value, bool) and value in declared.options
    if isinstance(declared, Number):
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return is_whole and declared.minimum <= value <= declared.maximum
    return False


def _clip(seconds: float) -> Footage:
    return Footage(measure=Measure(seconds, 0, Fraction(0), Size(0, 0), "", "", 0, False))


def _standing_in_ledger(office: Office, family: Family, values: Values, widgets: Mapping[str, Any]) -> str:
    needed = {declared.id for declared in family.inputs if not isinstance(declared, Socket)} | {"take"}
    has_media = any(several(values[declared.id]) for declared in family.media)
    if has_media or not needed <= set(widgets) or not all(_is_told(one, values) for one in family.inputs):
        return ""
    try:
        question = ask(family, values, _no_clip)
    except PackError:
        return ""
    found = office.settings
    entry = office.books(found).find(found.realm, question.fingerprint)
    return "" if entry is None else _standing(entry, office)


def _is_told(declared: Input, values: Values) -> bool:
    """False for shots that only a link can tell."""
    cut = values[declared.id]
    return not isinstance(declared, Shots) or declared.choices[cut.how] == len(cut.shots)


def _standing(entry: Entry, office: Office) -> str:
    if entry.unknown:
        return "unknown"
    if entry.state == "ticketed":
        return "running"
    is_here = bool(entry.files) and all((office.output / file).is_file() for file in entry.files)
    is_linked = bool(entry.urls) and (entry.expires_at is None or time.time() < entry.expires_at)
    return "kept" if entry.state in ("ended", "fetched") and (is_here or is_linked) else ""


def _no_clip(footage: Footage) -> Footage:
    raise Refused("A quote looks at no clips.")
