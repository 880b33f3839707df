"""Files that are there as a whole or not at all, and the lock that one holder has at a time."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from apimart.flow.files import discard, locked, patiently, remove, write_private, write_whole, written_whole


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


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody holds each file at the first two tries to replace or remove one; what was tried."""
    tried: list[str] = []

    def refusing(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def act(*paths: Path, **options: bool) -> None:
            tried.append(name)
            if tried.count(name) <= 2:
                raise PermissionError(13, "The process cannot access the file because it is being used", str(paths[0]))
            real(*paths, **options)

        return act

    monkeypatch.setattr(os, "replace", refusing("replace", os.replace))
    monkeypatch.setattr(Path, "unlink", refusing("unlink", Path.unlink))
    return tried


def test_a_file_that_an_antivirus_looks_at_is_replaced_all_the_same(tmp_path: Path, held: list[str]) -> None:
    write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert held.count("replace") == 3


def test_a_file_that_a_player_holds_a_moment_is_removed_all_the_same(tmp_path: Path, held: list[str]) -> None:
    (tmp_path / "file").touch()
    remove(tmp_path / "file")
    assert not (tmp_path / "file").exists()
    assert held.count("unlink") == 3


def test_a_file_that_nobody_needs_is_left_to_whoever_holds_it(tmp_path: Path, held: list[str]) -> None:
    (tmp_path / "file").touch()
    discard(tmp_path / "file")
    assert (tmp_path / "file").exists()
    assert held.count("unlink") == 1


def test_a_part_that_stays_held_does_not_hide_why_the_file_was_not_written(tmp_path: Path, held: list[str]) -> None:
    def write() -> None:
        with written_whole(tmp_path / "file") as part:
            part.touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
