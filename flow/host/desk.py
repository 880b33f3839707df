"""What this ComfyUI process keeps between runs: the books, the account, the sandbox where one is wanted."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import folder_paths

from ..errors import NotSet
from ..ledger import Ledger
from ..run import Journey
from ..settings import DEFAULT_BASE_URL, Settings, read
from .office import Office

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox" / "__main__.py"
_lock = threading.Lock()
_ledgers: dict[str, Ledger] = {}
_journeys: dict[Settings, Journey] = {}
_sandbox: list[tuple[subprocess.Popen[str], str]] = []


def home() -> Path:
    """The data folder: APIMART_HOME, else ComfyUI's system user folder, which its web server does not serve."""
    chosen = os.environ.get("APIMART_HOME")
    return Path(chosen).expanduser() if chosen else Path(folder_paths.get_system_user_directory("apimart"))


def settings() -> Settings:
    """The settings in force now; in the sandbox they lead to it, and the environment may name one that runs already."""
    found = read(home())
    if found.sandbox and found.base_url == DEFAULT_BASE_URL:
        return replace(found, base_url=_sandbox_url(found.home))
    return found


def ledger(current: Settings) -> Ledger:
    place = current.ledger_url or str(current.home / "ledger.sqlite")
    with _lock:
        if place not in _ledgers:
            _ledgers[place] = Ledger.open(place)
        return _ledgers[place]


def journey() -> Journey:
    """The journey for the settings in force; runs with equal settings share it, and so slow down together."""
    current = settings()
    books = ledger(current)
    with _lock:
        if current not in _journeys:
            _journeys.clear()
            _journeys[current] = Journey(current, books, Path(folder_paths.get_output_directory()))
        return _journeys[current]


def office() -> Office:
    """What our routes work with."""
    return Office(home(), Path(folder_paths.get_output_directory()), settings, ledger, journey)


def _sandbox_url(folder: Path) -> str:
    with _lock:
        if not _sandbox or _sandbox[0][0].poll() is not None:
            _sandbox[:] = [_started_sandbox(folder)]
        return _sandbox[0][1]


def _started_sandbox(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A program of its own that ends with this one: its standard input closes when ours does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, str(SANDBOX), "--exit-with-parent", "--state", str(folder / "sandbox.json")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.terminate)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise NotSet("The sandbox did not start.", next_step="See ComfyUI's console for the reason.")
    return process, str(json.loads(line)["url"])
