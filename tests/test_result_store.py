"""The shared result store: what one worker keeps the next one finds, and its troubles lose nothing."""

from __future__ import annotations

import dataclasses

import pytest
from apimart.flow.errors import NotSet
from apimart.flow.publish import open_result_store
from apimart.flow.settings import Settings
from standin import StandIn
from stores import clip_bytes, s3_server

NAME = "sora-2_20261101_abcdef_1.mp4"


@pytest.fixture(params=["file", pytest.param("s3", marks=pytest.mark.slow)])
def place(request, tmp_path, monkeypatch):
    """An address of a shared place, empty."""
    if request.param == "file":
        yield f"file://{tmp_path}/shared/results"
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret words")
    with s3_server("results") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield "s3://results/clips"


@pytest.fixture
def part(tmp_path):
    path = tmp_path / "clip.mp4.part"
    path.write_bytes(clip_bytes())
    return path


def opened(tmp_path, address):
    return open_result_store(dataclasses.replace(Settings(home=tmp_path), result_store=address))


def test_no_address_is_no_store(tmp_path):
    assert opened(tmp_path, "") is None


@pytest.mark.parametrize("address", ["nonsense://x/y", "s3://"])
def test_an_address_that_cannot_be_opened_is_said_before_anything_is_bought(address, tmp_path):
    with pytest.raises(NotSet):
        opened(tmp_path, address)


def test_what_one_worker_keeps_another_finds(place, part, tmp_path):
    opened(tmp_path, place).keep(NAME, part)
    there = tmp_path / "there.mp4.part"
    assert opened(tmp_path, place).bring(NAME, there)
    assert there.read_bytes() == clip_bytes()
    assert sorted(path.name for path in tmp_path.glob("*.part")) == ["clip.mp4.part", "there.mp4.part"]


def test_what_nobody_kept_is_not_there_and_a_half_download_stays(place, part, tmp_path):
    assert not opened(tmp_path, place).bring(NAME, part)
    assert part.read_bytes() == clip_bytes()


def test_a_clip_that_is_there_is_not_sent_again(tmp_path, part):
    store = opened(tmp_path, f"file://{tmp_path}/shared")
    store.keep(NAME, part)
    kept = tmp_path / "shared" / NAME
    before = kept.stat().st_ino
    store.keep(NAME, part)
    assert kept.stat().st_ino == before


def test_a_half_clip_of_an_earlier_crash_is_replaced(tmp_path, part):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / NAME).write_bytes(clip_bytes()[:100])
    opened(tmp_path, f"file://{tmp_path}/shared").keep(NAME, part)
    assert [path.name for path in (tmp_path / "shared").iterdir()] == [NAME]
    assert (tmp_path / "shared" / NAME).read_bytes() == clip_bytes()


def test_a_store_that_is_broken_loses_nothing_and_is_written_to_the_log(tmp_path, part, caplog):
    (tmp_path / "shared").write_text("a file where the folder should be")
    store = opened(tmp_path, f"file://{tmp_path}/shared")
    store.keep(NAME, part)
    assert part.read_bytes() == clip_bytes()
    assert "could not be put into the result store" in caplog.text
    assert not store.bring(NAME, tmp_path / "there.part")


def test_a_store_that_is_away_loses_nothing_and_is_written_to_the_log(tmp_path, part, caplog, monkeypatch):
    with StandIn() as gone:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret words")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    store = opened(tmp_path, "s3://results/clips")
    store.keep(NAME, part)
    assert not store.bring(NAME, part)
    assert part.read_bytes() == clip_bytes()
    assert caplog.text.count("result store s3://results/clips") == 2
