"""What our scripts cost a page with many of our nodes that nobody touches, as a share of a core.

COMFYUI_PATH=... python benchmarks/page.py [nodes] [seconds] [repeats]; needs Chromium. The same page is measured with
our scripts and without: ComfyUI's own page draws all the time.
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

COLUMNS = 10
CLOCKS = {"TaskDuration": "tasks", "ThreadTime": "processor"}
SETTLE_MS = 8000
HAS_NODES = "() => globalThis.LiteGraph?.registered_node_types?.APIMartSora2 && globalThis.app?.canvas"
ARE_PRICED = """() => app.graph.nodes.filter((node) => node.type === "APIMartSora2")
  .every((node) => node.badges.some((badge) => (typeof badge === "function" ? badge() : badge).text.includes("$")))"""


class IdlePage(ComfyPage):
    """A page with nodes of ours, and with our scripts or without."""

    def __init__(self, browser: Browser, server: ComfyServer, *, nodes2: bool, nodes: int, with_scripts: bool) -> None:
        self.with_scripts = with_scripts
        super().__init__(browser, server, nodes2=nodes2)
        for number in range(nodes):
            at = (60 + 420 * (number % COLUMNS), 120 + 500 * (number // COLUMNS))
            self.add("APIMartSora2", at, prompt=f"shot {number}")
        self.add_ends()
        if with_scripts:
            self.page.wait_for_function(ARE_PRICED, timeout=60_000)
        self.page.wait_for_timeout(SETTLE_MS)

    def open(self) -> None:
        if self.with_scripts:
            return super().open()
        self.page.route("**/js/apimart.js", lambda route: route.abort())
        self.page.goto(self.server.url)
        self.page.wait_for_function(HAS_NODES, timeout=90_000)
        self.page.evaluate("() => app.graph.clear()")
        return None

    def busy(self, seconds: float) -> dict[str, float]:
        """The share of a core that the page's main thread takes, by its tasks' time and by its processor's."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Performance.enable")
        before = metrics(session)
        self.page.wait_for_timeout(1000 * seconds)
        after = metrics(session)
        wall = after["Timestamp"] - before["Timestamp"]
        return {name: (after[name] - before[name]) / wall for name in CLOCKS if name in before}


def metrics(session: CDPSession) -> dict[str, float]:
    found = session.send("Performance.getMetrics")["metrics"]
    return {one["name"]: float(one["value"]) for one in found}


def measured(browser: Browser, server: ComfyServer, nodes: int, seconds: float) -> dict[str, float]:
    """One round: each renderer, with and without our scripts."""
    found = {}
    for nodes2 in (False, True):
        for with_scripts in (False, True):
            page = IdlePage(browser, server, nodes2=nodes2, nodes=nodes, with_scripts=with_scripts)
            for clock, share in page.busy(seconds).items():
                found[f"{nodes2} {with_scripts} {clock}"] = share
            page.close()
    return found


def main(nodes: int, seconds: float, repeats: int) -> None:
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
        found = bench.medians(measured(browser, server, nodes, seconds) for _ in range(repeats))
    rows = [
        (name, CLOCKS[clock], f"{without:.1%}", f"{with_scripts:.1%}", f"{with_scripts - without:.1%}")
        for name, nodes2 in (("canvas", False), ("Nodes 2.0", True))
        for clock in CLOCKS
        for without, with_scripts in [[found.get(f"{nodes2} {one} {clock}", 0.0) for one in (False, True)]]
    ]
    title = f"{nodes} nodes that nobody touches, over {seconds:g} s, medians of {repeats}"
    bench.print_table(title, ("renderer", "time of", "without our scripts", "with them", "ours"), rows)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if sys.argv[1:] else 50,
        float(sys.argv[2]) if sys.argv[2:] else 10.0,
        int(sys.argv[3]) if sys.argv[3:] else 3,
    )
