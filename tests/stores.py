"""What the tests of the media stores share: clips, an S3 server, an aiohttp server, and a plain look at an address."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

from aiohttp import web
from apimart.flow.model import MediaFile

MOTO = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


def clip_bytes(size: int = 5000, seed: int = 0) -> bytes:
    """Begins like an MP4; the rest is as good as any."""
    noise = hashlib.shake_128(bytes([seed])).digest(min(size, 1 << 16))
    return (b"\x00\x00\x00\x18ftypmp42" + noise * (size // len(noise) + 1))[:size]


def media_file(path: Path, content: bytes | None = None) -> MediaFile:
    path.write_bytes(clip_bytes() if content is None else content)
    found = path.read_bytes()
    return MediaFile(path, "video/mp4", len(found), hashlib.sha256(found).hexdigest())


@contextmanager
def s3_server(*buckets: str) -> Iterator[str]:
    """The address of an S3 server of its own process, which trusts everybody and keeps everything in memory."""
    process = subprocess.Popen([sys.executable, "-c", MOTO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        for bucket in buckets:
            look(f"{url}/{bucket}", method="PUT")
        yield url
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def web_app(routes: web.RouteTableDef) -> Iterator[str]:
    """The address of an aiohttp server with `routes`, on a loop and a thread of its own."""
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def look(url: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Message]:
    """What anybody gets at an address: status, body, headers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(), refused.headers
