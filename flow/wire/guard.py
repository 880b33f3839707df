"""Which addresses may be fetched: never this machine or its private network, unless the environment opened it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..errors import Refused


class PrivateAddressError(OSError):
    """A name led into a private network."""


def check_address(url: str, *, opened: Iterable[str] = ()) -> None:
    """Raise Refused when `url` is no http(s) address or openly points into a private network.

    Names are judged again when the connection is made, since DNS may answer differently then.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Refused(
            f"'{url[:80]}' is not a public http(s) address.",
            next_step="Give a direct link that begins with https://.",
        )
    if origin_of(url) in set(opened):
        return
    host = parts.hostname.rstrip(".").lower()
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or _is_private_literal(host):
        raise Refused(
            f"{host} is on this machine or in a private network; the provider cannot reach it.",
            next_step="Give an address that is reachable from the internet.",
        )


def origin_of(url: str) -> str:
    """Scheme, host and port of `url`, spelled one way."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def guarded_session(opened: Iterable[str] = (), *, connections: int = 10) -> requests.Session:
    """A session that connects to public addresses, and to the `opened` origins wherever they are."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _GuardedAdapter(pool_maxsize=connections))
    for origin in opened:
        plain = HTTPAdapter(pool_maxsize=connections)
        session.mount(f"{origin}/", plain)
        session.mount(f"{origin.rsplit(':', 1)[0]}/" if origin.endswith((":80", ":443")) else f"{origin}/", plain)
    return session


def _is_private(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return not (mapped or found).is_global or found.is_multicast


def _is_private_literal(host: str) -> bool:
    """Also for the spellings that resolvers accept: 127.1, 0x7f000001, 2130706433."""
    try:
        return _is_private(host)
    except ValueError:
        pass
    try:
        return _is_private(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return False


class _Guard:
    proxy: Any
    host: str

    def _new_conn(self) -> socket.socket:
        connection: socket.socket = super()._new_conn()  # type: ignore[misc]  # mixed into urllib3's connections
        peer = str(connection.getpeername()[0])
        if self.proxy is None and _is_private(peer):
            connection.close()
            raise PrivateAddressError(f"{self.host} leads into a private network")
        return connection


class _GuardedHTTP(_Guard, HTTPConnection):
    pass


class _GuardedHTTPS(_Guard, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
