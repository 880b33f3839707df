"""The page as it comes over networks: by plain http from a name of the LAN, and through a reverse proxy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import LAN_NAME
from comfy_page import BADGES, READY, ComfyPage
from comfy_server import ComfyServer
from playwright.sync_api import Browser, expect
from reverse_proxy import ReverseProxy
from sandboxed import Sandbox

SORA = "APIMartSora2"
POST_SETTINGS = """() => fetch("/apimart/settings", { method: "POST", body: "{}",
  headers: { "Content-Type": "application/json" } }).then((answer) => answer.json())"""
HAS_BADGES = f"(id) => ({BADGES})(id).length > 0"
PRICE = "4.0 s x $0.08 = $0.32"


class LanPage(ComfyPage):
    """The page under a name of the LAN, which no browser counts as secure."""

    def __init__(self, browser: Browser, server: ComfyServer, port: int) -> None:
        self.address = f"http://{LAN_NAME}:{port}"
        super().__init__(browser, server, nodes2=False)

    def open(self) -> None:
        self.page.goto(self.address)
        self.page.wait_for_function(READY, timeout=90_000)
        self.page.evaluate("() => app.graph.clear()")


@pytest.fixture
def lan(browser: Browser, comfy: ComfyServer, provider: Sandbox) -> Iterator[Any]:
    """Opens the page by a port of this machine, the server's own or a proxy's."""
    provider.control(reset=True, job_seconds=1.0, clip_small=True)
    comfy.post("/apimart/key", {"key": "sk-test-key-of-the-browser-01"})
    opened: list[LanPage] = []

    def open_at(port: int) -> LanPage:
        opened.append(LanPage(browser, comfy, port))
        return opened[-1]

    yield open_at
    for page in opened:
        page.close()
        assert [error for error in page.errors if "apimart" in error.lower()] == []


def test_a_task_id_is_copied_where_the_browser_has_no_clipboard_for_the_page(lan: Any, comfy: ComfyServer) -> None:
    page = lan(comfy.port)
    assert page.page.evaluate("() => [isSecureContext, navigator.clipboard === undefined]") == [False, True]
    page.add(SORA, (500, 120), prompt="a task id to copy")
    page.run()
    job = page.job("a task id to copy")
    expect(job).to_contain_text("done", timeout=60_000)
    job.get_by_role("button", name="Copy the task ID").click()
    expect(page.toast("Task ID copied.")).to_be_visible()
    page.page.evaluate("() => document.body.append(Object.assign(document.createElement('textarea'), { id: 'paste' }))")
    page.page.locator("#paste").press("Control+V")
    pasted = page.page.locator("#paste").input_value()
    assert pasted == comfy.get("/apimart/jobs")["jobs"][0]["task_id"]


def works(page: ComfyPage, comfy: ComfyServer) -> None:
    """Badges, which ask by POST, and the settings of the panel."""
    page.expect_badges(page.add(SORA), PRICE, "retired model")
    panel = page.settings()
    panel.locator('[data-apimart="limit_usd_per_job"]').fill("0.75")
    panel.locator('[data-apimart="limit_usd_per_job"]').press("Enter")
    expect(panel.get_by_text("Saved.").first).to_be_visible()
    assert comfy.get("/apimart/status")["limit_usd_per_job"] == 0.75
    comfy.post("/apimart/settings", {"limit_usd_per_job": None})


def test_a_proxy_that_says_which_host_was_asked_for_is_enough(lan: Any, comfy: ComfyServer) -> None:
    with ReverseProxy(comfy.port) as proxy:
        proxy.headers["X-Forwarded-Host"] = f"{LAN_NAME}:{proxy.port}"
        works(lan(proxy.port), comfy)


def test_a_proxy_with_nginx_defaults_is_told_apart_from_another_site_by_the_owner(
    browser: Browser, provider: Sandbox, tmp_path: Path
) -> None:
    provider.control(reset=True, job_seconds=1.0, clip_small=True)
    environment = {"APIMART_BASE_URL": provider.url, "APIMART_API_KEY": provider.key}
    comfyui = Path(os.environ["COMFYUI_PATH"])
    with ComfyServer(comfyui, tmp_path, environment=environment) as comfy, ReverseProxy(comfy.port) as proxy:
        page = LanPage(browser, comfy, proxy.port)
        said = page.page.evaluate(POST_SETTINGS)
        assert "APIMART_ORIGINS" in said["error"]
        page.close()
        comfy.stop()
        comfy.environment["APIMART_ORIGINS"] = f"http://{LAN_NAME}:{proxy.port}"
        comfy.start()
        page = LanPage(browser, comfy, proxy.port)
        works(page, comfy)
        page.close()


def test_a_badge_that_got_an_error_asks_again_later(lan: Any, comfy: ComfyServer) -> None:
    with ReverseProxy(comfy.port) as proxy:
        proxy.headers["X-Forwarded-Host"] = f"{LAN_NAME}:{proxy.port}"
        page = lan(proxy.port)
        proxy.broken = "/apimart/estimate"
        with page.page.expect_response(lambda answer: "estimate" in answer.url and answer.status == 502):
            node = page.add(SORA, prompt="a network that comes back")
        proxy.broken = ""
        page.page.wait_for_timeout(1000)
        page.page.wait_for_function(HAS_BADGES, arg=node, timeout=20_000)
        page.expect_badges(node, PRICE, "retired model")


def test_nodes_that_were_there_before_the_families_get_their_badges(lan: Any, comfy: ComfyServer) -> None:
    with ReverseProxy(comfy.port) as proxy:
        proxy.headers["X-Forwarded-Host"] = f"{LAN_NAME}:{proxy.port}"
        proxy.broken = "/apimart/families"
        page = lan(proxy.port)
        node = page.add(SORA, prompt="families that came late")
        proxy.broken = ""
        page.page.wait_for_function(HAS_BADGES, arg=node, timeout=20_000)
        page.expect_badges(node, PRICE, "retired model")
