"""Disks that fill up and clocks that jump: a clear word, nothing lost, nothing bought twice."""

from __future__ import annotations

import subprocess
import sys

import pytest
from apimart.flow.errors import PackError, Unreachable
from journeys import Person

pytest_plugins = ["journey_fixtures"]
pytestmark = pytest.mark.slow

SORA = "APIMartSora2"
DISK_BYTES = 16 * 1024


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "small"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs Linux and root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_disk_that_fills_while_the_clip_is_written_loses_nothing(seller, small_disk, tmp_path):
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (DISK_BYTES - 8192))
    cramped = Person(tmp_path / "home", small_disk)
    with pytest.raises(Unreachable, match=r"The disk is full.*can be collected.*queue again"):
        cramped.buy(SORA, prompt="x")
    roomy = Person(tmp_path / "home", tmp_path / "roomy")
    assert roomy.buy(SORA, prompt="x").files.paths[0].is_file()
    assert seller.sold == 1


@pytest.mark.parametrize("jump", [-7200, 7200, 86400 * 400], ids=["two hours back", "two hours on", "a year on"])
def test_a_clock_that_jumps_between_runs_buys_nothing_twice(person, seller, jump):
    seller.control(job_seconds=1)
    person.queue((SORA, {"prompt": "x"}), stops=True)
    person.seconds_later = jump
    seller.finish()
    assert person.buy(SORA, prompt="x").files.paths[0].is_file()
    assert seller.sold == 1


def test_a_clock_that_jumps_while_a_job_runs_buys_nothing_twice(person, seller):
    seller.control(job_seconds=2)
    person.on_progress = lambda: setattr(person, "seconds_later", -86400.0)
    assert person.buy(SORA, prompt="x").files.paths[0].is_file()
    assert seller.sold == 1


def test_a_ledger_that_cannot_be_read_buys_nothing(person, seller):
    person.buy(SORA, prompt="x")
    for file in person.home.glob("ledger.sqlite*"):
        file.write_bytes(b"this is no database, and was one before" * 100)
    with pytest.raises(PackError, match=r"damaged|not a database|cannot be read"):
        person.buy(SORA, prompt="y")
    assert seller.sold == 1


def test_a_data_folder_that_cannot_be_written_buys_nothing(seller, tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(PackError):
        Person(tmp_path / "home", tmp_path / "out").buy(SORA, prompt="x")
    assert seller.sold == 0
