"""Takes the README's pictures in the sandbox: a workflow with its videos and the jobs, a price, the settings."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pack
from apimart import nodes
from chromium import chromium
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from examples import EXAMPLES, lay_out_inputs
from gallery import Graph
from PIL import Image
from playwright.sync_api import FloatRect, Locator, ViewportSize
from sandboxed import Sandbox
from workflows import api_prompt

PICTURES = pack.ROOT / "pictures"
MAX_BYTES = 120_000
QUALITIES = range(90, 20, -5)
VIEW: ViewportSize = {"width": 1560, "height": 900}
SHOWN_MS = 2_500  # until players and pictures are drawn
RUN_SECONDS = 120
EARLIER = ("sora_2", "three_chained_shots")
PROMPT = "The hero dances on a hilltop at dusk, warm low sun, steady camera."
NO_MINIMAP = """() => {
  const { setting, command } = app.extensionManager;
  if (setting.get("Comfy.Minimap.Visible")) command.execute("Comfy.Canvas.ToggleMinimap");
}"""
VIEW_ALL = """() => {
  app.canvas.ds.scale = 0.8;
  app.canvas.ds.offset = [500, 130];
  app.canvas.setDirty(true, true);
}"""


def take(comfyui: Path) -> None:
    """Writes graph.jpg, badge.jpg and settings.jpg; `comfyui` is the folder of a ComfyUI."""
    with Sandbox(seconds=1.0, small=False) as sandbox, tempfile.TemporaryDirectory(prefix="apimart-readme-") as folder:
        account = {"APIMART_SANDBOX": "1", "APIMART_BASE_URL": sandbox.url, "APIMART_API_KEY": sandbox.key}
        with ComfyServer(comfyui, Path(folder), environment=account) as server, chromium() as browser:
            _buy_earlier_ones(server)
            lay_out_inputs(server, _loaders())
            page = ComfyPage(browser, server, nodes2=True)
            page.page.set_viewport_size(VIEW)
            for name, scene in SCENES.items():
                _save(name, scene(page))
            page.close()


def _buy_earlier_ones(server: ComfyServer) -> None:
    for name in EARLIER:
        prompt = api_prompt(json.loads((EXAMPLES / f"{name}.json").read_text("utf-8")), server.object_info())
        lay_out_inputs(server, prompt)
        history = server.run(prompt, RUN_SECONDS)
        if history["status"]["status_str"] != "success":
            raise RuntimeError(f"{name} failed: {history['status']['messages']}")


def _loaders() -> dict[str, Any]:
    return {
        "1": {"class_type": "LoadImage", "inputs": {"image": "hero.png"}},
        "2": {"class_type": "LoadVideo", "inputs": {"file": "dance.mp4"}},
    }


def _workflow() -> dict[str, Any]:
    """A hero, a dance, and the node that puts them together."""
    graph, family = Graph(), next(one for one in nodes.families() if one.node_id == "APIMartKlingMotionControl")
    hero = graph.add(
        "LoadImage", (0, 0), (330, 380), [("image", "COMBO", True)],
        [("IMAGE", "IMAGE"), ("MASK", "MASK")], ["hero.png", "image"],
    )  # fmt: skip
    dance = graph.add(
        "LoadVideo", (0, 450), (330, 420), [("file", "COMBO", True)], [("VIDEO", "VIDEO")], ["dance.mp4", "image"]
    )
    shot = graph.add_family(family, 420, {"prompt": PROMPT}, ["image", "video"])
    saving = graph.add_saving("hero/shot_010", (910, 0), (420, 430))
    graph.link(hero, 0, shot, "image")
    graph.link(dance, 0, shot, "video")
    graph.link(shot, 0, saving, "video")
    return graph.saved()


def _graph(page: ComfyPage) -> bytes:
    page.load(_workflow())
    page.tab()
    page.page.evaluate(NO_MINIMAP)
    page.page.evaluate(VIEW_ALL)
    page.run()
    page.job(PROMPT).get_by_text("done", exact=True).wait_for(timeout=RUN_SECONDS * 1000)
    page.page.wait_for_timeout(SHOWN_MS)
    return page.page.screenshot()


def _badge(page: ComfyPage) -> bytes:
    page.load(_workflow())
    page.page.locator("[data-node-id]", has_text="$").first.wait_for()
    page.page.wait_for_timeout(SHOWN_MS)
    return _shot(page, page.page.locator('[data-node-id="3"]'))


def _settings(page: ComfyPage) -> bytes:
    dialog = page.settings()
    page.page.wait_for_timeout(SHOWN_MS)
    return _shot(page, dialog)


def _shot(page: ComfyPage, seen: Locator) -> bytes:
    box: FloatRect | None = seen.bounding_box()
    if box is None:
        raise RuntimeError("what is to be taken is not on the page")
    return page.page.screenshot(clip=box)


SCENES: dict[str, Callable[[ComfyPage], bytes]] = {"badge.jpg": _badge, "graph.jpg": _graph, "settings.jpg": _settings}


def _save(name: str, seen: bytes) -> None:
    picture = Image.open(io.BytesIO(seen)).convert("RGB")
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "jpeg", quality=quality, optimize=True)
        if written.tell() <= MAX_BYTES:
            (PICTURES / name).write_bytes(written.getvalue())
            print(f"{name:<32} {written.tell() / 1000:.1f} kB", flush=True)
            return
    raise RuntimeError(f"{name} does not fit into {MAX_BYTES} bytes")
