"""Which process is currently working on a job, and whether that process is still alive.

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
    import psutil  # type: ignore[import-untyped, unused-ignore]  # its stubs are a package of their own
except ImportError:
    psutil = None  # type: ignore[assignment, unused-ignore]  # where it has stubs it is a module

LONGEST_LEASE_SECONDS = 600.0


def new_owner() -> str:
    """A name for one holder of leases: `host:pid:random:start of the process:its PID namespace`."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{uuid.uuid4().hex[:12]}:{_started(pid)}:{_namespace()}"


def _namespace() -> str:
    """Containers that share a host name need not share processes; empty where there is no such thing."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""


def held_at(now: float) -> Callable[[str | None, float | None], bool]:
    """A judge of leases (owner, Unix time of their end): True for those that count at `now`.

    A lease ends by itself, or at once when its process on this machine is gone. The judge looks at each
    process once, however many leases it holds.
    """
    lives = cache(_may_live)

    def held(owner: str | None, until: float | None) -> bool:
        return owner is not None and _runs(until, now) and lives(*_process(owner))

    return held


def may_live(owner: str) -> bool:
    """False only when `owner` was a process of this machine and is gone."""
    return _may_live(*_process(owner))


def _runs(until: float | None, now: float) -> bool:
    """A lease that ends later than any lease can was made before the clock was set back."""
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
        return True  # os.kill would end the process on Windows; the lease runs out instead
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _started(pid: int) -> str:
    """When a process began, in whatever unit the system counts; empty when it cannot be known."""
    try:
        # The 22nd field of proc(5) stat; the second, a name in parentheses, may hold spaces.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    if psutil is None:
        return ""
    try:
        return str(psutil.Process(pid).create_time())
    except psutil.Error:
        return ""
