"""ComfyUI's page in the four languages, in both renderers: only what is shown changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from pack import ROOT
from playwright.sync_api import Locator, expect
from sandboxed import Sandbox

SORA = "APIMartSora2"
VEO = "APIMartVeo31Channel"  # its pictures grow
SHOWN = """(id) => {
  const { title, inputs, outputs } = app.graph.getNodeById(id);
  const label = (slot) => slot.label ?? slot.localized_name ?? slot.name;
  const named = Object.fromEntries(inputs.map((one) => [one.name, label(one)]));
  return { title, inputs: named, outputs: outputs.map(label) };
}"""
SAID = "async ([code, key]) => (await import('/extensions/apimart-video/js/language.js')).text(code, key)"
STILL = """() => {
  const before = globalThis.viewBefore;
  globalThis.viewBefore = String([app.canvas.ds.scale, ...app.canvas.ds.offset]);
  return before === globalThis.viewBefore;
}"""
TITLE = """(id) => {
  const { pos } = app.graph.getNodeById(id);
  const { left, top } = app.canvas.canvas.getBoundingClientRect();
  const [x, y] = app.canvas.ds.convertOffsetToCanvas([pos[0] + 150, pos[1] - 15]);
  return [left + x, top + y];
}"""

translated = pytest.mark.parametrize("code", ["ko", "ja", "zh"])


def labels(code: str, node_id: str) -> Any:
    return json.loads((ROOT / "locales" / code / "nodeDefs.json").read_text("utf-8"))[node_id]


def say(page: ComfyPage, code: str, key: str) -> str:
    return str(page.page.evaluate(SAID, [code, key]))


def set_language(page: ComfyPage, code: str) -> None:
    """Open the page anew in a language of ComfyUI's."""
    page.set(**{"Comfy.Locale": code})
    page.open()


def switch(page: ComfyPage, setting: str, code: str) -> None:
    """Change a setting as the settings dialog does, without opening the page anew."""
    page.page.evaluate("([name, code]) => app.extensionManager.setting.set(name, code)", [setting, code])


def veo_with_pictures(page: ComfyPage) -> int:
    """The node with two pictures connected, so that a third place has grown."""
    node = page.add(VEO, (700, 100), prompt="a door")
    for number in (1, 2):
        page.link(page.add("EmptyImage", (150, 60 + 300 * number)), 0, node, f"images.image_{number}")
    page.page.wait_for_function(
        f"() => app.graph.getNodeById({node}).inputs.some((one) => one.name === 'images.image_3')"
    )
    return node


def expect_shown(page: ComfyPage, node: int, code: str) -> None:
    """Title, inputs, places that grew, and outputs, as the translation has them."""
    expected, shown = labels(code, VEO), page.page.evaluate(SHOWN, node)
    assert shown["title"] == expected["display_name"]
    assert shown["outputs"] == [one["name"] for one in expected["outputs"].values()]
    grown = [f"images.image_{number}" for number in (1, 2, 3)]
    assert {*grown, "duration", "resolution"} < shown["inputs"].keys()
    assert {name: expected["inputs"][name.replace(".", "_")]["name"] for name in shown["inputs"]} == shown["inputs"]
    if page.nodes2:
        body = page.page.locator(f'[data-node-id="{node}"]')
        for label in (shown["inputs"]["images.image_2"], shown["inputs"]["duration"], *shown["outputs"]):
            expect(body.get_by_text(label, exact=True).first).to_be_visible()


def open_help(page: ComfyPage, node: int) -> None:
    """Click the node's title, once the view stands still, and ask for its help."""
    page.page.wait_for_function(STILL, polling=500)
    page.page.mouse.click(*page.page.evaluate(TITLE, node))
    page.page.get_by_test_id("info-button").click()


def tooltip(page: ComfyPage, node: int, widget: str) -> Locator:
    """What appears when the mouse rests on a widget's name, once the view stands still."""
    page.page.wait_for_function(STILL, polling=500)
    if page.nodes2:
        label = page.page.evaluate(SHOWN, node)["inputs"][widget]
        page.page.locator(f'[data-node-id="{node}"]').get_by_text(label, exact=True).hover()
        return page.page.get_by_role("tooltip").first
    x, y = page.place(node, widget, 0.2)
    page.page.mouse.move(x - 5, y)
    page.page.mouse.move(x, y)
    return page.page.locator(".node-tooltip")


@translated
def test_a_node_speaks_the_language(page: ComfyPage, code: str) -> None:
    set_language(page, code)
    node = veo_with_pictures(page)
    expect_shown(page, node, code)
    expect(tooltip(page, node, "duration")).to_have_text(labels(code, VEO)["inputs"]["duration"]["tooltip"])
    page.picture(f"node-{code}")


@translated
def test_the_help_page_speaks_the_language(page: ComfyPage, code: str) -> None:
    set_language(page, code)
    open_help(page, page.add(SORA, (500, 150)))
    helped = page.page.locator(".node-help-content")
    expect(helped).to_contain_text(labels(code, SORA)["description"])
    picture = helped.get_by_role("img")
    expect(picture).to_have_attribute("src", f"/extensions/apimart-video/docs/pictures/{SORA}.webp")
    page.page.wait_for_function("(image) => image.naturalWidth > 100", arg=picture.element_handle())
    page.picture(f"help-{code}")


@translated
def test_settings_and_sidebar_speak_the_language(page: ComfyPage, code: str) -> None:
    set_language(page, code)
    panel = page.settings()
    for key in ("key.name", "limit.job.name", "language.name", "group.limits", "key.test"):
        expect(panel.get_by_text(say(page, code, key)).first).to_be_attached()
    page.picture(f"settings-{code}")
    page.close_settings()
    expect(page.tab()).to_contain_text(say(page, code, "jobs.month"))


def test_our_own_setting_goes_before_comfyui_s(page: ComfyPage) -> None:
    """Settings and sidebar take it at once; node titles stay in ComfyUI's language."""
    set_language(page, "ko")
    switch(page, "apimart.language", "ja")
    panel = page.settings()
    expect(panel.get_by_text(say(page, "ja", "limit.job.name"))).to_be_attached()
    page.close_settings()
    expect(page.tab()).to_contain_text(say(page, "ja", "jobs.month"))
    page.expect_task_errors_in("ja")
    assert page.page.evaluate(SHOWN, page.add(SORA))["title"] == labels("ko", SORA)["display_name"]


def test_the_provider_is_asked_in_the_language_of_the_page_that_queued(
    page: ComfyPage, comfy: ComfyServer, provider: Sandbox, request: pytest.FixtureRequest
) -> None:
    prompt = f"{request.node.name} of this run"
    set_language(page, "ko")
    page.expect_task_errors_in("ko")
    comfy.post("/apimart/settings", {"language": "zh"})
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    expect(page.job(prompt)).to_contain_text(say(page, "ko", "state.fetched"), timeout=60_000)
    assert provider.languages_of(-1) == {"ko"}


def saved(workflow: Any) -> Any:
    """What a saved node is bound by: its type, its values, the names of its sockets."""
    return [
        (one["type"], one.get("widgets_values"), [slot["name"] for slot in [*one["inputs"], *one["outputs"]]])
        for one in workflow["nodes"]
    ]


def test_a_graph_is_saved_and_queued_the_same_in_every_language(page: ComfyPage) -> None:
    said = []
    for code in ("en", "ko", "ja", "zh"):
        set_language(page, code)
        veo_with_pictures(page)
        said.append((page.prompt(), saved(page.workflow())))
    assert [other for other in said if without_titles(other[0]) != without_titles(said[0][0])] == []
    assert [other for other in said if other[1] != said[0][1]] == []


def without_titles(prompt: Any) -> Any:
    """A node's title goes with it as `_meta`, for people who read the file; no node gets it, and no cache."""
    return {node: {name: value for name, value in one.items() if name != "_meta"} for node, one in prompt.items()}


def test_a_graph_that_ran_is_not_run_again_in_another_language(
    page: ComfyPage, comfy: ComfyServer, provider: Sandbox, request: pytest.FixtureRequest
) -> None:
    prompt = f"{request.node.name} of this run"
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)
    graph, sold, ran = page.workflow(), provider.sold, {*comfy.get("/history")}
    set_language(page, "ja")
    page.load(graph)
    page.run()
    again = ended_after(page, ran)
    assert str(graph["nodes"][0]["id"]) in dict(again["status"]["messages"])["execution_cached"]["nodes"]
    assert provider.sold == sold


def ended_after(page: ComfyPage, before: set[str]) -> Any:
    """The history of the run that is not among those `before`, once it ended."""
    found = page.page.wait_for_function(
        """async (before) => Object.entries(await (await fetch("/history")).json())
          .find(([id, run]) => !before.includes(id) && run.status.completed)?.[1]""",
        arg=[*before],
    )
    return found.json_value()
