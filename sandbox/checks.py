"""Holds a request body against a model page, as strictly as the documents say the provider does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from .answers import Refusal
from .documents import LINKS, Body, Field, Model

ASSET_SCHEME = "asset"
SCALARS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
}


def check_body(model: Model, body: Body) -> None:
    """Raise a 400 refusal with the first fault found, naming the parameter."""
    for item in model.fields:
        fault = _fault(item, body)
        if fault:
            raise Refusal(400, fault, param=item.name)
    for rule in model.rules:
        broken = rule(body)
        if broken:
            raise Refusal(400, broken)


def _fault(item: Field, body: Body) -> str | None:
    if item.name not in body:
        return f"{item.name} is required" if item.required else None
    value = body[item.name]
    return _type_fault(item, value) or _value_fault(item, value)


def _type_fault(item: Field, value: Any) -> str | None:
    plural = item.type.endswith("s")
    if not plural:
        return _one_fault(item.name, item.type, value)
    if not isinstance(value, list):
        return f"invalid type for {item.name}: expected array, got {_json_type(value)}"
    single = item.type[:-1]
    return next(filter(None, (_one_fault(f"{item.name}[{at}]", single, each) for at, each in enumerate(value))), None)


def _one_fault(name: str, kind: str, value: Any) -> str | None:
    scalar = "string" if kind in LINKS else kind
    if not SCALARS[scalar](value):
        return f"invalid type for {name}: expected {scalar}, got {_json_type(value)}"
    return _url_fault(name, value) if kind in LINKS else None


def _url_fault(name: str, value: str) -> str | None:
    if value.startswith("data:"):
        return f"{name}: base64 is no longer supported, upload the file and send its URL"
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if usable or value.startswith(f"{ASSET_SCHEME}://"):
        return None
    return f"{name} must be a publicly reachable http:// or https:// URL"


def _value_fault(item: Field, value: Any) -> str | None:
    if item.required and isinstance(value, str) and not value.strip():
        return f"{item.name} is required"
    if item.values and value not in item.values:
        allowed = ", ".join(str(each) for each in item.values)
        return f"invalid {item.name}: {value}, allowed: {allowed}"
    return _range_fault(item, value) or _count_fault(item, value)


def _range_fault(item: Field, value: Any) -> str | None:
    if item.minimum is not None and value < item.minimum:
        return f"invalid {item.name}: {value}, minimum {item.minimum}"
    if item.maximum is not None and value > item.maximum:
        return f"invalid {item.name}: {value}, maximum {item.maximum}"
    return None


def _count_fault(item: Field, value: Any) -> str | None:
    if item.min_items is not None and len(value) < item.min_items:
        return f"{item.name} needs at least {item.min_items}"
    if item.max_items is not None and len(value) > item.max_items:
        return f"{item.name} accepts at most {item.max_items}"
    return None


def _json_type(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")
