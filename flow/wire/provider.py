"""The provider's endpoints, one method each.

Source: https://docs.apimart.ai and the vendor's public client, as of November 2026.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from ..errors import PackError, Refused, Unknown, Unreachable, redact
from ..model import Address, Json, MediaFile, Standing, Ticket
from ..stopping import Stopped, never
from .answers import Answer, Call, Fault, OnCall, fault_of, standing_of, ticket_of, unheard
from .exchange import FAILURES, Exchange, Phase
from .form import Form
from .reasons import cause_of, error_for, next_step_after
from .session import CONNECT_SECONDS, Bearer, Session
from .usage import Charged, LoggedJob, MayNotRead, address_of_export, logged_jobs_of, usage_of

RESPONSE_VERSION = "2026-07-27"
READ_SECONDS = 15.0
SUBMIT_SECONDS = 45.0
UPLOAD_SECONDS = 120.0
UPLOAD_LIFE_SECONDS = 72 * 3600
MAX_ANSWER_BYTES = 32 * 1024 * 1024
CHANNEL_WAIT_SECONDS = 5.0
DAY_SECONDS = 86400
EXPORT_LOOKS = 5
EXPORT_WAIT_SECONDS = 2.0
# Never returned for a request that ran. 408, 425, 499 and most 5xx come from gateways, whatever ran behind them.
NOT_EXECUTED = (400, 401, 402, 403, 404, 405, 413, 415, 422)
PLAIN_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


@dataclass(frozen=True)
class Again:
    """The submission may be repeated after `seconds`; `reason` is for the user.

    The provider did not execute it or, if `under_way`, is executing an earlier one with the same key.
    """

    seconds: float
    reason: str
    under_way: bool = False


class NotTaken(PackError):
    """The submission never left this machine; nothing was charged."""


class Provider:
    """One account at one provider. Thread-safe; `on_call` is called in the requesting thread with each response."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        language: str = "en",
        clock: Callable[[], float] = time.monotonic,
        on_call: OnCall = unheard,
    ) -> None:
        self.base_url = base_url
        self._on_call = on_call
        self._bearer = Bearer(key)
        self._language = language
        self._clock = clock
        self._paused_until = 0.0
        self._local = threading.local()

    @property
    def pause_seconds(self) -> float:
        """The seconds for which every job of this key should pause, because one was told to slow down."""
        return max(0.0, self._paused_until - self._clock())

    def submit(self, body: Mapping[str, Json], idempotency_key: str, path: str) -> Ticket | Again:
        """Submit a job. Raises Unknown (perhaps purchased), else NotTaken or another error (nothing purchased).

        Nothing is sent unless each part of `path` is a plain word, so that user input in it cannot lead elsewhere.
        """
        if not PLAIN_PATH.fullmatch(path):
            raise NotTaken(f"The request cannot be sent to {path[:120]!r}.", next_step="Enter the values again.")
        headers = {"Idempotency-Key": idempotency_key, "X-APIMart-Response-Version": RESPONSE_VERSION}
        with Exchange(self._bearer) as exchange:
            try:
                answer = self._send(exchange.session, "POST", path, SUBMIT_SECONDS, json=dict(body), headers=headers)
            except FAILURES as error:
                raise self._failed(exchange.phase, error) from None
        return self._submitted(answer)

    def task(self, task_id: str, language: str = "") -> Standing:
        """Return the status of a task, with texts in `language` or else in this provider's default language.

        Raises Unreachable if it cannot be determined now, Refused if the provider does not know the task.
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
                next_step="APIMart deletes old tasks after a while; their videos may still be in the output folder.",
                task_id=task_id,
                request_id=fault.request_id,
            )
        raise self._said_no(fault, "The job status could not be read")

    def upload_image(self, file: MediaFile, *, stopped: Stopped = never) -> Address:
        """Upload an image to a public address that is valid for 72 hours; free of charge.

        Raises Unreachable if there is no response, Unfinished if `stopped`, another error if the provider refuses it.
        """
        with Form("file", file.path, file.mime, stopped=stopped) as form:
            headers = {"Content-Type": form.content_type}
            answer = self._ask("POST", "/v1/uploads/images", UPLOAD_SECONDS, data=form, headers=headers)
        url = _field(answer.json, "url") or _field(_field(answer.json, "data"), "url")
        if answer.status < 300 and isinstance(url, str):
            return Address(url, file.content, time.time() + UPLOAD_LIFE_SECONDS, "upload")
        raise self._said_no(fault_of(answer), "The image upload was not accepted")

    def honours_keys(self, model: str) -> bool:
        """Return whether the provider declares that a repeated Idempotency-Key purchases this model only once."""
        answer = self._get("/v1/model-schema", model=model, operation="video_generation")
        if answer.status >= 300:
            raise self._said_no(fault_of(answer), "The model's schema could not be read")
        return _declares_keys(answer.json)

    def schema(self, model: str) -> Mapping[str, Any]:
        """Return the machine-readable schema of a model: `input_schema` and whatever else is declared."""
        answer = self._get("/v1/model-schema", model=model, operation="video_generation")
        if answer.status >= 300 or not isinstance(answer.json, Mapping):
            raise self._said_no(fault_of(answer), "The model's schema could not be read")
        found = answer.json.get("data", answer.json)
        return found if isinstance(found, Mapping) else answer.json

    def models(self) -> tuple[str, ...]:
        """Return the IDs of the video models that the provider lists today."""
        return tuple(self.parameters_of_models())

    def parameters_of_models(self) -> dict[str, tuple[str, ...]]:
        """Return the video models that the provider lists today, by ID, with their parameter names if stated."""
        answer = self._get("/v1/models", expand="parameters", category="video")
        listed = _field(answer.json, "data")
        if answer.status >= 300 or not isinstance(listed, list):
            raise self._said_no(fault_of(answer), "The model list could not be read")
        named = (one for one in listed if isinstance(one, Mapping) and "id" in one)
        return {str(one["id"]): _names(_field(one.get("parameters"), "properties")) for one in named}

    def prices(self) -> list[Mapping[str, Any]]:
        """Return the video rows of the public price list, requested without the key."""
        with Session() as session:
            answer = self._asked(session, "GET", "/api/pricing/models/all", READ_SECONDS)
        rows = _field(_field(_field(answer.json, "data"), "models"), "video")
        if answer.status >= 300 or not isinstance(rows, list):
            raise self._said_no(fault_of(answer), "The price list could not be read")
        return [row for row in rows if isinstance(row, Mapping)]

    def try_key(self) -> None:
        """Raise NotSet if the provider does not accept the key, Unreachable if that cannot be determined now.

        A key whose account is empty, or that may not read the balance, is accepted.
        """
        answer = self._get("/v1/balance")
        if answer.status in (402, 403):
            return
        if answer.status >= 300 or _balance(answer).get("success") is False:
            raise self._said_no(fault_of(answer), "The key was not accepted")

    def balance_usd(self) -> float | None:
        """Return the account's balance in USD, None if unlimited. Raises NotSet for a bad key or an empty account."""
        answer = self._get("/v1/balance")
        found = _balance(answer)
        if answer.status >= 300 or found.get("success") is False:
            raise self._said_no(fault_of(answer), "The balance could not be read")
        amount = float(found.get("remain_balance", 0) or 0)
        return None if found.get("unlimited_quota") is True or amount == -1 else amount

    def usage(self, start: int, end: int) -> tuple[Charged, ...]:
        """Return what this key was charged, per UTC day and model, from `start` to before `end`.

        Both are Unix seconds at the start of a UTC day, at most 31 days apart. If a response is incomplete, each day is
        requested separately. Raises MayNotRead if the key may not read it, Unreachable and other errors if it cannot be
        determined, which never means that nothing was charged.
        """
        query = {"group_by": "model,date", "tz": "UTC", "scope": "key"}
        answer = self._get("/v1/usage", start=str(start), end=str(end), **query)
        found = usage_of(answer)
        if found is not None and found.is_whole:
            return found.charged
        if found is not None and end - start > DAY_SECONDS:
            days = range(start, end, DAY_SECONDS)
            return tuple(one for day in days for one in self.usage(day, day + DAY_SECONDS))
        if answer.status == 403:
            raise MayNotRead(
                "APIMart does not let this key read what was charged.",
                spent="",
                next_step="Nothing else depends on it. To compare charges, allow usage for the key at apimart.ai.",
            )
        what = "APIMart did not say completely what was charged"
        raise self._said_no(fault_of(answer), what) if answer.status >= 300 else Unreachable(f"{what}.", next_step="")

    def logged_jobs(self, start: int, end: int, pause: Callable[[float], None] = time.sleep) -> tuple[LoggedJob, ...]:
        """Return the calls with a task ID in the provider's log from `start` to `end` (Unix seconds), if it gives one.

        The provider names this export but documents it nowhere, so a table that is not understood counts as none.
        Raises Unreachable if there is no response.
        """
        asked = {"start": start, "end": end, "format": "csv"}
        answer = self._ask("POST", "/v1/logs/export", READ_SECONDS, json=asked)
        for _ in range(EXPORT_LOOKS):
            address = address_of_export(answer)
            if not address.startswith(f"{self.base_url}/"):
                break
            pause(EXPORT_WAIT_SECONDS)
            answer = self._get(address.removeprefix(self.base_url))
        return logged_jobs_of(answer)

    @property
    def _host(self) -> str:
        return urlsplit(self.base_url).hostname or self.base_url

    def _session(self) -> Session:
        if not hasattr(self._local, "session"):
            self._local.session = Session(self._bearer)
        session: Session = self._local.session
        return session

    def _get(self, path: str, **query: str) -> Answer:
        return self._ask("GET", path, READ_SECONDS, params=query)

    def _ask(self, method: str, path: str, seconds: float, **arguments: Any) -> Answer:
        """Send a request that is free of charge."""
        return self._asked(self._session(), method, path, seconds, **arguments)

    def _asked(self, session: Session, method: str, path: str, seconds: float, **arguments: Any) -> Answer:
        try:
            return self._send(session, method, path, seconds, **arguments)
        except FAILURES as error:
            what = f"No response from {self._host}: {cause_of(error)}."
            raise Unreachable(what, next_step=next_step_after(error, Unreachable.next_step)) from None

    def _send(
        self,
        session: Session,
        method: str,
        path: str,
        seconds: float,
        *,
        headers: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> Answer:
        """Make one HTTP exchange. Redirects are not followed, because the key goes to `base_url` only."""
        with session.request(
            method,
            self.base_url + path,
            headers={"Accept": "application/json", **(headers or {})},
            timeout=(CONNECT_SECONDS, seconds),
            allow_redirects=False,
            stream=True,
            **arguments,
        ) as response:
            text = _bounded(response)
            answer = Answer(response.status_code, _json(text), text, response.headers)
        self._heed(answer)
        self._on_call(Call(method, path, arguments.get("params") or {}, arguments.get("json"), answer))
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
            return Again(fault.retry_after or 5.0, _words_of(fault))
        if answer.status == 409 and fault.speaks_of("idempotency_in_progress"):
            return Again(fault.retry_after or 2.0, "the same submission is still being processed", under_way=True)
        if answer.status == 503 and fault.speaks_of("idempotency_unavailable"):
            return Again(fault.retry_after or CHANNEL_WAIT_SECONDS, "the provider did not execute the submission")
        if _surely_not_taken(fault):
            raise self._said_no(fault, "The request was not accepted")
        raise Unknown(
            f"The submission returned HTTP {answer.status} and no task ({fault.message}).",
            final=answer.status == 409 and fault.speaks_of("idempotency_result_indeterminate"),
            request_id=fault.request_id,
        )

    def _failed(self, phase: Phase, error: Exception) -> NotTaken | Unknown:
        """Return the error for a submission without a response."""
        cause = cause_of(error)
        if phase is Phase.CONNECTING:
            return NotTaken(f"No connection to {self._host}: {cause}.", next_step=next_step_after(error))
        if phase is Phase.SENDING:
            return Unknown(f"The connection to {self._host} broke during submission ({cause}).")
        return Unknown(f"The submission to {self._host} got no response ({cause}).")

    def _said_no(self, fault: Fault, what: str) -> PackError:
        return error_for(fault, what, self._host)


def _balance(answer: Answer) -> Mapping[str, Any]:
    found = answer.json if isinstance(answer.json, Mapping) else {}
    return found["data"] if isinstance(found.get("data"), Mapping) else found


def _words_of(fault: Fault) -> str:
    """Return why a submission has to wait, in the provider's own words if it has any."""
    wait = "" if fault.retry_after is None else f" (Retry-After: {fault.retry_after:g} s)"
    return redact(fault.message or "the provider asks to send fewer requests") + wait


def _surely_not_taken(fault: Fault) -> bool:
    """Return whether the error proves that nothing was executed. A body that failed to build never reached a model."""
    if fault.status == 409:
        return fault.speaks_of("idempotency_key_reused")
    if fault.status == 500:
        return fault.code == "build_request_failed" or fault.message.startswith("build_request_failed")
    return fault.status in NOT_EXECUTED


def _declares_keys(schema: Any) -> bool:
    block = _field(schema, "idempotency") or _field(_field(schema, "data"), "idempotency")
    if not isinstance(block, Mapping) or block.get("supported") is False:
        return False
    return str(block.get("header", "Idempotency-Key")).lower() == "idempotency-key"


def _bounded(response: requests.Response) -> str:
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise requests.exceptions.ContentDecodingError("the response is too large")
    return body.decode("utf-8", "replace")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _names(properties: Any) -> tuple[str, ...]:
    return tuple(sorted(map(str, properties))) if isinstance(properties, Mapping) else ()


def _field(place: Any, name: str) -> Any:
    return place.get(name) if isinstance(place, Mapping) else None
