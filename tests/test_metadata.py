"""A kept video says where it came from, and shows and sounds as the provider made it."""

from __future__ import annotations

import json
import time

import pytest
from apimart.flow.jobs.download import receipt
from apimart.flow.media import content_of_video, decode_frames, read_metadata, write_metadata
from apimart.flow.media.content_hash import packets_of_mp4
from apimart.flow.media.metadata import shown
from clips import rotated, write_video
from ledgers import ended

pytest_plugins = ["ledger_fixtures"]

TEXTS = {"prompt": json.dumps({"1": {"inputs": {"text": "\u00e9 \U0001f600 " + "x" * 200_000}}}), "workflow": "{}"}
KINDS = {
    "plain": {"frames": 24},
    "with sound": {"frames": 24, "audio_seconds": 1},
    "with B-frames": {"frames": 48, "options": {"bf": "3"}},
    "of a telephone": {"frames": 24, "width": 352, "height": 640, "audio_seconds": 1},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_texts_are_read_back_and_nothing_else_has_changed(tmp_path, kind):
    path = write_video(tmp_path / "clip.mp4", **KINDS[kind])
    content, frames = content_of_video(path), decode_frames(path).pixels
    assert write_metadata(path, TEXTS)
    assert {name: read_metadata(path)[name] for name in TEXTS} == TEXTS
    assert content_of_video(path) == content
    assert (decode_frames(path).pixels == frames).all()
    assert [one.name for one in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_video_that_is_turned_stays_turned(tmp_path):
    flat = write_video(tmp_path / "flat.mp4", frames=24)
    path = rotated(flat, tmp_path / "clip.mp4")
    content = content_of_video(path)
    assert content != content_of_video(flat)
    assert write_metadata(path, TEXTS)
    assert content_of_video(path) == content


def test_the_same_packets_turned_another_way_are_not_the_same(tmp_path):
    flat = write_video(tmp_path / "flat.mp4", frames=24)
    turned = rotated(flat, tmp_path / "clip.mp4")
    assert packets_of_mp4(turned) == packets_of_mp4(flat)
    assert shown(turned) != shown(flat)


def test_what_cannot_be_copied_is_left_as_it_is(tmp_path):
    path = write_video(tmp_path / "clip.mp4", frames=24)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert not write_metadata(path, TEXTS)
    assert path.read_bytes() == whole[: len(whole) // 2]
    assert [one.name for one in tmp_path.iterdir()] == ["clip.mp4"]


@pytest.mark.slow
def test_it_is_a_copy_of_packets_and_takes_no_time(tmp_path, record_property):
    path = write_video(tmp_path / "clip.mp4", frames=120, width=1280, height=720, audio_seconds=5)
    began = time.monotonic()
    assert write_metadata(path, TEXTS)
    record_property("seconds", f"{time.monotonic() - began:.3f}")


def test_the_receipt_names_the_job_and_no_place(file_ledger):
    entry = ended(file_ledger, "a question")
    entry = file_ledger.keep(entry.id, ["/home/somebody/clip.mp4"])
    said = json.loads(receipt(entry))
    assert {"task_id": "task of a question", "model": "sora-2", "cost_usd": 0.9, "request": "a question"}.items() <= (
        said.items()
    )
    assert "somebody" not in receipt(entry)
