"""Sends job events over ComfyUI's WebSocket to the open pages of the job's users."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import folder_paths
from comfy.cli_args import args
from server import PromptServer

from ...errors import PackError, Unfinished, redact
from ...jobs import Ended, Event
from ...ledger import Approval, Entry
from ..runtime import runtime
from .job_view import approval_summary, summary
from .open_pages import pages_of

EVENT = "apimart.job"
APPROVAL_EVENT = "apimart.approval"


def tell(event: Event) -> None:
    """Send a job's progress, its end, or an approval request or decision.

    A job that is not in the ledger yet is shown only on its node, and nothing is sent.
    """
    if isinstance(event, Approval):
        _send({"approval": approval_summary(event, _output())}, event.entries, APPROVAL_EVENT)
        return
    if event.entry is None:
        return
    job = summary(event.entry, _output())
    if isinstance(event, Ended):
        line = redact(_why_it_failed(event.error))
        _send({"job": job, "line": line, "ended": True, "awaited": event.is_awaited}, [event.entry])
        return
    if event.fraction is not None:
        job["progress"] = event.fraction
    if event.ends_at is not None:
        job["ends_at"] = event.ends_at
    _send({"job": job, "line": redact(event.line)}, [event.entry])


def tell_node(entry: Entry, node_id: str, page: str, workflow_id: str) -> None:
    """Tell the page that queued a job which node waits for it; the workflow is named since others share node ids."""
    job = summary(entry, _output())
    PromptServer.instance.send_sync(EVENT, {"job": job, "node": node_id, "workflow": workflow_id}, page)


def _why_it_failed(error: BaseException | None) -> str:
    """Return the error's text; empty for a job that was stopped, since whoever stopped it knows."""
    was_stopped = isinstance(error, Unfinished) and error.stopped
    return "" if error is None or was_stopped else str(error)


def _output() -> Path:
    return Path(folder_paths.get_output_directory())


def _send(message: dict[str, object], entries: Sequence[Entry], event: str = EVENT) -> None:
    """Send to all pages in single-user mode, else to those of the owner and of the users who queued the jobs."""
    server = PromptServer.instance
    if not args.multi_user:
        server.send_sync(event, message)
        return
    with suppress(PackError):  # the ledger may be busy; the page asks for what it missed
        users = frozenset(user for entry in entries for user in runtime().ledger.users.of(entry.id))
        for page in pages_of(users):
            server.send_sync(event, message, page)
