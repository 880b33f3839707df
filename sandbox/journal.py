"""Keeps tasks and hosted files across a restart: JSON lines, where the last line about a thing counts."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any


class Journal:
    """Appends to `path`, or forgets everything when there is none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = None
        if path:
            self._mend(path)
            self._file = path.open("a", encoding="utf-8")

    @staticmethod
    def _mend(path: Path) -> None:
        """End a last line that was cut off, so that the next one stands alone."""
        if path.exists() and not path.read_bytes().endswith(b"\n"):
            with path.open("ab") as file:
                file.write(b"\n")

    def read(self) -> list[dict[str, Any]]:
        """Everything written so far; a line that broke off is passed over."""
        if not self._path:
            return []
        entries = []
        for line in self._path.read_text("utf-8").splitlines():
            try:
                entries.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return entries

    def write(self, entry: dict[str, Any]) -> None:
        if self._file is None:
            return
        with self._lock:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
