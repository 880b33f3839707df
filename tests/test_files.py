"""Files that are there as a whole or not at all, and the lock that one holder has at a time."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from apimart.flow.files import locked, patiently, write_private, write_whole, written_whole


def test_a_file_is_replaced_as_a_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"old")
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_what_fails_half_way_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"old")

    def half(part: Path) -> None:
        part.write_bytes(b"ha")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), written_whole(file) as part:
        half(part)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_two_writers_of_a_file_never_share_a_part(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with written_whole(file) as one, written_whole(file) as other:
        assert one != other
        one.write_bytes(b"one")
        other.write_bytes(b"other")
    assert file.read_bytes() == b"one"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "key"
    write_private(file, b"secret")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_that_is_held_a_moment_is_waited_for() -> None:
    left = [PermissionError("held"), PermissionError("held")]
    pauses: list[float] = []

    def work() -> str:
        if left:
            raise left.pop()
        return "done"

    assert patiently(work, tries=5, pause=pauses.append) == "done"
    assert len(pauses) == 2


def test_a_file_that_stays_held_is_said_so_in_the_end() -> None:
    pauses: list[float] = []

    def work() -> None:
        raise PermissionError("held")

    with pytest.raises(PermissionError):
        patiently(work, tries=8, pause=pauses.append)
    assert len(pauses) == 7
    assert sum(pauses) < 2


def test_a_lock_has_one_holder_at_a_time(tmp_path: Path) -> None:
    counted = 0

    def count() -> None:
        nonlocal counted
        for _ in range(100):
            with locked(tmp_path / "folder" / "lock"):
                seen = counted
                os.stat(tmp_path)  # gives the others their turn
                counted = seen + 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == 400


def test_a_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock"):
        raise ZeroDivisionError
    with locked(tmp_path / "lock"):
        pass
