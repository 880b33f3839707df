"""Writing prompt, workflow and receipt into a kept video of 8 s in 1080p, against a bare copy of the file.

python benchmarks/keeping.py [repeats]
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import bench

WIDTH, HEIGHT, FRAMES, MEGABITS = 1920, 1080, 192, 12
TEXTS = {"prompt": json.dumps({"1": {"inputs": {"text": "x" * 40_000}}}), "workflow": "y" * 80_000, "apimart": "{}"}


def main(repeats: int) -> None:
    media = bench.media()
    print(f"{bench.machine()}; {repeats} interleaved runs, medians, the file in the page cache")
    with tempfile.TemporaryDirectory() as folder:
        video = bench.write_video(Path(folder) / "video.mp4", WIDTH, HEIGHT, FRAMES, megabits=MEGABITS)
        kept, copied = Path(folder) / "kept.mp4", Path(folder) / "copied.mp4"
        shutil.copyfile(video, kept)
        assert media.write_metadata(kept, TEXTS)
        ways = {
            "a bare copy of the file": lambda: shutil.copyfile(video, copied),
            "hashing its content": lambda: media.content_of_video(video),
            "prompt, workflow and receipt into it": lambda: media.write_metadata(kept, TEXTS),
        }
        spent = bench.interleaved_seconds(ways, repeats)
        title = f"{video.stat().st_size / 1e6:.1f} MB, {FRAMES / 24:g} s of {WIDTH}x{HEIGHT}"
        bench.print_table(title, ("what", "time"), [(way, f"{1000 * took:.0f} ms") for way, took in spent.items()])


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 15)
