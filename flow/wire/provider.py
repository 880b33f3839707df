"""The provider's endpoints, each as one function with a typed answer.

Source: https://docs.apimart.ai and the vendor's public client, as of November 2026.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from ..errors import PackError, Refused, Unknown, Unreachable
from ..model import Address, Json, MediaFile, Standing, Ticket
from ..stopping import Stopped, never
from .answers import Answer, Fault, fault_of, standing_of, ticket_of
from .form import Form
from .listening import ListeningAdapter, listening
from .reasons import error_for

RESPONSE_VERSION = "2026-07-27"
CONNECT_SECONDS = 10.0
READ_SECONDS = 15.0
SUBMIT_SECONDS = 45.0
UPLOAD_SECONDS = 120.0
UPLOAD_LIFE_SECONDS = 72 * 3600
MAX_ANSWER_BYTES = 32 * 1024 * 1024
TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
CHANNEL_WAIT_SECONDS = 5.0
PLAIN_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


@dataclass(frozen=True)
class Again:
    """The provider did not execute the submit; it may be sent again after `seconds`."""

    seconds: float
    reason: str


class NotTaken(PackError):
    """The provider answered a submit with no, before doing anything: nothing was bought."""


class Provider:
    """One account at one provider. Safe to use from many threads."""

    def __init__(self, base_url: str, key: str, *, language: str = "en", clock: Callable[[], float] = time.monotonic):
        self.base_url = base_url
        self._key = key
        self._language = language
        self._clock = clock
        self._paused_until = 0.0
        self._local = threading.local()

    @property
    def pause_seconds(self) -> float:
        """How long every job of this key should hold still, because one was told to slow down."""
        return max(0.0, self._paused_until - self._clock())

    def submit(self, body: Mapping[str, Json], idempotency_key: str, path: str) -> Ticket | Again:
        """Buy. Raises NotTaken (nothing bought) or Unknown (perhaps bought).

        What a person put into `path` leads nowhere else: each of its parts is a plain word, or nothing is sent.
        A connection of its own: on a kept one, a server's hang-up would look like a lost answer.
        """
        if not PLAIN_PATH.fullmatch(path):
            raise NotTaken(f"The request cannot be sent to {path[:120]!r}.", next_step="Set the widgets again.")
        headers = {"Idempotency-Key": idempotency_key, "X-APIMart-Response-Version": RESPONSE_VERSION}
        with requests.Session() as session:
            try:
                answer = self._send(session, "POST", path, SUBMIT_SECONDS, json=dict(body), headers=headers)
            except requests.RequestException as error:
                if _never_opened(error):
                    raise NotTaken(
                        f"No connection to {self._host}: {_short(error)}.",
                        next_step="Check the network, proxy and certificate settings, and queue again.",
                    ) from None
                raise Unknown(f"The submit to {self._host} got no answer ({_short(error)}).") from None
        return self._submitted(answer)

    def task(self, task_id: str, language: str = "") -> Standing:
        """How a job stands, in `language` or else the provider's usual one.

        Raises Unreachable when that cannot be told now, Refused when the task is not known.
        """
        answer = self._get(f"/v1/tasks/{quote(task_id, safe='')}", language=language or self._language)
        standing = standing_of(answer, task_id) if answer.status < 300 else None
        if standing:
            return standing
        fault = fault_of(answer)
        if answer.status in (400, 404):
            raise Refused(
                f"The provider does not know this task: {fault.message}.",
                spent="",
                next_step="Old tasks vanish there after a while; their clips can still be in the output folder.",
                task_id=task_id,
                request_id=fault.request_id,
            )
        raise self._said_no(fault, "The job's state could not be read")

    def upload_image(self, file: MediaFile, *, stopped: Stopped = never) -> Address:
        """Give a picture a public address for 72 hours; free.

        Raises Unreachable, NotTaken, or Unfinished soon after `stopped` says so.
        """
        with Form("file", file.path, file.mime) as form, listening(stopped):
            headers = {"Content-Type": form.content_type}
            answer = self._ask("POST", "/v1/uploads/images", UPLOAD_SECONDS, data=form, headers=headers)
        url = _field(answer.json, "url") or _field(_field(answer.json, "data"), "url")
        if answer.status < 300 and isinstance(url, str):
            return Address(url, file.content, time.time() + UPLOAD_LIFE_SECONDS, "upload")
        raise self._said_no(fault_of(answer), "The picture was not taken")

    def honours_keys(self, model: str) -> bool:
        """Whether the provider declares that a repeated Idempotency-Key buys this model only once."""
        answer = self._get("/v1/model-schema", model=model, operation="video_generation")
        if answer.status >= 300:
            raise self._said_no(fault_of(answer), "The model's schema could not be read")
        return _declares_keys(answer.json)

    def schema(self, model: str) -> Mapping[str, Any]:
        """The machine-readable schema of a model: `input_schema` and what else is declared."""
        answer = self._get("/v1/model-schema", model=model, operation="video_generation")
        if answer.status >= 300 or not isinstance(answer.json, Mapping):
            raise self._said_no(fault_of(answer), "The model's schema could not be read")
        found = answer.json.get("data", answer.json)
        return found if isinstance(found, Mapping) else answer.json

    def models(self) -> tuple[str, ...]:
        """The ids of the video models that the provider lists today."""
        answer = self._get("/v1/models", expand="category", category="video")
        listed = _field(answer.json, "data")
        if answer.status >= 300 or not isinstance(listed, list):
            raise self._said_no(fault_of(answer), "The model list could not be read")
        return tuple(str(one["id"]) for one in listed if isinstance(one, Mapping) and "id" in one)

    def prices(self) -> list[Mapping[str, Any]]:
        """The public price catalogue's video rows; asked without the key."""
        with requests.Session() as session:
            try:
                answer = self._send(session, "GET", "/api/pricing/models/all", READ_SECONDS, with_key=False)
            except requests.RequestException as error:
                raise Unreachable(f"No price list from {self._host}: {_short(error)}.") from None
        rows = _field(_field(_field(answer.json, "data"), "models"), "video")
        if answer.status >= 300 or not isinstance(rows, list):
            raise self._said_no(fault_of(answer), "The price list could not be read")
        return [row for row in rows if isinstance(row, Mapping)]

    def balance_usd(self) -> float | None:
        """What is left on the account, None for no limit. Raises NotSet for a bad key or an empty account."""
        answer = self._get("/v1/balance")
        found = answer.json if isinstance(answer.json, Mapping) else {}
        found = found.get("data", found) if isinstance(found.get("data", found), Mapping) else found
        if answer.status >= 300 or found.get("success") is False:
            raise self._said_no(fault_of(answer), "The balance could not be read")
        amount = float(found.get("remain_balance", 0) or 0)
        return None if found.get("unlimited_quota") is True or amount == -1 else amount

    @property
    def _host(self) -> str:
        return urlsplit(self.base_url).hostname or self.base_url

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            for scheme in ("http://", "https://"):
                self._local.session.mount(scheme, ListeningAdapter())
        session: requests.Session = self._local.session
        return session

    def _get(self, path: str, **query: str) -> Answer:
        return self._ask("GET", path, READ_SECONDS, params=query)

    def _ask(self, method: str, path: str, seconds: float, **arguments: Any) -> Answer:
        """A question that costs nothing."""
        try:
            return self._send(self._session(), method, path, seconds, **arguments)
        except requests.RequestException as error:
            raise Unreachable(f"No answer from {self._host}: {_short(error)}.") from None

    def _send(
        self,
        session: requests.Session,
        method: str,
        path: str,
        seconds: float,
        *,
        headers: Mapping[str, str] | None = None,
        with_key: bool = True,
        **arguments: Any,
    ) -> Answer:
        """One HTTP exchange; the key goes to `base_url` only, so redirects are not followed."""
        sent = {"Accept": "application/json", **(headers or {})}
        if with_key:
            sent["Authorization"] = f"Bearer {self._key}"
        with session.request(
            method,
            self.base_url + path,
            headers=sent,
            timeout=(CONNECT_SECONDS, seconds),
            allow_redirects=False,
            stream=True,
            **arguments,
        ) as response:
            text = _bounded(response)
            answer = Answer(response.status_code, _json(text), text, response.headers)
        self._heed(answer)
        return answer

    def _heed(self, answer: Answer) -> None:
        if answer.status == 429:
            self._paused_until = max(self._paused_until, self._clock() + (fault_of(answer).retry_after or 5.0))

    def _submitted(self, answer: Answer) -> Ticket | Again:
        ticket = ticket_of(answer) if 200 <= answer.status < 300 else None
        if ticket:
            return ticket
        fault = fault_of(answer)
        if answer.status == 429:
            return Again(fault.retry_after or 5.0, "the provider asks to slow down")
        if answer.status == 409 and fault.speaks_of("idempotency_in_progress"):
            return Again(fault.retry_after or 2.0, "the same submit is still being taken")
        if answer.status == 503 and fault.speaks_of("idempotency_unavailable"):
            return Again(fault.retry_after or CHANNEL_WAIT_SECONDS, "the provider did not execute the submit")
        if _surely_not_taken(fault):
            raise self._said_no(fault, "The request was not taken")
        raise Unknown(
            f"The submit was answered with HTTP {answer.status} and no task ({fault.message}).",
            request_id=fault.request_id,
        )

    def _said_no(self, fault: Fault, what: str) -> PackError:
        return error_for(fault, what, self._host)


def _surely_not_taken(fault: Fault) -> bool:
    """Which answers prove that nothing was executed; 500, 502 and other 503 do not."""
    if fault.status == 409:
        return fault.speaks_of("idempotency_key_reused")
    return 400 <= fault.status < 500 or (fault.status == 500 and fault.speaks_of("build_request_failed"))


def _declares_keys(schema: Any) -> bool:
    block = _field(schema, "idempotency") or _field(_field(schema, "data"), "idempotency")
    if not isinstance(block, Mapping) or block.get("supported") is False:
        return False
    return str(block.get("header", "Idempotency-Key")).lower() == "idempotency-key"


def _never_opened(error: requests.RequestException) -> bool:
    """Whether the failure came before a byte of the request could reach the provider."""
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.InvalidURL)):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(error, requests.exceptions.ProxyError):
        return reason is not None
    if isinstance(error, requests.exceptions.SSLError):
        return "CERTIFICATE_VERIFY_FAILED" in str(error)
    return isinstance(reason, (NewConnectionError, ConnectTimeoutError))


def _bounded(response: requests.Response) -> str:
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise requests.exceptions.ContentDecodingError("the answer is too long")
    return body.decode("utf-8", "replace")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _field(place: Any, name: str) -> Any:
    return place.get(name) if isinstance(place, Mapping) else None


def _short(error: Exception) -> str:
    """The innermost cause in a few words; requests' own text holds whole addresses."""
    cause: Any = error
    for inner in _chain(error):
        cause = inner
    text = str(cause).rsplit(": ", 1)[-1] or type(cause).__name__
    return text.strip("'\")( .")[:120]


def _chain(error: BaseException) -> Iterator[BaseException]:
    inner: Any = error
    while isinstance(inner, BaseException):
        yield inner
        inner = getattr(inner, "reason", None) or next(
            (one for one in inner.args if isinstance(one, BaseException)), None
        )
