"""Memory left to this process by the limits of its container (cgroup)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class _Names:
    """The files of a memory cgroup. Source: docs.kernel.org, admin-guide/cgroup-v2.html and cgroup-v1/memory.html."""

    limit: str
    used: str
    cached: tuple[str, ...]


V2 = _Names("memory.max", "memory.current", ("inactive_file", "active_file"))
V1 = _Names("memory.limit_in_bytes", "memory.usage_in_bytes", ("total_inactive_file", "total_active_file"))


def left_by_containers(cgroups: Path = CGROUPS, own: Path = OWN_CGROUPS) -> Iterator[int]:
    """Yield the bytes left under each cgroup limit of this process; nothing without limits, or outside Linux.

    A container that exceeds its limit is killed, however much memory its host has. `own` lists this process's cgroups
    in the format of /proc/self/cgroup.
    """
    for folder, names in _folders(cgroups, own):
        with suppress(OSError, ValueError):  # no limit ("max"), this cgroup is not visible, or there is none
            limit = int((folder / names.limit).read_text())
            used = int((folder / names.used).read_text())
            facts = _facts(folder / "memory.stat")
            # Cached file pages count as free, as in MemAvailable: they are reclaimed when memory runs short.
            yield max(0, limit - used + sum(facts.get(name, 0) for name in names.cached))


def _folders(cgroups: Path, own: Path) -> Iterator[tuple[Path, _Names]]:
    """Yield this process's cgroups and their ancestors, as far as visible here: each may have a limit."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        top, names = (cgroups / "memory", V1) if controllers else (cgroups, V2)
        inside = top / path.lstrip("/")
        for folder in (inside, *inside.parents):
            if folder.is_relative_to(top) and ".." not in folder.parts:
                yield folder, names


def _facts(stat: Path) -> Mapping[str, int]:
    found = (line.split() for line in stat.read_text().splitlines())
    return {words[0]: int(words[1]) for words in found if len(words) == 2}
