"""What every test may rely on: the pack under the name `apimart`, a data folder of its own, a sandbox."""

from __future__ import annotations

import os
from pathlib import Path

import pack
import pytest

pack.load()
pytest_plugins = ["sandbox_fixtures"]

MARKS = {"comfyui": ("live",), "browser": ("live", "browser")}  # of the tests in each folder
TEST_KEY = "sk-test-key-of-nobody-0001"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--browser", action="store_true", help="run the tests that drive ComfyUI's page in Chromium")
    parser.addoption("--front-end", metavar="VERSION", help="ComfyUI's page from PyPI, `newest` for the latest one")
    parser.addoption("--quick", action="store_true", help="leave out the tests marked slow, live, browser or postgres")


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: half of the time tests wait for other processes."""
    return (os.cpu_count() or 1) + 2


def pytest_report_header(config: pytest.Config) -> str:
    return f"left out: {', '.join(f'{mark} ({reason})' for mark, reason in _missing(config).items()) or 'nothing'}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip the folders of tests that do not run: importing Playwright takes time, and so do hundreds of tests."""
    return True if _missing(config).keys() & MARKS.get(collection_path.name, ()) else None


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for mark in MARKS.get(item.path.parent.name, ()):
            item.add_marker(mark)
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.xdist_group("comfyui"))  # one server, one after the other
    missing = _missing(config)
    kept = [item for item in items if missing.keys().isdisjoint(mark.name for mark in item.iter_markers())]
    config.hook.pytest_deselected(items=[*{*items} - {*kept}])
    kept.sort(key=lambda item: item.get_closest_marker("slow") is None)  # or one worker ends alone with a long one
    items[:] = kept


def _missing(config: pytest.Config) -> dict[str, str]:
    """Why the tests with each of these marks are left out."""
    if config.getoption("--quick"):
        return dict.fromkeys(("slow", "live", "browser", "postgres"), "--quick")
    found = {
        "live": "" if os.environ.get("COMFYUI_PATH") else "no COMFYUI_PATH",
        "browser": "" if config.getoption("--browser") else "no --browser",
        "postgres": "" if os.environ.get("APIMART_TEST_POSTGRES_URL") else "no APIMART_TEST_POSTGRES_URL",
    }
    return {mark: reason for mark, reason in found.items() if reason}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, with a key that no provider knows and nothing else set in the environment."""
    for name in tuple(os.environ):
        if name.startswith("APIMART_") and not name.startswith("APIMART_TEST_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("APIMART_HOME", str(folder))
    monkeypatch.setenv("APIMART_API_KEY", TEST_KEY)
    return folder
