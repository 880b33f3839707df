"""How a widget's value becomes JSON, where more than one family says it the same way."""

from __future__ import annotations

import json
from collections.abc import Callable

from .json import Json


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


def timed_lines(text: str) -> tuple[tuple[int, str], ...]:
    """Shots written one per line as `3: what happens`: seconds and words; 0 seconds where none are written."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_timed(line) for line in lines if line)


def _timed(line: str) -> tuple[int, str]:
    seconds, colon, words = line.partition(":")
    seconds = seconds.strip().removesuffix("s").strip()
    if colon and seconds.isascii() and seconds.isdigit():
        return int(seconds), words.strip()
    return 0, line
