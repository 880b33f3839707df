"""Tracks whether the files that a node returned still exist: ComfyUI caches outputs, not the files they refer to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .links import running_prompts

MOST_NODES = 4096


@dataclass
class _Given:
    files: set[Path] = field(default_factory=set)
    losses: int = 0


_lock = threading.Lock()
_given: dict[tuple[str, str], _Given] = {}


def remember(node_id: str, prompt: Mapping[str, Any] | None, files: Iterable[Path]) -> None:
    """Remember the files that a node returned in `prompt`; a node that runs on a list calls this several times."""
    with _lock:
        _given.setdefault(_key(node_id, prompt), _Given()).files.update(files)
        while len(_given) > MOST_NODES:
            del _given[next(iter(_given))]


def run_again(node_id: str, prompt: Mapping[str, Any] | None) -> None:
    """Make ComfyUI run a node again in the next prompt, although the result of its skipped failure is cached."""
    with _lock:
        _given.setdefault(_key(node_id, prompt), _Given()).losses += 1


def losses(node_id: str) -> int:
    """Return how often files of this node were found missing or `run_again` was called; a change triggers a new run."""
    prompt = next((one for one in running_prompts() if node_id in one), None)
    with _lock:
        given = _given.get(_key(node_id, prompt))
        if given is None:
            return 0
        if not all(file.is_file() for file in given.files):
            given.losses += 1
            given.files.clear()
        return given.losses


def _key(node_id: str, prompt: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the node's id and inputs: nodes of different workflows share ids, so inputs tell them apart."""
    inputs = (prompt or {}).get(node_id, {}).get("inputs", {})
    return node_id, json.dumps(inputs, sort_keys=True, default=str)
