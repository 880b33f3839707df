"""Conversions of widget values to JSON that several families share."""

from __future__ import annotations

import json
from collections.abc import Callable

from .json import Json
from .shots import Cut


def in_role(role: str) -> Callable[[str], Json]:
    """Encodes an address as `image_with_roles` takes it."""
    return lambda url: {"url": url, "role": role}


def parsed(text: str) -> Json:
    """The JSON that a text holds; the text itself where it holds none, so that a rule can say so."""
    try:
        found: Json = json.loads(text)
    except ValueError:
        return text
    return found


def task_of(text: str) -> Json:
    """The task id that a person pasted, or that stands in what a node's `job` output says."""
    found = parsed(text)
    return found.get("task_id") if isinstance(found, dict) else text.strip()


def model_of(text: str) -> str:
    """The model of an earlier job, where a node's `job` output tells it; empty for a task id alone."""
    found = parsed(text)
    return str(found.get("model") or "") if isinstance(found, dict) else ""


def multi_shot(cut: Cut) -> Json:
    """The parameters of a video in several shots, for `spread` to put into the body."""
    if not cut.shots:
        return {"multi_shot": True, "shot_type": "intelligence"}
    written: list[Json] = [
        {"index": index, "prompt": shot.prompt.strip(), "duration": shot.seconds}
        for index, shot in enumerate(cut.shots, 1)
    ]
    return {"multi_shot": True, "shot_type": "customize", "multi_prompt": written}


def spread(body: dict[str, Json], name: str) -> dict[str, Json]:
    """The body with what the object `name` holds in place of the object."""
    rest = dict(body)
    held = rest.pop(name, None)
    return {**rest, **held} if isinstance(held, dict) else rest
