"""The Chromium of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# A container's root may not use Chromium's own sandbox; the page it shows is ours.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# Leads to this machine as a name of the LAN would: unlike localhost it is no secure place for a page by http.
LAN_NAME = "comfy.lan"
OPTIONS.append(f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1")


@contextmanager
def chromium() -> Iterator[Browser]:
    """It runs without a window until the end. Raises FileNotFoundError where there is none."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise FileNotFoundError("no Chromium is installed, and CHROMIUM names none")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield running
        running.close()
