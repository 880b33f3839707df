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
# Windows refuses to open or replace a file while another program (a reader, a virus scanner) has it open.
_TRIES = 8 if os.name == "nt" else 1
# Windows drives mounted on other systems (WSL, SMB) refuse changes in the same way.
_TRIES_TO_CHANGE = 8


def patiently(work: Callable[[], _T], *, tries: int = _TRIES, pause: Callable[[float], None] = time.sleep) -> _T:
    """Return the result of `work`, calling it up to `tries` times while it raises PermissionError.

    The pauses double from 10 ms; eight tries take 1.3 s. Raises what the last try raised. The default on POSIX is one
    try: there, a refusal is permanent.
    """
    for attempt in range(tries - 1):
        try:
            return work()
        except PermissionError:
            pause(_FIRST_PAUSE_SECONDS * 2**attempt)
    return work()


def put_in_place(part: Path, file: Path) -> None:
    """Rename `part` to `file` atomically, replacing an existing file. Raises OSError if that fails."""
    patiently(lambda: os.replace(part, file), tries=_TRIES_TO_CHANGE)


def remove(file: Path) -> None:
    """Remove `file` if it exists. Raises OSError if another program still holds it open after all tries."""
    patiently(lambda: file.unlink(missing_ok=True), tries=_TRIES_TO_CHANGE)


def discard(file: Path) -> None:
    """Remove `file` unless another program holds it open; for files that are cleaned up later or are harmless."""
    with suppress(OSError):
        file.unlink(missing_ok=True)


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """Yield a unique temporary path beside `file`, to be written in the `with` block.

    It atomically replaces `file` when the block succeeds, and is removed when the block raises.
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
    """Like `write_whole`, but with mode 0600 and synced to disk; creates a missing folder with mode 0700."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_whole(file) as part, open(part, "xb", opener=_private) as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Hold an exclusive lock, across processes and threads, on the file `lock`, which is created if missing.

    Waits for the current holder. The lock is released when the block ends or the process dies. The file is kept: if it
    were removed, two processes could lock two files of the same name. Raises OSError if the file system does not
    support locks.
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
    """Release the lock explicitly: on Windows, closing the file releases it only some time later."""
    if sys.platform == "win32":
        msvcrt.locking(held, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(held, fcntl.LOCK_UN)


if sys.platform == "win32":

    def _acquired(held: int) -> bool:
        try:
            msvcrt.locking(held, msvcrt.LK_NBLCK, 1)
        except PermissionError:  # another holder
            return False
        return True


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
