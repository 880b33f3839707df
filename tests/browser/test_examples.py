"""Every example is opened in ComfyUI's template browser and run in the sandbox, the composed ones in both renderers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from examples import EXAMPLES, lay_out_inputs
from pack import ROOT
from playwright.sync_api import Browser, Locator, expect
from sandboxed import Sandbox
from workflows import api_prompt

EVERY = sorted(EXAMPLES.glob("*.json"))
# All of them in both renderers would take ten minutes: Nodes 2.0 gets those that are more than one family's own.
COMPOSED = [file for file in EVERY if not (ROOT / "nodes" / f"{file.stem}.py").exists()]
CASES = [*(("canvas", file) for file in EVERY), *(("nodes2", file) for file in COMPOSED)]
RUN_SECONDS = 60
UNKNOWN = (
    "() => app.graph.nodes.filter((node) => !(node.type in LiteGraph.registered_node_types)).map((node) => node.type)"
)
SEARCHED = "() => document.querySelectorAll('[data-testid^=template-workflow-]').length < 24"
SHOWN = "(picture) => picture.complete && picture.naturalWidth > 0"


@pytest.fixture(scope="module")
def inputs(comfy: ComfyServer) -> None:
    """A picture or a clip under every name that a loader of the examples asks for."""
    known = comfy.object_info()
    for file in EVERY:
        lay_out_inputs(comfy, api_prompt(json.loads(file.read_text("utf-8")), known))


@pytest.fixture(scope="module")
def page(
    request: pytest.FixtureRequest, browser: Browser, comfy: ComfyServer, provider: Sandbox, inputs: None
) -> Iterator[ComfyPage]:
    """One page for all examples, as somebody has it who tries them one after the other."""
    provider.control(reset=True, job_seconds=0.2, clip_small=False)
    comfy.post("/apimart/key", {"key": "sk-test-key-of-the-browser-01"})
    comfy.post("/apimart/settings", {"sandbox": True})
    opened = ComfyPage(browser, comfy, nodes2=request.param == "nodes2")
    yield opened
    opened.close()


def card(page: ComfyPage, name: str) -> Locator:
    """The example in the pack's category of the template browser, which shows 24 at once: so it is searched for."""
    page.page.evaluate('() => app.extensionManager.command.execute("Comfy.BrowseTemplates")')
    browser = page.page.get_by_role("dialog")
    browser.get_by_text(page.server.pack.name, exact=True).first.click()
    browser.get_by_placeholder("Search").fill(name)
    page.page.wait_for_function(SEARCHED)
    return browser.get_by_test_id(f"template-workflow-{name}")


def ended(comfy: ComfyServer, known: set[str]) -> Any:
    """The prompt that is new in ComfyUI's history."""
    ends = time.monotonic() + RUN_SECONDS
    while time.monotonic() < ends:
        history = comfy.get("/history")
        for prompt in set(history) - known:
            return history[prompt]
        time.sleep(0.05)
    raise TimeoutError(f"no run ended within {RUN_SECONDS} s:\n{comfy.log[-4000:]}")


def saved_clips(run: Any) -> list[str]:
    """What SaveVideo left in ComfyUI's output folder, beside the pack's own."""
    shown = [one for output in run["outputs"].values() for one in output.get("images", ())]
    return [
        f"{one['subfolder']}/{one['filename']}"
        for one in shown
        if one["type"] == "output" and one["subfolder"] != "apimart"
    ]


@pytest.mark.parametrize(("page", "file"), CASES, indirect=["page"], ids=lambda one: getattr(one, "stem", one))
def test_an_example_runs_from_the_template_browser(page: ComfyPage, comfy: ComfyServer, file: Path) -> None:
    assert file.with_suffix(".jpg").is_file(), "ComfyUI would show a picture of its own instead"
    known = set(comfy.get("/history"))
    example = card(page, file.stem)
    thumbnail = example.locator("img").first
    expect(thumbnail).to_be_visible()
    page.page.wait_for_function(SHOWN, arg=thumbnail.element_handle())
    if file is EVERY[0]:
        page.picture("templates")
    example.click()
    expected = len(json.loads(file.read_text("utf-8"))["nodes"])
    page.page.wait_for_function(f"() => app.graph.nodes.length === {expected}")
    expect(page.page.get_by_role("dialog")).to_have_count(0)
    assert page.page.evaluate(UNKNOWN) == []
    page.run()
    run = ended(comfy, known)
    assert run["status"]["status_str"] == "success", run["status"]["messages"]
    assert [name for name in saved_clips(run) if file.stem in name]
    assert [error for error in page.errors if "apimart" in error.lower()] == []
