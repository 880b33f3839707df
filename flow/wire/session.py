"""Sessions that send the key where they are told to, and never a password from ~/.netrc."""

from __future__ import annotations

import re

import requests
from requests.auth import AuthBase

from ..errors import NotSet

# RFC 9110 lets a field value hold more; no key does, and clients disagree on how to write it.
VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


class Bearer(AuthBase):
    """Sends `key` as the bearer token. Raises NotSet for a key that no HTTP header can carry."""

    def __init__(self, key: str) -> None:
        if not VISIBLE_ASCII.fullmatch(key):
            raise NotSet(
                "The APIMart key cannot be sent: it is empty or holds blanks, line breaks or letters beyond ASCII.",
                next_step="Copy it once more into APIMART_API_KEY or Settings > APIMart > Key, and queue again.",
            )
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _keyless(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Session(requests.Session):
    """Proxies and certificates come from the environment as `requests` reads them, authorization from `bearer` alone.

    `requests` would put a password of ~/.netrc in place of any Authorization header, at the first request unless there
    is an `auth`, and at each redirect.
    """

    def __init__(self, bearer: Bearer | None = None) -> None:
        super().__init__()
        self.auth = bearer or _keyless

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """No authorization follows a redirect."""
        prepared_request.headers.pop("Authorization", None)
