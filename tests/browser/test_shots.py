"""Shots that a person adds on the page, in both of ComfyUI's renderers."""

from __future__ import annotations

from typing import Any

from comfy_page import ComfyPage
from playwright.sync_api import expect
from sandboxed import Sandbox

KLING = "APIMartKling3"
PRICE = "5.0 s x $0.067 = $0.34"
WRONG_SUM = "The seconds of the shots must add up to duration (this sum is 11)."
WRITE = """({ id, written }) => {
  const { widgets } = app.graph.getNodeById(id);
  for (const [name, value] of Object.entries(written)) widgets.find((one) => one.name === name).value = value;
}"""
SHOTS = {"shots.prompt_1": "a door opens", "shots.seconds_1": 2, "shots.prompt_2": "a hand", "shots.seconds_2": 3}


def added(page: ComfyPage) -> int:
    """A new node, once it is drawn."""
    node = page.add(KLING, (500, 60))
    page.expect_badges(node, PRICE)
    return node


def write(page: ComfyPage, node: int, written: dict[str, Any]) -> None:
    page.page.evaluate(WRITE, {"id": node, "written": written})


def shots_of(page: ComfyPage) -> dict[str, Any]:
    """What the prompt that would be queued says of the shots."""
    [said] = page.prompt().values()
    return {name: value for name, value in said["inputs"].items() if name.startswith("shots")}


def test_written_shots_stay_when_one_more_is_added(page: ComfyPage) -> None:
    node = added(page)
    page.choose(node, "shots", "2 shots")
    write(page, node, SHOTS)
    page.choose(node, "shots", "3 shots")
    assert shots_of(page) == {**SHOTS, "shots": "3 shots", "shots.prompt_3": "", "shots.seconds_3": 2}
    page.picture("shots")
    page.choose(node, "shots", "off")
    assert shots_of(page) == {"shots": "off"}
    page.choose(node, "shots", "2 shots")
    assert shots_of(page) == {**SHOTS, "shots": "2 shots"}


def test_shots_are_saved_with_the_graph_and_bought(page: ComfyPage, provider: Sandbox) -> None:
    node = added(page)
    page.choose(node, "shots", "2 shots")
    write(page, node, {**SHOTS, "shots.prompt_1": f"a door, {'in Vue' if page.nodes2 else 'on the canvas'}"})
    asked = shots_of(page)
    page.load(page.workflow())
    page.page.wait_for_function("() => app.graph.nodes[0]?.widgets.some((one) => one.name === 'shots.seconds_2')")
    assert shots_of(page) == asked
    page.expect_badges(int(page.workflow()["nodes"][0]["id"]), PRICE)
    page.run()
    expect(page.tab().locator(".apimart-job").first).to_contain_text("done", timeout=60_000)
    body = provider.tasks[-1]["body"]
    assert (body["shot_type"], [shot["duration"] for shot in body["multi_prompt"]]) == ("customize", [2, 3])


def test_a_sum_that_is_wrong_is_refused_before_anything_is_spent(page: ComfyPage, provider: Sandbox) -> None:
    sold = provider.sold
    node = added(page)
    page.choose(node, "shots", "2 shots")
    write(page, node, {**SHOTS, "shots.seconds_2": 9})
    page.run()
    said = "fetch('/history').then((answer) => answer.text())"
    page.page.wait_for_function(f"(expected) => {said}.then((text) => text.includes(expected))", arg=WRONG_SUM)
    assert provider.sold == sold
