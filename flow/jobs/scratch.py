"""Temporary files that are deleted with the request they belong to."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from ..ledger.leases import may_live, new_owner

STRAY_SECONDS = 86400.0  # earlier versions left files beside the folders
UNTOUCHED_SECONDS = 7 * 86400.0  # it is not known here whether a process on another machine is alive


class Scratch:
    """A folder for this process in `home`/scratch, which exists only while it holds something. Thread-safe.

    Leftovers of processes that have ended, even killed ones, are removed first.
    """

    def __init__(self, home: Path) -> None:
        self._all = home / "scratch"
        self._own = self._all / quote(new_owner(), safe="")  # Windows allows no colon in a name
        self._lock = threading.RLock()  # a purchase can be garbage-collected, and its folder removed, in any thread
        self._sweep()

    def folder(self) -> Path:
        """Return a new empty folder for one request, which no other user of this machine can read."""
        with self._lock:
            self._all.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own.mkdir(mode=0o700, exist_ok=True)
            return Path(tempfile.mkdtemp(dir=self._own))

    def remove(self, folder: Path) -> None:
        """Remove a folder created by `folder`, with its contents; files that are held open are removed another time."""
        with self._lock, suppress(OSError):
            shutil.rmtree(folder, ignore_errors=True)
            self._own.rmdir()

    def _sweep(self) -> None:
        for found in self._left_behind():
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found, ignore_errors=True)
            else:
                with suppress(OSError):
                    found.unlink()

    def _left_behind(self) -> Iterator[Path]:
        with suppress(OSError):
            for found in self._all.iterdir():
                with suppress(OSError):
                    if _is_left_behind(found, time.time() - found.lstat().st_mtime):
                        yield found


def _is_left_behind(found: Path, untouched_seconds: float) -> bool:
    if not found.is_dir():
        return untouched_seconds > STRAY_SECONDS
    return not may_live(unquote(found.name)) or untouched_seconds > UNTOUCHED_SECONDS
