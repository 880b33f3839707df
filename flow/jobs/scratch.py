"""Temporary."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path


class Scratch:
    def __init__(self, home: Path) -> None:
        self._folder = home / "scratch"

    def folder(self) -> Path:
        folder = self._folder / secrets.token_hex(8)
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
