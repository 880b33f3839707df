"""What a node would cost as its widgets stand now, and whether that request is in the books already."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from ..catalogue import MODELS, models_of, what_is_gone
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
from ..prices import PriceList, estimate_usd, merged, printed_prices
from ..request import ask
from .gate import Denied
from .office import Office

TAKES = 1_000_000


def quote(
    office: Office, family: Family, widgets: Mapping[str, Any], connected: list[str], seconds: float | None
) -> dict[str, Json]:
    """`seconds` is how long the connected clip is, where that is known; `usd` is None where the price hangs on it.

    `bought` is "kept", "running" or "unknown" when the books hold this very request, and is only said of requests
    without media: what a picture shows is known when the node runs.
    """
    values = _values(family, widgets, connected, seconds)
    units = _units(family, values, is_known=seconds is not None)
    prices = _prices(office)
    key = family.price.key(values)
    unit_usd = prices.usd(values.model, key) if key else None
    usd = None if units is None else estimate_usd(prices, family, values)
    return {
        "usd": usd,
        "unit_usd": unit_usd,
        "units": units,
        "unit": prices.unit(values.model),
        "dated": prices.dated,
        "bought": _standing_in_books(office, family, values, widgets),
        "retired": family.retired.get(values.model) or _gone(office, family, values),
        "sandbox": office.settings.sandbox,
    }


def _prices(office: Office) -> PriceList:
    """The list as it was last asked for; a badge is no reason to go to the network."""
    remembered = office.ledger.recall("prices")
    return merged(printed_prices(), remembered if isinstance(remembered, dict) else {})


def _gone(office: Office, family: Family, values: Values) -> str:
    return what_is_gone(values.model, office.ledger.recall(MODELS), models_of(family))


def _values(family: Family, widgets: Mapping[str, Any], connected: list[str], seconds: float | None) -> Values:
    names = {declared.id for declared in family.inputs} | {"take"}
    unknown = sorted({name.partition(".")[0] for name in (*widgets, *connected)} - names)
    if unknown:
        raise Denied(400, f"There is no input '{unknown[0][:40]}'.")
    given = {declared.id: _value(declared, widgets, connected, seconds) for declared in family.inputs}
    take = widgets.get("take", 0)
    if isinstance(take, bool) or not isinstance(take, int) or not 0 <= take <= TAKES:
        raise Denied(400, "take cannot be that.")
    return Values({**given, "take": take})


def _value(declared: Input, widgets: Mapping[str, Any], connected: list[str], seconds: float | None) -> Any:
    """What a widget holds, or a stand-in for what is connected: prices and rules only look whether it is there."""
    if isinstance(declared, Socket):
        return _stand_in(declared, widgets, connected, seconds)
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


def _stand_in(declared: Socket, widgets: Mapping[str, Any], connected: list[str], seconds: float | None) -> Any:
    """`connected` names the sockets of a growing input one by one: images.image_1, images.image_2."""
    count = sum(name.partition(".")[0] == declared.id for name in connected)
    if isinstance(declared, Clip):
        is_there = count or declared.required or bool(str(widgets.get(declared.url_input) or "").strip())
        held: tuple[Any, ...] = (_clip(seconds or 0.0),) * max(count, int(bool(is_there)))
    elif isinstance(declared, Picture):
        held = (Still(np.zeros((1, 1, 3), np.uint8)),) * count
    else:
        held = (Sound(np.zeros((1, 1), np.float32), 1),) * count
    return held if declared.many else next(iter(held), None)


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


def _units(family: Family, values: Values, *, is_known: bool) -> float | None:
    """How many units are billed, None when that hangs on a clip whose length is not known."""
    units = family.price.units(values)
    if is_known:
        return units
    longer = {
        clip.id: (_clip(1.0),) * len(values[clip.id]) if clip.many else _clip(1.0)
        for clip in family.clips
        if several(values[clip.id])
    }
    return units if family.price.units(values.but(**longer)) == units else None


def _standing_in_books(office: Office, family: Family, values: Values, widgets: Mapping[str, Any]) -> str:
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
