"""The ledger file on this machine: private, watched for replacement, with reserved space for recording a task ID."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from ..errors import NotSet
from ..files import write_private
from .database_errors import unwritable

RESERVE_BYTES = 1024 * 1024

# POSIX releases all locks of a process on a file, SQLite's included, when any of its descriptors is closed: whoever
# creates the file must close it before any thread of this process opens the database.
_making = threading.Lock()


class LedgerFile:
    """An SQLite file and its reserve: disk space that is freed when a full disk would lose a paid ticket.

    `drive` is the kind of network or FUSE drive, where file numbers change by themselves; empty for a local disk.
    """

    def __init__(self, path: Path, drive: str = "") -> None:
        self.path = path
        self.drive = drive
        self.reserve = path.with_name(path.name + "-reserve")
        self._identity: tuple[int, int] | None = None

    def make(self) -> None:
        """Create the folder (0700) and an empty file (0600) if missing. Raises NotSet if they cannot be."""
        try:
            with _making:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with suppress(FileExistsError):
                    os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._identity = self._look()
        except OSError as error:
            raise unwritable(str(self.path), error) from error

    def check(self) -> bool:
        """Raise NotSet if the open file is no longer the one at `path`: nobody would find what is written to it.

        Return True if a network drive renumbered the file: SQLite, too, takes it for another one until it is reopened.
        There, a replaced file cannot be told from a renumbered one.
        """
        found = self._look()
        if found == self._identity:
            return False
        if found is None or not self.drive:
            raise NotSet(
                f"The ledger {self.path} was moved, deleted or replaced while it was in use.",
                next_step="Restore it if you can, then restart ComfyUI.",
            )
        self._identity = found
        return True

    def keep_reserve(self) -> None:
        """Ensure that the reserve is on disk. Raises NotSet if the disk is full or cannot be written."""
        try:
            if not self._has_reserve():
                # Random bytes: zeros take no space on file systems that compress.
                write_private(self.reserve, os.urandom(RESERVE_BYTES))
        except OSError as error:
            raise unwritable(str(self.path), error) from error

    def spend_reserve(self) -> None:
        with suppress(OSError):
            self.reserve.unlink()

    def _look(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return None
        # On Windows an open file cannot be replaced, and some of its file systems renumber files.
        return (found.st_dev, found.st_ino) if os.name == "posix" else (0, 0)

    def _has_reserve(self) -> bool:
        return self.reserve.exists() and self.reserve.stat().st_size >= RESERVE_BYTES
