"""Detects drives whose locks SQLite cannot rely on; WAL requires shared memory (https://www.sqlite.org/wal.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

try:
    import psutil  # type: ignore[import-untyped, unused-ignore]  # its stubs are a package of their own
except ImportError:  # ComfyUI brings it; the pack does without
    psutil = None  # type: ignore[assignment, unused-ignore]  # where it has stubs it is a module

# Names of file systems as Linux, macOS and FUSE give them; 9p and drvfs are Windows drives in WSL, virtiofs, vboxsf,
# vmhgfs and prl_fs folders of a virtual machine's host.
_SHARED = re.compile(
    r"nfs\d*|cifs|smb\w*|afpfs|afs|ncpfs|webdav|davfs2?|9p|drvfs|virtiofs|vboxsf|vmhgfs|prl_fs|ceph|gluster\w*|lustre|gpfs|"
    r"beegfs|orangefs|\w*fuse.*|sshfs",
    re.IGNORECASE,
)


def shared_drive(path: Path, mounted: Iterable[Any] | None = None) -> str:
    """The kind of the network or FUSE drive that `path` lies on; empty for a drive of this machine.

    `mounted` has `mountpoint`, `fstype` and `opts` of each drive, as psutil tells them.
    """
    if str(path).startswith("\\\\"):
        return "a network share"
    drives = _mounted() if mounted is None else mounted
    place = path.absolute()
    holding = [one for one in drives if place.is_relative_to(one.mountpoint)]
    drive = max(holding, key=lambda one: len(one.mountpoint), default=None)
    if drive is None:
        return ""
    is_remote = "remote" in drive.opts.split(",")  # Windows
    return (drive.fstype or "network") if is_remote or _SHARED.fullmatch(drive.fstype) else ""


def _mounted() -> list[Any]:
    try:
        return psutil.disk_partitions(all=True) if psutil is not None else []
    except (OSError, RuntimeError):
        return []
