"""Provider errors and network failures as messages with a next step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import Declined, NotSet, PackError, Refused, Unreachable
from .answers import Fault

BALANCE = ("balance", "insufficient", "quota", "payment_required", "605")
MODERATION = (
    "moderation",
    "sensitive",
    "content_violation",
    "content policy",
    "prohibited",
    "privacyinformation",
    "safety",
)
RETIRED = ("model_not_found", "not_found", "no longer", "retired", "deprecated", "was not found", "not exist")
MEDIA = ("mediapostreverse", "web page", "fetch", "download", "unreachable", "hotlink")
CHECK_NETWORK = (
    "Check the network, the proxy (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) and the certificates "
    "(REQUESTS_CA_BUNDLE), then queue again."
)
INSTALL_SOCKS = (
    "A SOCKS proxy requires another package: run `pip install pysocks` with ComfyUI's Python, restart "
    "ComfyUI, and queue again."
)
NAME_AUTHORITY = (
    "The network uses a certificate authority that this machine does not know: set REQUESTS_CA_BUNDLE (or "
    "SSL_CERT_FILE) to the file with its certificate, restart ComfyUI, and queue again."
)
# urllib3 begins its texts with the connection: "<... object at 0x7f..>: " in 1.26, "HTTPSConnection(host=...): " in 2.
CONNECTION = re.compile(r"^[^:]*?(?: object at 0x\w+>|Connection(?:Pool)?\(.*?\)): ")


def error_for(fault: Fault, what: str, host: str) -> PackError:
    """Return the error for a response that reports a failure. `what` starts the sentence."""
    sentence = f"{what}: {fault.message or f'HTTP {fault.status}'}."
    kind, next_step = _meaning(fault, host)
    return kind(sentence.replace("..", "."), next_step=next_step, request_id=fault.request_id)


def _meaning(fault: Fault, host: str) -> tuple[type[PackError], str]:
    if fault.status == 401:
        return NotSet, f"{host} does not accept the API key: check APIMART_API_KEY or Settings > APIMart > Key."
    if fault.status == 402 or (fault.status == 403 and fault.speaks_of(*BALANCE)):
        return (
            NotSet,
            "The API key is valid, but the account balance is too low: top it up at apimart.ai, then queue again.",
        )
    if fault.status == 403:
        return (
            NotSet,
            "The API key has no access to this model: select another model, or enable it for the key at apimart.ai.",
        )
    if fault.speaks_of("get_channel_failed") or fault.status == 429:
        return Unreachable, "The provider is at capacity: queue again in a few minutes."
    if fault.speaks_of(*MODERATION):
        return Declined, "Blocked by the provider's content filter: change the prompt or the image."
    if fault.status == 404 and fault.speaks_of("task"):
        return Refused, "The provider no longer knows the earlier job: use another one."
    if fault.status == 404:
        return Refused, "The provider does not offer this model: select another one."
    if fault.status == 413:
        return Refused, "The file is too large for the provider: reduce its size."
    if fault.status >= 500 and not fault.speaks_of("build_request_failed"):
        return Unreachable, Unreachable.next_step
    return Refused, "Change the inputs named in the message, then queue again."


def why_declined(reason: str) -> str:
    """Return the next step for a job that the provider ended, derived from its message."""
    text = reason.lower()
    if any(word in text for word in MODERATION):
        return "Blocked by the provider's content filter: change the prompt or the image."
    if any(word in text for word in MEDIA):
        return "The provider could not read the image or video: use an address that requires no login."
    if any(word in text for word in RETIRED):
        return "This model has been shut down: select another model."
    return "Change the request, or queue it again unchanged: another attempt may succeed, and failed jobs are free."


def cause_of(error: Exception) -> str:
    """Return the innermost cause of a network error, without addresses."""
    cause: Any = error
    for inner in _chain(error):
        cause = inner
    text = CONNECTION.sub("", str(cause)) or type(cause).__name__
    return text.strip("'\" .")[:120]


def next_step_after(error: Exception, usual: str = CHECK_NETWORK) -> str:
    """Return what to do after a failed connection: `usual` unless the cause suggests something else."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return NAME_AUTHORITY
    return INSTALL_SOCKS if "SOCKS support" in str(error) else usual


def _chain(error: BaseException) -> Iterator[BaseException]:
    inner: Any = error
    while isinstance(inner, BaseException):
        yield inner
        inner = getattr(inner, "reason", None) or next(
            (one for one in inner.args if isinstance(one, BaseException)), None
        )
