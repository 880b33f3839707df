"""The ledger file on this machine: private, watched for replacement, with reserved space for recording a task id."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from ..errors import NotSet
from ..files import write_private
from .database_errors import unwritable

RESERVE_BYTES = 1024 * 1024

# POSIX drops all locks of a process on a file when any descriptor of it closes, SQLite's too: whoever
# makes the file must have closed it before anybody here opens the database.
_making = threading.Lock()


class LedgerFile:
    """An SQLite file and its reserve: bytes that are given up when a full disk would lose a paid ticket.

    `drive` is the kind of a network or FUSE drive, where numbers of files change by themselves; empty for a disk.
    """

    def __init__(self, path: Path, drive: str = "") -> None:
        self.path = path
        self.drive = drive
        self.reserve = path.with_name(path.name + "-reserve")
        self._identity: tuple[int, int] | None = None

    def make(self) -> None:
        """The folder (0700) and an empty file (0600), where there are none."""
        try:
            with _making:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with suppress(FileExistsError):
                    os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._identity = self._look()
        except OSError as error:
            raise unwritable(str(self.path), error) from error

    def check(self) -> bool:
        """Refuse to write into a file that is no longer the one at our path: nobody would find it again.

        True where a drive gave the file another number: SQLite, too, takes it for another one until it is opened anew.
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
        """Have the reserve on disk, or say that the disk is full."""
        try:
            if not self._has_reserve():
                # Random bytes: zeros take no room on file systems that compress.
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
        # Windows does not let an open file be replaced, and some of its file systems renumber files.
        return (found.st_dev, found.st_ino) if os.name == "posix" else (0, 0)

    def _has_reserve(self) -> bool:
        return self.reserve.exists() and self.reserve.stat().st_size >= RESERVE_BYTES
