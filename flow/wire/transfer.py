"""File transfers: resumable downloads, uploads, and probing what a link returns."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from ..errors import Refused, Unreachable
from ..files import remove
from ..stopping import Stopped, never, raise_if_stopped
from .address_guard import PrivateAddressError, check_address, guarded_session, origin_of
from .exchange import FAILURES
from .form import Form
from .reasons import cause_of, next_step_after
from .session import CONNECT_SECONDS, Bearer

CHUNK_BYTES = 1 << 20
READ_SECONDS = 30.0
UPLOAD_SECONDS = 300.0
HEAD_BYTES = 512
MAX_REPLY_BYTES = 4096
WANTS_KEY = (401, 403)
# Responses that may change later, or for another range: not there yet, too slow, wrong range, too early, too many.
PASSING = (404, 408, 416, 425, 429)


@dataclass(frozen=True)
class Probe:
    """What a link returns: `length` is None if the server does not state it; `head` is the first bytes."""

    url: str
    status: int
    mime: str
    length: int | None
    etag: str
    modified: str
    head: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is an HTML page (a login, an error) rather than a file."""
        text = self.head[:HEAD_BYTES].lstrip().lower()
        return "text/html" in self.mime or text.startswith((b"<!doctype", b"<html"))


@dataclass(frozen=True)
class Arrival:
    """A completely downloaded file."""

    path: Path
    bytes: int
    mime: str


@dataclass(frozen=True)
class Credential:
    """A key, and the address whose origin is the only one it is sent to."""

    url: str
    key: str = field(repr=False)


class Gone(Unreachable):
    """The server does not have the file."""


class Withheld(Gone):
    """The server refuses the file, and retrying does not help."""


class Transfer:
    """Transfers files, without any key unless one is passed.

    `opened` origins may be private (base URL, sandbox, media store). With `hosts`, only these hosts and the `opened`
    origins are read.
    """

    def __init__(self, opened: Iterable[str] = (), *, hosts: Collection[str] = ()) -> None:
        self._opened, self._hosts = tuple({origin_of(one) for one in opened if one}), hosts
        self._session = guarded_session(self._opened, hosts=hosts)

    def check(self, url: str) -> None:
        check_address(url, opened=self._opened, hosts=self._hosts)

    def probe(self, url: str) -> Probe:
        """Read the first bytes of `url`. Raises Refused for a private address, Unreachable if there is no response."""
        with self._open(url, {"Range": f"bytes=0-{HEAD_BYTES - 1}"}) as answer:
            head = _head(answer) if answer.status_code < 400 else b""
            return Probe(
                answer.url,
                answer.status_code,
                answer.headers.get("Content-Type", "").lower(),
                _whole_length(answer),
                answer.headers.get("ETag", ""),
                answer.headers.get("Last-Modified", ""),
                head,
            )

    def download(
        self,
        url: str,
        part: Path,
        *,
        max_bytes: int | None = None,
        seconds: float | None = None,
        credential: Credential | None = None,
        stopped: Stopped = never,
    ) -> Arrival:
        """Download `url` to `part`, resuming where an earlier attempt ended.

        The key of `credential` is sent only if its own origin asks for one. Raises Unreachable if the download breaks
        off or takes longer than `seconds`, Gone if the file is not there, Withheld if the server refuses it, Refused if
        the address is not allowed or the file is larger than `max_bytes`, Unfinished if `stopped`.
        """
        have = part.stat().st_size if part.exists() else 0
        with self._open_with(credential, url, {"Range": f"bytes={have}-"} if have else {}) as answer:
            whole = _whole_length(answer)
            if answer.status_code == 416 and have and have == whole:
                return Arrival(part, have, "")
            have = _goes_on_at(answer, part, have)
            if max_bytes is not None and (whole or 0) > max_bytes:
                raise _too_large(url, max_bytes)
            size = _write(_pieces(answer, seconds, stopped), part, have, url, max_bytes)
        if whole is not None and size != whole:
            raise Unreachable(f"The download from {_host(url)} broke off at {size} of {whole} bytes.")
        return Arrival(part, size, answer.headers.get("Content-Type", "").split(";")[0].strip().lower())

    def send_form(
        self,
        url: str,
        field: str,
        path: Path,
        mime: str,
        fields: Mapping[str, str],
        *,
        bearer: str = "",
        stopped: Stopped = never,
    ) -> str:
        """Post a file as a multipart form and return the start of the response text.

        `bearer` is sent to `url` only: redirects of an upload are not followed. Raises Unreachable if the upload fails,
        NotSet if `bearer` cannot be sent, Refused if the address is not allowed, Unfinished if `stopped`.
        """
        self.check(url)
        with (
            Form(field, path, mime, fields=dict(fields), stopped=stopped) as form,
            _heard(url),
            self._session.post(
                url,
                data=form,
                headers={"Content-Type": form.content_type},
                auth=Bearer(bearer) if bearer else None,
                timeout=(CONNECT_SECONDS, UPLOAD_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            if answer.status_code >= 300:
                raise Unreachable(f"{_host(url)} returned HTTP {answer.status_code} for the upload.")
            return next(answer.iter_content(MAX_REPLY_BYTES), b"").decode("utf-8", "replace")

    def _open_with(self, credential: Credential | None, url: str, headers: Mapping[str, str]) -> requests.Response:
        answer = self._open(url, headers)
        if answer.status_code not in WANTS_KEY or not credential or origin_of(answer.url) != origin_of(credential.url):
            return answer
        answer.close()
        return self._open(answer.url, headers, Bearer(credential.key))

    def _open(self, url: str, headers: Mapping[str, str], bearer: Bearer | None = None) -> requests.Response:
        self.check(url)
        with _heard(url):
            return self._session.get(
                url,
                headers={"Accept-Encoding": "identity", **headers},
                auth=bearer,
                stream=True,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
            )


@contextmanager
def _heard(url: str) -> Iterator[None]:
    """Raise connection errors as Refused (private address) or Unreachable."""
    try:
        yield
    except FAILURES as error:
        if isinstance(error, PrivateAddressError) or "private network" in str(error):
            raise Refused(
                f"{_host(url)} resolves to a private network address.", next_step="Use a public address."
            ) from None
        what = f"{_host(url)} did not respond ({cause_of(error)})."
        raise Unreachable(what, next_step=next_step_after(error, Unreachable.next_step)) from None


def _head(answer: requests.Response) -> bytes:
    head = b""
    with _heard(answer.url):
        for piece in answer.iter_content(HEAD_BYTES):
            head += piece
            if len(head) >= HEAD_BYTES:
                break
    return head[:HEAD_BYTES]


def _goes_on_at(answer: requests.Response, part: Path, have: int) -> int:
    """Return the offset at which the response begins. Raises Unreachable if it is not a part of the file."""
    if answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
        return have
    if answer.status_code in (206, 416):
        remove(part)
    if answer.status_code >= 400 or answer.status_code == 206:
        raise _kind(answer.status_code)(f"{_host(answer.url)} returned HTTP {answer.status_code} for the download.")
    return 0


def _kind(status: int) -> type[Unreachable]:
    if status == 404:
        return Gone
    return Withheld if 400 <= status < 500 and status not in PASSING else Unreachable


def _pieces(answer: requests.Response, seconds: float | None, stopped: Stopped) -> Iterator[bytes]:
    """Yield data as soon as it arrives, so that a trickling server cannot outlast `seconds`."""
    ends = None if seconds is None else time.monotonic() + seconds
    # urllib3 before 2.2 has only `read`, which waits for a full chunk.
    read = getattr(answer.raw, "read1", answer.raw.read)
    try:
        while chunk := read(CHUNK_BYTES):
            yield chunk
            raise_if_stopped(stopped)
            if ends is not None and time.monotonic() > ends:
                raise Unreachable(f"The download from {_host(answer.url)} took too long.")
    except (HTTPError, TimeoutError, ConnectionError) as error:
        raise Unreachable(f"The download from {_host(answer.url)} broke off ({type(error).__name__}).") from None


def _write(pieces: Iterator[bytes], part: Path, have: int, url: str, max_bytes: int | None) -> int:
    """Write data after the first `have` bytes and return the size reached. Data is kept if the download breaks off."""
    size = have
    with part.open("r+b" if have else "wb") as out:
        out.seek(have)
        try:
            for chunk in pieces:
                size += out.write(chunk)
                if max_bytes is not None and size > max_bytes:
                    raise _too_large(url, max_bytes)
        finally:
            out.truncate(size)
    return size


def _whole_length(answer: requests.Response) -> int | None:
    """Return the size of the whole file in bytes, even if only a part was requested."""
    ranged = answer.headers.get("Content-Range", "")
    if "/" in ranged:
        total = ranged.rsplit("/", 1)[-1]
        return int(total) if total.isdigit() else None
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def _too_large(url: str, max_bytes: int) -> Refused:
    return Refused(
        f"The file at {_host(url)} is larger than {max_bytes / 1024 / 1024:.0f} MB.", next_step="Use a smaller file."
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the address"
