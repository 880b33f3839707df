"""What happens to jobs, told to every open page through ComfyUI's own socket."""

from __future__ import annotations

from pathlib import Path

import folder_paths
from server import PromptServer

from ...errors import Unfinished, redact
from ...jobs import Ended, Event
from ...ledger import Approval, Entry
from .job_view import approval_summary, summary

EVENT = "apimart.job"
APPROVAL_EVENT = "apimart.approval"


def tell(event: Event) -> None:
    """Tell how a job stands, how it ended, or that somebody is asked for it or has answered.

    What is not written down yet is for its node alone.
    """
    if isinstance(event, Approval):
        PromptServer.instance.send_sync(APPROVAL_EVENT, {"approval": approval_summary(event, _output())})
        return
    if event.entry is None:
        return
    job = summary(event.entry, _output())
    if isinstance(event, Ended):
        line = redact(_why_it_failed(event.error))
        _send({"job": job, "line": line, "ended": True, "awaited": event.is_awaited})
        return
    if event.fraction is not None:
        job["progress"] = event.fraction
    if event.ends_at is not None:
        job["ends_at"] = event.ends_at
    _send({"job": job, "line": redact(event.line)})


def tell_node(entry: Entry, node_id: str) -> None:
    """Tell which node waits for a job."""
    _send({"job": summary(entry, _output()), "node": node_id})


def _why_it_failed(error: BaseException | None) -> str:
    """Empty for a job that was stopped: whoever stopped it knows."""
    was_stopped = isinstance(error, Unfinished) and error.stopped
    return "" if error is None or was_stopped else str(error)


def _output() -> Path:
    return Path(folder_paths.get_output_directory())


def _send(message: dict[str, object]) -> None:
    PromptServer.instance.send_sync(EVENT, message)
