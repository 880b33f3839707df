"""A question is what would be sent: equal bodies are one question, and what is refused is none that was bought."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from apimart.flow.catalogue import models_of
from apimart.flow.model import (
    Choice,
    Family,
    Flag,
    ImageData,
    ImageInput,
    Number,
    Price,
    Question,
    Text,
    Values,
    VideoData,
)
from apimart.flow.request import ask
from family_examples import BROKEN, NEW, PAGES, RICH, clip, picture, pictures, small
from journeys import FAMILIES, defaults

EVERY = pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.node_id)
FINGERPRINTS = {
    "APIMartSora2": "722ea6f03c5eb3be21f3c0fb834b76e370c6cf83543c00c4d538b7454cf3fb19",
    "APIMartVideo": "674a527c80139e39f051db41a803d76da1641219483e165e3e34627001cd27be",
}


def asked(family: Family, **inputs: Any) -> Question:
    empty: dict[str, Any] = {one.id: () for one in family.media if one.many}
    return ask(family, Values({**defaults(family), **empty, **inputs}), known)


def known(footage: VideoData) -> VideoData:
    return replace(footage, content=footage.content or f"clip at {footage.url}")


def sent(question: Question) -> str:
    """What goes out, with an address for each content; as text, since 1 and true are equal in Python."""
    body = question.body(f"https://example.com/{medium.content}" for medium in question.media)
    return json.dumps([question.path, body, question.take], sort_keys=True)


def examples(family: Family) -> list[dict[str, Any]]:
    """The small and the rich request of every model, what breaks each rule, and each widget turned once."""
    bases = [small(family, model, "https://example.com/0.mp4") for model in models_of(family) or ("kling-v3",)]
    changes = [{}, RICH.get(family.node_id, {}), *BROKEN.get(family.node_id, ()), *turned(family), {"take": 1}]
    return [{**base, **change} for base, change in product(bases, changes)]


def turned(family: Family) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    for one in family.inputs:
        if isinstance(one, Choice):
            changes += [{one.id: option} for option in one.options if one.id != "model"]
        elif isinstance(one, Flag):
            changes += [{one.id: True}, {one.id: False}]
        elif isinstance(one, Number):
            changes += [{one.id: one.minimum}, {one.id: one.maximum}]
        elif isinstance(one, Text) and one.id != "model":
            changes += [{one.id: "  "}, {one.id: "{}"}, {one.id: "3"}]
    return changes


@EVERY
def test_questions_are_equal_exactly_when_what_is_sent_is(family: Family) -> None:
    bodies, fingerprints = defaultdict(set), defaultdict(set)
    for inputs in examples(family):
        question = asked(family, **inputs)
        bodies[question.fingerprint].add(sent(question))
        fingerprints[sent(question)].add(question.fingerprint)
    assert {len(found) for found in (*bodies.values(), *fingerprints.values())} == {1}
    assert len(bodies) > 1


@pytest.mark.parametrize(
    ("node_id", "inputs", "one", "other"),
    [
        ("APIMartVideo", {"prompt": "a house"}, {"parameters": ""}, {"parameters": "{}"}),
        (
            "APIMartVideo",
            {"images": pictures(1)},
            {"parameters": "{}"},
            {"parameters": '{"image_urls": ["https://example.com/not-sent.png"]}'},
        ),
        ("APIMartSkyReels4", {"middle_frames": pictures(2)}, {"middle_times": ""}, {"middle_times": " , "}),
    ],
)
def test_two_settings_that_send_the_same_are_one_question(
    node_id: str, inputs: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = (asked(FAMILIES[node_id], **inputs, **setting) for setting in (one, other))
    assert sent(first) == sent(second)
    assert first.fingerprint == second.fingerprint
    assert first.earlier != second.earlier


@pytest.mark.parametrize("family", NEW, ids=lambda family: family.node_id)
def test_what_a_rule_refuses_is_not_the_question_of_what_it_accepts(family: Family) -> None:
    """Else a typing mistake would be answered with the clip that was bought without it."""
    for model in models_of(family) or ("kling-v3",):
        base = small(family, model, "https://example.com/0.mp4")
        accepted = asked(family, **base)
        for broken in BROKEN[family.node_id]:
            refused = asked(family, **{**base, **broken})
            assert (refused.fingerprint == accepted.fingerprint) == (refused.earlier == accepted.earlier), broken


@pytest.mark.parametrize(
    ("node_id", "inputs", "refused"),
    [
        ("APIMartVideo", {"parameters": "{}"}, {"parameters": '{"prompt": "a cat"}'}),
        ("APIMartVideo", {"images": pictures(2), "image_parameter": "first_frame_image"}, {"images": pictures(3)}),
        ("APIMartVideo", {"videos": (clip(),), "video_parameter": "video_url"}, {"videos": (clip(), clip(seed=1))}),
        ("APIMartSkyReels4", {"middle_frames": pictures(2), "middle_times": ""}, {"middle_times": "two, three"}),
        ("APIMartSkyReels4", {"middle_frames": pictures(2), "middle_times": "2, 3"}, {"middle_times": "2, 3, 4"}),
    ],
)
def test_what_a_body_has_no_place_for_still_counts(
    node_id: str, inputs: dict[str, Any], refused: dict[str, Any]
) -> None:
    family = FAMILIES[node_id]
    assert asked(family, **inputs).fingerprint != asked(family, **{**inputs, **refused}).fingerprint


def test_the_fingerprint_stays_what_it_is() -> None:
    """A change here is a new version: what was bought would not be found again."""
    levels = np.linspace(0, 255, 4, dtype=np.float32)[None, :, None] * [1.0, 0.4, 0.2]
    levels = levels + np.linspace(0, 255, 6, dtype=np.float32)[:, None, None] * [0.1, 0.5, 0.9] + 2 * 17
    image = ImageData((levels % 256).astype(np.uint8))
    found = {
        "APIMartSora2": asked(FAMILIES["APIMartSora2"], prompt="a waterfall", image=image),
        "APIMartVideo": asked(FAMILIES["APIMartVideo"], prompt="a dog", model="kling-v3", parameters='{"mode": "pro"}'),
    }
    assert {name: question.fingerprint for name, question in found.items()} == FINGERPRINTS


def test_a_clip_counts_by_its_content_and_as_earlier_by_its_earlier_one() -> None:
    family = FAMILIES["APIMartKlingMotionControl"]
    old = asked(family, image=picture(), video=clip())
    new = asked(family, image=picture(), video=replace(clip(), content="its frames", earlier_content=clip().content))
    assert new.fingerprint != old.fingerprint
    assert new.earlier == old.earlier


def test_as_many_addresses_as_media_make_a_body() -> None:
    question = asked(FAMILIES["APIMartKling3"], prompt="a house", first_frame=picture(), last_frame=picture(seed=1))
    assert question.body(["https://a", "https://b"])["image_urls"] == ["https://a", "https://b"]
    with pytest.raises(ValueError, match="shorter"):
        question.body(["https://a"])


def family_of(*inputs: Any) -> Family:
    price = Price(key=lambda v: "", units=lambda v: 0.0)
    return Family(node_id="Some", title="", description="", inputs=inputs, rules=(), price=price)


def test_two_inputs_that_write_the_same_parameter_are_refused() -> None:
    size = Text(id="size", help="Sent.")
    with pytest.raises(ValueError, match="Some: size and shape both write size"):
        family_of(size, Text(id="shape", wire="size", help="Sent as well."))
    with pytest.raises(ValueError, match="first_frame and last_frame both write image_url"):
        family_of(*(ImageInput(id=name, wire="image_url", help="One.") for name in ("first_frame", "last_frame")))
    images = ImageInput(id="images", wire="image_urls", many=2, help="Some.")
    with pytest.raises(ValueError, match="images and image both write image_urls"):
        family_of(images, ImageInput(id="image", wire="image_urls", help="One."))


def test_sockets_that_share_a_list_may_write_the_same_parameter() -> None:
    frame = ImageInput(id="first_frame", wire="image_urls", in_list=True, help="The first.")
    family = family_of(frame, ImageInput(id="images", wire="image_urls", many=3, help="The others."))
    assert len(family.media) == 2


def test_the_examples_are_of_every_family() -> None:
    assert {*FAMILIES} == {*PAGES} | {family.node_id for family in NEW}
