"""Downloads and uploads of 100 MB against bare streaming loops, and a clip on its way to a public address.

python benchmarks/transfer.py [repeats]; every way runs in a process of its own, against the sandbox on loopback.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import bench
import cost
import pack
import requests
from sandboxed import Sandbox

pack.load()
from apimart.flow import media, wire  # noqa: E402 - the pack has its name only now
from apimart.flow.model import MediaFile  # noqa: E402
from apimart.flow.publish.temporary_hosts import SandboxFiles  # noqa: E402

SIZE = 100_000_000
CHUNK = 1 << 20
WIDTH, HEIGHT, RATE, LOOP_FRAMES = 1920, 1080, 30, 48
BOUNDARY = "bare"


def download(clip: Path, url: str) -> None:
    part = clip.with_suffix(".part")
    part.unlink(missing_ok=True)
    wire.Transfer((url,)).download(url, part)


def download_bare(clip: Path, url: str) -> None:
    with requests.get(url, stream=True, timeout=60) as answer, clip.with_suffix(".part").open("wb") as out:
        for chunk in answer.iter_content(CHUNK):
            out.write(chunk)


def upload(clip: Path, url: str) -> None:
    _put(clip, url, "")


def upload_bare(clip: Path, url: str) -> None:
    """A form that was written into a file beforehand, and that requests reads from the open file."""
    headers = {**_key(), "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    with clip.with_suffix(".form").open("rb") as body:
        requests.post(_door(url), data=body, headers=headers, timeout=60).raise_for_status()


def upload_whole(clip: Path, url: str) -> None:
    with clip.open("rb") as body:
        files = {"file": (clip.name, body, "video/mp4")}
        requests.post(_door(url), files=files, headers=_key(), timeout=60).raise_for_status()


def examine(clip: Path, url: str) -> None:
    media.measure(clip)
    media.content_of_video(clip)


def publish(clip: Path, url: str) -> None:
    media.measure(clip)
    _put(clip, url, media.content_of_video(clip))


def _put(clip: Path, url: str, content: str) -> None:
    store = SandboxFiles(_origin(url), os.environ["APIMART_API_KEY"], wire.Transfer((url,)))
    store.put(MediaFile(clip, "video/mp4", clip.stat().st_size, content))


def _key() -> dict[str, str]:
    return {"Authorization": f"Bearer {os.environ['APIMART_API_KEY']}"}


def _origin(url: str) -> str:
    return url.partition("/f/")[0]


def _door(url: str) -> str:
    return f"{_origin(url)}/sandbox/files"


WAYS: dict[str, tuple[Callable[[Path, str], None], str]] = {
    "download: bare requests loop": (download_bare, "download: bare requests loop"),
    "download: this pack": (download, "download: bare requests loop"),
    "upload: bare requests stream": (upload_bare, "upload: bare requests stream"),
    "upload: this pack": (upload, "upload: bare requests stream"),
    "upload: requests with files=": (upload_whole, "upload: bare requests stream"),
    "clip: measured and hashed": (examine, "upload: bare requests stream"),
    "clip: measured, hashed and published": (publish, "upload: bare requests stream"),
}


def write_heavy_clip(path: Path) -> Path:
    """A clip of 100 MB: a short one, its packets repeated."""
    short = bench.write_video(path.with_name("short.mp4"), WIDTH, HEIGHT, LOOP_FRAMES, rate=RATE, megabits=40)
    with av.open(str(short)) as source, av.open(str(path), "w") as out:
        given = source.streams.video[0]
        stream = out.add_stream_from_template(given)
        assert given.time_base is not None
        step = round(Fraction(LOOP_FRAMES, RATE) / given.time_base)
        contents = [
            (bytes(packet), packet.pts, packet.dts, packet.is_keyframe)
            for packet in source.demux(given)
            if packet.pts is not None and packet.dts is not None
        ]
        for round_ in range(SIZE // sum(len(data) for data, *_ in contents)):
            for data, pts, dts, is_key in contents:
                packet = av.Packet(data)
                packet.pts, packet.dts, packet.time_base = pts + round_ * step, dts + round_ * step, given.time_base
                packet.is_keyframe, packet.stream = is_key, stream
                out.mux(packet)
    return path


def write_form(clip: Path) -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="clip.mp4"\r\n\r\n'
    with clip.open("rb") as source, clip.with_suffix(".form").open("wb") as out:
        out.write(head.encode())
        while chunk := source.read(CHUNK):
            out.write(chunk)
        out.write(f"\r\n--{BOUNDARY}--\r\n".encode())


def measured(way: str, clip: Path, url: str, sandbox: Sandbox) -> dict[str, float]:
    command = [sys.executable, __file__, "--way", way, str(clip), url]
    told = {**os.environ, "APIMART_API_KEY": sandbox.key}
    done = subprocess.run(command, env=told, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run_once(way: str, clip: Path, url: str) -> None:
    """Print what one run costs; its memory comes on top of the imports."""
    spent = cost.cost_of(lambda: WAYS[way][0](clip, url))
    print(json.dumps({"seconds": spent.seconds, "cpu": spent.cpu_seconds, "added": spent.added_bytes}))


def main(repeats: int) -> None:
    print(f"{bench.machine()}; {repeats} interleaved runs, each in a fresh process, medians; loopback")
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        clip = write_heavy_clip(Path(folder) / "clip.mp4")
        write_form(clip)
        url = sandbox.host(clip)
        runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for _ in range(repeats):
            for way in WAYS:
                runs[way].append(measured(way, clip, url, sandbox))
        _print(clip.stat().st_size / cost.MEGABYTE, {way: bench.medians(each) for way, each in runs.items()})


def _print(megabytes: float, found: dict[str, dict[str, float]]) -> None:
    rows = [
        (
            way,
            f"{megabytes / row['seconds']:.0f} MB/s",
            f"{row['seconds'] / found[WAYS[way][1]]['seconds']:.2f}",
            f"{1000 * row['cpu']:.0f} ms",
            f"{row['added'] / cost.MEGABYTE:.0f} MB",
        )
        for way, row in found.items()
    ]
    head = ("way", "speed", "times as long as the bare one", "processor", "peak memory added")
    bench.print_table(f"{megabytes:.0f} MB", head, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        run_once(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 3)
