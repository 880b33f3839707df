"""A workflow that is opened again from the sidebar is the one that was queued, so that it costs nothing again."""

from __future__ import annotations

import gzip

import pytest
from apimart.flow.errors import hide
from apimart.flow.host.web.workflows import keep_workflow, kept_workflow
from journeys import picture

pytest_plugins = ["journey_fixtures"]

KLING = "APIMartKlingMotionControl"
KEY = "sk-test-key-of-nobody-0001-and-longer"
ENTRY = "0" * 32
WRITTEN = [
    "https://files.example/a.mp4?X-Amz-Signature=ab12&Expires=99#t=1",
    "https://name:word@files.example/a.mp4?token=1",
    "the bearer of bad news, Bearer token in hand",
    "a sk-ateboard and a sk-learning robot",
    "\u732b \U0001f408 and a lone \ud800",
    'line\r\nbreaks\tand "quotes"',
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_a_person_wrote_comes_back_whole(text, home):
    workflow = {"id": "w", "nodes": [{"id": 1, "widgets_values": [text, 4, 0.5, True, None, [text], {"a": text}]}]}
    keep_workflow(home, ENTRY, workflow)
    assert kept_workflow(home, ENTRY) == workflow


@pytest.mark.parametrize("text", [KEY, f"Authorization: Bearer {KEY}", f"https://files.example/?key={KEY}&x=1"])
def test_keys_are_taken_out_and_nothing_beside_them(text, home):
    keep_workflow(home, ENTRY, {"nodes": [{"widgets_values": [text]}]})
    [node] = kept_workflow(home, ENTRY)["nodes"]
    assert node["widgets_values"] == [text.replace(KEY, "[key]")]
    [file] = (home / "graphs").iterdir()
    assert KEY.encode() not in gzip.decompress(file.read_bytes())


def test_a_key_of_any_form_is_known_when_it_was_set(home):
    hide("a-key-of-no-known-form")
    keep_workflow(home, ENTRY, {"note": "a-key-of-no-known-form?"})
    assert kept_workflow(home, ENTRY) == {"note": "[key]?"}


def test_a_signed_link_that_comes_back_from_its_workflow_buys_nothing(person, seller, motion_url):
    url = f"{motion_url}?X-Amz-Signature=ab12&Expires=99"
    asked = {"video_url": url, "prompt": "the bearer of bad news"}
    first = person.buy(KLING, image=picture(), **asked)
    keep_workflow(person.home, first.entry.id, {"nodes": [{"widgets_values": asked}]})
    again = kept_workflow(person.home, first.entry.id)["nodes"][0]["widgets_values"]
    assert person.buy(KLING, image=picture(), **again).entry.id == first.entry.id
    assert seller.sold == 1
