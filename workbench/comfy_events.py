"""What a ComfyUI server tells its page over the WebSocket, kept in the order it came."""

from __future__ import annotations

import json
import struct
import threading
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any

import websocket

PROGRESS_TEXT = 3  # ComfyUI's protocol.py: >I length of the node id, the node id, the text

Event = dict[str, Any]


class Events:
    """A page that only listens. Every event is {"type", "data"}; progress text has type `progress_text`."""

    def __init__(self, port: int) -> None:
        self.client_id = uuid.uuid4().hex
        self._heard: list[Event] = []
        self._changed = threading.Condition()
        self._socket = websocket.create_connection(f"ws://127.0.0.1:{port}/ws?clientId={self.client_id}", timeout=600)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def heard(self, kind: str) -> list[Any]:
        """The data of every event of that type so far."""
        with self._changed:
            return [event["data"] for event in self._heard if event["type"] == kind]

    def wait(self, kind: str, holds: Callable[[Any], bool] = lambda data: True, seconds: float = 60) -> Any:
        """The data of the first event of that type for which `holds`, past or coming. Raises TimeoutError."""

        def found() -> list[Event]:
            return [event for event in self._heard if event["type"] == kind and holds(event["data"])]

        with self._changed:
            if not self._changed.wait_for(found, timeout=seconds):
                raise TimeoutError(f"no {kind} within {seconds} s, but {[event['type'] for event in self._heard]}")
            return found()[0]["data"]

    def wait_for_end(self, prompt_id: str, seconds: float = 120) -> None:
        """Wait until ComfyUI has nothing more to do for this prompt."""
        self.wait("executing", lambda data: data["node"] is None and data["prompt_id"] == prompt_id, seconds)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Progress texts as (node id, text)."""
        return [(data["node"], data["text"]) for data in self.heard("progress_text")]

    def close(self) -> None:
        self._socket.close()
        self._thread.join(timeout=10)

    def _listen(self) -> None:
        while True:
            try:
                message = self._socket.recv()
            except (websocket.WebSocketException, OSError):
                return
            if not message:
                return
            event = json.loads(message) if isinstance(message, str) else _binary(message)
            if event:
                with self._changed:
                    self._heard.append(event)
                    self._changed.notify_all()

    def __enter__(self) -> Events:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _binary(message: bytes) -> Event | None:
    (kind,) = struct.unpack_from(">I", message)
    if kind != PROGRESS_TEXT:
        return None
    (length,) = struct.unpack_from(">I", message, 4)
    node, text = message[8 : 8 + length].decode(), message[8 + length :].decode()
    return {"type": "progress_text", "data": {"node": node, "text": text}}
