"""Job prices: the price list that ships with the pack, updated daily from the provider's public catalog."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .errors import PackError, log
from .ledger import Ledger
from .model import Family, Values
from .wire import Provider

DAY_SECONDS = 86400.0
RETRY_SECONDS = 3600.0


@dataclass(frozen=True)
class PriceList:
    """Prices in USD by model and row, per second or per video as in `units`, surcharges also per image.

    `dated` is the day they were read.
    """

    dated: str
    rows: Mapping[str, Mapping[str, float]]
    units: Mapping[str, str] = field(default_factory=dict)

    def usd(self, model: str, key: str) -> float | None:
        """Return the price of one unit in USD, from the model's default row if it has no row `key`; None if unknown."""
        row = self.rows.get(model, {})
        return row.get(key, row.get("default"))

    def unit(self, model: str) -> str:
        """Return the billing unit: "second", "clip" (per video), or empty if unknown."""
        return self.units.get(model, "")


def estimate_usd(prices: PriceList, family: Family, values: Values) -> float | None:
    """Return the estimated cost of the job in USD; None if the price list does not cover all of it."""
    key = family.price.key(values)
    quantities = {key: family.price.units(values), **family.price.extras(values)} if key else {}
    costs = [(prices.usd(values.model, row), units) for row, units in quantities.items()]
    known = [usd * units for usd, units in costs if usd is not None]
    return round(sum(known), 6) if costs and len(known) == len(costs) else None


@cache
def printed_prices() -> PriceList:
    """Return the price list that ships with the pack."""
    found = json.loads(Path(__file__).with_name("prices.json").read_text("utf-8"))
    models = found["models"].items()
    units = {model: row["unit"] for model, row in models}
    return PriceList(found["dated"], {model: row["usd"] for model, row in models}, units)


def current_prices(provider: Provider, ledger: Ledger, now: float) -> PriceList:
    """Return the price list that ships with the pack, updated with the provider's prices, fetched at most daily.

    `now` is Unix seconds. If the provider reports no prices, the list is returned as shipped.
    """
    name = _cached_as(provider.base_url)
    remembered = ledger.cache.recall(name)
    if not isinstance(remembered, dict):
        remembered = _asked(provider)
        until = now + (DAY_SECONDS if remembered else RETRY_SECONDS)
        ledger.cache.remember(name, remembered, until)
    return merged(printed_prices(), remembered)


def known_prices(base_url: str, ledger: Ledger) -> PriceList:
    """Like `current_prices`, but only with the cached prices of the provider at `base_url`; sends no request."""
    remembered = ledger.cache.recall(_cached_as(base_url))
    return merged(printed_prices(), remembered if isinstance(remembered, dict) else {})


def merged(printed: PriceList, found: Mapping[str, Any]) -> PriceList:
    """Return the `printed` list, which ships with the pack, updated with the catalog rows `found`."""
    rows = dict(printed.rows)
    for model, row in found.items():
        known = rows.get(model, {})
        rows[model] = {**known, **in_our_keys(row, known)}
    return PriceList("today" if found else printed.dated, rows, printed.units)


def in_our_keys(row: Mapping[str, float], known: Mapping[str, float]) -> dict[str, float]:
    """Return a catalog row, with "default" renamed to "std" if our row `known` uses that name."""
    return {("std" if key == "default" and "std" in known else key): usd for key, usd in row.items()}


def rows_of(catalogue: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the catalog's video rows as model -> key -> USD; rows of other shapes are skipped.

    Source of the shape: public copies of /api/pricing/models/all, October 2026.
    """
    found: dict[str, dict[str, float]] = {}
    for model in catalogue:
        fixed = model.get("fixed_prices")
        items = fixed.get("items") if isinstance(fixed, Mapping) else None
        row = {
            str(item["key"]).removeprefix("official-"): float(item["after_discount"])
            for item in (items if isinstance(items, list) else [])
            if isinstance(item, Mapping) and _is_price(item.get("after_discount")) and item.get("key")
        }
        if row and isinstance(model.get("id"), str):
            found[model["id"]] = {**row, **_materials_of(model.get("input_material_prices"))}
    return found


def _materials_of(said: Any) -> dict[str, float]:
    """Return input surcharges as rows: `input_image` (`input_image_over_N` if N are free), `input_video` per second."""
    about = said if isinstance(said, Mapping) else {}
    image, video = ({} if not isinstance(about.get(kind), Mapping) else about[kind] for kind in ("image", "video"))
    rows: dict[str, float] = {}
    if _is_price(image.get("after_discount")):
        free = image.get("free_count")
        rows["input_image" + (f"_over_{free}" if free else "")] = float(image["after_discount"])
    if _is_price(video.get("after_discount")):
        rows["input_video"] = float(video["after_discount"])
    return rows


def _cached_as(base_url: str) -> str:
    """Return the cache key of a provider; separate keys keep the sandbox's prices from being used live."""
    return f"prices: {base_url}"


def _is_price(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _asked(provider: Provider) -> dict[str, dict[str, float]]:
    try:
        return rows_of(provider.prices())
    except PackError as error:
        log.info("The price list that ships with the pack is used: %s", error.what)
        return {}
