"""How much memory frames may take inside containers, by the files of their cgroups."""

from __future__ import annotations

from pathlib import Path

import pytest
from apimart.flow.host.node.memory_limit import left_by_containers

MIB = 1 << 20
V2 = ("memory.max", "memory.current", "inactive_file {}\nactive_file 0\nanon 12345\n")
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "cache 99\ntotal_inactive_file {}\ntotal_active_file 0\n")
NO_LIMIT_V1 = 9223372036854771712  # what the kernel writes for none: the largest number, in whole pages


def cgroup(folder: Path, names: tuple[str, str, str], limit: object, used: int, cached: int = 0) -> None:
    """A memory cgroup as the kernel shows it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip((*names[:2], "memory.stat"), (limit, used, names[2].format(cached)), strict=True):
        (folder / name).write_text(f"{text}\n")


def left(root: Path, lines: str) -> int | None:
    """The least that is left; None where nothing limits."""
    own = root / "self"
    own.write_text(lines)
    return min(left_by_containers(root, own), default=None)


def test_a_container_by_the_newer_files_has_what_its_limit_leaves(tmp_path: Path) -> None:
    cgroup(tmp_path, V2, 1000 * MIB, 700 * MIB)
    assert left(tmp_path, "0::/\n") == 300 * MIB


def test_a_container_by_the_older_files_has_what_its_limit_leaves(tmp_path: Path) -> None:
    cgroup(tmp_path / "memory" / "docker" / "abc", V1, 1000 * MIB, 700 * MIB)
    assert left(tmp_path, "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/\n") == 300 * MIB


def test_a_container_that_sees_its_own_cgroup_as_the_top_is_found_under_its_full_name(tmp_path: Path) -> None:
    cgroup(tmp_path / "memory", V1, 1000 * MIB, 700 * MIB)
    assert left(tmp_path, "4:memory:/docker/abc\n") == 300 * MIB


@pytest.mark.parametrize("names", [V1, V2], ids=["v1", "v2"])
def test_pages_of_files_are_given_back_and_count_as_free(tmp_path: Path, names: tuple[str, str, str]) -> None:
    cgroup(tmp_path / "memory" if names is V1 else tmp_path, names, 1000 * MIB, 900 * MIB, cached=500 * MIB)
    assert left(tmp_path, "4:memory:/\n" if names is V1 else "0::/\n") == 600 * MIB


def test_the_tightest_limit_above_counts(tmp_path: Path) -> None:
    cgroup(tmp_path / "pod", V2, 400 * MIB, 300 * MIB)
    cgroup(tmp_path / "pod" / "container", V2, "max", 300 * MIB)
    assert left(tmp_path, "0::/pod/container\n") == 100 * MIB


def test_what_is_past_its_limit_has_nothing_left(tmp_path: Path) -> None:
    cgroup(tmp_path, V2, 100 * MIB, 120 * MIB)
    assert left(tmp_path, "0::/\n") == 0


@pytest.mark.parametrize("lines", ["0::/\n", "4:memory:/a\n", "0::/../other\n", ""])
def test_where_nothing_limits_nothing_is_said(tmp_path: Path, lines: str) -> None:
    cgroup(tmp_path, V2, "max", 700 * MIB)
    cgroup(tmp_path / "memory", V1, NO_LIMIT_V1, 700 * MIB)
    found = left(tmp_path, lines)
    assert found is None or found > 1 << 60


def test_a_system_without_cgroups_says_nothing(tmp_path: Path) -> None:
    assert list(left_by_containers(tmp_path, tmp_path / "none")) == []
