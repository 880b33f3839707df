"""Metadata written into saved videos: the prompt and the workflow, as ComfyUI's Save Video writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import folder_paths

from ..runtime import Runtime
from ..web.workflows import scrubbed

HIDDEN = "[folder]"


def metadata_of(runtime: Runtime, prompt: Mapping[str, Any] | None, more: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the metadata texts by name, without API keys and without this machine's folders."""
    found = {"prompt": prompt, **(more or {})}
    hidden = _folders(runtime)
    texts = {name: json.dumps(scrubbed(value)) for name, value in found.items() if value is not None}
    return {name: _without(text, hidden) for name, text in texts.items()}


def _folders(runtime: Runtime) -> list[str]:
    """Return the folders to hide, escaped as in JSON, longest first."""
    folders = {runtime.home, runtime.output, Path(folder_paths.base_path), Path.home()}
    written = [json.dumps(str(one))[1:-1] for one in folders if len(one.parts) > 1]
    return sorted(written, key=len, reverse=True)


def _without(text: str, hidden: list[str]) -> str:
    for one in hidden:
        text = text.replace(one, HIDDEN)
    return text
