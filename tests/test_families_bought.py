"""Every model of every family, bought from the sandbox, which knows the same documents and shares no code."""

from __future__ import annotations

import json

import pytest
from apimart.flow.catalogue import models_of
from apimart.flow.errors import Refused
from apimart.flow.model import GENERATIONS, Cut
from apimart.flow.prices import printed_prices, rows_of
from apimart.flow.wire import Provider
from family_examples import JOB, NEW, RICH, pictures, small, sound
from journeys import FAMILIES, footage

pytest_plugins = ["journey_fixtures"]
pytestmark = pytest.mark.slow

MODELS = [(family, model) for family in NEW for model in (models_of(family) or ("kling-v3",))]
# Clips that the sandbox measures go beside these.
WITH_CLIPS = {
    "APIMartKlingOmni": {"prompt": "<<<image_1>>> as in <<<video_1>>>", "images": pictures(2), "refer_type": "feature"},
    "APIMartSkyReels4": {"prompt": "@image1 moves like @video1", "images": pictures(1)},
    "APIMartWan27": {},
    "APIMartGeminiOmni": {},
    "APIMartHappyHorse": {"model": "happyhorse-1.0", "images": pictures(2)},
    "APIMartGrokImagineOfficial": {},
    "APIMartFlux3Video": {"aspect_ratio": "9:16"},
}
MODEL_CHOOSES_LENGTH = ("APIMartGeminiOmniOfficial", "APIMartGeminiOmni11")
MANY_CLIPS = (
    "APIMartSeedance2",
    "APIMartSeedance25",
    "APIMartMiniMaxH3",
    "APIMartMiniMaxH3Max",
    "APIMartWan27Reference",
    "APIMartWan3",
)


@pytest.fixture(autouse=True)
def store(seller, monkeypatch):
    """The sandbox itself keeps clips and sounds."""
    monkeypatch.setenv("APIMART_SANDBOX", "1")


def name_of(value):
    return value.node_id if hasattr(value, "node_id") else str(value)


def carried_on(person, family, model):
    """A finished job of the model for a family whose submits go to the address of an earlier one."""
    if family.path == GENERATIONS:
        return {}
    return {"source_job": person.buy("APIMartVeo31Channel", prompt="before", model=model).entry.task_id}


@pytest.mark.parametrize(("family", "model"), MODELS, ids=name_of)
def test_the_small_request_is_sold_and_costs_what_was_estimated(person, seller, motion_url, family, model):
    bought = person.buy(family.node_id, **small(family, model, motion_url) | carried_on(person, family, model))
    assert bought.files.paths[0].is_file()
    assert seller.tasks[-1]["body"]["model"] == model
    if bought.entry.estimate_usd is None or not bought.entry.cost_usd:
        return
    if family.node_id in MODEL_CHOOSES_LENGTH:  # the longest is estimated
        assert bought.entry.cost_usd <= bought.entry.estimate_usd
    else:
        assert bought.entry.cost_usd == pytest.approx(bought.entry.estimate_usd, abs=1e-4)


@pytest.mark.parametrize("family", NEW, ids=name_of)
def test_the_rich_request_is_sold(person, seller, motion_url, family):
    model = family.input("model").default or "kling-v3"
    asked = {**small(family, model, motion_url), **carried_on(person, family, model), **RICH[family.node_id]}
    bought = person.buy(family.node_id, **asked)
    assert bought.files.paths[0].is_file()


@pytest.mark.parametrize("node_id", WITH_CLIPS)
def test_a_clip_from_this_machine_is_published_and_sold(person, seller, motion_clip, node_id):
    family = FAMILIES[node_id]
    model = family.input("model").default
    asked = {**small(family, model, ""), "video": footage(motion_clip), **WITH_CLIPS[node_id]}
    bought = person.buy(node_id, **asked)
    assert bought.entry.cost_usd == pytest.approx(bought.entry.estimate_usd, abs=1e-4)
    said = json.dumps(seller.tasks[-1]["body"])
    assert "/f/clip/" in said


IN_OTHER_WAYS = {
    "references": ("APIMartPixVerse6", {"references": pictures(3), "size": "1:1"}),
    "middle frames": (
        "APIMartSkyReels4",
        {"prompt": "@image1 then @image2", "middle_frames": pictures(2), "middle_times": "2, 4"},
    ),
    "auto shots": ("APIMartKlingOmni", {"shots": Cut("auto")}),
    "a scene that goes on": ("APIMartGeminiOmni11", {"source_job": JOB}),
    "references of Gemini": ("APIMartGeminiOmni11", {"images": pictures(2), "aspect_ratio": "9:16"}),
    "a draft rendered whole": ("APIMartFlux3Video", {"draft_job": JOB, "resolution": "fhd"}),
    "frames of H3": ("APIMartMiniMaxH3", {"last_frame": pictures(1)[0]}),
    "a document": ("APIMartWan3", {"file_url": "https://example.com/script.pdf"}),
    "1080P of H3 Max": ("APIMartMiniMaxH3Max", {"resolution": "1080P"}),
    "an older name": ("APIMartGrokImagine", {"model": "grok-imagine-1.5-video-apimart"}),
}


@pytest.mark.parametrize("way", IN_OTHER_WAYS)
def test_a_family_is_sold_in_its_other_ways(person, seller, way):
    node_id, inputs = IN_OTHER_WAYS[way]
    bought = person.buy(node_id, **{"prompt": "x", **inputs})
    assert bought.files.paths[0].is_file()


@pytest.mark.parametrize("node_id", MANY_CLIPS)
def test_clips_in_a_growing_socket_are_sold(person, seller, motion_clip, node_id):
    family = FAMILIES[node_id]
    asked = {**small(family, family.input("model").default, ""), "videos": (footage(motion_clip),)}
    bought = person.buy(node_id, **asked)
    assert bought.entry.cost_usd == pytest.approx(bought.entry.estimate_usd, abs=1e-4)
    assert len(seller.tasks[-1]["body"]["video_urls"]) == 1


def test_sounds_are_published_like_clips_and_once(person, seller):
    asked = {"prompt": "x", "images": pictures(1), "sounds": (sound(), sound(seed=1))}
    person.buy("APIMartSeedance2", **asked)
    first = seller.tasks[-1]["body"]["audio_urls"]
    person.buy("APIMartSeedance2", **asked, take=1)
    assert len(set(first)) == 2
    assert seller.tasks[-1]["body"]["audio_urls"] == first


def test_a_clip_goes_out_with_what_is_to_become_of_it(person, seller, motion_clip):
    person.buy("APIMartKlingOmni", prompt="x", video=footage(motion_clip), keep_original_sound="yes")
    body = seller.tasks[-1]["body"]
    assert body["video_list"][0].pop("video_url").startswith(seller.url)
    assert body["video_list"] == [{"refer_type": "base", "keep_original_sound": "yes"}]
    assert not {"refer_type", "keep_original_sound", "audio"} & {*body}


def test_the_same_rich_question_is_bought_once(person, seller):
    asked = RICH["APIMartSeedance25"]
    person.buy("APIMartSeedance25", prompt="x", **asked)
    person.buy("APIMartSeedance25", prompt="x", **asked)
    assert seller.sold == 1


def test_any_model_is_held_against_the_live_schema_before_it_is_bought(person, seller):
    with pytest.raises(Refused, match="duration is 99"):
        person.buy("APIMartVideo", prompt="x", model="kling-v3", parameters='{"duration": 99}')
    with pytest.raises(Refused, match="aspect_ratio is '2:1'"):
        person.buy("APIMartVideo", prompt="x", model="kling-v3", parameters='{"aspect_ratio": "2:1"}')
    assert seller.sold == 0


def test_a_parameter_that_the_schema_does_not_know_is_said(person, seller):
    bought = person.buy("APIMartVideo", prompt="x", model="kling-v3", parameters='{"durration": 5}')
    assert "The provider's schema has no parameter durration." in bought.warnings


def test_a_schema_that_cannot_be_had_stops_nobody(person, seller):
    seller.behave("schema", "500", times=-1)
    assert person.buy("APIMartVideo", prompt="x", model="kling-v3").files.paths


def test_the_schema_of_a_model_is_asked_for_once_a_day(person, seller):
    for take in range(2):
        person.buy("APIMartVideo", prompt="x", model="wan2.7", take=take, parameters='{"duration": 3}')
    asked = [one for one in seller.requests if one["path"] == "/v1/model-schema"]
    assert len(asked) <= 2  # once for the body, once for whether keys are honoured


def test_a_model_that_the_provider_no_longer_lists_is_said(person, seller):
    seller.control(retired_models=["kling-v3-omni"])
    with pytest.raises(Refused, match="retired"):
        person.buy("APIMartKlingOmni", prompt="x")
    seller.control(retired_models=[])
    bought = person.buy("APIMartKlingOmni", prompt="x")
    assert any("not in the provider's list" in warning for warning in bought.warnings)


def test_a_continuation_names_the_task_that_the_job_output_told(person, seller):
    person.buy("APIMartPixVerse6", prompt="x", source_job=JOB)
    assert seller.tasks[-1]["body"]["extend_from_task_id"] == json.loads(JOB)["task_id"]


def test_price_rows_are_those_of_the_sandbox(seller):
    """Row by row and unit by unit: both were typed from the provider's pages, and neither from the other."""
    ours, said = printed_prices(), Provider(seller.url, "a-key").prices()
    theirs = {model: renamed(rows, ours.rows.get(model, {})) for model, rows in rows_of(said).items()}
    assert {model: theirs.get(model) for model in ours.rows} == ours.rows
    units = {row["id"]: UNITS[row["fixed_prices"]["unit"]] for row in said}
    assert {model: units[model] for model in ours.rows} == ours.units


UNITS = {"usd_per_second": "second", "usd_per_call": "clip"}


def renamed(rows, ours):
    """The catalogue calls the row of std just default."""
    return {("std" if key == "default" and "std" in ours else key): usd for key, usd in rows.items()}
