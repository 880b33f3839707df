"""Which addresses may be fetched: never this machine or its private network, unless the environment opened it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..errors import Refused
from .listening import Listening, ListeningAdapter

PORTS = {"http": 80, "https": 443}
PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa", "lan")
# RFC 6052 and RFC 7050: where an IPv6-only network finds the IPv4 world.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# RFC 2544 reserves it for benchmarks; transparent proxies let their DNS answer with it for every public name.
STAND_INS = ipaddress.IPv4Network("198.18.0.0/15")


class PrivateAddressError(OSError):
    """A name led into a private network."""


def check_address(url: str, *, opened: Iterable[str] = ()) -> None:
    """Raise Refused when `url` is no http(s) address or openly points into a private network.

    Names are judged again when the connection is made, since DNS may answer differently then.
    """
    try:
        parts = urlsplit(url)
        origin = origin_of(url)
    except ValueError:
        raise _no_address(url) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or parts.password is not None:
        raise _no_address(url)
    if origin in set(opened):
        return
    host = parts.hostname.rstrip(".").lower()
    if host in PRIVATE_NAMES or host.endswith(tuple(f".{name}" for name in PRIVATE_NAMES)) or _is_private_literal(host):
        raise Refused(
            f"{host} is on this machine or in a private network; the provider cannot reach it.",
            next_step="Give an address that is reachable from the internet.",
        )


def origin_of(url: str) -> str:
    """Scheme, host and port of `url`, spelled one way. Raises ValueError for an address that is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def guarded_session(opened: Iterable[str] = (), *, connections: int = 10) -> requests.Session:
    """A session that connects to public addresses, and to the `opened` origins wherever they are."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _GuardedAdapter(tuple(opened), pool_maxsize=connections))
    return session


def _no_address(url: str) -> Refused:
    return Refused(
        f"'{url[:80]}' is not a public http(s) address.", next_step="Give a direct link that begins with https://."
    )


def _is_private(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (_last_four(found) if found in NAT64 else None)
        if inner is None and (found.is_reserved or found.is_site_local):
            return True
        return not (inner or found).is_global or found.is_multicast
    return not found.is_global or found.is_multicast


def _is_private_answer(address: str) -> bool:
    return _is_private(address) and ipaddress.ip_address(address.split("%")[0]) not in STAND_INS


def _last_four(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _is_private_literal(host: str) -> bool:
    """Also for the spellings that resolvers accept: 127.1, 0x7f000001, 2130706433."""
    try:
        return _is_private(host)
    except ValueError:
        pass
    try:
        return _is_private(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        return False


def _require_public(host: str, port: int) -> None:
    """Raise PrivateAddressError when any answer of the resolver is private; a name it does not know passes."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for answer in answers:
        if _is_private_answer(str(answer[4][0])):
            raise PrivateAddressError(f"{host} leads into a private network")


class _Guard:
    """Looks before it connects, so that nothing private is even knocked at, and again at who answered."""

    host: str
    port: int

    def _new_conn(self) -> socket.socket:
        _require_public(self.host, self.port)
        connection: socket.socket = super()._new_conn()  # type: ignore[misc]  # mixed into urllib3's connections
        if _is_private_answer(str(connection.getpeername()[0])):
            connection.close()
            raise PrivateAddressError(f"{self.host} leads into a private network")
        return connection


class _GuardedHTTP(_Guard, Listening, HTTPConnection):
    pass


class _GuardedHTTPS(_Guard, Listening, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _GuardedAdapter(ListeningAdapter):
    """Judges every hop of a redirect. The opened origins go through an adapter without guard."""

    def __init__(self, opened: tuple[str, ...], **kwargs: Any) -> None:
        self._opened = opened
        self._plain = ListeningAdapter(**kwargs)
        super().__init__(**kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        check_address(url, opened=self._opened)
        if origin_of(url) in self._opened:
            return self._plain.send(request, *args, **kwargs)
        if select_proxy(url, kwargs.get("proxies")):
            # A proxy connects for us, so that only what DNS says here can be judged.
            _require_public(urlsplit(url).hostname or "", 0)
        return super().send(request, *args, **kwargs)

    def close(self) -> None:
        self._plain.close()
        super().close()
