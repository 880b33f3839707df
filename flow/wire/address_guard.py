"""Which addresses may be fetched: not this machine or private networks, unless the environment allows it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from ..errors import Refused
from ..settings.reading import LIVE_HOST
from .session import Session, TrustingAdapter

MAX_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa", "lan")
# RFC 6052 and RFC 7050: the prefix by which an IPv6-only network reaches IPv4 addresses.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# RFC 2544 reserves it for benchmarks; the DNS of transparent proxies returns it for every public name.
STAND_INS = ipaddress.IPv4Network("198.18.0.0/15")
# What they return for IPv6: the defaults of mihomo, and of sing-box and Xray.
COMPANIONS = (ipaddress.IPv6Network("fdfe:dcba:9876::/64"), ipaddress.IPv6Network("fc00::/18"))
# Zscaler and Tailscale return addresses from here, but machines of private networks have them as well (RFC 6598).
SHARED = ipaddress.IPv4Network("100.64.0.0/10")
UNIQUE_LOCAL = ipaddress.IPv6Network("fc00::/7")
# Names that are public on every network: a network that stands in for them stands in for every name.
PUBLIC_NAMES = (LIVE_HOST, "example.com")

# socks5h:// and socks4a:// let the proxy resolve names.
RESOLVED_HERE = ("socks4:", "socks5:")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class PrivateAddressError(OSError):
    """A host name resolved to a private address."""


class UnknownNameError(OSError):
    """A host name could not be resolved."""


def check_address(url: str, *, opened: Iterable[str] = (), hosts: Collection[str] = ()) -> None:
    """Raise Refused if `url` is not an http(s) address, points to a private network, or is not at one of the `hosts`.

    Without `hosts`, every public host is allowed; `*.example.com` means all names below example.com. `opened` origins
    always pass. What a name resolves to is checked when the connection is made.
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
            next_step="Use an address that can be reached from the internet.",
        )
    if hosts and not any(_is_at(host, allowed) for allowed in hosts):
        raise Refused(
            f"The administrator of this ComfyUI allows links to certain hosts only, and {host} is not one of them.",
            next_step="Connect the video to the video input instead, or ask to have the host added to "
            "APIMART_VIDEO_URL_HOSTS.",
        )


def origin_of(url: str) -> str:
    """Return the scheme, host and port of `url` in normal form. Raises ValueError if it is not an address."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def guarded_session(opened: Iterable[str] = (), *, hosts: Collection[str] = (), connections: int = 10) -> Session:
    """Return a session without a key that connects only to public addresses and to the `opened` origins.

    With `hosts`, only the public addresses of these hosts are allowed. Up to five redirects are followed, each checked
    like the first address.
    """
    session = Session()
    session.max_redirects = MAX_REDIRECTS
    for scheme in ("http://", "https://"):
        session.mount(scheme, _GuardedAdapter(tuple(opened), hosts, pool_maxsize=connections))
    return session


def _is_at(host: str, allowed: str) -> bool:
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed


def _no_address(url: str) -> Refused:
    return Refused(
        f"'{url[:80]}' is not a public http(s) address.", next_step="Use a direct link starting with https://."
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
    """Return the networks in which `answers` stand in for addresses that a proxy knows; none if they are genuine."""
    found = [ipaddress.ip_address(one.split("%")[0]) for one in answers]
    if any(one in STAND_INS for one in found):
        return (STAND_INS, *COMPANIONS)
    if any(one in SHARED or one in UNIQUE_LOCAL for one in found):
        return tuple(network for name in PUBLIC_NAMES for network in _networks_of(_resolved(name, 443)))
    return ()


def _networks_of(answers: Iterable[str]) -> Iterator[Network]:
    """Yield the networks of those answers to a public name that are not public."""
    for answer in filter(_is_private, answers):
        address = ipaddress.ip_address(answer.split("%")[0])
        if address in SHARED:
            yield SHARED
        elif isinstance(address, ipaddress.IPv6Address) and address in UNIQUE_LOCAL:
            yield ipaddress.IPv6Network((address, 64), strict=False)


def _last_four(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _is_private_literal(host: str) -> bool:
    """Return whether `host` is a private address, also as resolvers accept it: 127.1, 0x7f000001, 2130706433."""
    try:
        return _is_private(host)
    except ValueError:
        pass
    try:
        return _is_private(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        return False


def _resolved(host: str, port: int) -> list[str]:
    """Return the addresses that the resolver gives; none for a name that it does not know."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _public_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host name; none if the resolver does not know it.

    Raises PrivateAddressError if any address is private and does not stand in for a public one.
    """
    answers = _resolved(host, port)
    stand_ins = _stand_ins(answers)
    if any(_is_private_answer(one, stand_ins) for one in answers):
        raise PrivateAddressError(f"{host} resolves to a private network address")
    return answers


class _Guard:
    """Resolves a name once, checks the addresses, and connects to them: a second lookup could differ."""

    host: str
    port: int
    _dns_host: str

    def _new_conn(self) -> socket.socket:
        failure: HTTPError | None = None
        for address in _public_addresses(self.host, self.port):
            try:
                return self._connected(address)
            except (NewConnectionError, ConnectTimeoutError) as error:
                failure = error
        raise failure or UnknownNameError(f"the host name {self.host} cannot be resolved")

    def _connected(self, address: str) -> socket.socket:
        """Connect to `address`, which urllib3 takes from `_dns_host`; certificate and Host header are the name's."""
        name, self._dns_host = self._dns_host, address
        try:
            connection: socket.socket = super()._new_conn()  # type: ignore[misc]  # mixed into urllib3's connections
        finally:
            self._dns_host = name
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
    """Checks every hop of a redirect. Opened origins use an adapter without a guard.

    Names that a proxy resolves for us are not resolved here, since our own resolver's answer means nothing: many such
    networks have no resolver for outside names, or one that answers with their own gateway.
    """

    def __init__(self, opened: tuple[str, ...], hosts: Collection[str], **kwargs: Any) -> None:
        self._opened, self._hosts = opened, hosts
        self._plain = TrustingAdapter(**kwargs)
        super().__init__(**kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        check_address(url, opened=self._opened, hosts=self._hosts)
        if origin_of(url) in self._opened:
            return self._plain.send(request, *args, **kwargs)
        proxy = select_proxy(url, kwargs.get("proxies")) or ""
        if proxy.lower().startswith(RESOLVED_HERE):
            _public_addresses(urlsplit(url).hostname or "", 0)
        return super().send(request, *args, **kwargs)

    def close(self) -> None:
        self._plain.close()
        super().close()
