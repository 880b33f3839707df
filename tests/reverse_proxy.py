"""A reverse proxy on plain http as many are set up: nginx's defaults, which put the name of the upstream into Host."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress

UPSTREAM = "10.1.2.3:8188"  # what `proxy_pass http://10.1.2.3:8188;` sends


class ReverseProxy:
    """Listens on a free port of 127.0.0.1 in its `with` block and passes every request on to `port`.

    `headers` are put into each request; it answers 502 to addresses that hold what is `broken`.
    """

    def __init__(self, port: int, **headers: str) -> None:
        self.headers = headers
        self.broken = ""
        self._upstream = port
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> ReverseProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            pass  # wakes `accept`
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            connection = self._listener.accept()[0]
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """One request; a WebSocket goes on for as long as both sides want."""
        with suppress(OSError), closing(client):
            head, _, rest = _until_blank_line(client).partition(b"\r\n\r\n")
            if not head:
                return
            if self.broken and self.broken.encode() in head.split(b" ")[1]:
                client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                client.shutdown(socket.SHUT_WR)
                while client.recv(1 << 16):
                    pass  # a connection that is closed before all was read takes the answer with it
                return
            with closing(socket.create_connection(("127.0.0.1", self._upstream))) as server:
                server.sendall(self._passed_on(head) + b"\r\n\r\n" + rest)
                threading.Thread(target=_pump, args=(client, server), daemon=True).start()
                _pump(server, client)

    def _passed_on(self, head: bytes) -> bytes:
        lines = head.split(b"\r\n")
        is_socket = any(line.lower().startswith(b"upgrade:") for line in lines)
        dropped = (b"host:",) if is_socket else (b"host:", b"connection:")
        kept = [line for line in lines if not line.lower().startswith(dropped)]
        told = {"Host": UPSTREAM, **self.headers, **({} if is_socket else {"Connection": "close"})}
        return b"\r\n".join([*kept, *(f"{name}: {value}".encode() for name, value in told.items())])


def _until_blank_line(client: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        piece = client.recv(1 << 16)
        if not piece:
            return b""
        found += piece
    return found


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
