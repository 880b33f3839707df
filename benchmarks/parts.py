"""The first 16 frames and the last frame of a clip of ten minutes: this pack, decoding just those, and ComfyUI.

python benchmarks/parts.py [repeats [first or last]]; COMFYUI_PATH adds ComfyUI's own path: get_components() of a video
that is trimmed to them. Without the trim ComfyUI decodes the clip whole, for which no machine has the memory.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import bench
import numpy as np

SECONDS, RATE, GROUP = 600, 24, 48  # frames between key frames
WIDTH, HEIGHT, MEGABITS = 1920, 1080, 8
FIRST = 16
COUNT = SECONDS * RATE
MEMORY = 1 << 20


def just_those(clip: Path, first: int, count: int) -> Callable[[], int]:
    """PyAV by hand, knowing where the frames are: seek, decode, convert, stop."""

    def run() -> int:
        with av.open(str(clip)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            assert stream.time_base is not None
            stamp = round(first / RATE / stream.time_base)
            if first:
                container.seek(stamp, stream=stream)
            frames = []
            for frame in container.decode(stream):
                if frame.pts is not None and frame.pts >= stamp:
                    frames.append(frame.to_ndarray(format="rgb24").astype(np.float32) / np.float32(255))
                if len(frames) == count:
                    break
            return int(np.stack(frames).nbytes)

    return run


def this_pack(clip: Path, first: int, count: int) -> Callable[[], int]:
    media = bench.media()
    selection = sys.modules["apimart.flow.model"].Selection(skip_first_frames=first, frame_load_cap=count)
    return lambda: int(media.decode_frames(clip, selection).pixels.nbytes)


def comfyui_trimmed(clip: Path, first: int, count: int) -> Callable[[], int]:
    video = _comfyui()(str(clip), start_time=first / RATE, duration=count / RATE)

    def run() -> int:
        images = video.get_components().images
        return int(images.nelement() * images.element_size())

    return run


def _comfyui() -> Any:
    sys.path.insert(0, os.environ["COMFYUI_PATH"])
    sys.argv[1:] = ["--cpu"]
    from comfy_api.latest import InputImpl

    return InputImpl.VideoFromFile


WAYS = {
    "decoding just those (PyAV by hand)": just_those,
    "this pack": this_pack,
    "ComfyUI, trimmed to them": comfyui_trimmed,
}
PARTS = {"the first 16 frames": (0, FIRST), "the last frame": (COUNT - 1, 1)}


def main(repeats: int, named: str = "") -> None:
    ways = [way for way in WAYS if WAYS[way] is not comfyui_trimmed or os.environ.get("COMFYUI_PATH")]
    print(f"{bench.machine()}; {repeats} interleaved runs, each in a fresh process, medians")
    with tempfile.TemporaryDirectory() as folder:
        clip = repeated(Path(folder))
        print(f"{SECONDS} s of 1080p, {clip.stat().st_size / 1e6:.0f} MB, a key frame every {GROUP} frames")
        for title, (first, count) in ((one, PARTS[one]) for one in PARTS if named in one):
            runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
            for _ in range(repeats):
                for way in ways:
                    name = f"{way}|{first}|{count}"
                    runs[way].append(bench.in_fresh_process(__file__, name, clip, MEMORY))
            _print(title, runs)


def repeated(folder: Path) -> Path:
    """Ten minutes that are ten seconds sixty times, copied: encoding them all would take most of an hour."""
    part = bench.write_video(folder / "part.mp4", WIDTH, HEIGHT, 10 * RATE, megabits=MEGABITS, group=GROUP)
    clip = folder / "clip.mp4"
    with av.open(str(part)) as source, av.open(str(clip), "w", options={"movflags": "faststart"}) as out:
        stream = source.streams.video[0]
        copy = out.add_stream_from_template(stream)
        packets: list[Any] = [packet for packet in source.demux(stream) if packet.size]
        length = round(10 / packets[0].time_base)
        stamps = [(packet.pts, packet.dts) for packet in packets]
        for number in range(SECONDS // 10):
            for packet, (shown, decoded) in zip(packets, stamps, strict=True):
                made = av.Packet(bytes(packet))
                made.pts, made.dts, made.time_base = (
                    shown + number * length,
                    decoded + number * length,
                    packet.time_base,
                )
                made.is_keyframe, made.stream = packet.is_keyframe, copy
                out.mux(made)
    return clip


def _print(title: str, runs: dict[str, list[dict[str, float]]]) -> None:
    median = {way: bench.medians(rows) for way, rows in runs.items()}
    best = {way: min(row["seconds"] for row in rows) for way, rows in runs.items()}
    bare = next(iter(WAYS))
    rows = [
        (
            way,
            f"{row['seconds']:.2f} s, {best[way]:.2f} s",
            f"{row['seconds'] / median[bare]['seconds']:.2f}, {best[way] / best[bare]:.2f}",
            f"{row['peak'] / 1e6:.0f} MB",
        )
        for way, row in median.items()
    ]
    head = ("way", "time", "times as long as decoding just those", "peak memory added")
    bench.print_table(f"{title}; each figure by the medians, and by the best runs", head, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        named, path, memory = sys.argv[2:]
        way, first, count = named.split("|")
        bench.report(WAYS[way](Path(path), int(first), int(count)), int(memory))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5, *sys.argv[2:3])
