"""Atomic file writes, and locks between processes."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_T = TypeVar("_T")
_FIRST_PAUSE_SECONDS = 0.01
# Windows refuses to open or replace a file that another program (a reader, a virus scanner) has open at the moment.
_TRIES = 8 if os.name == "nt" else 1
# Drives of Windows are mounted elsewhere, too (WSL, SMB), and what is changed there is held up in the same way.
_TRIES_TO_CHANGE = 8


def patiently(work: Callable[[], _T], *, tries: int = _TRIES, pause: Callable[[float], None] = time.sleep) -> _T:
    """Call `work` again while it raises PermissionError, at most `tries` times; return its result.

    The pauses double from 10 ms: eight tries take 1.3 s. Raises what the last try raised. On POSIX there is one try:
    there, a file that is refused now is refused for good.
    """
    for attempt in range(tries - 1):
        try:
            return work()
        except PermissionError:
            pause(_FIRST_PAUSE_SECONDS * 2**attempt)
    return work()


def put_in_place(part: Path, file: Path) -> None:
    """Atomically rename `part` to `file`, replacing it. Raises OSError."""
    patiently(lambda: os.replace(part, file), tries=_TRIES_TO_CHANGE)


def remove(file: Path) -> None:
    """Remove `file` if it exists. Raises OSError if another program holds it for long."""
    patiently(lambda: file.unlink(missing_ok=True), tries=_TRIES_TO_CHANGE)


def discard(file: Path) -> None:
    """Remove `file` unless another program holds it open; for files that are cleaned up later, or do no harm."""
    with suppress(OSError):
        file.unlink(missing_ok=True)


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """A unique temporary path beside `file`, to be written in the `with` block.

    It takes the place of `file` when the block ends well, and is removed when the block raises.
    """
    part = file.with_name(f"{file.name}.{secrets.token_hex(6)}.part")
    try:
        yield part
        put_in_place(part, file)
    finally:
        discard(part)


def write_whole(file: Path, data: bytes) -> None:
    """Write `data` to `file` atomically; its folder must exist."""
    with written_whole(file) as part:
        part.write_bytes(data)


def write_private(file: Path, data: bytes) -> None:
    """As `write_whole`, with mode 0600 in a folder of mode 0700 that is created, and synced to disk."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_whole(file) as part, open(part, "xb", opener=_private) as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file `lock`, which is created if missing, across processes and threads.

    Waits for the holder before. Free again when the block ends or the process dies. The file stays: were it removed,
    two processes could hold two files of one name. Raises OSError where the file system knows no locks.
    """
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(held)
        try:
            yield
        finally:
            _release(held)
    finally:
        os.close(held)


def _acquire(held: int) -> None:
    if sys.platform == "win32":
        while not _acquired(held):
            time.sleep(_FIRST_PAUSE_SECONDS)
    else:
        fcntl.flock(held, fcntl.LOCK_EX)


def _release(held: int) -> None:
    """Closing the file frees it too, but on Windows only some time later."""
    if sys.platform == "win32":
        msvcrt.locking(held, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(held, fcntl.LOCK_UN)


if sys.platform == "win32":

    def _acquired(held: int) -> bool:
        try:
            msvcrt.locking(held, msvcrt.LK_NBLCK, 1)
        except PermissionError:  # somebody holds it
            return False
        return True


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
