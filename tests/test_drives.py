"""Ledgers on drives whose locks SQLite cannot rely on: no write-ahead log, said so, and not mistaken for others."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from apimart.flow.errors import NotSet
from apimart.flow.ledger import Ledger, store
from apimart.flow.ledger.drives import shared_drive
from ledgers import intended


def mode_of(ledger: Ledger) -> str:
    with ledger.store.reading() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())


def drive(mountpoint: str, fstype: str, opts: str = "rw") -> SimpleNamespace:
    return SimpleNamespace(mountpoint=mountpoint, fstype=fstype, opts=opts)


ROOT = drive("/", "ext4")


@pytest.fixture
def on_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the system says to be on an NFS drive."""
    mounted = [ROOT, drive(str(tmp_path / "share"), "nfs4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounted)
    return tmp_path / "share"


SHARED = "nfs nfs4 cifs smb3 smbfs 9p drvfs fuse.sshfs fuse.rclone macfuse fuseblk virtiofs vboxsf ceph lustre webdav"


@pytest.mark.parametrize("kind", SHARED.split())
def test_network_and_fuse_drives_are_known_by_their_kind(kind: str) -> None:
    assert shared_drive(Path("/data/user/ledger.sqlite"), [ROOT, drive("/data", kind)]) == kind


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "apfs", "hfs", "NTFS", "overlay", "tmpfs", "f2fs", ""])
def test_drives_of_this_machine_are_trusted(kind: str) -> None:
    assert shared_drive(Path("/data/ledger.sqlite"), [drive("/", "nfs4"), drive("/data", kind)]) == ""


def test_a_drive_that_windows_calls_remote_is_one() -> None:
    assert shared_drive(Path("/z/ledger.sqlite"), [drive("/z", "NTFS", "rw,remote")]) == "NTFS"
    assert shared_drive(Path("\\\\server\\share\\ledger.sqlite"), []) == "a network share"


def test_a_ledger_of_this_machine_has_a_write_ahead_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    assert mode_of(ledger) == "wal"
    assert caplog.records == []
    ledger.close()


def test_a_ledger_on_a_network_drive_goes_without_and_says_so(
    on_network: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    ledger = Ledger.open(on_network / "ledger.sqlite")
    entry = intended(ledger)
    assert mode_of(ledger) == "delete"
    assert ledger.by_id(entry.id) == entry
    assert not (on_network / "ledger.sqlite-wal").exists()
    [said] = caplog.records
    assert "nfs4" in said.getMessage() and "One machine at a time" in said.getMessage()
    ledger.close()


def test_a_ledger_that_had_a_write_ahead_log_before_it_moved_loses_nothing(tmp_path: Path, on_network: Path) -> None:
    before = Ledger.open(tmp_path / "ledger.sqlite")
    entry = intended(before)
    before.close()
    on_network.mkdir()
    shutil.copytree(tmp_path, on_network, dirs_exist_ok=True, ignore=shutil.ignore_patterns("share"))
    after = Ledger.open(on_network / "ledger.sqlite")
    assert (mode_of(after), after.by_id(entry.id)) == ("delete", entry)
    after.close()


@pytest.mark.skipif(os.name != "posix", reason="SQLite has this way of locking on POSIX alone")
def test_where_no_memory_can_be_shared_the_ledger_goes_without(tmp_path: Path) -> None:
    """As on drives that nobody knows to be shared: SQLite cannot map the index of the log."""
    connection = sqlite3.connect(f"file:{tmp_path / 'ledger.sqlite'}?vfs=unix-dotfile", uri=True)
    assert not store._switched(connection, "wal", deadline=0)
    assert store._switched(connection, "delete", deadline=0)
    connection.close()


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps open files where they are")
def test_a_file_that_gets_another_number_there_is_the_same_ledger(on_network: Path) -> None:
    ledger = Ledger.open(on_network / "ledger.sqlite")
    copy = shutil.copy(on_network / "ledger.sqlite", on_network / "copy")
    before = (on_network / "ledger.sqlite").stat().st_ino
    os.replace(copy, on_network / "ledger.sqlite")
    assert (on_network / "ledger.sqlite").stat().st_ino != before
    assert intended(ledger).unsent
    assert intended(ledger, "with the same connection").unsent
    (on_network / "ledger.sqlite").unlink()
    with pytest.raises(NotSet, match="moved, deleted or replaced"):
        intended(ledger, "another question")
    ledger.close()
