"""Clip to float32 frames: this pack, ComfyUI, the usual OpenCV loop, and the bare decoder as the limit.

python benchmarks/decode.py [repeats]; COMFYUI_PATH adds ComfyUI's own VideoFromFile.get_components().
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
import bench
import cv2
import numpy as np

SECONDS, RATE = 8, 24
SIZES = {"720p": (1280, 720, 6), "1080p": (1920, 1080, 12)}  # pixels, and megabits a second as the models return
LEAST_BYTES = 1 << 20
MOST_MEMORY = 2.4  # times the result: what the hungriest way takes


def bare_decoder(clip: Path) -> Callable[[], int]:
    def run() -> int:
        with av.open(str(clip)) as container:
            container.streams.video[0].thread_type = "AUTO"
            return sum(0 for _ in container.decode(video=0))

    return run


def this_pack(clip: Path) -> Callable[[], int]:
    media = bench.media()
    return lambda: int(media.decode_frames(clip).pixels.nbytes)


def one_converter(clip: Path) -> Callable[[], int]:
    media = bench.media()
    sys.modules["apimart.flow.media.decode"].CONVERTERS = 1  # type: ignore[attr-defined]
    return lambda: int(media.decode_frames(clip).pixels.nbytes)


def every_fourth(clip: Path) -> Callable[[], int]:
    media = bench.media()
    selection = sys.modules["apimart.flow.model"].Selection(select_every_nth=4)
    return lambda: int(media.decode_frames(clip, selection).pixels.nbytes)


def opencv_loop(clip: Path) -> Callable[[], int]:
    def run() -> int:
        capture = cv2.VideoCapture(str(clip))
        frames: list[np.ndarray] = []
        while True:
            done, frame = capture.read()
            if not done:
                return int(np.stack(frames).nbytes)
            frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB).astype(np.float32) / 255.0)

    return run


def comfyui(clip: Path) -> Callable[[], int]:
    sys.path.insert(0, os.environ["COMFYUI_PATH"])
    sys.argv[1:] = ["--cpu"]
    from comfy_api.latest import InputImpl

    def run() -> int:
        images = InputImpl.VideoFromFile(str(clip)).get_components().images
        return int(images.nelement() * images.element_size())

    return run


WAYS = {
    "bare decoder, frames thrown away": bare_decoder,
    "this pack": this_pack,
    "this pack, if one thread converted": one_converter,
    "this pack, select_every_nth = 4": every_fourth,
    "OpenCV loop (list, stack)": opencv_loop,
    "ComfyUI get_components()": comfyui,
}


def main(repeats: int) -> None:
    ways = [way for way in WAYS if WAYS[way] is not comfyui or os.environ.get("COMFYUI_PATH")]
    print(f"{bench.machine()}; {repeats} interleaved runs, each in a fresh process, medians")
    with tempfile.TemporaryDirectory() as folder:
        for name, (width, height, megabits) in SIZES.items():
            clip = bench.write_video(Path(folder) / f"{name}.mp4", width, height, SECONDS * RATE, megabits=megabits)
            result = SECONDS * RATE * width * height * 12
            runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
            for _ in range(repeats):
                for way in ways:
                    runs[way].append(bench.in_fresh_process(__file__, way, clip, int(MOST_MEMORY * result)))
            _print(f"{name}, {SECONDS} s, {clip.stat().st_size / 1e6:.1f} MB -> {result / 1e9:.2f} GB", runs)


def _print(title: str, runs: dict[str, list[dict[str, float]]]) -> None:
    """Ratios by the medians, and by the best runs: what disturbs a run only ever makes it longer."""
    median = {way: bench.medians(rows) for way, rows in runs.items()}
    best = {way: min(row["seconds"] for row in rows) for way, rows in runs.items()}
    bare, ours = "bare decoder, frames thrown away", "this pack"
    rows = [
        (
            way,
            f"{row['seconds']:.2f} s, {best[way]:.2f} s",
            f"{median[bare]['seconds'] / row['seconds']:.2f}, {best[bare] / best[way]:.2f}",
            f"{row['seconds'] / median[ours]['seconds']:.2f}, {best[way] / best[ours]:.2f}",
            f"{row['peak'] / row['bytes']:.3f}" if row["bytes"] >= LEAST_BYTES else f"{row['peak'] / 1e6:.0f} MB",
        )
        for way, row in median.items()
    ]
    bench.print_table(
        f"{title}; each figure by the medians, and by the best runs",
        ("way", "time", "of the bare decoder", "times as long as this pack", "peak / result"),
        rows,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        way, clip, memory = sys.argv[2:]
        bench.report(WAYS[way](Path(clip)), int(memory))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5)
