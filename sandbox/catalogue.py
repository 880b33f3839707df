"""Every model the sandbox offers, and what the provider publishes about them: list, schema, prices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .answers import Refusal
from .documents import Body, Field, Limits, Model, Prices
from .rules import rule_of
from .seeds import SEEDS

SCHEMA_VERSION = "2026-07-27"
ENDPOINT = "/v1/videos/generations"
IDEMPOTENCY = {
    "header": "Idempotency-Key",
    "replay_header": "Idempotency-Replayed",
    "required": False,
    "retention_seconds": 86400,
    "scope": "api_key_endpoint",
}


def _read_models() -> dict[str, Model]:
    written = json.loads((Path(__file__).parent / "models.json").read_text("utf-8"))
    models = [*SEEDS, *(_model(name, entry) for name, entry in written.items())]
    return {name: model for model in models for name in (model.id, *model.aliases)}


def _model(name: str, entry: dict[str, Any]) -> Model:
    return Model(
        name,
        entry["family"],
        tuple(_field(*pair) for pair in entry["fields"].items()),
        _prices(entry["prices"]) if "prices" in entry else None,
        tuple(rule_of(rule) for rule in entry.get("rules", [])),
        tuple(entry.get("aliases", [])),
        always_202=entry.get("always_202", False),
        text_result=entry.get("text_result", False),
        clip_seconds=_clip_seconds(entry),
        media=Limits(**entry.get("media", {})),
        follows_clip=entry.get("follows_clip", False),
    )


def _field(name: str, entry: dict[str, Any]) -> Field:
    return Field(name, **{**entry, "values": tuple(entry.get("values", ()))})


def _prices(written: dict[str, Any]) -> Prices:
    extra = written.get("extra_pictures")
    pictures = (extra["free"], extra["each"]) if extra else None
    bills_seconds, video = written.get("input_seconds", False), written.get("input_video", 0.0)
    return Prices(written["unit"], written["tiers"], pictures, bills_seconds, video)


def _clip_seconds(entry: dict[str, Any]) -> Callable[[Body], tuple[float, float]] | None:
    if "clip_seconds" not in entry.get("media", {}):
        return None
    least, most = entry["media"]["clip_seconds"]
    return lambda _: (least, most)


MODELS = _read_models()


UNREADABLE_SCHEMA: dict[str, Any] = {
    "type": ["object", None],
    "properties": {"prompt": "a text", "duration": {"type": 7, "enum": "5 or 10", "minimum": "five"}, "mode": None},
    "required": [{"name": "prompt"}, 5],
}


def find_model(name: Any, retired: list[str], added: Mapping[str, str]) -> Model:
    """The model asked for; refusals are 400 without a name, 404 for an unknown or retired one.

    `added` are new names, each with the name of the model that it is like.
    """
    if not isinstance(name, str) or not name:
        raise Refusal(400, "model is required", param="model")
    if name in retired:
        raise Refusal(404, f"model {name} has been retired and is no longer available", code="model_not_available")
    if added.get(name, name) not in MODELS:
        raise Refusal(404, f"model not found: {name}", code="model_not_found")
    model = MODELS[added.get(name, name)]
    return replace(model, aliases=(*model.aliases, name)) if name in added else model


def price(model: Model, body: Body, seconds: float, *, extends: bool = False) -> float:
    """USD for `seconds` of this request, `sample_count` clips counted. `extends` says that it carries a clip on."""
    if model.prices is None:
        return 0.0
    key, usd = _tier(model, body, extends)
    units = seconds if model.prices.unit == "usd_per_second" or key.endswith("-video") else 1.0
    clips = model.value(body, "sample_count") or 1
    source = model.prices.input_video * seconds if body.get("video") else 0.0
    return round(usd * units * clips + source + _extra_cost(model.prices, body), 6)


def _tier(model: Model, body: Body, extends: bool) -> tuple[str, float]:
    """The row that a request is billed by, in lower case, and its price."""
    assert model.prices is not None
    tiers = {key.lower(): amount for key, amount in model.prices.tiers.items()}
    if extends:
        key = "extend-4k" if body.get("resolution") == "4k" else "extend"
        return key, tiers[key]
    step = str(model.value(body, "resolution") or model.value(body, "mode") or "default").lower()
    step = "draft" if body.get("draft") else step
    standard = step in ("std", "default")
    heard = model.value(body, "generate_audio") is True or model.value(body, "audio") is True
    shown = any(body.get(name) for name in ("video_list", "video_urls", "video_url", "ref_videos"))
    ends = [*(["-video"] if shown else []), *(["-audio", "-sound"] if heard else [])]
    extras = [end.lstrip("-") if standard else step + end for end in ends]
    for key in (*extras, f"{step}-{model.value(body, 'duration')}s", step, f"official-{step}", "default"):
        if key in tiers:
            return key, tiers[key]
    return next(iter(tiers.items()))


def _extra_cost(prices: Prices, body: Body) -> float:
    if prices.extra_pictures is None:
        return 0.0
    free, each = prices.extra_pictures
    return max(0, len(body.get("image_urls", [])) - free) * each


def list_models(retired: list[str], added: Mapping[str, str], expand: set[str]) -> dict[str, Any]:
    """The answer of /v1/models; every model here is a video model."""
    offered = {**MODELS, **{name: MODELS[like] for name, like in added.items()}}
    listed = [_listed(name, model, expand) for name, model in offered.items() if name not in retired]
    return {"object": "list", "success": True, "data": listed}


def _listed(name: str, model: Model, expand: set[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": name, "object": "model", "created": 1767225600, "owned_by": model.family}
    if expand:
        entry |= {"category": "video", "capability_tags": list(model.tags)}
    if "parameters" in expand:
        entry["parameters"] = input_schema(model)
    return entry


def model_schema(model: Model, idempotent: bool) -> dict[str, Any]:
    """The answer of /v1/model-schema; it speaks of idempotency only while keys are honoured, or said to be."""
    answer: dict[str, Any] = {
        "model": model.id,
        "operation": "video_generation",
        "endpoint": ENDPOINT,
        "schema_version": SCHEMA_VERSION,
        "input_schema": input_schema(model),
        "response_contract": {"task_endpoint": "/v1/tasks/{task_id}", "media_url_ttl_hours": 24},
    }
    return answer | ({"idempotency": IDEMPOTENCY} if idempotent else {})


def input_schema(model: Model) -> dict[str, Any]:
    """JSON schema of a request body; unknown fields are let through, as by the provider."""
    named = {"model": {"type": "string", "enum": [model.id, *model.aliases]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": named | {item.name: _property(item) for item in model.fields},
        "required": ["model", *(item.name for item in model.fields if item.required)],
        "additionalProperties": True,
    }


def _property(item: Field) -> dict[str, Any]:
    plural = item.type.endswith("s")
    single = item.type.removesuffix("s")
    scalar = single if single in ("string", "integer", "number", "boolean", "object") else "string"
    one: dict[str, Any] = {"type": scalar} | ({} if scalar == single else {"format": "uri"})
    if plural:
        one = {"type": "array", "items": one, "minItems": item.min_items, "maxItems": item.max_items}
    limits = {"minimum": item.minimum, "maximum": item.maximum, "default": item.default}
    known = {key: value for key, value in (one | limits).items() if value is not None}
    return known | ({"enum": list(item.values)} if item.values else {})


def price_catalogue(retired: list[str]) -> dict[str, Any]:
    """The answer of /api/pricing/models/all."""
    video = [_priced(name, model.prices) for name, model in MODELS.items() if model.prices and name not in retired]
    return {"success": True, "data": {"models": {"image": [], "video": video}}}


def _priced(name: str, prices: Prices) -> dict[str, Any]:
    items = [
        {"key": key, "original_price": round(amount / 0.8, 6), "after_discount": amount}
        for key, amount in prices.tiers.items()
    ]
    entry: dict[str, Any] = {
        "id": name,
        "discount_percent": 20,
        "fixed_prices": {"unit": prices.unit, "dimension": "resolution", "items": items},
    }
    materials = dict(_materials(prices))
    return entry | ({"input_material_prices": materials} if materials else {})


def _materials(prices: Prices) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the catalogue says of pictures and clips that go in."""
    if prices.extra_pictures:
        free, each = prices.extra_pictures
        yield "image", {"unit": "usd_per_image", "free_count": free, "after_discount": each}
    if prices.input_video:
        yield "video", {"unit": "usd_per_second", "after_discount": prices.input_video}
