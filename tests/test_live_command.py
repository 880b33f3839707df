"""What `dev.py live` finds out, and what it spends for that; the provider is the sandbox."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
from commands import command
from journeys import until
from live import main
from pack import ROOT
from sandboxed import Sandbox

pytest_plugins = ["sandbox_fixtures"]
pytestmark = pytest.mark.slow

CHEAP = ("pixverse_6", "vidu_q3", "grok_imagine_official")  # 0.016, 0.032 and 0.04 USD

Live = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """As new: small clips, short jobs, and nothing on the bill."""
    running.control(reset=True, forget=True, job_seconds=0.1)
    return running


@pytest.fixture
def words(home: Path, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What somebody with a key of the sandbox says first, who has folders of their own."""
    monkeypatch.setenv("APIMART_BASE_URL", sandbox.url)
    monkeypatch.setenv("APIMART_API_KEY", sandbox.key)
    return ["live", "--home", str(home), "--output", str(tmp_path / "out")]


@pytest.fixture
def live(words: list[str]) -> Live:
    """Runs it with further words to its end."""
    return partial(command, *words)


def rows(done: subprocess.CompletedProcess[str]) -> dict[str, tuple[str, str]]:
    """What the table says of each check: the verdict and the sentence."""
    found = re.findall(r"^(as expected|differs|not known) +(.+?)  +(.+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return {what: (verdict, sentence) for verdict, what, sentence in found}


def verdicts(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {what: verdict for what, (verdict, _) in rows(done).items()}


FREE = (
    *("balance", "model list", "sora_2: schema", "idempotency keys", "prices", "uploaded image", "refused submit"),
    *("usage", "log export"),
)


def test_the_free_checks_buy_nothing_and_say_each_what_they_found(live: Live, sandbox: Sandbox, tmp_path: Path) -> None:
    paid = sandbox.sold
    done = live("sora_2")
    assert verdicts(done) == {**dict.fromkeys(FREE, "as expected"), "log export": "not known"}
    assert (done.returncode, sandbox.sold) == (0, paid)
    assert "8 as expected, 0 differs, 1 not known" in done.stdout
    assert rows(done)["balance"][1] == "1000.00 USD are left."
    assert rows(done)["refused submit"][1].startswith("HTTP 404 (code 'model_not_found'")
    assert (tmp_path / "out" / "table.txt").read_text("utf-8") == done.stdout
    kept = {file.name for file in (tmp_path / "out" / "exchanges").iterdir()}
    assert {"balance.json", "models.json", "schema_sora-2.json", "submit-404.json", "usage.json"} <= kept
    assert not [file for file in (tmp_path / "out").rglob("*.*") if sandbox.key in file.read_text("utf-8")]


def test_what_differs_is_named(live: Live, sandbox: Sandbox) -> None:
    sandbox.control(retired_models=["vidu-of-nobody", "viduq3-turbo"], logs_export="csv")
    sandbox.behave("usage", "403", times=-1)
    done = live("vidu_q3")
    found = rows(done)
    assert found["model list"] == ("differs", "gone viduq3-turbo: in a family, not listed.")
    assert found["vidu_q3: schema"][0] == "not known"
    assert found["usage"][0] == "not known"
    assert done.returncode == 1


def test_a_key_that_is_not_valid_ends_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APIMART_API_KEY", "sk-a-key-of-nobody-0001")
    done = live("sora_2")
    assert done.returncode == 2
    assert "check APIMART_API_KEY" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("spend", ["half", "0,50", "-1", "nan", "inf", ""])
def test_a_sum_that_is_no_number_is_refused(spend: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"--spend={spend}", "--home", str(home), "--output", str(home / "out")]) == 2
    said = capsys.readouterr()
    assert f"--spend must be a number from 0 to 1000000, and it is {spend!r}." in said.err
    assert (said.out, home.exists()) == ("", False)


@pytest.mark.parametrize(
    ("spend", "said"),
    [
        ("0.0159", "--spend 0.0159 is too little: the cheapest job, of APIMart PixVerse 6, is estimated at 0.016 USD."),
        ("1000.01", "--spend may still cost 1000.01 USD, and 1000.00 USD are left"),
    ],
)
def test_a_sum_that_cannot_be_spent_is_refused_before_anything_is_sent(
    spend: str, said: str, live: Live, sandbox: Sandbox
) -> None:
    paid = sandbox.sold
    done = live("pixverse_6", f"--spend={spend}")
    assert said in done.stderr
    assert (done.returncode, done.stdout, sandbox.sold) == (2, "", paid)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("API_KEY", "", "Set the environment variable APIMART_API_KEY"),
        ("SANDBOX", "1", "APIMART_SANDBOX is on"),
        ("SANDBOX", "?", "APIMART_SANDBOX must"),
    ],
)
def test_without_a_key_or_in_the_sandbox_nothing_is_asked(
    name: str, value: str, said: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"APIMART_{name}", value)
    assert main(["--home", str(home), "--output", str(home / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not home.exists()


def test_the_cheapest_jobs_are_bought_until_the_sum_is_reached(live: Live, sandbox: Sandbox, tmp_path: Path) -> None:
    before = sandbox.state()
    done = live(*CHEAP, "sora_2", "--spend", "0.07")
    sold = sandbox.tasks[len(before["tasks"]) :]
    assert [task["model"] for task in sold] == ["pixverse-v6", "viduq3-turbo"]
    found = rows(done)
    assert found["pixverse_6: cost"] == ("as expected", "pixverse-v6: 0.016 USD, estimated 0.016.")
    assert found["vidu_q3: video"] == (
        "as expected", "1.00 s, 120x68, 24 fps, with audio; 1 s were requested.",
    )  # fmt: skip
    assert found["grok_imagine_official: job"][0] == "not known"
    assert "your limit of 0.07 USD per project" in found["grok_imagine_official: job"][1]
    assert found["left out"] == (
        "not known",
        "sora_2: the sum is reached, no price is known, or it continues an earlier job.",
    )
    assert "0.048 USD are spent for 'dev.py live 1'." in done.stdout
    assert done.returncode == 0
    assert len(list((tmp_path / "out" / "apimart").glob("*.mp4"))) == 2


def test_the_same_round_goes_on_and_another_one_begins_anew(live: Live, sandbox: Sandbox) -> None:
    paid = sandbox.sold
    live(*CHEAP, "--spend", "0.02")
    done = live(*CHEAP, "--spend", "0.07")
    assert "It is already paid and not charged again." in rows(done)["pixverse_6: cost"][1]
    assert rows(done)["vidu_q3: cost"][0] == "as expected"
    assert sandbox.sold == paid + 2
    done = live(*CHEAP, "--spend", "0.07")
    assert "your limit of 0.07 USD" in rows(done)["grok_imagine_official: job"][1]
    assert sandbox.sold == paid + 2
    live("pixverse_6", "--spend", "0.02", "--round", "2")
    assert sandbox.sold == paid + 3


def test_what_is_really_charged_counts_to_the_sum(live: Live, sandbox: Sandbox) -> None:
    sandbox.control(price_factors={"pixverse-v6": 3})
    paid = sandbox.sold
    done = live(*CHEAP, "--spend", "0.07")
    assert rows(done)["pixverse_6: cost"] == ("differs", "pixverse-v6: 0.048 USD, estimated 0.016.")
    assert rows(done)["vidu_q3: job"][1].startswith("0.048 USD ")
    assert (done.returncode, sandbox.sold) == (1, paid + 1)


def test_a_lower_limit_of_the_person_stays(live: Live, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APIMART_LIMIT_USD_PER_PROJECT", "0.02")
    paid = sandbox.sold
    done = live(*CHEAP, "--spend", "0.07")
    assert "your limit of 0.02 USD per project" in rows(done)["vidu_q3: job"][1]
    assert sandbox.sold == paid + 1


def test_a_repeated_submit_is_tried_where_keys_are_declared(live: Live, sandbox: Sandbox) -> None:
    sandbox.control(honour_idempotency=True)
    before = sandbox.state()
    done = live("pixverse_6", "vidu_q3", "--spend", "0.10")
    assert rows(done)["idempotency keys"] == ("as expected", "declared by 3 of 3 models (all).")
    for name in ("pixverse_6", "vidu_q3"):
        assert rows(done)[f"{name}: the same key again"][1].startswith("answered with the same task task_")
    after = sandbox.state()
    assert (after["paid"] - before["paid"], after["replays"] - before["replays"]) == (2, 2)
    assert "0.048 USD are spent" in done.stdout


def test_a_key_that_is_declared_and_not_honoured_is_found_out_once_and_within_the_sum(
    live: Live, sandbox: Sandbox
) -> None:
    sandbox.control(declare_idempotency=True)
    paid = sandbox.sold
    done = live("pixverse_6", "vidu_q3", "--spend", "0.07")
    assert rows(done)["pixverse_6: the same key again"][0] == "differs"
    assert "it was charged twice" in rows(done)["pixverse_6: the same key again"][1]
    assert "vidu_q3: the same key again" not in rows(done)
    assert "0.064 USD are spent" in done.stdout
    assert (done.returncode, sandbox.sold) == (1, paid + 3)


def test_a_repeated_submit_that_the_sum_does_not_cover_is_not_sent(live: Live, sandbox: Sandbox) -> None:
    sandbox.control(declare_idempotency=True)
    paid = sandbox.sold
    done = live("pixverse_6", "--spend", "0.02")
    assert "your limit of 0.02 USD" in rows(done)["pixverse_6: the same key again"][1]
    assert sandbox.sold == paid + 1


def test_what_the_provider_refuses_or_fails_differs_and_the_rest_goes_on(live: Live, sandbox: Sandbox) -> None:
    sandbox.behave("submit", "400", model="pixverse-v6", message="invalid size: 16:9")
    sandbox.control(fail_jobs={"model": "viduq3-turbo", "reason": "moderation"})
    done = live(*CHEAP, "--spend", "0.07")
    assert rows(done)["pixverse_6: job"][0] == rows(done)["vidu_q3: job"][0] == "differs"
    assert "invalid size: 16:9" in rows(done)["pixverse_6: job"][1]
    assert "OutputImageSensitiveContentDetected" in rows(done)["vidu_q3: job"][1]
    assert rows(done)["grok_imagine_official: cost"][0] == "as expected"
    assert "0.04 USD are spent" in done.stdout


def test_a_submit_without_an_answer_counts_to_the_sum_and_is_not_sent_again(live: Live, sandbox: Sandbox) -> None:
    sandbox.behave("submit", "drop_after", model="pixverse-v6")
    paid = sandbox.sold
    done = live("pixverse_6", "vidu_q3", "--spend", "0.04")
    assert rows(done)["pixverse_6: job"][0] == "not known"
    assert rows(done)["vidu_q3: job"][1].startswith("0.016 USD ")
    live("pixverse_6", "vidu_q3", "--spend", "0.04")
    assert sandbox.sold == paid + 1


def test_a_family_without_a_price_is_left_out(live: Live) -> None:
    done = live("pixverse_6", "minimax_h3_upscale", "veo_3_1_extend", "--spend", "0.02")
    assert rows(done)["left out"][1].startswith("minimax_h3_upscale, veo_3_1_extend: ")


def hear_ctrl_c() -> None:
    """Programs in the background of a shell are started deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("how", ["interrupted", "killed"])
def test_a_run_that_was_stopped_goes_on_without_buying_again(
    how: str, words: list[str], live: Live, sandbox: Sandbox
) -> None:
    if how == "interrupted" and os.name == "nt":
        pytest.skip("a process cannot be sent Ctrl-C alone there")
    sandbox.control(job_seconds=1000)
    before = sandbox.state()
    spending = [*CHEAP, "--spend", "0.07"]
    on_start = None if os.name == "nt" else hear_ctrl_c
    program = [sys.executable, str(ROOT / "workbench"), *words, *spending]
    with subprocess.Popen(program, stdout=PIPE, stderr=PIPE, text=True, preexec_fn=on_start) as process:
        until(lambda: sandbox.state()["polls_total"] > before["polls_total"])
        process.send_signal(signal.SIGINT) if how == "interrupted" else process.kill()
        _, said = process.communicate(timeout=60)
    assert (process.returncode == 130, "it continues" in said) == (how == "interrupted",) * 2
    assert "Traceback" not in said
    sandbox.finish()
    sandbox.control(job_seconds=0.1)
    done = live(*spending)
    assert rows(done)["pixverse_6: cost"][0] == rows(done)["vidu_q3: cost"][0] == "as expected"
    assert sandbox.sold == before["paid"] + 2


def test_what_a_run_heard_is_adopted_once(live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    live("pixverse_6")
    adopting = ["--adopt", str(tmp_path / "out" / "exchanges"), "--into", str(tmp_path / "facts")]
    assert main(adopting) == 0
    kept = {file.name for file in (tmp_path / "facts").iterdir()}
    assert {"balance.json", "submit-404.json"} <= kept
    assert f"{len(kept)} new shapes." in capsys.readouterr().out
    assert main(adopting) == 0
    assert "0 new shapes." in capsys.readouterr().out


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_recordings_is_not_adopted(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.json").write_text("[]", "utf-8")
    assert main(["--adopt", str(tmp_path / folder), "--into", str(tmp_path / "facts")]) == 2
    assert "recording" in capsys.readouterr().err
    assert not (tmp_path / "facts").exists()
