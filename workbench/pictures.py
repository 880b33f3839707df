"""Takes the picture of every node for its help page, as it stands in ComfyUI; COMFYUI_PATH names the ComfyUI.

Run it again for a new node (`python3 dev.py pictures NODE_ID`), for the README (`... pictures README`), and for all of
them when inputs, defaults or prices changed, or ComfyUI's own look.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import missing_pictures
import pack
import readme_pictures
from apimart import nodes
from chromium import chromium
from comfy_page import BADGES, ComfyPage
from comfy_server import ComfyServer
from help_pages import PICTURES
from pages import DOCS
from PIL import Image
from playwright.sync_api import FloatRect, TimeoutError, ViewportSize
from sandboxed import Sandbox

README = "README"  # its own pictures, by this name
FOLDER = pack.ROOT / DOCS / PICTURES
MAX_BYTES = 20_000
QUALITIES = range(90, 20, -10)
TALL: ViewportSize = {"width": 1300, "height": 1900}
PLACE = (420, 120)
AROUND = 12  # pixels; the sockets stand out of a node's sides
BADGE_SECONDS = 5
# Not cleared: numbers of nodes would come again, and Nodes 2.0 shows the values that it knows of a number.
ALONE = """() => {
  for (const node of [...app.graph.nodes]) app.graph.remove(node);
  app.canvas.ds.reset();
}"""


def main(words: Sequence[str]) -> int:
    node_ids = [*(one.node_id for one in nodes.families()), *(one.node_id for one in nodes.utilities())]
    parser = argparse.ArgumentParser(prog="dev.py pictures", description=__doc__)
    parser.add_argument("node_ids", nargs="*", metavar="NODE_ID", help="take these only")
    chosen: list[str] = parser.parse_args(words).node_ids or [*node_ids, README]
    unknown = {*chosen} - {*node_ids, README}
    if unknown:
        sys.exit(f"There is no node {', '.join(sorted(unknown))}.")
    if not os.environ.get("COMFYUI_PATH"):
        sys.exit("Name the folder of a ComfyUI in COMFYUI_PATH.")
    comfyui = Path(os.environ["COMFYUI_PATH"])
    if README in chosen:
        readme_pictures.take(comfyui)
    of_nodes = [node_id for node_id in chosen if node_id != README]
    if of_nodes:
        _take_all(comfyui, of_nodes)
        print(f"{len(of_nodes)} pictures in {FOLDER}")
    return 0


def _take_all(comfyui: Path, node_ids: Sequence[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="apimart-pictures-") as folder:
        account = {"APIMART_BASE_URL": sandbox.url, "APIMART_API_KEY": sandbox.key}
        with ComfyServer(comfyui, Path(folder), environment=account) as server, chromium() as browser:
            page = ComfyPage(browser, server, nodes2=True)
            page.page.set_viewport_size(TALL)
            for node_id in node_ids:
                taken = _smallest(_take(page, node_id))
                (FOLDER / f"{node_id}.webp").write_bytes(taken)
                missing_pictures.taken(f"{DOCS}/{PICTURES}/{node_id}.webp")
                print(f"{node_id:<32} {len(taken) / 1000:.1f} kB", flush=True)
            page.close()


def _take(page: ComfyPage, node_id: str) -> Image.Image:
    """The node alone on the canvas, with what it would cost."""
    page.page.evaluate(ALONE)
    node = page.add(node_id, PLACE)
    drawn = page.page.locator(f'[data-node-id="{node}"]')
    drawn.wait_for()
    with suppress(TimeoutError):  # a node that buys nothing has no badge
        page.page.wait_for_function(f"(id) => ({BADGES})(id).length", arg=node, timeout=BADGE_SECONDS * 1000)
    page.touch()
    box = drawn.bounding_box()
    if box is None:
        raise RuntimeError(f"{node_id} is not on the page")
    return Image.open(io.BytesIO(page.page.screenshot(clip=_around(box)))).convert("RGB")


def _around(box: FloatRect) -> FloatRect:
    return {
        "x": box["x"] - AROUND,
        "y": box["y"] - AROUND,
        "width": box["width"] + 2 * AROUND,
        "height": box["height"] + 2 * AROUND,
    }


def _smallest(picture: Image.Image) -> bytes:
    """As WebP of the best quality that fits."""
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "webp", quality=quality, method=6)
        if written.tell() <= MAX_BYTES:
            return written.getvalue()
    raise RuntimeError(f"a picture of {picture.size} does not fit into {MAX_BYTES} bytes")
