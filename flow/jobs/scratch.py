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
UNTOUCHED_SECONDS = 7 * 86400.0  # of a process on another machine nobody here knows whether it lives


class Scratch:
    """A folder of this process in `home`/scratch, there only while it holds something.

    What processes that are gone left there is removed first, a killed one's included. Safe to use from many threads.
    """

    def __init__(self, home: Path) -> None:
        self._all = home / "scratch"
        self._own = self._all / quote(new_owner(), safe="")  # Windows takes no colon in a name
        self._lock = threading.RLock()  # garbage is collected in any thread, and that of a purchase is removed then
        self._sweep()

    def folder(self) -> Path:
        """A new empty folder for one question, which nobody else on this machine can read."""
        with self._lock:
            self._all.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own.mkdir(mode=0o700, exist_ok=True)
            return Path(tempfile.mkdtemp(dir=self._own))

    def remove(self, folder: Path) -> None:
        """Remove a folder that `folder` gave, with all that is in it; what somebody holds open goes another time."""
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
