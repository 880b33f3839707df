"""HTTP around the provider: reads requests whole, writes answers whole, cut, slow or not at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .answers import Answer, Refusal
from .backstage import answer_backstage
from .provider import Provider, Visit, new_request_id

MAX_BODY_BYTES = 128 * 1024 * 1024
CHUNK = 256 * 1024
TRICKLES = 20


class Server(ThreadingHTTPServer):
    """One thread per connection; jobs need none."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, address: tuple[str, int], provider: Provider) -> None:
        self.provider = provider
        super().__init__(address, Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to report."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the state tells who came."""

    def _serve(self) -> None:
        request_id = new_request_id(time.time())
        try:
            visit = self._visit(request_id)
        except Refusal as refusal:
            self.close_connection = True
            self._send(refusal.answer(), request_id)
            return
        provider = self.server.provider
        backstage = visit.path.startswith("/sandbox/")
        self._send(answer_backstage(provider, visit) if backstage else provider.answer(visit), request_id)

    def _visit(self, request_id: str) -> Visit:
        parts = urlsplit(self.path)
        host = self.headers.get("Host")
        return Visit(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query)),
            headers=self.headers,
            body=self._read_body(),
            base_url=f"http://{host}" if host else self.server.url,
            peer=str(self.client_address[0]),
            request_id=request_id,
        )

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            raise Refusal(413, f"request body of {length} bytes exceeds maximum {MAX_BODY_BYTES} bytes")
        return self.rfile.read(length)

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _send(self, answer: Answer, request_id: str) -> None:
        if answer.drop:
            self._hang_up()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("X-Oneapi-Request-Id", request_id)
        self._end_head(answer)
        if self.command == "HEAD":
            return
        for piece in self._pieces(answer):
            self.wfile.write(piece)
        if answer.cut:
            self._hang_up()

    def _end_head(self, answer: Answer) -> None:
        if answer.length_known:
            self.send_header("Content-Length", str(answer.size))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def _pieces(self, answer: Answer) -> Iterator[bytes]:
        size = answer.size // 2 if answer.cut else answer.size
        if answer.file is None:
            yield answer.body[:size]
            return
        chunk = max(1, size // TRICKLES) if answer.trickle_seconds else CHUNK
        with answer.file.open("rb") as file:
            file.seek(answer.start)
            while size > 0 and (piece := file.read(min(chunk, size))):
                size -= len(piece)
                yield piece
                self._pause(answer.trickle_seconds / TRICKLES)

    def _pause(self, seconds: float) -> None:
        if seconds:
            self.wfile.flush()
            time.sleep(seconds)

    def _hang_up(self) -> None:
        """Close the connection under the client."""
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
