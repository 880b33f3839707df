"""Several tabs, several users, nodes in subgraphs, linked widgets: each sees its own, and prices are those of a run."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfy_page import ADD_ENDS, READY, ComfyPage
from comfy_server import ComfyServer
from playwright.sync_api import Browser, expect
from sandboxed import Sandbox

SORA = "APIMartSora2"
INTO_SUBGRAPH = """(id) => {
  const node = app.graph.getNodeById(id);
  app.canvas.selectItems([node]);
  const { node: host, subgraph } = app.graph.convertToSubgraph(new Set([node]));
  return `${host.id}:${subgraph.nodes[0].id}`;
}"""
INNER = "app.graph.nodes.find((node) => node.subgraph).subgraph.nodes[0]"
INNER_BADGES = f"""(expected) => {INNER}.badges
  .map((badge) => (typeof badge === "function" ? badge() : badge).text).includes(expected)"""
SET = """([id, value]) => {
  const [widget] = app.graph.getNodeById(id).widgets;
  widget.value = value;
  widget.callback?.(value);
}"""
PROMOTED = """(value) => {
  const widget = app.graph.nodes.find((node) => node.subgraph).widgets.find((one) => one.name === "duration");
  widget.value = value;
  widget.callback?.(value);
}"""


def inner_shows(page: ComfyPage, text: str) -> None:
    page.page.wait_for_function(INNER_BADGES, arg=text, timeout=10_000)


def events_with_nodes(page: ComfyPage) -> list[Any]:
    told = [json.loads(said) for said in page.said if said.startswith("{") and '"apimart.job"' in said]
    return [one["data"]["node"] for one in told if "node" in one["data"]]


def test_a_linked_widget_has_the_price_of_its_value(page: ComfyPage) -> None:
    node = page.add(SORA, (500, 120), duration=4)
    primitive = page.add("PrimitiveNode", (60, 120))
    page.link(primitive, 0, node, "duration")
    page.page.evaluate(SET, [primitive, 12])
    page.expect_badges(node, "12.0 s x $0.08 = $0.96", "retired model")


def test_a_widget_that_only_a_run_can_tell_has_no_price(page: ComfyPage) -> None:
    node = page.add(SORA, (500, 120), prompt="a price that hangs on a run")
    page.link(page.add("StringConcatenate", (60, 120)), 0, node, "prompt")
    page.expect_badges(node, "4.0 s x $0.08 = $0.32", "retired model")
    page.page.evaluate(
        """(id) => {
          const node = app.graph.getNodeById(id);
          const any = LiteGraph.createNode("Reroute") ?? LiteGraph.createNode("PrimitiveInt");
          app.graph.add(any);
          any.connect(0, node, node.inputs.findIndex((one) => one.name === "duration"));
        }""",
        node,
    )
    page.expect_badges(node, "depends on duration", "retired model")


def test_a_widget_that_a_subgraph_shows_has_the_price_of_what_stands_there(page: ComfyPage) -> None:
    node = page.add(SORA, (500, 120), prompt="x")
    primitive = page.add("PrimitiveNode", (60, 120))
    page.link(primitive, 0, node, "duration")
    page.page.evaluate(SET, [primitive, 12])
    page.page.evaluate(INTO_SUBGRAPH, node)
    inner_shows(page, "12.0 s x $0.08 = $0.96")
    page.page.evaluate("(id) => app.graph.remove(app.graph.getNodeById(id))", primitive)
    page.page.evaluate(PROMOTED, 16)
    inner_shows(page, "16.0 s x $0.08 = $1.28")


def test_a_node_in_a_subgraph_gets_its_events_and_another_tab_does_not(
    page: ComfyPage, browser: Browser, comfy: ComfyServer, nodes2: bool
) -> None:
    other = ComfyPage(browser, comfy, nodes2=nodes2)
    prompt = f"events in a subgraph, {nodes2}"
    node = page.add(SORA, (500, 120), prompt=prompt)
    page.page.evaluate(ADD_ENDS)
    path = page.page.evaluate(INTO_SUBGRAPH, node)
    assert ":" in path
    page.run()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)
    expect(other.job(prompt)).to_contain_text("done", timeout=60_000)
    assert set(events_with_nodes(page)) == {path}
    assert events_with_nodes(other) == []
    inner_shows(page, "already paid")
    other.close()


class UsersPage(ComfyPage):
    """The page of one of several users of a ComfyUI."""

    def __init__(self, browser: Browser, server: ComfyServer, user: str) -> None:
        self.user = user
        super().__init__(browser, server, nodes2=False)

    def set(self, **settings: Any) -> None:
        body = json.dumps({"Comfy.TutorialCompleted": True, "Comfy.Workflow.Persist": False, **settings}).encode()
        headers = {"Content-Type": "application/json", "Comfy-User": self.user}
        urllib.request.urlopen(urllib.request.Request(f"{self.server.url}/settings", body, headers), timeout=30).close()

    def open(self) -> None:
        kept = {"Comfy.userId": self.user, "Comfy.userName": self.user}
        self.page.add_init_script(f"Object.assign(localStorage, {json.dumps(kept)})")
        self.page.goto(self.server.url)
        self.page.wait_for_function(READY, timeout=90_000)
        self.page.evaluate("() => app.graph.clear()")


@pytest.fixture
def shared(provider: Sandbox, tmp_path: Path) -> Iterator[ComfyServer]:
    """A ComfyUI of Ann, who owns it, Ben and Eve."""
    provider.control(reset=True, job_seconds=1.0, clip_small=True)
    environment = {"APIMART_BASE_URL": provider.url, "APIMART_API_KEY": provider.key, "APIMART_OWNER": "ann"}
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "users.json").write_text(json.dumps({name: name for name in ("ann", "ben", "eve")}))
    with ComfyServer(Path(os.environ["COMFYUI_PATH"]), tmp_path, "--multi-user", environment=environment) as server:
        yield server


def test_users_of_one_comfyui_see_their_own_jobs_and_the_owner_all(browser: Browser, shared: ComfyServer) -> None:
    ben, eve, ann = (UsersPage(browser, shared, user) for user in ("ben", "eve", "ann"))
    for page in (ben, eve, ann):
        page.tab()
    for page in (ben, eve):
        page.add(SORA, (500, 120), prompt=f"a sea for {page.user}")
        page.run()
        expect(page.job(f"a sea for {page.user}")).to_contain_text("done", timeout=60_000)
    expect(ann.tab().locator(".apimart-job")).to_have_count(2)
    for page in (ben, eve):
        expect(page.tab().locator(".apimart-job")).to_have_count(1)
        page.tab().get_by_role("button", name="Refresh").click()
        expect(page.tab().locator(".apimart-job")).to_have_count(1)
    ben.job("a sea for ben").get_by_role("button", name="Open the workflow").click()
    ben.page.wait_for_function("() => app.graph.nodes[0]?.widgets[0].value === 'a sea for ben'")
    panel = ben.page
    ben.page.evaluate('() => app.extensionManager.command.execute("Comfy.ShowSettingsDialog")')
    panel.get_by_role("dialog").get_by_text("APIMart", exact=True).first.click()
    expect(panel.get_by_text("Set by the owner of this ComfyUI").first).to_be_visible()
    expect(panel.locator('[data-apimart="limit_usd_per_day"]')).to_be_disabled()
    expect(panel.locator('[data-apimart="key"]')).to_have_count(0)
    for page in (ben, eve, ann):
        page.close()
        assert [error for error in page.errors if "apimart" in error.lower()] == []
