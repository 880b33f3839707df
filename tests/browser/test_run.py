"""What a run would cost, approving it, and being told when it is over: in both renderers, against the sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from playwright.sync_api import Browser, Locator, Route, expect
from sandboxed import Sandbox

SORA = "APIMartSora2"
MODE = "([id, mode]) => (app.graph.getNodeById(id).mode = mode)"
MUTED, BYPASSED, ON = 2, 4, 0
SWITCH = """([one, other]) => {
  const way = LiteGraph.createNode("ComfySwitchNode");
  const end = LiteGraph.createNode("PreviewAny");
  app.graph.add(way);
  app.graph.add(end);
  const into = (name) => way.inputs.findIndex((input) => input.name === name);
  const job = (id) => app.graph.getNodeById(id).outputs.findIndex((slot) => slot.name === "job");
  app.graph.getNodeById(one).connect(job(one), way, into("on_false"));
  app.graph.getNodeById(other).connect(job(other), way, into("on_true"));
  way.connect(0, end, 0);
  return way.id;
}"""
PACK = "(ids) => app.graph.convertToSubgraph(new Set(ids.map((id) => app.graph.getNodeById(id)))).node.id"
ENDED = """(job) => app.api.dispatchEvent(
  new CustomEvent("apimart.job", { detail: { job, ended: true, awaited: true, line: "" } }))"""
HIDE = """() => {
  globalThis.isAway = true;
  Object.defineProperty(document, "hidden", { get: () => globalThis.isAway, configurable: true });
}"""


@pytest.fixture
def asks(page: ComfyPage, comfy: ComfyServer) -> Iterator[None]:
    """Above half a dollar a run waits for an approval; one that still waits at the end is declined."""
    comfy.post("/apimart/settings", {"ask_above_usd": 0.5, "limit_usd_per_day": 50})
    yield
    for one in comfy.get("/apimart/approvals")["approvals"]:
        comfy.post(f"/apimart/approvals/{one['id']}", {"approve": False})


@pytest.fixture
def other(browser: Browser, comfy: ComfyServer, page: ComfyPage, nodes2: bool) -> Iterator[ComfyPage]:
    """Another page of the same ComfyUI."""
    opened = ComfyPage(browser, comfy, nodes2=nodes2)
    yield opened
    opened.close()
    assert [error for error in opened.errors if "apimart" in error.lower()] == []


def line(page: ComfyPage) -> Locator:
    return page.tab().locator(".apimart-price")


def dialog(page: ComfyPage) -> Locator:
    return page.page.locator(".apimart-dialog")


def set_mode(page: ComfyPage, node: int, mode: int) -> None:
    page.page.evaluate(MODE, [node, mode])


def three(page: ComfyPage, prompt: str) -> None:
    for number in range(3):
        page.add(SORA, (500, 60 + 300 * number), prompt=f"{prompt} {number}")


def test_the_line_follows_the_widgets_and_what_is_muted_or_bypassed(page: ComfyPage, prompt: str) -> None:
    said = line(page)
    expect(said).to_be_hidden()
    first, second = (page.add(SORA, (500, 60 + 900 * place), prompt=f"{prompt} {place}") for place in (0, 1))
    expect(said).to_contain_text("This workflow runs no APIMart node")
    page.add_ends()
    expect(said).to_have_text("This workflow: 2 to purchase, $0.64")
    page.choose(first, "duration", "16")
    expect(said).to_have_text("This workflow: 2 to purchase, $1.60")
    page.picture("line-of-the-run")
    for mode in (MUTED, BYPASSED):
        set_mode(page, second, mode)
        expect(said).to_have_text("This workflow: 1 to purchase, $1.28")
        set_mode(page, second, ON)
        expect(said).to_have_text("This workflow: 2 to purchase, $1.60")


def test_what_is_paid_is_not_in_the_sum(page: ComfyPage, prompt: str) -> None:
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)
    expect(line(page)).to_have_text("This workflow: nothing to purchase - 1 already paid")
    page.add(SORA, (500, 600), prompt=prompt, take=1)
    page.add_ends()
    expect(line(page)).to_have_text("This workflow: 1 to purchase, $0.32 - 1 already paid")


def test_the_same_request_counts_once_and_a_linked_value_at_least(page: ComfyPage, prompt: str) -> None:
    for place in (0, 1):
        page.add(SORA, (500, 60 + 450 * place), prompt=prompt)
    page.add_ends()
    expect(line(page)).to_have_text("This workflow: 1 to purchase, $0.32")
    node = page.add(SORA, (1400, 60), prompt=prompt)
    page.link(page.add("StringConcatenate", (1000, 60)), 0, node, "prompt")
    page.add_ends()
    expect(line(page)).to_have_text("This workflow: 2 to purchase, at least $0.64")


def test_a_switch_leaves_out_what_it_does_not_take(page: ComfyPage, prompt: str) -> None:
    one, other = (page.add(SORA, (500, 60 + 450 * at), prompt=prompt, duration=4 + 8 * at) for at in (0, 1))
    way = page.page.evaluate(SWITCH, [one, other])
    expect(line(page)).to_have_text("This workflow: 1 to purchase, $0.32")
    page.page.evaluate("(id) => (app.graph.getNodeById(id).widgets[0].value = true)", way)
    expect(line(page)).to_have_text("This workflow: 1 to purchase, $0.96")
    page.link(page.add("PrimitiveBoolean", (60, 700)), 0, way, "switch")
    expect(line(page)).to_have_text("This workflow: 1 to purchase, $0.32")


def test_nodes_in_a_subgraph_count_where_an_output_needs_them(page: ComfyPage, prompt: str) -> None:
    node, lone = (page.add(SORA, (500, 60 + 450 * place), prompt=f"{prompt} {place}") for place in (0, 1))
    page.add_ends()
    page.page.evaluate(PACK, [node])
    expect(line(page)).to_have_text("This workflow: 2 to purchase, $0.64")
    page.page.evaluate("(id) => app.graph.getNodeById(id).disconnectOutput(4)", lone)
    expect(line(page)).to_have_text("This workflow: 1 to purchase, $0.32")


@pytest.mark.usefixtures("asks")
def test_the_dialog_shows_what_waits_and_approves_it(page: ComfyPage, provider: Sandbox, prompt: str) -> None:
    sold = provider.sold
    three(page, prompt)
    page.run()
    asked = dialog(page)
    expect(asked).to_be_visible(timeout=30_000)
    expect(asked.locator("li")).to_have_count(3)
    for text in (f"{prompt} 0", "sora-2", "$0.32", "Approve $0.96", "Spent today", "$50.00"):
        expect(asked).to_contain_text(text)
    expect(asked.get_by_role("heading", name="Approve this purchase?")).to_be_focused()
    page.picture("approval")
    assert provider.sold == sold
    asked.get_by_role("button", name="Approve $0.96").click()
    expect(asked).to_be_hidden()
    expect(page.job(f"{prompt} 0")).to_contain_text("done", timeout=60_000)
    expect(page.tab().locator(".apimart-asks")).to_have_count(0)
    assert provider.sold == sold + 3


@pytest.mark.usefixtures("asks")
def test_closing_the_dialog_decides_nothing_and_a_decline_spends_nothing(
    page: ComfyPage, provider: Sandbox, prompt: str
) -> None:
    sold = provider.sold
    three(page, prompt)
    page.run()
    expect(dialog(page)).to_be_visible(timeout=30_000)
    page.page.evaluate("() => app.canvas.selectItems(app.graph.nodes)")
    page.page.keyboard.press("Delete")
    page.page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    assert sum(one["type"] == SORA for one in page.workflow()["nodes"]) == 3
    again = page.tab().get_by_role("button", name="3 job(s) wait for your approval: $0.96")
    page.picture("approval-line")
    again.click()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Tab")
    expect(dialog(page).get_by_role("button", name="Decline")).to_be_focused()
    page.page.keyboard.press("Enter")
    expect(dialog(page)).to_be_hidden()
    expect(again).to_have_count(0)
    for number in range(3):
        expect(page.job(f"{prompt} {number}")).to_have_class(re.compile("is-dropped"), timeout=30_000)
    assert provider.sold == sold


@pytest.mark.usefixtures("asks")
def test_of_two_pages_the_first_answer_counts_and_the_other_is_told(
    page: ComfyPage, other: ComfyPage, provider: Sandbox, prompt: str
) -> None:
    sold = provider.sold
    held: list[Route] = []
    three(page, prompt)
    page.run()
    for one in (page, other):
        expect(dialog(one)).to_be_visible(timeout=30_000)
    other.page.route("**/apimart/approvals/*", lambda route: held.append(route))
    dialog(other).get_by_role("button", name="Approve").click()
    other.page.wait_for_timeout(100)
    dialog(page).get_by_role("button", name="Decline").click()
    expect(dialog(page)).to_be_hidden()
    [late] = held
    late.continue_()
    expect(other.toast("It was declined elsewhere. Nothing is purchased.")).to_be_visible()
    expect(dialog(other)).to_be_hidden()
    assert provider.sold == sold


@pytest.mark.usefixtures("asks")
def test_a_page_that_only_watches_is_told_too(page: ComfyPage, other: ComfyPage, prompt: str) -> None:
    three(page, prompt)
    page.run()
    for one in (page, other):
        expect(dialog(one)).to_be_visible(timeout=30_000)
    dialog(page).get_by_role("button", name="Approve").click()
    expect(other.toast("It was approved elsewhere.")).to_be_visible()
    expect(dialog(other)).to_be_hidden()
    expect(page.job(f"{prompt} 0")).to_contain_text("done", timeout=60_000)


@pytest.mark.usefixtures("asks")
def test_a_page_that_is_opened_meanwhile_asks_as_well(page: ComfyPage, prompt: str) -> None:
    three(page, prompt)
    page.run()
    expect(dialog(page)).to_be_visible(timeout=30_000)
    page.open()
    expect(dialog(page)).to_be_visible(timeout=30_000)
    dialog(page).get_by_role("button", name="Decline").click()
    expect(dialog(page)).to_be_hidden()


def test_who_looks_elsewhere_is_told_when_a_long_job_ends(page: ComfyPage) -> None:
    page.page.context.grant_permissions(["notifications"])
    page.set(**{"apimart.away": True})
    page.open()
    page.page.evaluate(HIDE)
    job: dict[str, Any] = {"id": "0" * 32, "state": "fetched", "model": "sora-2", "prompt": "x", "clips": []}
    times = {"created_at": 1000, "ended_at": 1090, "cost_usd": 0.32, "estimate_usd": 0.32, "reason": "", "take": 0}
    page.page.evaluate(ENDED, {**job, **times})
    expect(page.page).to_have_title(re.compile("^\u25cf .*ComfyUI"))
    page.page.evaluate("() => (globalThis.isAway = false)")
    expect(page.page).to_have_title(re.compile("^[^\u25cf]*ComfyUI"))


def test_the_rows_of_the_panel_are_kept(page: ComfyPage, comfy: ComfyServer) -> None:
    panel = page.settings()
    rows = {"project": "Spring film", "ask_above_usd": 5, "keep_usd": 2.5, "limit_usd_per_project": 40}
    for name, value in rows.items():
        field = panel.locator(f'[data-apimart="{name}"]')
        field.fill(str(value))
        field.press("Tab")
    expect(panel.get_by_text("Saved.")).to_have_count(4)
    found = comfy.get("/apimart/status")
    assert {name: found[name] for name in rows} == rows
    comfy.post("/apimart/settings", dict.fromkeys(rows))


def test_a_wrong_key_changes_nothing(page: ComfyPage, comfy: ComfyServer, provider: Sandbox) -> None:
    panel = page.settings()
    provider.behave("balance", "401")
    panel.locator('[data-apimart="key"]').fill("sk-a-key-that-nobody-gave-out-01")
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(panel.get_by_text("The key was not saved.")).to_be_visible()
    assert (comfy.home / "key").read_text() == "sk-test-key-of-the-browser-01"
