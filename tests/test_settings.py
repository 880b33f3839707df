"""What is set, by the environment or in the data folder: read as it was meant, or refused in words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import facts
import pytest
from apimart.flow.errors import NotSet
from apimart.flow.settings import LANGUAGES, Limits, Settings, read, save_key, save_settings, set_aside
from pack import ROOT

KEY = "sk-test-key-of-nobody-0001"
KEYED = {"APIMART_API_KEY": KEY}
FILE = "settings.json"
LIMITS = ("limit_usd_per_job", "limit_usd_per_day", "limit_purchases_per_run")
UNREADABLE = {
    "cut off": b'{"limit_usd_per_day": 2, "lan',
    "empty": b"",
    "blank": b" \n",
    "not JSON": b"limit_usd_per_day = 2",
    "a list": b"[1, 2]",
    "a text": b'"limit"',
    "null": b"null",
    "no text at all": b"\xff\xff\xff\x00",
    "too deep": b"[" * 100_000,
}


def keep(home: Path, content: bytes | Mapping[str, object]) -> None:
    home.mkdir(exist_ok=True)
    (home / FILE).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def refusal(found: Settings) -> str:
    with pytest.raises(NotSet) as refused:
        found.require_key()
    return str(refused.value)


def test_nothing_set_is_no_limits_and_no_trouble(home: Path) -> None:
    found = read(home, KEYED)
    assert (found.limits, found.problems, found.require_key()) == (Limits(), (), KEY)


@pytest.mark.parametrize("zero", [0, 0.0, "0"])
def test_a_saved_limit_of_nothing_is_a_limit(home: Path, zero: object) -> None:
    keep(home, dict.fromkeys(LIMITS, zero))
    assert read(home, KEYED).limits == Limits(0.0, 0.0, 0)


def test_a_limit_of_nothing_in_the_environment_is_a_limit(home: Path) -> None:
    assert read(home, {f"APIMART_{name.upper()}": "0" for name in LIMITS}).limits == Limits(0.0, 0.0, 0)


def test_a_blank_variable_does_not_hide_a_saved_limit(home: Path) -> None:
    keep(home, {"limit_usd_per_day": 2})
    assert read(home, {**KEYED, "APIMART_LIMIT_USD_PER_DAY": "  "}).limits.usd_per_day == 2


def test_a_limit_that_was_taken_back_is_no_limit(home: Path) -> None:
    save_settings(home, {"limit_usd_per_day": 0})
    assert read(home, KEYED).limits.usd_per_day == 0
    save_settings(home, {"limit_usd_per_day": None})
    assert read(home, KEYED).limits.usd_per_day is None


@pytest.mark.parametrize("name", ["wait_seconds", "jobs_at_once"])
@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "1e99", "ten", "1,5", "True", "0x10"])
def test_a_number_that_cannot_be_is_refused_by_name(home: Path, name: str, wrong: str) -> None:
    said = refusal(read(home, {**KEYED, f"APIMART_{name.upper()}": wrong}))
    assert f"APIMART_{name.upper()} must be a " in said


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("wrong", ["-1", "nan", "-inf", "inf", "1e99", "$5", "5 USD"])
def test_a_limit_that_cannot_be_is_refused_and_holds_everything_back(home: Path, name: str, wrong: str) -> None:
    found = read(home, {**KEYED, f"APIMART_{name.upper()}": wrong})
    assert f"APIMART_{name.upper()} must be a " in refusal(found)
    assert 0 in (found.limits.usd_per_job, found.limits.usd_per_day, found.limits.purchases_per_run)


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("wrong", [-1, "x", "", [], {}, True, False, [5], {"usd": 5}, 10**400, float("nan")])
def test_a_saved_limit_of_a_wrong_kind_is_refused_by_name_and_file(home: Path, name: str, wrong: object) -> None:
    keep(home, {name: wrong})
    said = refusal(read(home, KEYED))
    assert name in said
    assert str(home / FILE) in said


@pytest.mark.parametrize("name", ["limit_purchases_per_run", "jobs_at_once"])
def test_half_a_job_is_refused(home: Path, name: str) -> None:
    assert "whole number" in refusal(read(home, {**KEYED, f"APIMART_{name.upper()}": "1.5"}))


@pytest.mark.parametrize("text", ["1", "true", "TRUE", "Yes", "y", "Y", "on", " on "])
def test_yes_is_said_in_many_ways(home: Path, text: str) -> None:
    assert read(home, {"APIMART_SANDBOX": text}).sandbox
    keep(home, {"sandbox": text})
    assert read(home, {}).sandbox


@pytest.mark.parametrize("text", ["0", "false", "False", "no", "N", "off"])
def test_no_is_said_in_many_ways(home: Path, text: str) -> None:
    assert not read(home, {"APIMART_PROBE_VIDEO_URL": text}).probe_video_url
    keep(home, {"sandbox": True, "probe_video_url": text})
    found = read(home, {**KEYED, "APIMART_SANDBOX": text})
    assert (found.sandbox, found.probe_video_url, found.problems) == (False, False, ())


@pytest.mark.parametrize("name", ["sandbox", "media_delete", "public_hosts_agreed", "probe_video_url"])
@pytest.mark.parametrize("text", ["ja", "maybe", "2", "tru", "-", "enabled"])
def test_neither_yes_nor_no_is_refused(home: Path, name: str, text: str) -> None:
    assert f"APIMART_{name.upper()} must be 1, true, yes" in refusal(
        read(home, {**KEYED, f"APIMART_{name.upper()}": text})
    )


@pytest.mark.parametrize("wrong", ["maybe", "", 2, 0.5, [], {}, ["true"]])
def test_a_saved_flag_that_is_neither_is_refused(home: Path, wrong: object) -> None:
    keep(home, {"sandbox": wrong})
    assert "sandbox" in refusal(read(home, KEYED))


@pytest.mark.parametrize(
    ("said", "hosts"),
    [
        ("clips.example.com", ("clips.example.com",)),
        (" Clips.Example.com , *.studio.example,", ("clips.example.com", "*.studio.example")),
        ("", ()),
    ],
)
def test_hosts_of_links_are_named_with_commas(home: Path, said: str, hosts: tuple[str, ...]) -> None:
    assert read(home, {**KEYED, "APIMART_VIDEO_URL_HOSTS": said}).video_url_hosts == hosts


@pytest.mark.parametrize(
    "said", ["*", "https://clips.example.com", "clips.example.com/a", "a b.example", "*.*.x.y", "-"]
)
def test_hosts_that_cannot_be_read_stop_buying_and_never_mean_all(home: Path, said: str) -> None:
    assert "APIMART_VIDEO_URL_HOSTS must be a comma-separated list of host names" in refusal(
        read(home, {**KEYED, "APIMART_VIDEO_URL_HOSTS": said})
    )


def test_a_language_that_is_not_spoken_is_refused(home: Path) -> None:
    said = refusal(read(home, {**KEYED, "APIMART_LANGUAGE": "tr"}))
    assert "APIMART_LANGUAGE must be en, zh, ja, ko, ru, fr, de, id, pt or es" in said
    assert read(home, {"APIMART_LANGUAGE": "JA"}).language == "ja"
    assert read(home, {"APIMART_LANGUAGE": "fr"}).language == "fr"


def test_errors_of_tasks_come_in_every_language_that_the_provider_knows() -> None:
    assert list(LANGUAGES) == facts.read()["languages"]
    script = (ROOT / "web" / "js" / "language.js").read_text("utf-8")
    [listed] = re.findall(r"TASK_LANGUAGES = (\[.*\]);", script)
    assert json.loads(listed) == facts.read()["languages"]


def test_a_saved_text_is_a_text(home: Path) -> None:
    keep(home, {"media_store": ["litterbox"]})
    assert "media_store" in refusal(read(home, KEYED))


def test_everything_that_is_wrong_is_said_at_once(home: Path) -> None:
    said = refusal(read(home, {**KEYED, "APIMART_SANDBOX": "maybe", "APIMART_WAIT_SECONDS": "0"}))
    assert "APIMART_SANDBOX" in said
    assert "APIMART_WAIT_SECONDS" in said


def test_what_was_written_wrongly_is_not_repeated(home: Path) -> None:
    assert "sk-a-key" not in refusal(read(home, {**KEYED, "APIMART_WAIT_SECONDS": "sk-a-key-in-the-wrong-place"}))


def test_the_environment_wins_over_a_saved_value_that_is_wrong(home: Path) -> None:
    keep(home, {"limit_usd_per_day": "x"})
    assert read(home, {**KEYED, "APIMART_LIMIT_USD_PER_DAY": "3"}).require_key() == KEY


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_settings_that_cannot_be_read_stop_buying(home: Path, content: bytes) -> None:
    keep(home, content)
    found = read(home, KEYED)
    said = refusal(found)
    assert str(home / FILE) in said
    assert "Settings > APIMart" in said
    assert found.limits == Limits(0.0, 0.0, 0, 0.0, 0.0)


def test_settings_that_the_system_does_not_give_out_stop_buying(home: Path) -> None:
    (home / FILE).mkdir(parents=True)
    assert str(home / FILE) in refusal(read(home, KEYED))


def test_settings_that_cannot_be_read_stop_the_sandbox_too(home: Path) -> None:
    keep(home, b"{")
    refusal(read(home, {"APIMART_SANDBOX": "1"}))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_fine(home: Path, encoding: str) -> None:
    keep(home, '{"limit_usd_per_day": 2}'.encode(encoding))
    assert read(home, KEYED).limits.usd_per_day == 2


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_not_written_over(home: Path, content: bytes) -> None:
    keep(home, content)
    with pytest.raises(NotSet, match="cannot be read"):
        save_settings(home, {"language": "ko"})
    assert (home / FILE).read_bytes() == content


def test_set_aside_it_is_kept_and_settings_start_anew(home: Path) -> None:
    keep(home, b'{"limit_usd_per_day": 2, "lan')
    set_aside(home)
    assert (home / f"{FILE}.broken").read_bytes() == b'{"limit_usd_per_day": 2, "lan'
    save_settings(home, {"limit_usd_per_day": 3})
    assert read(home, KEYED).limits.usd_per_day == 3


@pytest.mark.parametrize("content", [b'{"limit_usd_per_day": 2}', None])
def test_settings_that_can_be_read_are_not_set_aside(home: Path, content: bytes | None) -> None:
    if content is not None:
        keep(home, content)
    set_aside(home)
    assert read(home, KEYED).limits.usd_per_day == (2 if content else None)
    assert not (home / f"{FILE}.broken").exists()


def test_a_wrong_value_is_repaired_by_setting_it_again(home: Path) -> None:
    keep(home, {"limit_usd_per_job": "x", "limit_usd_per_day": "y"})
    save_settings(home, {"limit_usd_per_job": 1})
    assert [one.name for one in read(home, KEYED).problems] == ["limit_usd_per_day"]
    save_settings(home, {"limit_usd_per_day": 2})
    assert read(home, KEYED).limits == Limits(1.0, 2.0, None)


@pytest.mark.parametrize(
    "key", ["sk-\u00fcml\u00e4ut-0000", "sk-a\nb-00000000", "sk-a\x00b-000000", "two words 000", "\udcff\udcfe"]
)
def test_a_key_that_no_header_can_carry_is_refused_in_words(home: Path, key: str) -> None:
    found = read(home, {"APIMART_API_KEY": key})
    said = refusal(found)
    assert "APIMART_API_KEY" in said
    assert key not in said
    assert (found.key_source, len(found.account)) == ("environment", 12)


@pytest.mark.parametrize(
    "content", ["sk-\u00fcml\u00e4ut-0000".encode(), "sk-utf-16-000000".encode("utf-16"), b"\xff\xfe\xfd"]
)
def test_a_key_file_that_no_header_can_carry_is_refused_in_words(home: Path, content: bytes) -> None:
    home.mkdir()
    (home / "key").write_bytes(content)
    found = read(home, {})
    assert str(home / "key") in refusal(found)
    assert found.key_source == "file"


def test_a_key_file_that_cannot_be_read_is_not_taken_for_no_key(home: Path) -> None:
    (home / "key").mkdir(parents=True)
    found = read(home, {})
    assert str(home / "key") in refusal(found)
    assert found.key_source == "file"


def test_a_byte_order_mark_and_a_line_end_are_no_part_of_a_key(home: Path) -> None:
    home.mkdir()
    (home / "key").write_bytes(b"\xef\xbb\xbf" + KEY.encode() + b"\r\n")
    assert read(home, {}).require_key() == KEY


def test_an_empty_key_file_is_no_key(home: Path) -> None:
    home.mkdir()
    (home / "key").write_bytes(b"\n")
    assert read(home, {}).key_source == "none"


@pytest.mark.parametrize(
    "url", ["http://far.example", "ftp://x", "https://user:pass@x", "https://x?y", "https://[", "x"]
)
def test_an_odd_address_of_the_provider_is_refused_in_words(home: Path, url: str) -> None:
    assert "APIMART_BASE_URL" in refusal(read(home, {**KEYED, "APIMART_BASE_URL": url}))


@pytest.mark.parametrize("url", ["https://api.apimart.ai", "https://API.apimart.ai:443/"])
def test_the_sandbox_is_never_the_live_provider(home: Path, url: str) -> None:
    assert "APIMART_SANDBOX" in refusal(read(home, {**KEYED, "APIMART_SANDBOX": "1", "APIMART_BASE_URL": url}))


WRITER = """
import sys, pathlib, pack
pack.load()
from apimart.flow.settings import save_key, save_settings
home, who = pathlib.Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(25):
    if who == "key":
        save_key(home, f"sk-the-key-number-{number:04}")
    else:
        save_settings(home, {f"{who}_{number}": number})
"""


def writer(home: Path, who: str) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), who],
        cwd=ROOT / "workbench",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def test_saves_of_several_processes_at_once_lose_nothing(home: Path) -> None:
    writers = [writer(home, who) for who in ("one", "other", "key")]
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in writers:
        each.communicate(timeout=60)
    saved = json.loads((home / FILE).read_text())
    assert saved == {f"{who}_{number}": number for who in ("one", "other") for number in range(25)}
    assert (home / "key").read_text() == "sk-the-key-number-0024"
    assert not list(home.glob("*.part"))


def test_what_does_not_change_is_not_written_again(home: Path) -> None:
    save_settings(home, {"language": "ko"})
    before = (home / FILE).stat()
    save_settings(home, {"language": "ko", "sandbox": None})
    assert (home / FILE).stat().st_ino == before.st_ino


def test_a_folder_that_cannot_be_written_is_said_so(home: Path) -> None:
    home.write_text("a file in the folder's place")
    for save in (lambda: save_settings(home, {"language": "ko"}), lambda: save_key(home, KEY)):
        with pytest.raises(NotSet, match="cannot be saved"):
            save()
