"""What the benchmarks of media share: the pack, clips of their own, fresh processes, medians and tables."""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import cv2
import numpy as np

WORKBENCH = Path(__file__).resolve().parent.parent / "workbench"
sys.path.append(str(WORKBENCH))  # where the loader of the pack, the sandbox and the ComfyUI server are
KIBIBYTE = 1024
# A virtual machine gets its memory from its host on first touch, which takes far longer than decoding into it.
TOUCH = "import numpy, sys; numpy.ones(int(sys.argv[1]), numpy.uint8)"


def media() -> ModuleType:
    """The pack's flow.media, loaded the way ComfyUI loads the pack."""
    import pack

    pack.load()
    from apimart.flow import media as found

    return found


def write_video(
    path: Path, width: int, height: int, frames: int, *, megabits: float, rate: int = 24, group: int = 250
) -> Path:
    """An H.264 clip of a panned, grainy picture at `megabits` a second."""
    if path.exists():
        return path
    random = np.random.default_rng(1)
    field = cv2.GaussianBlur(random.random((height + 64, width + 128, 3), np.float32), (0, 0), 5)
    field = (field - field.min()) * (255 / (field.max() - field.min()))
    grain = [random.normal(0, 3, (height, width, 1)).astype(np.float32) for _ in range(5)]
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="mp4", options={"movflags": "faststart"}) as out:
        stream = out.add_stream("libx264", rate=Fraction(rate), options={"preset": "veryfast", "g": str(group)})
        stream.bit_rate = int(megabits * 1e6)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            x, y = 2 * number % 128, number % 64
            picture = field[y : y + height, x : x + width] + np.roll(grain[number % 5], number * 37, axis=(0, 1))
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    part.rename(path)
    return path


def in_fresh_process(script: str, way: str, clip: Path, memory: int) -> dict[str, float]:
    """What `report` prints in a new process that runs `way` once, which needs `memory` bytes."""
    command = [sys.executable, script, "--way", way, str(clip), str(memory)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(run: Callable[[], int], memory: int) -> None:
    """Run once and print seconds, the bytes of the result, and the memory that came on top of the imports."""
    # The host soon takes back what lies idle, so the memory is touched right before, by a process that then ends.
    subprocess.run([sys.executable, "-c", TOUCH, str(memory)], check=True)
    before = _peak_bytes()
    begin = time.perf_counter()
    size = run()
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "bytes": size, "peak": _peak_bytes() - before}))


def median_seconds(run: Callable[[], Any], repeats: int) -> float:
    spent = []
    for _ in range(repeats):
        begin = time.perf_counter()
        run()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def interleaved_seconds(ways: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """The median of each way; every round runs all of them once."""
    rounds = [{name: median_seconds(run, 1) for name, run in ways.items()} for _ in range(repeats)]
    return medians(rounds)


def medians(runs: Iterable[Mapping[str, float]]) -> dict[str, float]:
    rows = list(runs)
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, PyAV {av.__version__}, OpenCV {cv2.__version__}, NumPy {np.__version__}"
    )


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table in Markdown, ready for benchmarks/README.md."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def _peak_bytes() -> int:
    """The most memory this process ever held. On Linux ru_maxrss also remembers the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) * KIBIBYTE  # type: ignore[index]  # always there
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * KIBIBYTE
