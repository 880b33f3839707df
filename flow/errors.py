"""Exceptions of the pack. Each message says what happened, what it cost, and what to do next.

PackError
|- Refused       invalid inputs                           nothing charged
|- NotSet        no key, media store or library           nothing charged
|- Unreachable   no response to a request free of charge  nothing new charged
|- Unknown       no response to a submit                  possibly charged
|- Declined      the provider ended the job               charged only if it reports a cost
|- Unfinished    stopped or timed out, still running      charged when a submitted job completes
|- Unreadable    a file exists but cannot be read         kept; paid if a job made it
"""

from __future__ import annotations

import logging
import re

PAID_AND_KEPT = "The job is already paid and its file is kept."
_BEARER = re.compile(r"(?i)\bbearer\s+[^\s\"',;]+")
_API_KEY = re.compile(r"\bsk-[A-Za-z0-9_\-]{6,}")
# User-entered text can contain shorter words that start with "sk-", so only a full-length key is removed from it.
_WHOLE_KEY = re.compile(r"\bsk-[A-Za-z0-9_\-]{20,}")
_QUERY = re.compile(r"(https?://[^\s\"'<>?]+)\?[^\s\"'<>)]*")
_USER_INFO = re.compile(r"(?i)\b([a-z][a-z0-9+.\-]*://)[^\s/@\"']+@")
_FORMATTER = logging.Formatter()
_secrets: set[str] = set()


def hide(secret: str) -> None:
    """Redact `secret` from all later error messages and log lines; ignores secrets of fewer than 6 characters."""
    if len(secret) >= 6:
        _secrets.add(secret)


def without_keys(text: str) -> str:
    """Return `text` without API keys; URLs are kept complete."""
    text = _WHOLE_KEY.sub("[key]", text)  # first: a known key may be a prefix of a longer one
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "[key]")
    return text


def redact(text: str) -> str:
    """Return `text` without keys, bearer tokens, and the user info and query strings (possibly signed) of URLs."""
    text = without_keys(text)
    text = _BEARER.sub("Bearer [key]", text)
    text = _API_KEY.sub("[key]", text)
    text = _USER_INFO.sub(r"\1[secret]@", text)
    return _QUERY.sub(r"\1?[query]", text)


class _Redacting(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info:
            # Handlers print exc_text as it is; from exc_info, a handler could format the exception with its secrets.
            record.exc_text, record.exc_info = redact(_FORMATTER.formatException(record.exc_info)), None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


log = logging.getLogger("apimart")
log.addFilter(_Redacting())


class PackError(Exception):
    """Base class of the errors that the pack raises on purpose.

    `what` and `next_step` are complete sentences; `warnings` come from the checks made before the job was submitted.
    """

    spent = "Nothing was charged."
    next_step = ""

    def __init__(
        self,
        what: str,
        *,
        next_step: str | None = None,
        spent: str | None = None,
        task_id: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.what = redact(what)
        self.spent = self.spent if spent is None else spent
        self.next_step = redact(self.next_step if next_step is None else next_step)
        self.task_id = task_id
        self.request_id = request_id
        self.warnings: tuple[str, ...] = ()
        super().__init__(self.what)

    def __str__(self) -> str:
        marks = [f"{name} {value}" for name, value in (("task", self.task_id), ("request", self.request_id)) if value]
        sentences = [self.what, self.spent, self.next_step, f"({', '.join(marks)})" if marks else ""]
        return " ".join(sentence for sentence in (*sentences, *self.warnings) if sentence)


class Refused(PackError):
    """The inputs are invalid, as found by the checks before anything was sent, or as reported by the provider."""


class NotSet(PackError):
    """A required setting or library is missing: the API key, a media store, or a Python package."""


class Unreachable(PackError):
    """The provider did not return a usable response to a request that is free of charge."""

    spent = "Nothing new was charged."
    next_step = "Queue again: jobs that are already paid are collected, not charged twice."


class Unknown(PackError):
    """The job was submitted but no response came back; it may have been charged.

    `final` means that the provider cannot tell either, so resubmitting with the same idempotency key is useless.
    """

    spent = "The provider may have started and billed this job."
    next_step = (
        "It will not be resubmitted automatically. Check the APIMart console, then mark the job in the sidebar as "
        "purchased (with its task ID) or not purchased."
    )

    def __init__(self, what: str, *, final: bool = False, request_id: str | None = None) -> None:
        super().__init__(what, request_id=request_id)
        self.final = final


class Declined(PackError):
    """The provider ended the job without a result."""

    spent = "The provider does not charge for failed jobs."
    next_step = "Change the request and queue again."


class Unfinished(PackError):
    """The node stopped waiting; the job continues at the provider."""

    spent = "The job continues at the provider and will be billed when it completes."
    next_step = "Queue again to resume it at no extra charge."

    def __init__(
        self,
        what: str,
        *,
        stopped: bool = False,
        next_step: str | None = None,
        spent: str | None = None,
        task_id: str | None = None,
    ) -> None:
        super().__init__(what, next_step=next_step, spent=spent, task_id=task_id)
        self.stopped = stopped


class Unreadable(PackError):
    """The file was downloaded but cannot be read.

    Also raised for local files that no job made; a caller that knows the job passes `spent=PAID_AND_KEPT`.
    """

    spent = ""
    next_step = "Open the file manually."
