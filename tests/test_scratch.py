"""Nothing stays in scratch: not of a question that is over, not of a process that was killed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from apimart.flow.jobs.scratch import Scratch
from apimart.flow.ledger import new_owner
from pack import ROOT

DAY = 86400
PROGRAM = """
import sys, pathlib, pack
pack.load()
from apimart.flow.jobs.scratch import Scratch
folder = Scratch(pathlib.Path(sys.argv[1])).folder()
(folder / "clip.mp4").write_bytes(b"a clip")
print(folder, flush=True)
sys.stdin.read()
"""


class Other:
    """Another process, with a file in its scratch."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-c", PROGRAM, str(home)]
        self._process = subprocess.Popen(
            command, cwd=ROOT / "workbench", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.file = Path(self._process.stdout.readline().strip()) / "clip.mp4"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Other]:
    started = Other(tmp_path)
    yield started
    started.kill()


def everything(home: Path) -> list[str]:
    return [found.name for found in (home / "scratch").rglob("*")]


def aged(path: Path, seconds: float) -> Path:
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))
    return path


def test_a_question_gets_a_folder_of_its_own_that_only_this_person_can_read(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    one, other = scratch.folder(), scratch.folder()
    assert one != other and not [*one.iterdir()]
    if os.name == "posix":
        for folder in (one, one.parent, one.parent.parent):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_is_left_when_the_last_question_is_over(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    one, other = scratch.folder(), scratch.folder()
    (one / "clip.mp4").write_bytes(b"a clip")
    scratch.remove(one)
    assert other.is_dir() and not one.exists()
    scratch.remove(other)
    scratch.remove(other)
    assert everything(tmp_path) == []
    assert scratch.folder().is_dir()


def test_what_a_killed_process_left_is_gone_at_the_next_start(other: Other, tmp_path: Path) -> None:
    assert other.file.exists()
    other.kill()
    assert other.file.exists()
    Scratch(tmp_path)
    assert everything(tmp_path) == []


def test_what_a_living_process_holds_stays(other: Other, tmp_path: Path) -> None:
    mine = Scratch(tmp_path).folder()
    Scratch(tmp_path)
    assert other.file.exists() and mine.is_dir()


@pytest.mark.parametrize(("days", "is_there"), [(6, True), (8, False)])
def test_what_a_process_of_another_machine_left_goes_after_a_week(days: int, is_there: bool, tmp_path: Path) -> None:
    host, _, rest = new_owner().partition(":")
    folder = tmp_path / "scratch" / quote(f"not-{host}:{rest}", safe="")
    (folder / "question").mkdir(parents=True)
    aged(folder, days * DAY)
    Scratch(tmp_path)
    assert folder.exists() == is_there


@pytest.mark.parametrize(("hours", "is_there"), [(23, True), (25, False)])
def test_a_file_that_an_earlier_version_left_goes_after_a_day(hours: int, is_there: bool, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    stray = tmp_path / "scratch" / "1234.mp4"
    stray.write_bytes(b"a clip")
    aged(stray, hours * 3600)
    Scratch(tmp_path)
    assert stray.exists() == is_there


def test_a_link_in_scratch_leads_the_sweep_nowhere(tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "holiday.mp4").write_bytes(b"a film")
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / quote(f"{new_owner().partition(':')[0]}:99999999:0:1:", safe="")).symlink_to(
        tmp_path / "films"
    )
    Scratch(tmp_path)
    assert (tmp_path / "films" / "holiday.mp4").exists()
    assert everything(tmp_path) == []
