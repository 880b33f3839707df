"""Temporary hosts: two public ones, which require consent, and the sandbox."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from ..errors import Refused, Unreachable
from ..model import Address, MediaFile
from ..stopping import Stopped, never
from ..wire import Transfer

# Sources: https://litterbox.catbox.moe/tools.php and https://tmpfiles.org/api, as of November 2026.
LITTERBOX = "https://litterbox.catbox.moe/resources/internals/api.php"
LITTERBOX_SECONDS = 24 * 3600
TMPFILES = "https://tmpfiles.org/api/v1/upload"
TMPFILES_SECONDS = 60 * 60
SANDBOX_SECONDS = 24 * 3600


class Litterbox:
    """Keeps a file for 24 hours. Anyone with the link can see it; it cannot be deleted."""

    name = "litterbox"

    def __init__(self, transfer: Transfer, endpoint: str = LITTERBOX, *, now: Callable[[], float] = time.time) -> None:
        self._transfer = transfer
        self._endpoint = endpoint
        self._now = now

    def put(self, file: MediaFile, stopped: Stopped = never) -> Address:
        fields = {"reqtype": "fileupload", "time": "24h"}
        answer = self._transfer.send_form(self._endpoint, "fileToUpload", file.path, file.mime, fields, stopped=stopped)
        url = _require_link(self._transfer, answer.strip(), self._endpoint)
        return Address(url, file.content, self._now() + LITTERBOX_SECONDS, self.name)

    def delete(self, address: Address) -> None:
        """Not supported; the file expires by itself."""


class Tmpfiles:
    """Keeps a file for an hour. Anyone with the link can see it; it cannot be deleted."""

    name = "tmpfiles"

    def __init__(self, transfer: Transfer, endpoint: str = TMPFILES, *, now: Callable[[], float] = time.time) -> None:
        self._transfer = transfer
        self._endpoint = endpoint
        self._now = now

    def put(self, file: MediaFile, stopped: Stopped = never) -> Address:
        answer = self._transfer.send_form(self._endpoint, "file", file.path, file.mime, {}, stopped=stopped)
        page = urlsplit(_require_link(self._transfer, _link_in(answer, "data", "url"), self._endpoint))
        path = page.path if page.path.startswith("/dl/") else f"/dl{page.path}"
        scheme = urlsplit(self._endpoint).scheme
        url = page._replace(scheme=scheme, path=path).geturl()
        return Address(url, file.content, self._now() + TMPFILES_SECONDS, self.name)

    def delete(self, address: Address) -> None:
        """Not supported; the file expires by itself."""


class SandboxFiles:
    """Uploads to the sandbox itself, so that it can be tried without a media store."""

    name = "sandbox"

    def __init__(self, base_url: str, key: str, transfer: Transfer, *, now: Callable[[], float] = time.time) -> None:
        self._endpoint = f"{base_url}/sandbox/files"
        self._key = key
        self._transfer = transfer
        self._now = now

    def put(self, file: MediaFile, stopped: Stopped = never) -> Address:
        answer = self._transfer.send_form(
            self._endpoint, "file", file.path, file.mime, {}, bearer=self._key, stopped=stopped
        )
        url = _require_link(self._transfer, _link_in(answer, "url"), self._endpoint)
        return Address(url, file.content, self._now() + SANDBOX_SECONDS, self.name)

    def delete(self, address: Address) -> None:
        """Not supported; the file expires by itself."""


def _link_in(answer: str, *names: str) -> str:
    """Return the text at `names` in a JSON response, empty if it is not there."""
    try:
        found = json.loads(answer)
        for name in names:
            found = found[name]
    except (ValueError, LookupError, TypeError):
        return ""
    return found if isinstance(found, str) else ""


def _require_link(transfer: Transfer, link: str, endpoint: str) -> str:
    """Return the link if it is one. Raises Unreachable if the response is not a link."""
    host = urlsplit(endpoint).hostname
    try:
        if not link.isascii() or not link.isprintable() or " " in link:
            raise Refused("A response with spaces is not a link.")
        transfer.check(link)
    except Refused:
        raise Unreachable(f"{host} accepted the file but returned no link.") from None
    return link
