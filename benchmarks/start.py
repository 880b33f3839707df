"""What the pack adds to ComfyUI's start: its imports in fresh processes, and ComfyUI's own report.

python benchmarks/start.py [repeats]; COMFYUI_PATH adds the report (COMFYUI_PYTHON names the Python that runs it).
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import bench
from comfy_server import ComfyServer

# ComfyUI has imported these long before it comes to the packs.
BEFORE = "import asyncio, hashlib, json, logging, tempfile, urllib.parse, uuid"
DOOR = "import pack; pack.load()"
FAMILIES = f"{DOOR}; from apimart import nodes; nodes.families()"
FLOW = f"{FAMILIES}; import apimart.flow.jobs"
WAYS = {
    "nothing, the floor": "pass",
    "the door": DOOR,
    "the door, all families and flow.model (at the start)": FAMILIES,
    "also the whole journey (at the first run)": FLOW,
}
TIMED = """
import json, sys, time
{before}
sys.path.insert(0, {workbench!r})
wall, cpu, known = time.perf_counter(), time.process_time(), len(sys.modules)
{way}
spent = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({{"seconds": spent[0], "cpu": spent[1], "modules": len(sys.modules) - known}}))
"""
REPORTED = re.compile(r"([\d.]+) seconds(?: \(IMPORT FAILED\))?: .*custom_nodes")


def import_once(way: str) -> dict[str, float]:
    script = TIMED.format(before=BEFORE, workbench=str(bench.WORKBENCH), way=WAYS[way])
    done = subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def reported_by_comfyui(comfyui: Path, starts: int) -> list[float]:
    """The seconds that ComfyUI names for the pack, once per start."""
    with tempfile.TemporaryDirectory() as base, ComfyServer(comfyui, Path(base)) as server:
        for _ in range(starts - 1):
            server.restart()
        return [float(seconds) for seconds in REPORTED.findall(server.log)]


def main(repeats: int) -> None:
    print(f"{bench.machine()}; {repeats} interleaved runs, each in a fresh process, medians")
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way in WAYS:
            runs[way].append(import_once(way))
    found = {way: bench.medians(each) for way, each in runs.items()}
    rows = [
        (way, f"{1000 * row['seconds']:.0f} ms", f"{1000 * row['cpu']:.0f} ms", f"{row['modules']:.0f}")
        for way, row in found.items()
    ]
    bench.print_table("import of the pack", ("what", "time", "processor", "modules loaded"), rows)
    if os.environ.get("COMFYUI_PATH"):
        seconds = reported_by_comfyui(Path(os.environ["COMFYUI_PATH"]), min(repeats, 3))
        row = (f"{len(seconds)}", f"{statistics.median(seconds):.1f} s", f"{max(seconds):.1f} s")
        bench.print_table("ComfyUI's own report of its start", ("starts", "median", "most"), [row])


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 9)
