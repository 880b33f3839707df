"""A running sandbox, its visitor and the example requests of the pages. A pytest plugin of the tests that name it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sandbox_visits import Visitor, moving_clip, picture
from sandboxed import Sandbox


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(keys=["sk-sandbox-test-key-0001", "sk-other-0002"]) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """As on its first day: a job that an earlier test left running is never billed."""
    running.control(reset=True, forget=True)
    return running


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Visitor(sandbox)


@pytest.fixture(scope="session")
def image_url(running: Sandbox) -> str:
    return str(Visitor(running).upload(picture()).json()["url"])


@pytest.fixture(scope="session")
def video_url(running: Sandbox) -> str:
    return running.host(moving_clip(96))


@pytest.fixture
def motion(image_url: str, video_url: str) -> dict[str, Any]:
    """The curl example of the Kling pages, its media replaced by ours."""
    return {
        "model": "kling-v2-6-motion-control",
        "prompt": "the character turns around and waves, cinematic light",
        "image_url": image_url,
        "video_url": video_url,
        "keep_original_sound": "yes",
        "character_orientation": "image",
        "mode": "std",
        "watermark_info": {"enabled": False},
    }


@pytest.fixture
def sora() -> dict[str, Any]:
    return {"model": "sora-2", "prompt": "a waterfall forms a rainbow", "duration": 8, "resolution": "720p"}


@pytest.fixture
def veo() -> dict[str, Any]:
    prompt = "a golden retriever running on the beach, sunset, cinematic"
    return {"model": "veo3.1-fast-official", "prompt": prompt, "duration": 4, "aspect_ratio": "16:9"}


class _Redirecting(BaseHTTPRequestHandler):
    """/N/URL leads to URL after N redirects."""

    def do_GET(self) -> None:
        hops, _, url = self.path[1:].partition("/")
        self.send_response(302)
        self.send_header("Location", url if hops == "1" else f"/{int(hops) - 1}/{url}")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture(scope="session")
def redirects() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Redirecting) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
