"""Which addresses may be fetched: never this machine or its private network, unless the environment opened it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..errors import Refused
from ..settings.reading import LIVE_HOST
from .session import Session, TrustingAdapter

PORTS = {"http": 80, "https": 443}
PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa", "lan")
# RFC 6052 and RFC 7050: where an IPv6-only network finds the IPv4 world.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# RFC 2544 reserves it for benchmarks; transparent proxies let their DNS answer with it for every public name.
STAND_INS = ipaddress.IPv4Network("198.18.0.0/15")
# What they answer beside it for IPv6: the defaults of mihomo, and of sing-box and Xray.
COMPANIONS = (ipaddress.IPv6Network("fdfe:dcba:9876::/64"), ipaddress.IPv6Network("fc00::/18"))
# Zscaler and Tailscale answer from here, and machines of a private network live here as well (RFC 6598).
SHARED = ipaddress.IPv4Network("100.64.0.0/10")
UNIQUE_LOCAL = ipaddress.IPv6Network("fc00::/7")
# Names that are public wherever they are asked for: what stands in for them stands in for every name.
PUBLIC_NAMES = (LIVE_HOST, "example.com")

# socks5h:// and socks4a:// let the proxy look names up.
RESOLVED_HERE = ("socks4:", "socks5:")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
            f"{host} is on this machine or in a private network.",
            next_step="Give an address that is reachable from the internet.",
        )


def origin_of(url: str) -> str:
    """Scheme, host and port of `url`, spelled one way. Raises ValueError for an address that is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def guarded_session(opened: Iterable[str] = (), *, connections: int = 10) -> Session:
    """A session without a key that connects to public addresses, and to the `opened` origins wherever they are."""
    session = Session()
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


def _is_private_answer(address: str, stand_ins: Iterable[Network]) -> bool:
    found = ipaddress.ip_address(address.split("%")[0])
    return _is_private(address) and not any(found in network for network in stand_ins)


def _stand_ins(answers: Iterable[str]) -> tuple[Network, ...]:
    """The networks where `answers` stand in for addresses that a proxy knows; none where they are what they seem."""
    found = [ipaddress.ip_address(one.split("%")[0]) for one in answers]
    if any(one in STAND_INS for one in found):
        return (STAND_INS, *COMPANIONS)
    if any(one in SHARED or one in UNIQUE_LOCAL for one in found):
        return tuple(network for name in PUBLIC_NAMES for network in _networks_of(_resolved(name, 443)))
    return ()


def _networks_of(answers: Iterable[str]) -> Iterator[Network]:
    """Where the answers to a public name lie, when that is not in public."""
    for answer in filter(_is_private, answers):
        address = ipaddress.ip_address(answer.split("%")[0])
        if address in SHARED:
            yield SHARED
        elif isinstance(address, ipaddress.IPv6Address) and address in UNIQUE_LOCAL:
            yield ipaddress.IPv6Network((address, 64), strict=False)


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


def _resolved(host: str, port: int) -> list[str]:
    """What the resolver answers; nothing for a name that it does not know."""
    try:
        return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def _require_public(host: str, port: int) -> tuple[Network, ...]:
    """The networks that stand in for public addresses here.

    Raises PrivateAddressError when any other answer of the resolver is private; a name it does not know passes.
    """
    answers = _resolved(host, port)
    stand_ins = _stand_ins(answers)
    if any(_is_private_answer(one, stand_ins) for one in answers):
        raise PrivateAddressError(f"{host} leads into a private network")
    return stand_ins


class _Guard:
    """Looks before it connects, so that nothing private is even knocked at, and again at who answered."""

    host: str
    port: int

    def _new_conn(self) -> socket.socket:
        stand_ins = _require_public(self.host, self.port)
        connection: socket.socket = super()._new_conn()  # type: ignore[misc]  # mixed into urllib3's connections
        if _is_private_answer(str(connection.getpeername()[0]), stand_ins):
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


class _GuardedAdapter(TrustingAdapter):
    """Judges every hop of a redirect. The opened origins go through an adapter without guard.

    Where a proxy looks the name up for us, what our own resolver would answer says nothing: many such networks have
    none for names outside, or one that answers with their own gateway.
    """

    def __init__(self, opened: tuple[str, ...], **kwargs: Any) -> None:
        self._opened = opened
        self._plain = TrustingAdapter(**kwargs)
        super().__init__(**kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        check_address(url, opened=self._opened)
        if origin_of(url) in self._opened:
            return self._plain.send(request, *args, **kwargs)
        proxy = select_proxy(url, kwargs.get("proxies")) or ""
        if proxy.lower().startswith(RESOLVED_HERE):
            _require_public(urlsplit(url).hostname or "", 0)
        return super().send(request, *args, **kwargs)

    def close(self) -> None:
        self._plain.close()
        super().close()
