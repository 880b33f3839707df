"""Measuring and hashing a clip of 100 MB, against opening it and against decoding every frame.

python benchmarks/probe.py [repeats]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import av
import bench
import cv2

WIDTH, HEIGHT, FRAMES = 1920, 1080, 600
OPENING = "opening it with OpenCV"


def open_with_opencv(clip: Path) -> None:
    cv2.VideoCapture(str(clip)).release()


def open_with_pyav(clip: Path) -> None:
    with av.open(str(clip)):
        pass


def decode_all(clip: Path) -> int:
    with av.open(str(clip)) as container:
        container.streams.video[0].thread_type = "AUTO"
        return sum(1 for _ in container.decode(video=0))


def main(repeats: int) -> None:
    media = bench.media()
    print(f"{bench.machine()}; {repeats} runs, medians, the file in the page cache")
    with tempfile.TemporaryDirectory() as folder:
        clip = bench.write_video(Path(folder) / "clip.mp4", WIDTH, HEIGHT, FRAMES, rate=30, megabits=40)
        found = media.measure(clip)
        assert found.frames == decode_all(clip)
        ways = {
            OPENING: lambda: open_with_opencv(clip),
            "opening it with PyAV": lambda: open_with_pyav(clip),
            "measure": lambda: media.measure(clip),
            "content_of_clip": lambda: media.content_of_video(clip),
        }
        spent = bench.interleaved_seconds(ways, repeats)
        spent["decoding every frame"] = bench.median_seconds(lambda: decode_all(clip), 1)
        title = f"{clip.stat().st_size / 1e6:.0f} MB, {found.seconds:g} s, {found.size}"
        rows = [(way, f"{1000 * took:.0f} ms", f"{took / spent[OPENING]:.2f}") for way, took in spent.items()]
        bench.print_table(title, ("what", "time", "times opening it"), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 9)
