"""Takes the thumbnail of the example workflows after a run in the sandbox; COMFYUI_PATH names the ComfyUI.

Run it for a new example (`python3 dev.py thumbnails wan_3`), or for all of them when ComfyUI's look changed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import missing_pictures
import pack
from chromium import chromium
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from examples import EXAMPLES, lay_out_inputs
from PIL import Image
from playwright.sync_api import ViewportSize
from sandboxed import Sandbox
from workflows import api_prompt

SIZE = (480, 520)  # at most
MAX_BYTES = 36_000
QUALITIES = range(85, 20, -5)
LARGE: ViewportSize = {"width": 2200, "height": 1500}
RUN_SECONDS = 90
SHOWN_SECONDS = 2  # until players and pictures are drawn
BOX = """() => {
  const corner = (x, y) => app.canvas.ds.convertOffsetToCanvas([x, y]);
  const boxes = app.graph.nodes.map((node) => [...node.boundingRect ?? node.getBounding()]);
  const [left, top] = corner(Math.min(...boxes.map((one) => one[0])), Math.min(...boxes.map((one) => one[1])));
  const [right, bottom] = corner(
    Math.max(...boxes.map((one) => one[0] + one[2])), Math.max(...boxes.map((one) => one[1] + one[3])));
  const at = app.canvas.canvas.getBoundingClientRect();
  return { x: at.left + left - 10, y: at.top + top - 10, width: right - left + 20, height: bottom - top + 20 };
}"""
FIT = '() => app.extensionManager.command.execute("Comfy.Canvas.FitView")'


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py thumbnails", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="EXAMPLE", help="take these only")
    chosen: list[str] = parser.parse_args(words).names
    files = sorted(file for file in EXAMPLES.glob("*.json") if not chosen or file.stem in chosen)
    if len(files) < len(chosen):
        sys.exit("There is no such example.")
    if not os.environ.get("COMFYUI_PATH"):
        sys.exit("Name the folder of a ComfyUI in COMFYUI_PATH.")
    _take_all(Path(os.environ["COMFYUI_PATH"]), files)
    return 0


def _take_all(comfyui: Path, files: Sequence[Path]) -> None:
    with (
        Sandbox(seconds=1.0, small=False) as sandbox,
        tempfile.TemporaryDirectory(prefix="apimart-") as folder,
    ):
        account = {"APIMART_SANDBOX": "1", "APIMART_BASE_URL": sandbox.url, "APIMART_API_KEY": sandbox.key}
        with ComfyServer(comfyui, Path(folder), environment=account) as server, chromium() as browser:
            for file in files:
                lay_out_inputs(server, api_prompt(json.loads(file.read_text("utf-8")), server.object_info()))
            page = ComfyPage(browser, server, nodes2=False)
            page.page.set_viewport_size(LARGE)
            for file in files:
                taken = _smallest(_take(page, file))
                file.with_suffix(".jpg").write_bytes(taken)
                missing_pictures.taken(file.with_suffix(".jpg").relative_to(pack.ROOT).as_posix())
                print(f"{file.stem:<32} {len(taken) / 1000:.1f} kB", flush=True)
            page.close()


def _take(page: ComfyPage, file: Path) -> Image.Image:
    """The whole graph with what it made."""
    known = set(page.server.get("/history"))
    page.load(json.loads(file.read_text("utf-8")))
    page.run()
    _wait_for_the_end(page, known)
    page.page.wait_for_timeout(SHOWN_SECONDS * 1000)
    page.page.evaluate(FIT)
    page.page.wait_for_timeout(SHOWN_SECONDS * 1000)
    seen = page.page.screenshot(clip=page.page.evaluate(BOX))
    return Image.open(io.BytesIO(seen)).convert("RGB")


def _wait_for_the_end(page: ComfyPage, known: set[str]) -> None:
    ends = time.monotonic() + RUN_SECONDS
    while not (ended := {name: one for name, one in page.server.get("/history").items() if name not in known}):
        if time.monotonic() > ends:
            raise TimeoutError("the example did not end")
        time.sleep(0.1)
    for one in ended.values():
        if one["status"]["status_str"] != "success":
            raise RuntimeError(f"the example failed: {one['status']['messages']}")


def _smallest(picture: Image.Image) -> bytes:
    """As JPEG of the best quality that fits."""
    picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "jpeg", quality=quality, optimize=True)
        if written.tell() <= MAX_BYTES:
            return written.getvalue()
    raise RuntimeError(f"a thumbnail of {picture.size} does not fit into {MAX_BYTES} bytes")
