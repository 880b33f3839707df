"""Connections that notice, also while nothing comes or goes, that nobody waits for their answer any more."""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from ..errors import Unfinished
from ..stopping import TURN_SECONDS, Stopped, never, raise_if_stopped

Result = TypeVar("Result")

_stopped: ContextVar[Stopped] = ContextVar("apimart_stopped", default=never)


@contextmanager
def listening(stopped: Stopped) -> Iterator[None]:
    """What this thread sends and receives through a `ListeningAdapter` inside the block ends with `stopped`.

    Unfinished is raised then, after at most `TURN_SECONDS`. Only the opening of a TCP connection is not interrupted;
    it has a limit of its own.
    """
    token = _stopped.set(stopped)
    try:
        yield
    finally:
        _stopped.reset(token)


class ListeningAdapter(HTTPAdapter):
    """Speaks HTTP and HTTPS, also through proxies, with connections that heed `listening`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _make_listen(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        _make_listen(manager)
        return manager


class Listening:
    """Mixed into a connection of urllib3."""

    ssl_context: Any  # of an HTTPS connection only

    def _new_conn(self) -> socket.socket:
        return _taken_over(super()._new_conn())  # type: ignore[misc]  # mixed into urllib3's connections

    def connect(self) -> None:
        if getattr(self, "ssl_context", self) is None:
            self.ssl_context = create_urllib3_context()
            self.ssl_context.sslsocket_class = _TLSSocket
        super().connect()  # type: ignore[misc]  # as above


def _make_listen(manager: PoolManager) -> None:
    pools: Any = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _listening_pool(pool) for scheme, pool in pools.items()}


@cache
def _listening_pool(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    connection: Any = pool.ConnectionCls
    if issubclass(connection, Listening):
        return pool
    return type(pool.__name__, (pool,), {"ConnectionCls": type(connection.__name__, (Listening, connection), {})})


# The sockets wait in turns. A read, a write or a handshake that timed out may be repeated: nothing that came or went
# is lost, since the kernel or OpenSSL holds it. Above the socket it would be: `http.client` gives up after a timeout.


def _in_turns(waiting: socket.socket, step: Callable[..., Result], *arguments: Any) -> Result:
    """`step`, within the time limit of the socket. Raises Unfinished when it is stopped, TimeoutError as usual."""
    stopped, seconds = _stopped.get(), waiting.gettimeout()
    if stopped is never or seconds == 0:
        return step(*arguments)
    ends = math.inf if seconds is None else time.monotonic() + seconds
    try:
        while True:
            raise_if_stopped(stopped)
            waiting.settimeout(min(TURN_SECONDS, max(ends - time.monotonic(), 0.001)))
            try:
                return step(*arguments)
            except TimeoutError:
                if time.monotonic() >= ends:
                    raise
    finally:
        waiting.settimeout(seconds)


class _Socket(socket.socket):
    def recv(self, *arguments: Any) -> bytes:
        return _in_turns(self, super().recv, *arguments)

    def recv_into(self, *arguments: Any) -> int:
        return _in_turns(self, super().recv_into, *arguments)

    def send(self, *arguments: Any) -> int:
        return _in_turns(self, super().send, *arguments)

    def sendall(self, data: Any, flags: int = 0) -> None:
        with memoryview(data) as view, view.cast("B") as left:
            sent = 0
            while sent < len(left):
                sent += self.send(left[sent:], flags)


class _TLSSocket(ssl.SSLSocket):
    """`sendall` is a loop of `send` already."""

    def recv(self, *arguments: Any) -> bytes:
        return _in_turns(self, super().recv, *arguments)

    def recv_into(self, *arguments: Any) -> int:
        return _in_turns(self, super().recv_into, *arguments)

    def send(self, *arguments: Any) -> int:
        return _in_turns(self, super().send, *arguments)

    def do_handshake(self, *arguments: Any) -> None:
        try:
            _in_turns(self, super().do_handshake, *arguments)
        except Unfinished:
            self.close()  # `ssl` does so only after errors of the system
            raise


def _taken_over(found: socket.socket) -> socket.socket:
    seconds = found.gettimeout()
    taken = _Socket(found.family, found.type, found.proto, fileno=found.detach())
    taken.settimeout(seconds)
    return taken
