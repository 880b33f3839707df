"""Conversions of widget values to JSON that several families share."""

from __future__ import annotations

import json
from collections.abc import Callable

from .json import Json
from .shots import Cut


def in_role(role: str) -> Callable[[str], Json]:
    """Encodes an address for `image_with_roles`."""
    return lambda url: {"url": url, "role": role}


def parsed(text: str) -> Json:
    """The JSON in a text; the text itself if it is not JSON, so that a rule can report it."""
    try:
        found: Json = json.loads(text)
    except ValueError:
        return text
    return found


def task_of(text: str) -> Json:
    """The task id in a text: a task id, or the output `job` of a node."""
    found = parsed(text)
    return found.get("task_id") if isinstance(found, dict) else text.strip()


def model_of(text: str) -> str:
    """The model of an earlier job, from the output `job` of a node; empty for a bare task id."""
    found = parsed(text)
    return str(found.get("model") or "") if isinstance(found, dict) else ""


def multi_shot(cut: Cut) -> Json:
    """The parameters of a video with several shots, as an object for `spread`."""
    if not cut.shots:
        return {"multi_shot": True, "shot_type": "intelligence"}
    written: list[Json] = [
        {"index": index, "prompt": shot.prompt.strip(), "duration": shot.seconds}
        for index, shot in enumerate(cut.shots, 1)
    ]
    return {"multi_shot": True, "shot_type": "customize", "multi_prompt": written}


def spread(body: dict[str, Json], name: str) -> dict[str, Json]:
    """The body with the object `name` replaced by its contents."""
    rest = dict(body)
    held = rest.pop(name, None)
    return {**rest, **held} if isinstance(held, dict) else rest
