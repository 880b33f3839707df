"""A browser, a ComfyUI without a key in its environment, and its page in both renderers."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from front_end import front_end
from playwright.sync_api import Browser
from sandboxed import Sandbox

SETTINGS = ("sandbox", "limit_usd_per_job", "limit_usd_per_day", "ask_above_usd", "keep_usd", "project", "language")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as running:
            yield running
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def provider() -> Iterator[Sandbox]:
    with Sandbox(seconds=1.0) as running:
        yield running


@pytest.fixture(scope="module")
def comfy(
    provider: Sandbox, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[ComfyServer]:
    """The key is for the page to set."""
    base = tmp_path_factory.mktemp("comfyui")
    comfyui = Path(os.environ["COMFYUI_PATH"])
    version = pytestconfig.getoption("--front-end")
    options = ("--front-end-root", str(front_end(version))) if version else ()
    with ComfyServer(comfyui, base, *options, environment={"APIMART_BASE_URL": provider.url}) as server:
        yield server


@pytest.fixture
def prompt(request: pytest.FixtureRequest) -> str:
    """A prompt that no other test uses, so that nothing is in the ledger yet."""
    return f"{request.node.name} of this run"


@pytest.fixture(params=["canvas", "nodes2"])
def nodes2(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "nodes2")


@pytest.fixture
def page(browser: Browser, comfy: ComfyServer, provider: Sandbox, nodes2: bool) -> Iterator[ComfyPage]:
    """The page as a person with a key finds it; what goes wrong in its scripts fails the test."""
    provider.control(reset=True, job_seconds=1.0, clip_small=True)
    post(comfy, "key", b'{"key": "sk-test-key-of-the-browser-01"}')
    post(comfy, "settings", json.dumps(dict.fromkeys(SETTINGS)).encode())
    opened = ComfyPage(browser, comfy, nodes2=nodes2)
    yield opened
    opened.close()
    provider.finish()  # a test that failed must not leave its prompt in the way of the next ones
    assert [error for error in opened.errors if "apimart" in error.lower()] == []


def post(comfy: ComfyServer, route: str, body: bytes) -> None:
    request = urllib.request.Request(f"{comfy.url}/apimart/{route}", body, {"Content-Type": "application/json"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()
