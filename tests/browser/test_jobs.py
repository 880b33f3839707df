"""The list of jobs in the browser: found, exported, compared, and brought back to the canvas."""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from apimart.flow.ledger import Ledger
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from journeys import until
from ledgers import ended
from playwright.sync_api import Locator, expect
from sandboxed import Sandbox

SORA = "APIMartSora2"
FLUX = "APIMartFlux3Video"
SEEDANCE = "APIMartSeedance25"
WIDGET = "([id, name]) => app.graph.getNodeById(id).widgets.find((one) => one.name === name).value"
TIMES = "() => [...document.querySelectorAll('.apimart-stage video')].map((one) => one.currentTime)"
READY = "() => [...document.querySelectorAll('.apimart-stage video')].every((one) => one.readyState >= 2)"
PLAYING = "() => [...document.querySelectorAll('.apimart-stage video')].every((one) => !one.paused)"
DROP = """async ({ name, text }) => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type: "video/mp4" }));
  const place = { clientX: 700, clientY: 500 };
  app.canvas.canvas.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer, ...place }));
}"""


@pytest.fixture
def kept(page: ComfyPage, comfy: ComfyServer) -> Iterator[Ledger]:
    """The ledger of that ComfyUI."""
    with closing(Ledger.open(comfy.home / "ledger.sqlite")) as ledger:
        yield ledger


def bought(kept: Ledger, prompt: str, **changes: Any) -> None:
    """A job that has ended, with no video here."""
    if kept.find("live", prompt) is None:
        ended(kept, prompt, prompt=prompt, cost=0.5, **changes)


def prompts(tab: Locator) -> Locator:
    return tab.locator(".apimart-job .apimart-about > p:not(.apimart-reason)")


def ran(page: ComfyPage) -> None:
    """Queue the workflow, and wait for its end."""
    before = len(page.server.get("/history"))
    page.run()
    until(lambda: len(page.server.get("/history")) > before)


def done(page: ComfyPage, prompt: str, count: int) -> Locator:
    """The rows of that many finished jobs of a prompt, the newest first."""
    rows = page.tab().locator(".apimart-job.is-fetched", has_text=prompt)
    expect(rows).to_have_count(count, timeout=60_000)
    return rows


def test_jobs_are_found_by_words_and_by_their_day(page: ComfyPage, kept: Ledger) -> None:
    bought(kept, "a harbour at dawn")
    bought(kept, "a harbour at night", model="kling-v3")
    bought(kept, "a dancer in the rain", model="kling-v3")
    tab = page.tab()
    field = tab.get_by_role("searchbox")
    field.fill("harbour")
    expect(prompts(tab)).to_have_text(["a harbour at night", "a harbour at dawn"])
    page.picture("search")
    field.fill("KLING harbour")
    expect(prompts(tab)).to_have_text(["a harbour at night"])
    field.fill("2001-01-01")
    expect(tab.get_by_text("No matching jobs.")).to_be_visible()
    field.fill("")
    expect(tab.get_by_text("a dancer in the rain")).to_be_visible()


def test_a_project_narrows_jobs_totals_and_the_export(page: ComfyPage, kept: Ledger) -> None:
    bought(kept, "a lamp", project="Night train")
    bought(kept, "a rail, = and a comma", project="Night train")
    bought(kept, "a cup", project="Adverts")
    bought(kept, "a chair")
    tab = page.tab()
    tab.get_by_label("Project", exact=True).select_option("Night train")
    expect(prompts(tab)).to_have_text(["a rail, = and a comma", "a lamp"])
    expect(tab.locator(".apimart-sums")).to_contain_text("This project$1.00")
    page.picture("project")
    with page.page.expect_download() as started:
        tab.get_by_role("button", name="Export as CSV").click()
    text = Path(started.value.path()).read_text("utf-8-sig")
    assert started.value.suggested_filename == "apimart_jobs.csv"
    rows = list(csv.DictReader(StringIO(text)))
    assert [(row["project"], row["prompt"]) for row in rows] == [
        ("Night train", "a lamp"),
        ("Night train", "a rail, = and a comma"),
    ]
    tab.get_by_label("Project", exact=True).select_option("All projects")
    expect(tab.get_by_text("a chair")).to_be_visible()
    expect(tab.locator(".apimart-sums")).not_to_contain_text("This project")


def test_a_job_that_comes_in_meanwhile_is_shown_only_where_it_is_looked_for(page: ComfyPage, prompt: str) -> None:
    tab = page.tab()
    tab.get_by_role("searchbox").fill("nothing of the kind")
    expect(tab.get_by_text("No matching jobs.")).to_be_visible()
    page.add(SORA, (500, 120), prompt=prompt)
    ran(page)
    expect(tab.get_by_text("No matching jobs.")).to_be_visible()
    tab.get_by_role("searchbox").fill(prompt)
    done(page, prompt, 1)


def two_takes(page: ComfyPage, prompt: str) -> int:
    """A node that has made takes 0 and 1, and stands on 1."""
    page.tab()
    node = page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    done(page, prompt, 1)
    page.page.evaluate(
        "([id]) => { app.graph.getNodeById(id).widgets.find((one) => one.name === 'take').value = 1 }", [node]
    )
    page.run()
    done(page, prompt, 2)
    return node


def compared(page: ComfyPage, prompt: str) -> Locator:
    rows = done(page, prompt, 2)
    for number in (1, 0):
        rows.nth(number).get_by_role("checkbox").check()
    page.tab().get_by_role("button", name="Compare 2 videos").click()
    dialog = page.page.get_by_role("dialog", name="Compare videos")
    expect(dialog).to_be_visible()
    page.page.wait_for_function(READY)
    return dialog


def test_takes_are_compared_in_step_and_one_is_used(page: ComfyPage, prompt: str) -> None:
    node = two_takes(page, prompt)
    dialog = compared(page, prompt)
    expect(dialog.get_by_role("row", name="take 0 1", exact=True)).to_be_visible()
    expect(dialog.locator("output")).to_have_text(re.compile(r"^1 / \d+$"))
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        page.page.keyboard.press(key)
    expect(dialog.locator("output")).to_have_text(re.compile(r"^2 / "))
    page.page.wait_for_function(f"() => ({TIMES})().every((one) => Math.abs(one - 1.5 / 24) < 1e-3)")
    page.page.keyboard.press("Space")
    page.page.wait_for_function(PLAYING)
    half = "() => document.querySelector('.apimart-stage video').currentTime > 0.5"
    page.page.wait_for_function(half, polling=100)  # a busy machine draws seldom, and the video starts again meanwhile
    page.page.keyboard.press("Space")
    page.page.wait_for_function(f"() => new Set(({TIMES})()).size === 1")
    page.page.keyboard.press("End")
    expect(dialog.locator("output")).to_have_text(re.compile(r"^(\d+) / \1$"))
    page.page.keyboard.press("Home")
    expect(dialog.locator("output")).to_have_text(re.compile(r"^1 / "))
    page.picture("compare")
    dialog.get_by_label("Wipe", exact=True).check()
    dialog.get_by_label("Wipe position").fill("30")
    page.picture("wipe")
    dialog.locator("figure", has_text="take 1").get_by_role("button", name="Use this take").wait_for()
    dialog.locator("figure").first.get_by_role("button", name="Use this take").click()
    expect(dialog).to_be_hidden()
    assert page.page.evaluate(WIDGET, [node, "take"]) == 0
    page.expect_badges(node, "already paid", "retired model")


def test_a_take_whose_node_is_not_there_offers_its_workflow(page: ComfyPage, prompt: str) -> None:
    two_takes(page, prompt)
    page.load({"nodes": [], "links": [], "version": 0.4, "last_node_id": 0, "last_link_id": 0})
    dialog = compared(page, prompt)
    dialog.locator("figure").last.get_by_role("button", name="Use this take").click()
    expect(dialog.get_by_text("is not in the open workflow")).to_be_visible()
    page.picture("away")
    dialog.get_by_role("button", name="Open its workflow").click()
    expect(dialog).to_be_hidden()
    page.page.wait_for_function(f"() => app.graph.nodes.some((node) => node.type === '{SORA}')")
    node = next(one for one in page.workflow()["nodes"] if one["type"] == SORA)
    assert prompt in node["widgets_values"]


def test_escape_closes_the_comparison_and_its_keys_are_not_comfyuis(page: ComfyPage, prompt: str) -> None:
    two_takes(page, prompt)
    dialog = compared(page, prompt)
    page.page.keyboard.press("r")  # ComfyUI refreshes its lists with it
    page.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.page.locator(".apimart-compare")).to_have_count(0)
    expect(page.tab()).to_be_visible()


def test_a_draft_is_made_final_by_a_node_that_takes_its_job(page: ComfyPage, provider: Sandbox, prompt: str) -> None:
    page.tab()
    page.add(FLUX, (500, 120), prompt=prompt, draft=True, duration=6)
    page.run()
    row = done(page, prompt, 1)
    row.get_by_role("button", name="Make the final").click()
    expect(page.page.get_by_text("The final: 6.0 s x $0.232 = $1.39", exact=True)).to_be_visible()
    page.picture("final")
    made, save = page.workflow()["nodes"][-2:]
    held = page.prompt()[str(made["id"])]["inputs"] if save["type"] == "SaveVideo" else {}
    assert (made["type"], save["type"]) == (FLUX, "SaveVideo")
    assert held["draft_job"].startswith("task_")
    assert (held["draft"], held["resolution"], held["duration"]) == (False, "fhd", 6)
    ran(page)
    sent = provider.tasks[-1]["body"]
    assert (sent["draft_from_task_id"], sent["resolution"], "prompt" in sent) == (held["draft_job"], "fhd", False)


def test_a_low_resolution_is_asked_once_more_in_full_with_the_same_image(
    page: ComfyPage, comfy: ComfyServer, prompt: str
) -> None:
    import cv2
    import numpy as np

    cv2.imwrite(str(comfy.input / "still.png"), np.full((720, 1280, 3), 90, np.uint8))
    page.open()
    page.tab()
    image = page.add("LoadImage", (60, 120), image="still.png")
    node = page.add(SEEDANCE, (500, 120), prompt=prompt, resolution="480p", duration=5)
    page.link(image, 0, node, "first_frame")
    page.run()
    done(page, prompt, 1).get_by_role("button", name="Make the final").click()
    expect(page.page.get_by_text("The final: 5.0 s x $0.385 = $1.92", exact=True)).to_be_visible()
    made = [one for one in page.prompt().values() if one["class_type"] == SEEDANCE]
    assert [one["inputs"]["resolution"] for one in made] == ["480p", "1080p"]
    assert made[0]["inputs"]["first_frame"] == made[1]["inputs"]["first_frame"]
    page.picture("final-full")


def test_a_kept_video_dropped_on_the_canvas_is_its_workflow_and_costs_nothing(
    page: ComfyPage, comfy: ComfyServer, provider: Sandbox, prompt: str
) -> None:
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    done(page, prompt, 1)
    sold = provider.sold
    [place] = comfy.get("/apimart/jobs")["jobs"][0]["clips"]
    file = comfy.output / place["subfolder"] / place["filename"]
    page.page.evaluate("() => app.graph.clear()")
    page.page.evaluate(DROP, {"name": "from a friend.mp4", "text": base64.b64encode(file.read_bytes()).decode()})
    page.page.wait_for_function(f"() => app.graph.nodes.some((node) => node.type === '{SORA}')")
    [node] = [one for one in page.workflow()["nodes"] if one["type"] == SORA]
    assert prompt in json.dumps(node)
    page.expect_badges(node["id"], "already paid", "retired model")
    comfy.post("/free", {"unload_models": True, "free_memory": True})
    ran(page)
    assert provider.sold == sold
    assert done(page, prompt, 1)
