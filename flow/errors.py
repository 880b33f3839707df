"""The errors of the pack: each message says what happened, what it cost, and what to do next.

PackError
|- Refused       the inputs are wrong               nothing spent
|- NotSet        no key, no media store             nothing spent
|- Unreachable   no answer, the submit aside        nothing new spent
|- Unknown       no answer to the submit itself     perhaps spent
|- Declined      the provider ended the job         see the ticket
|- Unfinished    stopped or timed out, still going  the job continues
|- Unreadable    a file is there, not readable     kept; of a job: paid
"""

from __future__ import annotations

import logging
import re

PAID_AND_KEPT = "The job is already paid and its file is kept."
_BEARER = re.compile(r"(?i)\bbearer\s+[^\s\"',;]+")
_API_KEY = re.compile(r"\bsk-[A-Za-z0-9_\-]{6,}")
# Shorter words that begin like this are no keys: in what a person wrote, only a whole key is one.
_WHOLE_KEY = re.compile(r"\bsk-[A-Za-z0-9_\-]{20,}")
_QUERY = re.compile(r"(https?://[^\s\"'<>?]+)\?[^\s\"'<>)]*")
_USER_INFO = re.compile(r"(?i)\b([a-z][a-z0-9+.\-]*://)[^\s/@\"']+@")
_FORMATTER = logging.Formatter()
_secrets: set[str] = set()


def hide(secret: str) -> None:
    """Redact `secret` from every error message and log line from now on."""
    if len(secret) >= 6:
        _secrets.add(secret)


def without_keys(text: str) -> str:
    """`text` as entered, with complete addresses, but without API keys."""
    text = _WHOLE_KEY.sub("[key]", text)  # first: a known key may be how a longer one begins
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "[key]")
    return text


def redact(text: str) -> str:
    """`text` without keys, bearer tokens, passwords in addresses and signed query strings."""
    text = without_keys(text)
    text = _BEARER.sub("Bearer [key]", text)
    text = _API_KEY.sub("[key]", text)
    text = _USER_INFO.sub(r"\1[secret]@", text)
    return _QUERY.sub(r"\1?[query]", text)


class _Redacting(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info:
            # Every handler prints this text; the exception itself would give the secrets to those that format it anew.
            record.exc_text, record.exc_info = redact(_FORMATTER.formatException(record.exc_info)), None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


log = logging.getLogger("apimart")
log.addFilter(_Redacting())


class PackError(Exception):
    """Base class of every error that the pack raises deliberately.

    `what` and `next_step` are whole sentences; `warnings` are what the checks found doubtful before the job was
    submitted.
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

    `final` means that the provider cannot tell either, so sending it again under the same key is of no use.
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

    Also raised for local files that no job made: callers that know of the job pass `spent=PAID_AND_KEPT`.
    """

    spent = ""
    next_step = "Open the file manually."
