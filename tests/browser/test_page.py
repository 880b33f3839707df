"""What people do in the browser, in both of ComfyUI's renderers, against the sandbox."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from apimart.flow.ledger import Intent, Ledger
from clips import write_video
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from playwright.sync_api import expect
from sandboxed import Sandbox

SORA = "APIMartSora2"
KLING = "APIMartKlingMotionControl"
SEEDANCE = "APIMartSeedance2"
UNPRICED_IN_KOREAN = "\uac00\uaca9\uc744 \uc54c \uc218 \uc5c6\uc74c"
KEY = "sk-a-key-that-must-not-be-seen-0042"
KEPT = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"


def files_with(text: str, folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(path.relative_to(folder)) for path in files if text.encode() in path.read_bytes()]


def long_job(provider: Sandbox) -> None:
    provider.control(job_seconds=600)


def test_a_key_that_is_set_in_the_panel_is_found_nowhere_else(page: ComfyPage, comfy: ComfyServer, prompt: str) -> None:
    panel = page.settings()
    panel.locator('[data-apimart="key"]').fill(KEY)
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(panel.get_by_text("The key is saved.")).to_be_visible()
    expect(panel.locator('[data-apimart="key"]')).to_have_value("")
    panel.get_by_role("button", name="Test", exact=True).first.click()
    expect(panel.get_by_text("The key works.")).to_be_visible()
    page.picture("settings")
    page.close_settings()
    page.add(SORA, prompt=prompt)
    page.run()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)
    said = [
        comfy.get(path)
        for path in ("/settings", "/object_info", "/history", "/queue", "/apimart/status", "/apimart/jobs")
    ]
    assert KEY not in repr(said)
    assert KEY not in repr((page.workflow(), page.prompt(), page.page.content(), page.page.evaluate(KEPT), page.said))
    assert files_with(KEY, comfy.base) == ["user/__apimart/key"]


def test_the_badge_follows_the_widgets(page: ComfyPage, prompt: str) -> None:
    node = page.add(SORA, prompt=prompt)
    page.expect_badges(node, "4.0 s x $0.08 = $0.32", "retired model")
    page.choose(node, "duration", "16")
    page.expect_badges(node, "16.0 s x $0.08 = $1.28", "retired model")
    if not page.nodes2:
        page.step_back(node, "duration")
        page.expect_badges(node, "12.0 s x $0.08 = $0.96", "retired model")
        page.page.evaluate("() => app.refreshComboInNodes()")
        page.step_back(node, "duration")
        page.expect_badges(node, "8.0 s x $0.08 = $0.64", "retired model")


def test_motion_control_is_priced_by_the_clip_that_is_connected(page: ComfyPage, comfy: ComfyServer) -> None:
    write_video(comfy.input / "dance.mp4", frames=120, width=320, height=240)
    clip = page.add("LoadVideo", (60, 120), file="dance.mp4")
    node = page.add(KLING, (420, 120))
    page.expect_badges(node, "$0.103 per second")
    page.link(clip, 0, node, "video")
    page.expect_badges(node, "5.0 s x $0.103 = $0.51")
    page.choose(node, "mode", "pro")
    page.expect_badges(node, "5.0 s x $0.137 = $0.69")
    page.picture("badge")


def test_every_clip_that_is_connected_is_in_the_price(page: ComfyPage, comfy: ComfyServer) -> None:
    for name, frames in {"two.mp4": 48, "three.mp4": 72}.items():
        write_video(comfy.input / name, frames=frames, width=320, height=240)
    node = page.add(SEEDANCE, (420, 120), duration=5)
    page.expect_badges(node, "5.0 s x $0.086 = $0.43")
    page.link(page.add("LoadVideo", (60, 120), file="two.mp4"), 0, node, "videos.video_1")
    page.expect_badges(node, "7.0 s x $0.051 = $0.36")
    page.link(page.add("LoadVideo", (60, 500), file="three.mp4"), 0, node, "videos.video_2")
    page.expect_badges(node, "10.0 s x $0.051 = $0.51")
    page.picture("clips")


def test_a_price_that_nobody_knows_is_said_to_be_unknown(page: ComfyPage) -> None:
    node = page.add("APIMartMiniMaxH3Upscale")
    page.expect_badges(node, "price unknown")
    page.page.evaluate('() => app.extensionManager.setting.set("apimart.language", "ko")')
    page.expect_badges(node, UNPRICED_IN_KOREAN)


def test_nothing_of_the_face_gets_into_the_prompt_or_the_file(page: ComfyPage, comfy: ComfyServer, prompt: str) -> None:
    """What ComfyUI caches by is the prompt: one more key in it, and everything would run again."""
    node = page.add(SORA, prompt=prompt)
    page.expect_badges(node, "4.0 s x $0.08 = $0.32", "retired model")
    page.tab()
    declared = comfy.object_info()[SORA]["input"]
    widgets = {*declared["required"], *declared.get("optional", {})} - {"image"}
    [said] = page.prompt().values()
    assert set(said["inputs"]) == widgets
    [saved] = page.workflow()["nodes"]
    assert len(saved["widgets_values"]) == len(widgets) + 1  # the control beside take
    assert "badges" not in saved
    assert "apimart.looked" not in repr(saved)


def test_a_job_is_watched_in_the_sidebar(page: ComfyPage, provider: Sandbox, prompt: str) -> None:
    long_job(provider)
    tab = page.tab()
    node = page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    job = page.job(prompt)
    expect(job).to_contain_text("running")
    expect(job.locator(".apimart-bar small")).to_contain_text(re.compile("left|longer than usual"))
    page.picture("running")
    provider.finish()
    expect(job).to_contain_text("done", timeout=60_000)
    expect(job).to_contain_text("$0.32")
    expect(job.locator("img")).to_be_visible()
    expect(tab.locator(".apimart-sums")).not_to_contain_text("$0.00")
    page.expect_badges(node, "already paid", "retired model")
    page.picture("jobs")


def test_the_job_of_a_cancelled_run_is_brought_home(page: ComfyPage, provider: Sandbox, prompt: str) -> None:
    long_job(provider)
    page.tab()
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    job = page.job(prompt)
    expect(job).to_contain_text("running")
    page.cancel()
    page.page.wait_for_function(
        "() => fetch('/queue').then((said) => said.json()).then((queue) => !queue.queue_running.length)"
    )
    expect(job).to_contain_text("running")
    sold = provider.sold
    provider.finish()
    expect(job).to_contain_text("done", timeout=60_000)
    expect(job.locator("img")).to_be_visible()
    assert provider.sold == sold


def test_a_page_that_is_opened_anew_shows_the_job_that_goes_on(page: ComfyPage, provider: Sandbox, prompt: str) -> None:
    long_job(provider)
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    expect(page.job(prompt)).to_contain_text("running")
    page.open()
    expect(page.job(prompt)).to_contain_text("running")
    provider.finish()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)


def test_a_server_that_was_killed_finds_its_job_again(
    page: ComfyPage, comfy: ComfyServer, provider: Sandbox, prompt: str
) -> None:
    long_job(provider)
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    expect(page.job(prompt)).to_contain_text("running")
    sold = provider.sold
    comfy.kill()
    comfy.start()
    page.open()
    job = page.job(prompt)
    expect(job).to_contain_text("running")
    provider.finish()
    expect(job).to_contain_text("done", timeout=60_000)
    assert provider.sold == sold


def test_an_unknown_job_is_declared_in_the_sidebar(page: ComfyPage, provider: Sandbox, prompt: str) -> None:
    provider.behave("submit", "drop_after")
    page.tab()
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    job = page.job(prompt)
    expect(job).to_contain_text("outcome unknown", timeout=30_000)
    page.picture("unknown")
    job.get_by_placeholder("Task ID").fill(str(provider.tasks[-1]["id"]))
    job.get_by_role("button", name="Purchased", exact=True).click()
    expect(job).to_contain_text("running")
    job.get_by_role("button", name="Download the video").click()
    expect(job).to_contain_text("done", timeout=60_000)


def test_a_clip_and_its_graph_come_back_to_the_canvas(page: ComfyPage, prompt: str) -> None:
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    job = page.job(prompt)
    expect(job).to_contain_text("done", timeout=60_000)
    job.get_by_role("button", name="Add the video to the canvas").click()
    loader = page.workflow()["nodes"][-1]
    assert loader["type"] == "LoadVideo"
    assert str(loader["widgets_values"][0]).endswith(".mp4 [output]")
    page.page.evaluate("() => app.graph.clear()")
    job.get_by_role("button", name="Open the workflow").click()
    page.page.wait_for_function("() => app.graph.nodes.length === 2")
    node = next(one for one in page.workflow()["nodes"] if one["type"] == SORA)
    assert (node["type"], node["widgets_values"][0]) == (SORA, prompt)
    job.get_by_role("button", name="Copy the task ID").click()
    assert page.page.evaluate("() => navigator.clipboard.readText()").startswith("task_")


def test_a_loaded_clip_runs(page: ComfyPage, prompt: str) -> None:
    page.add(SORA, (500, 120), prompt=prompt)
    page.run()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)
    page.page.evaluate("() => app.graph.clear()")
    page.job(prompt).get_by_role("button", name="Add the video to the canvas").click()
    frames = page.add("APIMartVideoFrames", (900, 120), frame_load_cap=2)
    shown = page.add("PreviewImage", (1200, 120))
    page.link(int(page.workflow()["nodes"][0]["id"]), 0, frames, "video")
    page.link(frames, 0, shown, "images")
    page.run()
    page.page.wait_for_function(f"() => app.nodeOutputs?.[{shown}]?.images?.length === 2", timeout=30_000)


def graph_of(*nodes: dict[str, Any]) -> dict[str, Any]:
    plain = {"flags": {}, "order": 0, "mode": 0, "properties": {}, "size": [400, 320], "pos": [100, 100]}
    return {
        "id": f"00000000-0000-4000-8000-{time.time_ns() % 10**12:012d}",
        "nodes": [{**plain, "id": number, **node} for number, node in enumerate(nodes, 1)],
        "links": [],
        "version": 0.4,
        "last_node_id": len(nodes),
        "last_link_id": 0,
    }


def test_somebodys_graph_says_what_it_would_cost(page: ComfyPage, prompt: str) -> None:
    page.add(SORA, prompt=prompt, duration=20)
    page.add(KLING, (60, 620))
    bypassed = page.add(SORA, (60, 1120), prompt=prompt, duration=12)
    page.add_ends()
    page.add(SORA, (900, 120), prompt="nothing needs it")
    page.page.evaluate("(id) => (app.graph.getNodeById(id).mode = 4)", bypassed)
    page.load({**page.workflow(), "id": graph_of()["id"]})
    told = page.toast("This workflow costs money")
    expect(told).to_contain_text("Running it purchases 1 APIMart job(s) for about $1.60.")
    expect(told).to_contain_text("Plus 1 whose price is not known yet.")
    page.picture("notice")


def test_a_key_in_a_workflow_is_warned_of(page: ComfyPage) -> None:
    page.load(graph_of({"type": "Note", "widgets_values": ["my key is sk-0123456789abcdefghijklmnop"]}))
    expect(page.toast("A key in the workflow")).to_be_visible()


def test_the_texts_follow_the_language(page: ComfyPage) -> None:
    page.set(**{"Comfy.Locale": "ko"})
    page.open()
    expect(page.tab()).to_contain_text("\uc774\ubc88 \ub2ec")
    page.expect_task_errors_in("ko")
    page.page.evaluate('() => app.extensionManager.setting.set("apimart.language", "ja")')
    expect(page.tab()).to_contain_text("\u4eca\u6708")
    expect(page.tab().get_by_role("tab", selected=True)).to_have_text("\u3059\u3079\u3066")
    page.expect_task_errors_in("ja")
    page.picture("language")


def test_limits_and_the_sandbox_are_set_in_the_panel(page: ComfyPage, comfy: ComfyServer, prompt: str) -> None:
    node = page.add(SORA, prompt=prompt)
    panel = page.settings()
    panel.locator('[data-apimart="limit_usd_per_job"]').fill("0.25")
    panel.locator('[data-apimart="limit_usd_per_job"]').press("Enter")
    expect(panel.get_by_text("Saved.").first).to_be_visible()
    assert comfy.get("/apimart/status")["limit_usd_per_job"] == 0.25
    panel.locator('[data-apimart="sandbox"]').check()
    expect(panel.get_by_text("Saved.")).to_have_count(2)
    page.close_settings()
    page.expect_badges(node, "4.0 s x $0.08 = $0.32", "sandbox", "retired model")


def test_a_thousand_jobs_can_be_scrolled_through(page: ComfyPage, comfy: ComfyServer, nodes2: bool) -> None:
    ledger = Ledger.open(comfy.home / "ledger.sqlite")
    for number in range(1000):
        intent = Intent(
            realm="live",
            fingerprint=f"{nodes2} {number}",
            family=SORA,
            model="sora-2",
            prompt=f"job number {number}",
            account="nobody",
            estimate_usd=0.32,
        )
        ledger.intend(intent)
    ledger.close()
    tab = page.tab()
    expect(tab.locator(".apimart-job")).to_have_count(50)
    while tab.locator(".apimart-job").count() < 1000:
        count = tab.locator(".apimart-job").count()
        tab.locator(".apimart-end").scroll_into_view_if_needed()
        page.page.wait_for_function(f"() => document.querySelectorAll('.apimart-job').length > {count}", timeout=10_000)
    expect(tab.locator(".apimart-job", has_text="job number 0").first).to_be_attached()
