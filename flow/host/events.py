"""What happens to jobs, told to every open page through ComfyUI's own socket."""

from __future__ import annotations

from pathlib import Path

import folder_paths
from server import PromptServer

from ..errors import PackError, redact
from ..ledger import Entry
from ..run import News
from .summary import summary

EVENT = "apimart.job"


def tell_news(news: News, node_id: str = "") -> None:
    """Tell how a job stands; news without a job are for its node alone."""
    if news.entry is None:
        return
    job = summary(news.entry, _output())
    if news.fraction is not None:
        job["progress"] = news.fraction
    if news.ends_at is not None:
        job["ends_at"] = news.ends_at
    _send({"job": job, "line": redact(news.line), "node": node_id})


def tell_entry(entry: Entry, node_id: str = "", error: PackError | None = None) -> None:
    """Tell where a run left a job."""
    line = "" if error is None else str(error)
    _send({"job": summary(entry, _output()), "line": line, "node": node_id, "left": True})


def _output() -> Path:
    return Path(folder_paths.get_output_directory())


def _send(message: dict[str, object]) -> None:
    PromptServer.instance.send_sync(EVENT, message)
