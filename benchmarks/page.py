"""What a page with many of our nodes costs while nobody touches it, as a share of a core.

COMFYUI_PATH=... python benchmarks/page.py [nodes] [seconds]; needs Chromium. COMFYUI_PYTHON names the Python that runs
ComfyUI, and with it perhaps another page.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import bench
from chromium import chromium
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from playwright.sync_api import Browser, CDPSession
from sandboxed import Sandbox

OURS, CORE = "APIMartSora2", "CLIPTextEncode"
COLUMNS = 10
SETTLE_MS = 8000
ARE_PRICED = """() => app.graph.nodes.every((node) => node.badges.some((badge) =>
  (typeof badge === "function" ? badge() : badge).text.includes("$")))"""


def metrics(session: CDPSession) -> dict[str, float]:
    found = session.send("Performance.getMetrics")["metrics"]
    return {one["name"]: float(one["value"]) for one in found}


def busy(page: ComfyPage, seconds: float) -> tuple[float, float]:
    """The share of a core that the page's main thread took, in all and for scripts alone."""
    session = page.page.context.new_cdp_session(page.page)
    session.send("Performance.enable")
    before = metrics(session)
    page.page.wait_for_timeout(1000 * seconds)
    after = metrics(session)
    wall = after["Timestamp"] - before["Timestamp"]
    return tuple((after[name] - before[name]) / wall for name in ("TaskDuration", "ScriptDuration"))  # type: ignore[return-value]


def row(browser: Browser, server: ComfyServer, kind: str, nodes: int, seconds: float, *, nodes2: bool) -> list[str]:
    page = ComfyPage(browser, server, nodes2=nodes2)
    for number in range(nodes):
        at = (60 + 420 * (number % COLUMNS), 120 + 500 * (number // COLUMNS))
        page.add(kind, at, **({"prompt": f"shot {number}"} if kind == OURS else {}))
    if kind == OURS:
        page.page.wait_for_function(ARE_PRICED, timeout=60_000)
    page.tab()
    page.page.wait_for_timeout(SETTLE_MS)
    whole, scripts = busy(page, seconds)
    page.close()
    return ["Nodes 2.0" if nodes2 else "canvas", f"{nodes} {kind}", f"{whole:.2%}", f"{scripts:.2%}"]


def main(nodes: int, seconds: float) -> None:
    print(bench.machine())
    with (
        tempfile.TemporaryDirectory() as base,
        Sandbox() as provider,
        chromium() as browser,
        ComfyServer(
            Path(os.environ["COMFYUI_PATH"]),
            Path(base),
            environment={"APIMART_BASE_URL": provider.url, "APIMART_API_KEY": provider.key},
        ) as server,
    ):
        rows = [
            row(browser, server, kind, nodes, seconds, nodes2=nodes2)
            for nodes2 in (False, True)
            for kind in (CORE, OURS)
        ]
    head = ("renderer", "on the page", "of a core", "of it scripts")
    bench.print_table(f"a page that nobody touches, over {seconds:g} s", head, rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50, float(sys.argv[2]) if sys.argv[2:] else 10.0)
