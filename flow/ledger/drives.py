"""Detect drives whose locks SQLite cannot rely on; WAL requires shared memory (https://www.sqlite.org/wal.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

try:
    import psutil  # type: ignore[import-untyped, unused-ignore]  # its stubs are a separate package
except ImportError:  # ComfyUI installs it; the pack works without it
    psutil = None  # type: ignore[assignment, unused-ignore]  # a module where its stubs are installed

# File system names as reported by Linux, macOS and FUSE. 9p and drvfs are Windows drives in WSL; virtiofs, vboxsf,
# vmhgfs and prl_fs are folders shared by a virtual machine's host.
_SHARED = re.compile(
    r"nfs\d*|cifs|smb\w*|afpfs|afs|ncpfs|webdav|davfs2?|9p|drvfs|virtiofs|vboxsf|vmhgfs|prl_fs|ceph|gluster\w*|lustre|gpfs|"
    r"beegfs|orangefs|\w*fuse.*|sshfs",
    re.IGNORECASE,
)


def shared_drive(path: Path, mounted: Iterable[Any] | None = None) -> str:
    """Return the kind of network or FUSE drive that holds `path`, or an empty string for a local drive.

    `mounted` lists the drives, each with `mountpoint`, `fstype` and `opts` as in psutil.
    """
    if str(path).startswith("\\\\"):
        return "a network share"
    drives = _mounted() if mounted is None else mounted
    place = path.absolute()
    holding = [one for one in drives if place.is_relative_to(one.mountpoint)]
    drive = max(holding, key=lambda one: len(one.mountpoint), default=None)
    if drive is None:
        return ""
    is_remote = "remote" in drive.opts.split(",")  # on Windows
    return (drive.fstype or "network") if is_remote or _SHARED.fullmatch(drive.fstype) else ""


def _mounted() -> list[Any]:
    try:
        return psutil.disk_partitions(all=True) if psutil is not None else []
    except (OSError, RuntimeError):
        return []
