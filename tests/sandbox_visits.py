"""A client of the sandbox, and the media it brings along."""

from __future__ import annotations

import http.client
import io
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
from PIL import Image
from sandboxed import Sandbox

SUBMIT = "/v1/videos/generations"


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return str(self.json()["error"]["message"])


@dataclass
class Visitor:
    """A client with a key."""

    sandbox: Sandbox

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        parts = urlsplit(self.sandbox.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        try:
            connection.request(method, path.removeprefix(self.sandbox.url), body, named)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, None, **{"Authorization": f"Bearer {self.sandbox.key}", **headers})

    def submit(self, body: Any, path: str = SUBMIT, **headers: str) -> Reply:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        key = {"Authorization": f"Bearer {self.sandbox.key}", "Content_Type": "application/json"}
        return self.ask("POST", path, content, **{**key, **headers})

    def buy(self, body: dict[str, Any]) -> str:
        """Submit, let the job end, and give its task id."""
        reply = self.submit(body)
        assert reply.status == 200, reply.body
        self.sandbox.finish()
        return str(reply.json()["data"][0]["task_id"])

    def task(self, task_id: str) -> Any:
        return self.get(f"/v1/tasks/{task_id}").json()["data"]

    def outcome(self, body: dict[str, Any]) -> Any:
        return self.task(self.buy(body))

    def upload(self, content: bytes, field: str = "file", name: str = "a.png") -> Reply:
        head = f'--B0\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + b"\r\n--B0--\r\n"
        key = f"Bearer {self.sandbox.key}"
        kind = "multipart/form-data; boundary=B0"
        return self.ask("POST", "/v1/uploads/images", body, Authorization=key, Content_Type=kind)


def picture(kind: str = "PNG", width: int = 640, height: int = 360) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (20, 120, 220)).save(file, kind)
    return file.getvalue()


def moving_clip(frames: int = 96, rate: Fraction = Fraction(24), sound: bool = False) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        heard = container.add_stream("aac", rate=44100) if sound else None
        for number in range(frames):
            levels = np.full((96, 160, 3), number % 255, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(levels)))
        container.mux(stream.encode(None))
        if heard:
            _lay_long_sound(container, heard)
    return file.getvalue()


def _lay_long_sound(container: Any, stream: Any) -> None:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100 * 14), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 44100
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
