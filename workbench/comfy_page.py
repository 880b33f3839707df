"""ComfyUI's page in a real browser, in the words of a person who uses it."""

from __future__ import annotations

import json
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from comfy_server import ComfyServer
from pack import ROOT
from playwright.sync_api import Browser, Locator, Page, TimeoutError, ViewportSize, expect

PICTURES = ROOT / "demo_output" / "browser"
WIDE: ViewportSize = {"width": 1500, "height": 950}
READY = """() => globalThis.app?.extensionManager?.getSidebarTabs?.().some((tab) => tab.id === "apimart.jobs")
  && globalThis.LiteGraph?.registered_node_types?.APIMartCollectJob && app.canvas"""
ADD = """({ type, at, widgets }) => {
  const node = LiteGraph.createNode(type);
  node.pos = at;
  app.graph.add(node);
  for (const [name, value] of Object.entries(widgets)) {
    const widget = node.widgets.find((one) => one.name === name);
    widget.value = value;
    widget.callback?.(value);
  }
  return node.id;
}"""
# Our nodes are no output nodes: one that nothing hangs on would not run.
ADD_ENDS = """() => {
  const isLoose = ({ outputs }) =>
    outputs?.some((slot) => slot.name === "job") && !outputs.some((slot) => slot.links?.length);
  for (const node of app.graph.nodes.filter(isLoose)) {
    const end = LiteGraph.createNode("PreviewAny");
    end.pos = [node.pos[0] + node.size[0] + 60, node.pos[1]];
    app.graph.add(end);
    node.connect(node.outputs.findIndex((slot) => slot.name === "job"), end, 0);
  }
}"""
# Up to 1.49 the page's own badge, the name of the pack, is among them.
BADGES = """(id) => app.graph.getNodeById(id).badges
  .map((badge) => (typeof badge === "function" ? badge() : badge).text)
  .filter((text) => text && !text.endsWith("apimart-video"))"""
# A new node is laid out over several frames: its widgets are where they stay once two drawings agree.
PLACE = """async ({ id, name, part }) => {
  const node = app.graph.getNodeById(id);
  const widget = node.widgets.find((one) => one.name === name);
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)));
  const place = () => {
    app.canvas.setDirty(true, true);
    const { left, top } = app.canvas.canvas.getBoundingClientRect();
    const at = [node.pos[0] + node.size[0] * part, node.pos[1] + widget.last_y + 10];
    const [x, y] = app.canvas.ds.convertOffsetToCanvas(at);
    return [left + x, top + y];
  };
  for (let before = null, now = place(); ; before = now, now = place()) {
    if (before && String(before) === String(now)) return now;
    await drawn();
    await drawn();
  }
}"""


class ComfyPage:
    """One tab of the browser. `nodes2` chooses the renderer: Vue's nodes, or the classic canvas."""

    def __init__(self, browser: Browser, server: ComfyServer, *, nodes2: bool, locale: str = "en") -> None:
        self.server = server
        self.nodes2 = nodes2
        self.errors: list[str] = []
        self.said: list[str] = []
        self.touches = 0
        context = browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"])
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: self.said.append(str(frame))))
        failure = self.page.locator("[aria-labelledby=global-execution-error]")  # 1.39 shows it over everything
        self.page.add_locator_handler(failure, lambda: failure.get_by_label("Close", exact=True).click())
        self.set(**{"Comfy.Locale": locale, "Comfy.VueNodes.Enabled": nodes2, "apimart.language": "comfyui"})
        self.open()

    def set(self, **settings: Any) -> None:
        """Settings as ComfyUI keeps them for its page; they hold from the next opening on."""
        quiet = {"Comfy.TutorialCompleted": True, "Comfy.Workflow.Persist": False, "Comfy.Graph.CanvasInfo": False}
        body = json.dumps({**quiet, **settings}).encode()
        request = urllib.request.Request(f"{self.server.url}/settings", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=30).close()

    def open(self) -> None:
        self.page.goto(self.server.url)
        self.page.wait_for_function(READY, timeout=90_000)
        self.page.evaluate("() => app.graph.clear()")

    def close(self) -> None:
        self.page.context.close()

    def add(self, node_id: str, at: tuple[int, int] = (60, 120), **widgets: Any) -> int:
        return int(self.page.evaluate(ADD, {"type": node_id, "at": at, "widgets": widgets}))

    def link(self, origin: int, output: int, target: int, name: str) -> None:
        """Connect an output to an input by its name; a growing list of inputs has the next one a moment later."""
        there = "([id, name]) => app.graph.getNodeById(id).inputs.some((one) => one.name === name)"
        self.page.wait_for_function(there, arg=[target, name])
        self.page.evaluate(
            """([origin, output, target, name]) => {
              const to = app.graph.getNodeById(target);
              app.graph.getNodeById(origin).connect(output, to, to.inputs.findIndex((one) => one.name === name));
            }""",
            [origin, output, target, name],
        )
        self.touch()

    def touch(self) -> None:
        """A click beside the nodes, where a change of the graph ends: ComfyUI looks then. Never a double click."""
        self.touches += 1
        self.page.mouse.click(900 + 100 * (self.touches % 2), 900)

    def choose(self, node: int, widget: str, value: str) -> None:
        """Choose from a list on the node, by hand."""
        if self.nodes2:
            lists = self.page.locator(f'[data-node-id="{node}"]').locator("button, [role=combobox]")
            lists.and_(self.page.get_by_label(widget, exact=True)).click()
            self.page.get_by_role("option", name=value, exact=True).click()
            return
        self.page.mouse.click(*self.place(node, widget))
        self.page.locator(".litecontextmenu .litemenu-entry").get_by_text(value, exact=True).click()

    def step_back(self, node: int, widget: str) -> None:
        """The arrow button at the left of a list, which only the canvas has."""
        self.page.mouse.click(*self.place(node, widget, 0.07))

    def place(self, node: int, widget: str, part: float = 0.5) -> tuple[float, float]:
        """Where a widget is on the canvas, at this part of the node's width."""
        x, y = self.page.evaluate(PLACE, {"id": node, "name": widget, "part": part})
        return x, y

    def expect_badges(self, node: int, *texts: str) -> None:
        """The badges that a person sees on the node; on the canvas those that LiteGraph draws."""
        if self.nodes2:
            body = self.page.locator(f'[data-node-id="{node}"]')
            for text in texts:
                expect(body.get_by_text(text, exact=True).first).to_be_visible(timeout=15_000)
        same = f"([id, expected]) => JSON.stringify(({BADGES})(id)) === JSON.stringify(expected)"
        with suppress(TimeoutError):
            self.page.wait_for_function(same, arg=[node, list(texts)], timeout=10_000)
        assert self.page.evaluate(BADGES, node) == list(texts)

    def expect_task_errors_in(self, language: str) -> None:
        """The provider is asked for its words in this language."""
        asked = "fetch('/apimart/status').then((said) => said.json()).then((found) => found.language)"
        self.page.wait_for_function(f"(expected) => {asked}.then((language) => language === expected)", arg=language)

    def add_ends(self) -> None:
        """An output node behind each of ours that has nothing behind it."""
        self.page.evaluate(ADD_ENDS)

    def run(self) -> None:
        """Queue the workflow, with an output node behind each of ours that has nothing behind it."""
        self.add_ends()
        self.page.get_by_test_id("queue-button").click()

    def cancel(self) -> None:
        self.page.get_by_role("button", name="Cancel current run").click()

    def tab(self) -> Locator:
        """The sidebar tab, opened where it is not."""
        root = self.page.locator(".apimart-tab")
        if not root.is_visible():
            self.page.evaluate('() => app.extensionManager.command.execute("Workspace.ToggleSidebarTab.apimart.jobs")')
        expect(root).to_be_visible()
        return root

    def job(self, prompt: str) -> Locator:
        return self.tab().locator(".apimart-job", has_text=prompt).first

    def settings(self) -> Locator:
        """Settings > APIMart."""
        self.page.evaluate('() => app.extensionManager.command.execute("Comfy.ShowSettingsDialog")')
        self.page.get_by_role("dialog").get_by_text("APIMart", exact=True).first.click()
        expect(self.page.locator('[data-apimart="key"]')).to_be_visible()
        return self.page.get_by_role("dialog")

    def close_settings(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator('[data-apimart="key"]')).to_be_hidden()

    def toast(self, text: str) -> Locator:
        return self.page.locator(".p-toast-message, [data-sonner-toast], [role=alert]", has_text=text).first

    def workflow(self) -> Any:
        """The workflow as a file holds it: JSON knows no undefined values."""
        return json.loads(self.page.evaluate("() => JSON.stringify(app.graph.serialize())"))

    def prompt(self) -> Any:
        return self.page.evaluate("async () => (await app.graphToPrompt()).output")

    def load(self, workflow: Any) -> None:
        self.page.evaluate("(graph) => app.loadGraphData(graph)", workflow)

    def picture(self, name: str) -> Path:
        """A screenshot of what is there now."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        file = PICTURES / f"{name}-{'nodes2' if self.nodes2 else 'canvas'}.png"
        self.page.screenshot(path=file)
        return file
