"""Saves the workflow that a job was queued from, so that it can be reopened from the sidebar."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import log, without_keys
from ...files import write_private
from ...model import MEGABYTE, Json

MAX_BYTES = 8 * MEGABYTE


@dataclass(frozen=True)
class Origin:
    """The node that queued a job: its id (such as `5:12` inside a subgraph) and the values of its widgets."""

    node: str
    widgets: Mapping[str, Json]


def keep_workflow(
    home: Path, entry_id: str, workflow: Mapping[str, Any], user: str = "", origin: Origin | None = None
) -> None:
    """Save `workflow` without API keys; a failure is only logged, so that the job does not fail.

    Without an `origin`, the workflow only collects the job, and does not replace the one that bought it.
    """
    file = _file(home, entry_id, user)
    if origin is None and file.is_file():
        return
    kept = {"workflow": workflow, **({} if origin is None else {"node": origin.node, "widgets": origin.widgets})}
    text = json.dumps(scrubbed(kept), separators=(",", ":"))
    if len(text) > MAX_BYTES:
        log.info("The workflow of job %s is too large to be saved.", entry_id)
        return
    try:
        write_private(file, gzip.compress(text.encode("utf-8", "replace"), mtime=0))
    except OSError as error:
        log.info("The workflow of job %s could not be saved: %s", entry_id, error.strerror)


def kept_workflow(home: Path, entry_id: str, user: str = "") -> Any:
    """Return the workflow that a user queued a job from; None if there is none."""
    return _kept(home, entry_id, user).get("workflow")


def kept_origin(home: Path, entry_id: str, user: str = "") -> Origin | None:
    """Return the node of that workflow that queued the job; None if it is not known."""
    found = _kept(home, entry_id, user)
    return Origin(found["node"], found["widgets"]) if "node" in found else None


def scrubbed(value: Any) -> Json:
    """Return the JSON without API keys; all else stays, so that the same request is found and costs nothing again."""
    if isinstance(value, str):
        return without_keys(value)
    if isinstance(value, Mapping):
        return {str(name): scrubbed(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrubbed(one) for one in value]
    return value if isinstance(value, (bool, int, float)) else None


def _kept(home: Path, entry_id: str, user: str) -> dict[str, Any]:
    try:
        found = json.loads(gzip.decompress(_file(home, entry_id, user).read_bytes()))
    except (OSError, EOFError, ValueError):
        return {}
    return found if "workflow" in found else {"workflow": found}  # earlier versions saved only the workflow


def _file(home: Path, entry_id: str, user: str) -> Path:
    """Return the user's own file: two users may have sent the same request from different workflows."""
    mark = f"-{hashlib.sha256(user.encode()).hexdigest()[:16]}" if user else ""
    return home / "graphs" / f"{entry_id}{mark}.json.gz"
