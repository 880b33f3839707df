"""Saves the workflow that a job was queued from, so that it can be reopened from the sidebar."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import log, without_keys
from ...files import write_private
from ...model import MEGABYTE, Json

MAX_BYTES = 8 * MEGABYTE


def keep_workflow(home: Path, entry_id: str, workflow: Mapping[str, Any], user: str = "") -> None:
    """Keep `workflow` without the keys in it; one that cannot be kept is no reason for a job to fail."""
    text = json.dumps(scrubbed(workflow), separators=(",", ":"))
    if len(text) > MAX_BYTES:
        log.info("The workflow of job %s is too large to be saved.", entry_id)
        return
    try:
        write_private(_file(home, entry_id, user), gzip.compress(text.encode("utf-8", "replace"), mtime=0))
    except OSError as error:
        log.info("The workflow of job %s could not be saved: %s", entry_id, error.strerror)


def kept_workflow(home: Path, entry_id: str, user: str = "") -> Any:
    """The graph that a user queued a job from, None when there is none."""
    try:
        return json.loads(gzip.decompress(_file(home, entry_id, user).read_bytes()))
    except (OSError, EOFError, ValueError):
        return None


def scrubbed(value: Any) -> Json:
    """The same JSON without keys. All else stays, so that the same question is found and costs nothing again."""
    if isinstance(value, str):
        return without_keys(value)
    if isinstance(value, Mapping):
        return {str(name): scrubbed(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrubbed(one) for one in value]
    return value if isinstance(value, (bool, int, float)) else None


def _file(home: Path, entry_id: str, user: str) -> Path:
    """Each user's own: two may have asked the same question in different workflows."""
    mark = f"-{hashlib.sha256(user.encode()).hexdigest()[:16]}" if user else ""
    return home / "graphs" / f"{entry_id}{mark}.json.gz"
