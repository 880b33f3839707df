"""The page of Veo's extension: a finished clip of 8 seconds goes on to 15, at a path of its own."""

from __future__ import annotations

import re
from dataclasses import replace

from .answers import Refusal
from .catalogue import MODELS
from .checks import check_body
from .documents import Body, Field
from .tasks import Task

PATH = re.compile(r"/v1/videos/(task_[0-9A-Za-z]+)/remix")
EXTENDABLE = ("veo3.1-fast", "veo3.1-quality")
FIELDS = (
    Field("prompt", required=True),
    Field("raw", "boolean", default=False),
    Field("aspect_ratio", values=("16:9", "9:16"), default="16:9"),
    Field("resolution", values=("720p", "1080p", "4k"), default="720p"),
)


def check_extension(origin: Task | None, body: Body) -> Task:
    """The original, when the documents let it be extended like this; else a 400 or 404 refusal."""
    if origin is None:
        raise Refusal(404, "task does not exist or expired", code="task_not_found")
    if origin.model not in EXTENDABLE or body.get("model") != origin.model:
        raise Refusal(400, f"model must be that of the original task, one of {', '.join(EXTENDABLE)}", param="model")
    if origin.extends:
        raise Refusal(400, "the original task must be one of video generation, not an extension")
    if origin.ended is None or origin.failed:
        raise Refusal(400, "the original task has not succeeded")
    check_body(replace(MODELS[origin.model], fields=FIELDS, rules=()), body)
    return origin
