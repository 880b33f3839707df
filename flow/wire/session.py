"""HTTP sessions that send only the given key, never a password from ~/.netrc, and trust the system's certificates."""

from __future__ import annotations

import os
import re
import ssl
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util.ssl_ import create_urllib3_context

from ..errors import NotSet

CONNECT_SECONDS = 10.0
# RFC 9110 allows more in a field value, but no key contains more, and clients disagree on how to encode it.
VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


class Bearer(AuthBase):
    """Sends `key` as a bearer token. Raises NotSet if the key is not a valid header value."""

    def __init__(self, key: str) -> None:
        if not VISIBLE_ASCII.fullmatch(key):
            raise NotSet(
                "The APIMart API key cannot be sent: it is empty, or contains spaces, line breaks or non-ASCII "
                "characters.",
                next_step="Copy it again into APIMART_API_KEY or Settings > APIMart > Key, then queue again.",
            )
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class TrustingAdapter(HTTPAdapter):
    """Trusts the certificates of the system, SSL_CERT_FILE and SSL_CERT_DIR, in addition to those of `requests`.

    A company's proxy signs with its own authority, which its machines have only in the system's store. If
    REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE is set, only that bundle is trusted.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **{**kwargs, **_trust()})

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        its_own = _trust("proxy_ssl_context") if proxy.lower().startswith("https:") else {}
        return super().proxy_manager_for(proxy, **kwargs, **_trust(), **its_own)


def _trust(name: str = "ssl_context") -> dict[str, Any]:
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return {}
    context = create_urllib3_context()
    with suppress(ssl.SSLError):  # an unreadable certificate in the Windows store; `requests` brings others
        context.load_default_certs()
    return {name: context}


def _keyless(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Session(requests.Session):
    """A session that takes proxies from the environment as `requests` does, and authorization from `bearer` alone.

    Plain `requests` would replace any Authorization header with a password from ~/.netrc, on the first request unless
    `auth` is set, and on each redirect.
    """

    def __init__(self, bearer: Bearer | None = None) -> None:
        super().__init__()
        self.auth = bearer or _keyless
        for scheme in ("http://", "https://"):
            self.mount(scheme, TrustingAdapter())

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Never send authorization to a redirect."""
        prepared_request.headers.pop("Authorization", None)
