"""What `dev.py jobs` tells a person about the jobs of a data folder."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from apimart.flow.media import content_of_video
from commands import command
from journeys import Person, asked
from sandboxed import Sandbox


def jobs(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return command("jobs", "--home", str(home), *words)


@pytest.fixture
def account(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose key the sandbox takes."""
    monkeypatch.setenv("APIMART_BASE_URL", sandbox.url)
    monkeypatch.setenv("APIMART_API_KEY", sandbox.key)
    return home


def test_an_empty_folder_says_so(account: Path) -> None:
    assert "No job was submitted from here yet" in jobs(account).stdout


def test_a_job_is_listed_with_what_it_cost_and_where_its_clip_is(account: Path, tmp_path: Path) -> None:
    bought = Person(account, tmp_path / "output").buy("APIMartSora2", **asked("APIMartSora2"))
    [line] = jobs(account).stdout.splitlines()
    for part in ("fetched", "0.320 USD", "sora-2", bought.entry.task_id, str(bought.files.paths[0])):
        assert part in line


def test_any_job_of_the_account_can_be_brought_home(account: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    elsewhere = Person(tmp_path / "elsewhere", tmp_path / "far").buy("APIMartSora2", **asked("APIMartSora2", seed=1))
    paid = sandbox.sold
    done = jobs(account, "collect", elsewhere.entry.task_id, "--output", str(tmp_path / "here"))
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "here")
    assert content_of_video(Path(done.stdout.strip())) == content_of_video(elsewhere.files.paths[0])
    assert sandbox.sold == paid


def bought_two_days_ago(account: Path, sandbox: Sandbox, output: Path) -> None:
    """A job in the ledger and on the bill, both of two days ago."""
    entry = Person(account, output).buy("APIMartSora2", **asked("APIMartSora2")).entry
    sandbox.control(forget=True)
    with sqlite3.connect(account / "ledger.sqlite") as database:
        database.execute("UPDATE apimart_entries SET sent_at = sent_at - 172800, ended_at = ended_at - 172800")
    at = float(entry.sent_at or 0) - 2 * 86400
    sandbox.control(plant_charge={"model": "sora-2", "usd": 0.32, "at": at, "key": sandbox.key[-4:]})


@pytest.mark.slow
def test_the_ledger_is_held_against_the_bill(account: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    assert "nothing to compare yet" in jobs(account, "reconcile").stdout
    bought_two_days_ago(account, sandbox, tmp_path / "output")
    done = jobs(account, "reconcile")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "The ledger agrees with APIMart's charges from" in done.stdout


@pytest.mark.slow
def test_a_charge_that_the_ledger_does_not_know_is_shown(account: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    bought_two_days_ago(account, sandbox, tmp_path / "output")
    at = time.time() - 2 * 86400
    sandbox.control(plant_charge={"model": "veo3.1-fast", "usd": 0.41, "at": at, "key": sandbox.key[-4:]})
    done = jobs(account, "reconcile")
    assert done.returncode == 1
    assert "+0.4100 USD unknown here" in done.stdout
    assert "another machine or program with the same key" in done.stdout
    rows = jobs(account, "reconcile", "--csv").stdout.splitlines()
    assert rows[0].removeprefix("\ufeff").startswith("day_utc,model,")
    assert any(row.endswith("veo3.1-fast,0.41,1,0,0,unknown here,0.41") for row in rows)


def test_a_key_that_may_not_read_the_bill_is_told_so(account: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    bought_two_days_ago(account, sandbox, tmp_path / "output")
    sandbox.behave("usage", "403")
    done = jobs(account, "reconcile")
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not let this key read what was charged" in done.stderr


def test_a_job_that_nobody_knows_is_said_to_be_unknown(account: Path) -> None:
    done = jobs(account, "collect", "task_of_nobody")
    assert done.returncode == 1
    assert "does not know this task" in done.stderr
    assert "Traceback" not in done.stderr
