"""A provider, or the proxy before it, that hangs up at a chosen point of the exchange."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

POINTS = ("accepted", "asked", "silent", "tunnel", "hello", "handshake", "head", "request", "answer", "")
OK = b"HTTP/1.1 200 Connection established\r\n\r\n"
TICKET = b'{"code": 200, "data": [{"status": "submitted", "task_id": "task_1"}]}'


class _HungUpError(Exception):
    """The point is reached."""


class HangUp:
    """Listens on a free port of 127.0.0.1 in its `with` block and sells a task to every submit that comes whole.

    It answers CONNECT with `connect_answer` and is the provider behind the tunnel itself. `cut` is the point where it
    closes the connection: "accepted" before it reads anything; "asked" after CONNECT; "silent" never closes and never
    answers CONNECT; "tunnel" after its answer to CONNECT; "hello" after the first message of the TLS handshake;
    "handshake" after the handshake; "head" and "request" after the request's head and its whole; "answer" in the middle
    of its answer; empty for never. With `tls_first` the TLS handshake comes first, as at an https:// proxy.
    """

    def __init__(
        self, tls: ssl.SSLContext, *, cut: str = "", connect_answer: bytes = OK, tls_first: bool = False
    ) -> None:
        assert cut in POINTS
        self.cut = cut
        self.requests: list[bytes] = []
        self._tls = tls
        self._connect_answer = connect_answer
        self._tls_first = tls_first
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> HangUp:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            pass  # wakes `accept`
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, act: object, *arguments: object) -> None:
        assert callable(act)
        thread = threading.Thread(target=act, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            self._start(self._serve, self._listener.accept()[0])

    def _serve(self, connection: socket.socket) -> None:
        with suppress(_HungUpError, OSError), closing(connection):
            self._reach("accepted")
            if self._tls_first:
                with self._wrapped(connection) as inner:
                    self._answer(inner, _head(inner))
                return
            head = _head(connection)
            if not head.startswith(b"CONNECT"):
                self._answer(connection, head)
                return
            self._tunnel(connection)
            with self._wrapped(connection) as inner:
                self._answer(inner, _head(inner))

    def _tunnel(self, connection: socket.socket) -> None:
        self._reach("asked")
        if self.cut == "silent":
            self._over.wait()
            raise _HungUpError
        connection.sendall(self._connect_answer)
        if self._connect_answer != OK:
            raise _HungUpError
        self._reach("tunnel")

    @contextmanager
    def _wrapped(self, connection: socket.socket) -> Iterator[ssl.SSLSocket]:
        if self.cut == "hello":
            connection.recv(1 << 16)
        self._reach("hello")
        with self._tls.wrap_socket(connection, server_side=True) as wrapped:
            self._reach("handshake")
            yield wrapped

    def _answer(self, connection: socket.socket, head: bytes) -> None:
        self._reach("head")
        found = re.search(rb"(?i)content-length: *(\d+)", head)
        body = _exactly(connection, int(found[1]) if found else 0)
        self.requests.append(head + body)
        self._reach("request")
        said = TICKET[: len(TICKET) // 2] if self.cut == "answer" else TICKET
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TICKET), said))

    def _reach(self, point: str) -> None:
        if self.cut == point:
            raise _HungUpError


def _head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _exactly(connection, 1)
    return head


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = connection.recv(size - len(found))
        if not piece:
            raise _HungUpError
        found += piece
    return found
