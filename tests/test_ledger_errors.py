"""Full disks, read-only folders, damaged files, servers that are away: a clear word, and nothing bought."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from apimart.flow.errors import NotSet
from apimart.flow.ledger import Ledger, store
from apimart.flow.model import Ticket
from ledgers import Worker, asked, ended, intended, sent

pytest_plugins = ["ledger_fixtures"]

DISK_BYTES = 4 * 1024 * 1024


def shell(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform != "linux" or not shell("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)):
        pytest.skip("mounting a small disk needs Linux and root")
    yield disk
    shell("umount", "-l", str(disk))


def fill(disk: Path) -> Path:
    """Use up the last byte of `disk`."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(b"x" * 4096)
        except OSError:
            return filler


def fill_pages(ledger: Ledger) -> None:
    """Write until no page of the database has room left for another row."""
    for number in range(10_000):
        ledger.cache.remember(f"filler {number}", "x" * 3000, 9e9)


def test_a_full_disk_refuses_an_intent_and_leaves_nothing(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "ledger.sqlite")
    entry = ended(ledger, "before")
    filler = fill(small_disk)
    with pytest.raises(NotSet, match="the disk is full") as caught:
        fill_pages(ledger)
    assert "Free some space" in str(caught.value) and "Nothing was charged" in str(caught.value)
    with pytest.raises(NotSet, match="the disk is full"):
        intended(ledger, prompt="x" * 200)
    assert ledger.entries() == [entry]
    filler.unlink()
    assert intended(ledger).unsent
    ledger.close()


def test_a_full_disk_refuses_to_send_where_a_ticket_would_have_no_room(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "ledger.sqlite")
    entry = intended(ledger)
    filler = fill(small_disk)
    with pytest.raises(NotSet, match="the disk is full"):
        ledger.mark_sent(entry.id, "me")
    assert ledger.by_id(entry.id).unsent
    filler.unlink()
    assert ledger.mark_sent(entry.id, "me")
    ledger.close()


def test_a_disk_that_fills_up_after_the_submit_loses_no_ticket(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "ledger.sqlite")
    entry = sent(ledger)
    fill(small_disk)
    with pytest.raises(NotSet, match="the disk is full"):
        fill_pages(ledger)
    assert ledger.ticket(entry.id, Ticket("task-1")).state == "ticketed"
    ledger.close()
    again = Ledger.open(small_disk / "ledger.sqlite")
    found = again.find("live", "a question")
    assert found is not None and found.task_id == "task-1"
    again.close()


def test_a_ticket_that_cannot_be_written_at_all_is_said_with_its_task_id(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "ledger.sqlite")
    entry = sent(ledger)
    (small_disk / "ledger.sqlite-reserve").unlink()
    filler = fill(small_disk)
    with pytest.raises(NotSet, match="the disk is full"):
        fill_pages(ledger)
    with pytest.raises(NotSet, match="was submitted, but its task ID could not be recorded") as caught:
        ledger.ticket(entry.id, Ticket("task-1", "req-1"))
    assert (caught.value.task_id, caught.value.request_id) == ("task-1", "req-1")
    assert "will be billed" in str(caught.value) and "Nothing was charged" not in str(caught.value)
    assert ledger.by_id(entry.id).unknown
    filler.unlink()
    assert ledger.ticket(entry.id, Ticket("task-1", "req-1")).state == "ticketed"
    ledger.close()


@pytest.mark.skipif(os.name != "posix", reason="file sizes are limited with setrlimit")
def test_where_files_may_not_grow_nothing_is_sent(file_ledger: Ledger) -> None:
    with Worker(file_ledger.store.name, ("ask_with_little_room", "a question")) as one:
        outcome, entry_id, message = one.go()
    assert outcome == "notset"
    assert "the disk is full" in message
    assert file_ledger.by_id(entry_id).unsent


def test_a_read_only_disk_is_refused_in_words(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "ledger.sqlite")
    entry = intended(ledger)
    ledger.close()
    assert shell("mount", "-o", "remount,ro", str(small_disk))
    for name in ("ledger.sqlite", "new.sqlite", "folder/new.sqlite"):
        with pytest.raises(
            NotSet, match=r"cannot be written: its file or folder is read-only|cannot be opened"
        ) as caught:
            Ledger.open(small_disk / name)
        assert "another data folder" in str(caught.value)
    assert shell("mount", "-o", "remount,rw", str(small_disk))
    again = Ledger.open(small_disk / "ledger.sqlite")
    assert again.find("live", "a question") == entry
    again.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    with pytest.raises(NotSet, match="read-only"):
        Ledger.open(folder / "ledger.sqlite")


def test_a_folder_in_the_place_of_the_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotSet, match="cannot be opened"):
        Ledger.open(tmp_path)


def damage_everything(path: Path) -> None:
    path.write_bytes(os.urandom(20_000))


def damage_the_head(path: Path) -> None:
    path.write_bytes(b"not a database, surely" + path.read_bytes()[22:])


def damage_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192:16384] = os.urandom(8192)
    path.write_bytes(content)


def damage_the_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9000])


@pytest.mark.parametrize("damage", [damage_everything, damage_the_head, damage_the_middle, damage_the_end])
def test_a_damaged_ledger_is_refused_and_left_as_it_is(file_ledger: Ledger, tmp_path: Path, damage: object) -> None:
    for number in range(20):
        ended(file_ledger, f"{number}")
    file_ledger.close()
    path = tmp_path / "data" / "ledger.sqlite"
    assert callable(damage)
    damage(path)
    before = path.read_bytes()
    with pytest.raises(NotSet, match="is damaged") as caught:
        Ledger.open(path)
    assert "left unchanged" in str(caught.value) and "backup" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps open files where they are")
def test_a_ledger_that_was_deleted_under_us_is_not_written_to(file_ledger: Ledger, tmp_path: Path) -> None:
    entry = intended(file_ledger)
    path = tmp_path / "data" / "ledger.sqlite"
    moved = path.rename(path.with_name("moved.sqlite"))
    for write in (lambda: file_ledger.mark_sent(entry.id, "me"), lambda: file_ledger.intend(asked("other"))):
        with pytest.raises(NotSet, match="moved, deleted or replaced"):
            write()
    moved.rename(path)
    assert file_ledger.mark_sent(entry.id, "me")


def test_a_writer_that_stands_still_is_waited_for_and_then_named(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    ledger = Ledger.open(place)
    entry = intended(ledger)
    with Worker(place, ("half_write", entry.id)) as one:
        assert one.go() == "inside"
        with pytest.raises(NotSet, match="locked by another program for too long"):
            ledger.mark_sent(entry.id, "me")
        assert ledger.by_id(entry.id).unsent
    assert ledger.mark_sent(entry.id, "me")
    ledger.close()


def test_a_server_that_is_away_is_said_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(NotSet, match="cannot be reached") as caught:
        Ledger.open(f"postgresql://someone:hunter2hunter2@/ledger?host={tmp_path}")
    assert "hunter2" not in str(caught.value)
    assert "database server is running" in str(caught.value)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(NotSet, match="psycopg") as caught:
        Ledger.open("postgresql://localhost/ledger")
    assert "pip install" in str(caught.value)


@pytest.mark.parametrize("place", ["mysql://localhost/ledger", "sqlite://", "http://[broken"])
def test_other_places_are_refused_in_words(place: str) -> None:
    with pytest.raises(NotSet, match="postgresql://host:5432/database"):
        Ledger.open(place)


def test_a_path_may_be_written_as_an_address(tmp_path: Path) -> None:
    path = tmp_path / "with # and ? in it" / "ledger.sqlite"
    first = Ledger.open(path)
    entry = intended(first)
    first.close()
    again = Ledger.open(str(path))
    assert again.find("live", "a question") == entry
    again.close()
    third = Ledger.open(f"sqlite:///{tmp_path}/third.sqlite")
    assert (tmp_path / "third.sqlite").is_file()
    third.close()
