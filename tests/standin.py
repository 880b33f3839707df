"""A web server on this machine that stands in for any host: the test tells what it serves and how it misbehaves."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Visit:
    """One request as it came in; of a long body only the beginning is kept."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    length: int


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or that was hung up on, is nothing to report."""


class StandIn:
    """Listens on a free port of 127.0.0.1 while the test is in its `with` block."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.visits: list[Visit] = []
        self.acts: dict[str, Act] = {}
        self.over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self.port = int(self._server.server_address[1])
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    def serve(self, path: str, content: bytes, kind: str = "video/mp4") -> str:
        """A file, whole or by Range; its address."""

        def act(handler: BaseHTTPRequestHandler) -> None:
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", handler.headers.get("Range", ""))
            first = int(asked[1]) if asked else 0
            last = min(int(asked[2]) if asked and asked[2] else len(content) - 1, len(content) - 1)
            if first > last:
                answer(handler, 416, b"", kind, **{"Content-Range": f"bytes */{len(content)}"})
                return
            span = {"Content-Range": f"bytes {first}-{last}/{len(content)}"} if asked else {}
            answer(handler, 206 if asked else 200, content[first : last + 1], kind, **span)

        return self.act(path, act)

    def say(self, path: str, status: int, body: bytes = b"", kind: str = "text/plain", **headers: str) -> str:
        return self.act(path, lambda handler: answer(handler, status, body, kind, **headers))

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.say(path, status, Location=to)

    def act(self, path: str, act: Act) -> str:
        """Do anything at `path`; its address."""
        self.acts[path] = act
        return self.url + path

    def paths(self, method: str = "GET") -> list[str]:
        return [visit.path for visit in self.visits if visit.method == method]

    def __enter__(self) -> StandIn:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        if value:
            handler.send_header(name, value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def _handler_of(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body, left = b"", length
            while left and (piece := self.rfile.read(min(left, 1 << 16))):
                body, left = (body + piece if len(body) < 1 << 20 else body), left - len(piece)
            path = self.path.partition("?")[0]
            stand_in.visits.append(Visit(self.command, self.path, dict(self.headers.items()), body, length - left))
            stand_in.acts.get(path, lambda handler: answer(handler, 404, b"not here", "text/plain"))(self)

        do_POST = do_HEAD = do_PUT = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the visits tell who came."""

    return Handler
