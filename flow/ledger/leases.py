"""Leases: which process is working on a job, and whether that process is still alive.

A lease says only that; nothing that costs money relies on it.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path

try:
    import psutil  # type: ignore[import-untyped, unused-ignore]  # its stubs are a separate package
except ImportError:
    psutil = None  # type: ignore[assignment, unused-ignore]  # a module where its stubs are installed

LONGEST_LEASE_SECONDS = 600.0


def new_owner() -> str:
    """Return a unique name for a lease owner: `host:pid:random:process start:PID namespace`."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{uuid.uuid4().hex[:12]}:{_started(pid)}:{_namespace()}"


def _namespace() -> str:
    """Return the PID namespace, empty if none: containers that share a host name may not share processes."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""


def held_at(now: float) -> Callable[[str | None, float | None], bool]:
    """Return a predicate that tells whether a lease (owner, Unix time of its end) is valid at `now`.

    A lease expires by itself, or at once when its process on this machine is gone. The predicate checks each process
    once, however many leases it holds.
    """
    lives = cache(_may_live)

    def held(owner: str | None, until: float | None) -> bool:
        return owner is not None and _runs(until, now) and lives(*_process(owner))

    return held


def may_live(owner: str) -> bool:
    """Return False only if `owner` was a process of this machine and is gone."""
    return _may_live(*_process(owner))


def _runs(until: float | None, now: float) -> bool:
    """Return whether a lease is unexpired; an end beyond the longest lease dates from before a clock was set back."""
    return until is not None and now < until <= now + LONGEST_LEASE_SECONDS


def _process(owner: str) -> tuple[str, str, str, str]:
    host, pid, _, started, namespace, *_ = (*owner.split(":"), "", "", "", "")
    return host, pid, started, namespace


def _may_live(host: str, pid: str, started: str, namespace: str) -> bool:
    if host != socket.gethostname() or namespace not in ("", _namespace()) or not pid.isdigit():
        return True
    if not _exists(int(pid)):
        return False
    return not started or _started(int(pid)) in ("", started)


def _exists(pid: int) -> bool:
    if psutil is not None:
        return bool(psutil.pid_exists(pid))
    if os.name != "posix":
        return True  # on Windows os.kill would terminate the process; the lease expires instead
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _started(pid: int) -> str:
    """Return when a process started, in whatever unit the system uses, or an empty string if unknown."""
    try:
        # The 22nd field of proc(5) stat; the second, a name in parentheses, may contain spaces.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    if psutil is None:
        return ""
    try:
        return str(psutil.Process(pid).create_time())
    except psutil.Error:
        return ""
