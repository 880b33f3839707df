"""What `dev.py jobs` tells a person about the jobs of a data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from apimart.flow.media import content_of_video
from journeys import Person, asked
from pack import ROOT
from sandboxed import Sandbox


def jobs(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "workbench"), "jobs", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=dict(os.environ), check=False)


@pytest.fixture
def account(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose key the sandbox takes."""
    monkeypatch.setenv("APIMART_BASE_URL", sandbox.url)
    monkeypatch.setenv("APIMART_API_KEY", sandbox.key)
    return home


def test_an_empty_folder_says_so(account: Path) -> None:
    assert "No job was bought from here yet" in jobs(account).stdout


def test_a_job_is_listed_with_what_it_cost_and_where_its_clip_is(account: Path, tmp_path: Path) -> None:
    bought = Person(account, tmp_path / "output").buy("APIMartSora2", **asked("APIMartSora2"))
    [line] = jobs(account).stdout.splitlines()
    for part in ("fetched", "0.320 USD", "sora-2", bought.entry.task_id, str(bought.files.paths[0])):
        assert part in line


def test_any_job_of_the_account_can_be_brought_home(account: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    elsewhere = Person(tmp_path / "elsewhere", tmp_path / "far").buy("APIMartSora2", **asked("APIMartSora2", seed=1))
    paid = sandbox.paid
    done = jobs(account, "collect", elsewhere.entry.task_id, "--output", str(tmp_path / "here"))
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "here")
    assert content_of_video(Path(done.stdout.strip())) == content_of_video(elsewhere.files.paths[0])
    assert sandbox.paid == paid


def test_a_job_that_nobody_knows_is_said_to_be_unknown(account: Path) -> None:
    done = jobs(account, "collect", "task_of_nobody")
    assert done.returncode == 1
    assert "does not know this task" in done.stderr
    assert "Traceback" not in done.stderr
