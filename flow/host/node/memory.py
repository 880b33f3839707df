"""Memory that a container (cgroup) lets its processes use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class _Names:
    """The files of a memory cgroup, from docs.kernel.org: admin-guide/cgroup-v2.html and cgroup-v1/memory.html."""

    limit: str
    used: str
    cached: tuple[str, ...]


V2 = _Names("memory.max", "memory.current", ("inactive_file", "active_file"))
V1 = _Names("memory.limit_in_bytes", "memory.usage_in_bytes", ("total_inactive_file", "total_active_file"))


def left_by_containers(cgroups: Path = CGROUPS, own: Path = OWN_CGROUPS) -> Iterator[int]:
    """The bytes left under each cgroup limit of this process; empty without limits, and outside Linux.

    A container is killed when it passes its limit, however much memory its host has. `own` lists our cgroups as
    /proc/self/cgroup does.
    """
    for folder, names in _folders(cgroups, own):
        with suppress(OSError, ValueError):  # no limit ("max"), no such cgroup here, or none at all
            limit = int((folder / names.limit).read_text())
            used = int((folder / names.used).read_text())
            facts = _facts(folder / "memory.stat")
            # File pages are given back when memory runs short, as in MemAvailable of the whole machine.
            yield max(0, limit - used + sum(facts.get(name, 0) for name in names.cached))


def _folders(cgroups: Path, own: Path) -> Iterator[tuple[Path, _Names]]:
    """Our cgroup and all above it, as far as they are to be seen from here: each may have a limit."""
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
