"""Every family's declaration against the documents: names, types, limits, rules and prices."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import facts
import pytest
from apimart.flow.catalogue import drift, faults_by_schema, living_models, models_of, nearest, new_models, what_is_gone
from apimart.flow.errors import Refused
from apimart.flow.media import content_of_audio, encode_audio
from apimart.flow.model import (
    BUYING_INPUTS,
    TAKE,
    VIDEO_OUTPUTS,
    Choice,
    Cut,
    MediaInput,
    Number,
    Shot,
    Text,
    Values,
    VideoInput,
    node_inputs,
    several,
    socket_names,
)
from apimart.flow.prices import estimate_usd, printed_prices
from apimart.flow.request import ask, check, problems_of_widgets
from apimart.nodes import utilities
from family_examples import BROKEN, JOB, NEW, PAGES, RICH, clip, picture, pictures, small, sound
from journeys import FAMILIES, defaults

WRITTEN = facts.read()
FACTS = WRITTEN["models"]
BEFORE = json.loads(Path(__file__).with_name("facts").joinpath("nodes.json").read_text("utf-8"))
DECLARED = {
    **{
        one.node_id: ([given.id for given in node_inputs(one)], [given.id for given in VIDEO_OUTPUTS])
        for one in FAMILIES.values()
    },
    **{one.node_id: ([given.id for given in one.inputs], [given.id for given in one.outputs]) for one in utilities()},
}
ANY = FAMILIES["APIMartVideo"]
NAMED = [family for family in FAMILIES.values() if not family.any_model]
MODELS = [(family, model) for family in NEW if not family.any_model for model in models_of(family)]
NODE_IDS = [
    "APIMartFlux3Video",
    "APIMartGeminiOmni",
    "APIMartGeminiOmni11",
    "APIMartGeminiOmniOfficial",
    "APIMartGrokImagine",
    "APIMartGrokImagineOfficial",
    "APIMartHailuo02",
    "APIMartHailuo23",
    "APIMartHappyHorse",
    "APIMartKling26",
    "APIMartKling3",
    "APIMartKling3Turbo",
    "APIMartKlingMotionControl",
    "APIMartKlingOmni",
    "APIMartMiniMaxH3",
    "APIMartMiniMaxH3Max",
    "APIMartMiniMaxH3Upscale",
    "APIMartPixVerse6",
    "APIMartSeedance1",
    "APIMartSeedance2",
    "APIMartSeedance25",
    "APIMartSkyReels4",
    "APIMartSora2",
    "APIMartVeo31",
    "APIMartVeo31Channel",
    "APIMartVeo31Extend",
    "APIMartVideo",
    "APIMartViduQ3",
    "APIMartViduQ3Reference",
    "APIMartWan25",
    "APIMartWan26",
    "APIMartWan27",
    "APIMartWan27Edit",
    "APIMartWan27Reference",
    "APIMartWan3",
]
NOT_OFFERED = {
    "MiniMax-H3-Context-IR": "gives a text, no clip",
    "sora-2-preview": "a legacy page",
    "sora-2-pro-preview": "a legacy page",
}
UNPRICED = {"MiniMax-H3-Regeneration"}
EARLIER_FINGERPRINTS = {
    "APIMartKlingMotionControl": "8e6acbbadb7e021080762edf8364e6619d6bc23c87108154a50e1fc89ff472f6",
    "APIMartSora2": "925e30518759441c58698e916c90330477bc611dbe14bda9c5549a9a41a41a47",
    "APIMartVeo31": "ad4f46aefb7b928ece7e463d7c212a5906aa84b01038a260a859f2b9a8aa82fc",
}
TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list}


def name_of(value):
    return value.node_id if hasattr(value, "node_id") else str(value)


def asked(family, **inputs):
    values = Values({**defaults(family), **{one.id: () for one in family.media if one.many}, **inputs})
    return ask(family, values, lambda footage: replace(footage, content=footage.content or "a clip"))


def refusal(family, folder, **inputs):
    with pytest.raises(Refused) as refused:
        check(asked(family, **inputs), lambda values: None, folder)
    return refused.value.what


def accepted(family, folder, **inputs):
    return check(asked(family, **inputs), lambda values: estimate_usd(printed_prices(), family, values), folder)


def body_of(question):
    return question.body(f"https://example.com/{medium.content[:8]}" for medium in question.media)


def little(family, model):
    """The small request, with its clip in hand instead of at an address."""
    found = small(family, model, "")
    videos = {one.id: clip() for one in family.videos if one.required}
    return {**{name: value for name, value in found.items() if value != ""}, **videos}


def test_node_ids_are_frozen():
    assert sorted(FAMILIES) == sorted(NODE_IDS)


@pytest.mark.parametrize(("family", "model"), MODELS, ids=name_of)
def test_a_widget_that_came_later_leaves_the_request_as_it_was(family, model):
    """Else what is paid for already would be bought again."""
    later = {one.parameter for one in family.inputs if one.added}
    assert not later & {*body_of(asked(family, **little(family, model)))}


def test_what_the_first_version_bought_is_known_by_its_fingerprint():
    import numpy as np
    from apimart.flow.model import ImageData, VideoData

    plain = [ImageData(np.full((4, 6, 3), seed, np.uint8)) for seed in range(5)]
    inputs = {
        "APIMartKlingMotionControl": {"image": plain[1], "video": None, "video_url": "https://example.com/a.mp4"},
        "APIMartSora2": {"prompt": "a waterfall", "image": plain[2]},
        "APIMartVeo31": {"prompt": "a dog", "first_frame": plain[3], "last_frame": plain[4], "seed": 7},
    }

    def identified(footage: VideoData) -> VideoData:
        return replace(footage, content="c1")

    for node_id, expected in EARLIER_FINGERPRINTS.items():
        family = FAMILIES[node_id]
        assert ask(family, Values({**defaults(family), **inputs[node_id]}), identified).earlier == expected


def test_every_documented_model_has_a_node_or_a_reason_why_not():
    names = {name: {name, *about.get("aliases", ())} for name, about in FACTS.items()}
    offered = {model for family in NAMED for model in models_of(family)}
    assert offered <= {*WRITTEN["named"]}
    assert {name for name, known in names.items() if not offered & known} == {*NOT_OFFERED}


def test_tables_say_what_the_pages_say():
    assert facts.differences(FAMILIES.values(), printed_prices()) == []


def changed(family, name, **how):
    inputs = tuple(replace(one, **how) if one.id == name else one for one in family.inputs)
    return replace(family, inputs=inputs)


@pytest.mark.parametrize(
    ("node_id", "name", "how", "said"),
    [
        ("APIMartHailuo02", "resolution", {"options": ("768p", "1080p")}, "resolution: offered ['1080p', '768p']"),
        ("APIMartGrokImagine", "duration", {"maximum": 30}, "duration: max 30, on the page 15"),
        ("APIMartFlux3Video", "images", {"many": 4}, "image_urls: 4 sockets, up to 10 on the page"),
        ("APIMartWan3", "audio", {"wire": "sound_track"}, "sound_track: sent, on no page"),
        ("APIMartWan3", "audio", {"wire": "sound_track"}, "audio: on the page, never sent"),
    ],
)
def test_a_difference_from_the_pages_is_named(node_id, name, how, said):
    lines = facts.differences([changed(FAMILIES[node_id], name, **how)], printed_prices())
    assert any(said in line for line in lines), lines


def test_a_wrong_price_is_named_whatever_the_row():
    prices = printed_prices()
    rows = {**prices.rows, "wan3.0-video": {**prices.rows["wan3.0-video"], "480P": 0.0329, "4K": 1.0}}
    lines = facts.differences([FAMILIES["APIMartWan3"]], replace(prices, rows=rows))
    assert lines == [
        "facts wan3.0-video 480P: 0.0329 USD, on the page 0.03288",
        "facts wan3.0-video 4K: 1.0 USD, on the page None",
    ]


def test_what_the_pages_disagree_about_is_listed():
    lines = facts.unresolved()
    assert len(lines) == len(WRITTEN["unresolved"]) > 0
    assert any("grok-imagine-video params.resolution.enum" in line and "2026-09-14" in line for line in lines)


@pytest.mark.parametrize("node_id", BEFORE)
def test_inputs_and_outputs_are_appended_and_never_inserted_or_renamed(node_id: str) -> None:
    """Workflows find outputs by their place, the page fills widgets in by theirs; `nodes.json` grows at its ends."""
    inputs, outputs = DECLARED[node_id]
    assert inputs[: len(BEFORE[node_id]["inputs"])] == BEFORE[node_id]["inputs"]
    assert outputs[: len(BEFORE[node_id]["outputs"])] == BEFORE[node_id]["outputs"]


def test_what_came_after_take_may_be_left_out_of_a_prompt() -> None:
    later = BUYING_INPUTS[BUYING_INPUTS.index(TAKE) + 1 :]
    assert all(isinstance(one, (Text, Choice)) and one.optional for one in later)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=name_of)
def test_inputs_say_what_they_are(family):
    ids = [one.id for one in family.inputs]
    assert len({*ids, "take"}) == len(ids) + 1
    assert all(one.help.endswith(".") for one in family.inputs), [
        one.id for one in family.inputs if one.help[-1:] != "."
    ]
    assert all(one.default in one.options for one in family.inputs if isinstance(one, Choice))
    assert all(one.minimum <= one.default <= one.maximum for one in family.inputs if isinstance(one, Number))
    urls = [one.url_input for one in family.inputs if isinstance(one, VideoInput) and one.url_input]
    assert all(isinstance(family.input(url), Text) for url in urls)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=name_of)
def test_a_rule_names_inputs_that_exist_and_says_a_sentence(family):
    ids = {one.id for one in family.inputs}
    for rule in family.rules:
        assert {*rule.inputs} <= ids
        assert rule.sentence.endswith(".")


@pytest.mark.parametrize(("family", "model"), MODELS, ids=name_of)
@pytest.mark.parametrize("example", ["small", "rich"])
def test_a_body_holds_only_documented_parameters_with_documented_values(family, model, example, tmp_path):
    rich = {**RICH[family.node_id], "model": model} if example == "rich" else {}
    question = asked(family, **{**little(family, model), **rich})
    try:
        check(question, lambda values: None, tmp_path)
    except Refused:
        assert example == "rich", "the small request is refused"
        return
    body = body_of(question)
    said = parameters_of(family, model)
    assert {*body} <= {*said}
    assert {name for name, about in said.items() if about["required"]} <= {*body}
    for name, value in body.items():
        hold(name, value, said[name])


@pytest.mark.parametrize(("family", "model"), MODELS, ids=name_of)
def test_no_choice_or_number_sends_what_the_page_of_its_model_does_not_allow(family, model, tmp_path):
    said = parameters_of(family, model)
    for one in family.inputs:
        for value in values_to_try(one):
            question = asked(family, **{**little(family, model), one.id: value})
            if is_accepted(question, tmp_path) and one.parameter in body_of(question):
                hold(one.parameter, body_of(question)[one.parameter], said[one.parameter])


def values_to_try(one):
    if isinstance(one, Choice) and one.id != "model":
        return one.options
    return (one.minimum, one.maximum) if isinstance(one, Number) else ()


def is_accepted(question, folder):
    try:
        check(question, lambda values: None, folder)
    except Refused:
        return False
    return True


def parameters_of(family, model):
    """What the page lists: that of the path where a family has its own, else that of the model."""
    return (WRITTEN["endpoints"].get(family.path) or WRITTEN["named"][model])["parameters"]


def hold(name, value, about):
    kind = about["type"].partition("<")[0].partition("(")[0]
    assert type(value) is TYPES[kind], (name, value)
    if "enum" in about:
        assert value in about["enum"], (name, value)
    if kind == "integer" and not str(about.get("notes", "")).startswith(f"{value} ="):
        assert about.get("min", value) <= value <= about.get("max", value), (name, value)
    if kind == "array":
        assert about.get("min_items", 0) <= len(value) <= about.get("max_items", len(value)), (name, value)


@pytest.mark.parametrize("family", NEW, ids=name_of)
def test_every_rule_refuses_its_example_and_no_rule_refuses_the_small_request(family, tmp_path):
    models = models_of(family) or ("kling-v3",)
    for model in models:
        accepted(family, tmp_path, **little(family, model))
    examples = BROKEN[family.node_id]
    assert len(examples) == len(family.rules)
    for rule, broken in zip(family.rules, examples, strict=True):
        inputs = {**little(family, FAMILIES[family.node_id].input("model").default or "kling-v3"), **broken}
        sentence = rule.said_of(asked(family, **inputs).values)
        if rule.warns:
            assert sentence in accepted(family, tmp_path, **inputs).warnings
        else:
            assert sentence in refusal(family, tmp_path, **inputs)


@pytest.mark.parametrize("family", NEW, ids=name_of)
def test_the_rich_request_is_accepted(family, tmp_path):
    model = family.input("model").default or "kling-v3"
    accepted(family, tmp_path, **{**little(family, model), **RICH[family.node_id]})


@pytest.mark.parametrize(("family", "model"), MODELS, ids=name_of)
def test_a_price_is_known_or_said_to_be_unknown(family, model, tmp_path):
    request = accepted(family, tmp_path, **little(family, model))
    assert (request.estimate_usd is None) == (model in UNPRICED or family.node_id in UNPRICED)
    assert request.estimate_usd is None or request.estimate_usd > 0


@pytest.mark.parametrize(
    "family", [one for one in FAMILIES.values() if any(two.many for two in one.media)], ids=name_of
)
def test_a_growing_socket_holds_as_many_as_it_says(family, tmp_path):
    pictured = [one for one in family.media if one.many and one in family.media and "image" in one.id]
    for one in pictured:
        too_many = {one.id: pictures(one.many + 1, 300, 300)}
        model = family.input("model").default or "kling-v3"
        assert f"{one.many} are accepted" in refusal(family, tmp_path, **{**little(family, model), **too_many})
        assert len(socket_names(one)) == one.many


def test_the_order_of_pictures_is_part_of_the_question():
    family = FAMILIES["APIMartSeedance2"]
    one, two = pictures(2)
    assert asked(family, images=(one, two)).fingerprint != asked(family, images=(two, one)).fingerprint


def test_the_role_of_a_picture_is_part_of_the_question():
    family = FAMILIES["APIMartSeedance2"]
    fingerprints = {asked(family, **{role: picture()}).fingerprint for role in ("first_frame", "last_frame")}
    assert len(fingerprints) == 2


def test_a_sound_is_known_by_its_samples_and_rate():
    assert content_of_audio(sound()) == content_of_audio(sound())
    assert content_of_audio(sound()) != content_of_audio(replace(sound(), sample_rate=8000))


def test_a_sound_is_written_in_the_first_format_that_fits(tmp_path):
    assert encode_audio(sound(4), ("wav", "mp3"), 10**6, tmp_path).mime == "audio/wav"
    assert encode_audio(sound(4), ("wav", "mp3"), 10**5, tmp_path).mime == "audio/mpeg"
    with pytest.raises(Refused, match="Trim it"):
        encode_audio(sound(4), ("wav", "mp3"), 1000, tmp_path)


def test_first_and_last_frame_go_in_order_into_one_list():
    body = body_of(asked(FAMILIES["APIMartKling3"], prompt="x", **RICH["APIMartViduQ3"]))
    assert len(body["image_urls"]) == 2
    roles = body_of(asked(FAMILIES["APIMartSeedance1"], prompt="x", **RICH["APIMartViduQ3"]))["image_with_roles"]
    assert [one["role"] for one in roles] == ["first_frame", "last_frame"]


def cut(*shots):
    return Cut(f"{len(shots)} shot{'s' if len(shots) > 1 else ''}", tuple(Shot(*shot) for shot in shots))


@pytest.mark.parametrize("node_id", ["APIMartKling3", "APIMartKlingOmni"])
def test_shots_go_out_as_the_page_says(node_id):
    family = FAMILIES[node_id]
    plain = body_of(asked(family, prompt="a house"))
    assert not {"shots", "multi_shot", "shot_type", "multi_prompt"} & {*plain}
    by_kling = {"multi_shot": True, "shot_type": "intelligence"}
    assert body_of(asked(family, prompt="a house", shots=Cut("auto"))) == {**plain, **by_kling}
    written = [
        {"index": 1, "prompt": "a door opens", "duration": 2},
        {"index": 2, "prompt": "a hand", "duration": 3},
    ]
    by_hand = {"multi_shot": True, "shot_type": "customize", "multi_prompt": written}
    shots = cut(("a door opens ", 2), ("a hand", 3))
    assert body_of(asked(family, prompt="a house", shots=shots)) == {**plain, **by_hand}


@pytest.mark.parametrize(
    ("shots", "said"),
    [
        (cut(("a door", 3), (" ", 2)), "Shot 2 of shots is empty"),
        (cut(("x" * 513, 5)), "Shot 1 of shots must be 512 characters or fewer"),
        (cut(("a door", 0), ("a hand", 5)), "Shot 1 of shots must have a duration in whole seconds from 1 to 15"),
        (cut(*[("a door", 1)] * 7), "select one of off, auto, 1 shot"),
        (Cut("2 shots"), "select one of off, auto, 1 shot"),
    ],
)
def test_what_is_wrong_with_a_shot_is_said(shots, said, tmp_path):
    assert said in refusal(FAMILIES["APIMartKling3"], tmp_path, prompt="a house", shots=shots)


@pytest.mark.parametrize("value", [5.5, True, "7", None, [5]])
def test_a_choice_takes_only_what_it_lists(value, tmp_path):
    assert "is not available" in refusal(FAMILIES["APIMartHailuo02"], tmp_path, prompt="x", duration=value)


@pytest.mark.parametrize(
    ("node_id", "widgets", "nearest_one"),
    [
        ("APIMartGrokImagine", {"duration": 25}, "The closest to 25 is 15."),
        ("APIMartFlux3Video", {"duration": 1}, "The closest to 1 is 5."),
        ("APIMartHailuo02", {"duration": 6}, "The closest is 5."),
        ("APIMartSora2", {"resolution": "4k"}, "The closest is 1080p."),
        ("APIMartKling26", {"aspect_ratio": "21:9"}, "The closest is 16:9."),
        ("APIMartMiniMaxH3", {"resolution": "1080P"}, "The closest is 768P."),
        ("APIMartPixVerse6", {"model": "pixverse-v5"}, "The closest is pixverse-v6."),
    ],
)
def test_a_value_that_left_a_list_is_refused_with_the_nearest_allowed(node_id, widgets, nearest_one, tmp_path):
    assert nearest_one in refusal(FAMILIES[node_id], tmp_path, prompt="x", **widgets)


@pytest.mark.parametrize(("node_id", "seconds"), [("APIMartGrokImagine", 25), ("APIMartFlux3Video", 1)])
def test_a_value_that_left_a_list_is_refused_when_the_workflow_is_queued(node_id, seconds):
    family = FAMILIES[node_id]
    assert "duration" in family.judged_widgets
    values = Values({name: getattr(family.input(name), "default", None) for name in family.judged_widgets})
    said = problems_of_widgets(family, values.but(duration=seconds), {"duration"})
    assert len(said) == 1 and "The closest to" in said[0]


def test_reference_pictures_go_out_as_plain_addresses():
    body = body_of(asked(FAMILIES["APIMartPixVerse6"], prompt="x", references=pictures(2), multi_clip=True))
    assert [url.partition("example.com/")[0] for url in body["img_references"]] == ["https://"] * 2
    assert body["size"] == "16:9"
    assert not {"image_urls", "generate_multi_clip_switch"} & {*body}


@pytest.mark.parametrize(("written", "times"), [("2, 4", [2, 4]), ("1\uff0c 3", [1, 3]), ("", [-1, -1])])
def test_middle_frames_go_out_with_tag_and_time(written, times):
    frames = {"first_frame": picture(seed=7), "middle_frames": pictures(2), "middle_times": written}
    body = body_of(asked(FAMILIES["APIMartSkyReels4"], prompt="@image1, then @image2", **frames))
    items = body["mid_frame_images"]
    assert [one["tag"] for one in items] == ["@image1", "@image2"]
    assert [one["time_stamp"] for one in items] == times
    assert all({*one} == {"tag", "image_url", "time_stamp"} for one in items)
    assert not {"aspect_ratio", "middle_times"} & {*body}


@pytest.mark.parametrize("written", ["2", "0, 2", "2, 5", "two, three", "2, 3, 4", "-1, 2", "1.5, 2"])
def test_times_that_do_not_fit_the_middle_frames_are_refused(written, tmp_path):
    asked_for = {"prompt": "@image1, then @image2", "middle_frames": pictures(2), "middle_times": written}
    assert "middle_times must list" in refusal(FAMILIES["APIMartSkyReels4"], tmp_path, **asked_for)


@pytest.mark.parametrize(
    "mixed",
    [
        {"references": pictures(1), "image": picture(seed=5)},
        {"references": pictures(1), "first_frame": picture(seed=5), "last_frame": picture(seed=6)},
        {"references": pictures(1), "source_job": JOB},
    ],
)
def test_reference_pictures_exclude_every_other_beginning(mixed, tmp_path):
    assert "cannot be combined" in refusal(FAMILIES["APIMartPixVerse6"], tmp_path, prompt="x", **mixed)


@pytest.mark.parametrize(("use", "said"), [("extend", {"task": "extend"}), ("edit", None)])
def test_a_scene_goes_on_or_is_changed(use, said):
    body = body_of(asked(FAMILIES["APIMartGeminiOmni11"], prompt="x", source_job=JOB, source_use=use))
    assert body["extend_from_task_id"] == json.loads(JOB)["task_id"]
    assert body.get("metadata") == said
    assert "aspect_ratio" not in body


def test_shots_written_by_hand_need_no_prompt(tmp_path):
    shots = cut(("a door", 2), ("a hand", 3))
    accepted(FAMILIES["APIMartKling3"], tmp_path, prompt="", shots=shots)
    assert "prompt is empty" in refusal(FAMILIES["APIMartKling3"], tmp_path, prompt="", shots=Cut("auto"))


def test_a_job_is_known_by_its_prompt_or_by_its_shots():
    family, shots = FAMILIES["APIMartKling3"], cut(("a door ", 2), ("a hand", 3))
    assert asked(family, prompt="", shots=shots).words == "a door / a hand"
    assert asked(family, prompt="a house", shots=shots).words == "a house"
    assert asked(family, prompt="").words == ""


def test_shots_are_read_as_the_page_names_their_widgets():
    shots = FAMILIES["APIMartKling3"].input("shots")
    held = {
        "shots": "2 shots",
        "prompt_1": "a door",
        "seconds_1": 2,
        "prompt_2": "a hand",
        "seconds_2": 3,
        "seconds_3": 9,
    }
    assert shots.read(held) == cut(("a door", 2), ("a hand", 3))
    assert shots.read({}) == Cut("off")
    assert shots.read({**held, "prompt_2": None}) is None
    assert shots.widget_names[:3] == ("shots", "shots.prompt_1", "shots.seconds_1")
    assert not [how for how in shots.choices if how.isdigit()]


def test_extra_pictures_and_reference_seconds_are_in_the_estimate(tmp_path):
    family = FAMILIES["APIMartMiniMaxH3"]
    plain = accepted(family, tmp_path, prompt="x")
    rich = accepted(family, tmp_path, prompt="x", images=pictures(7), videos=(clip(4),))
    assert rich.estimate_usd == pytest.approx(plain.estimate_usd / 5 * 9 + 2 * 0.02288)


def test_a_clip_over_the_limit_is_refused_whatever_the_family(tmp_path):
    heavy = clip(size=101 * 1024 * 1024)
    assert "at most 100 MB are accepted" in refusal(FAMILIES["APIMartWan27"], tmp_path, prompt="x", video=heavy)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=name_of)
def test_widgets_are_judged_when_the_graph_is_queued_and_media_are_not(family):
    given = {name: family.input(name) for name in family.judged_widgets}
    values = {name: getattr(one, "default", None) for name, one in given.items()}
    media = {one.id: {} for one in family.media if one.many}
    problems_of_widgets(family, Values({**values, **media}), {*values, *media})


def test_any_model_sends_what_was_written():
    body = body_of(asked(ANY, **little(ANY, ""), **RICH["APIMartVideo"]))
    assert body["model"], body["prompt"]
    assert (body["mode"], body["duration"], len(body["image_urls"])) == ("pro", 7, 2)
    frames = body_of(asked(ANY, model="x", images=pictures(2), image_parameter="first_frame_image"))
    assert {"first_frame_image", "last_frame_image"} == {*frames} - {"model"}
    roles = body_of(asked(ANY, model="x", images=pictures(2), image_parameter="image_with_roles"))
    assert [one["role"] for one in roles["image_with_roles"]] == ["first_frame", "last_frame"]


def test_how_parameters_are_spaced_makes_no_other_question():
    questions = [asked(ANY, model="x", parameters=text).fingerprint for text in ('{"a": 1}', ' {"a":1}')]
    assert questions[0] == questions[1]


def test_a_schema_names_what_is_wrong_and_what_is_strange():
    schema = {
        "properties": {
            "mode": {"enum": ["std"]},
            "duration": {"type": "integer", "maximum": 10},
            "images": {"maxItems": 1},
        },
        "required": ["prompt"],
    }
    wrong, strange = faults_by_schema({"mode": "pro", "duration": 11, "images": [1, 2], "colour": 1}, schema)
    assert len(wrong) == 4
    assert strange == ["The provider's schema has no parameter colour."]
    assert faults_by_schema({"x": 1}, {}) == ([], [])


def test_a_model_that_is_gone_is_named_with_the_nearest_living_one():
    listed = {"ids": ["kling-v3", "sora-2-pro"], "day": "2026-11-21"}
    assert what_is_gone("kling-v3", listed) == ""
    assert "2026-11-21" in what_is_gone("sora-2", listed, ("sora-2", "sora-2-pro"))
    assert "sora-2-pro" in what_is_gone("sora-2", listed, ("sora-2", "sora-2-pro"))
    assert what_is_gone("", listed) == ""
    assert what_is_gone("sora-2", {}) == what_is_gone("sora-2", None) == ""


def test_the_nearest_model_is_of_the_family_else_of_the_same_line():
    living = ["kling-v2-6", "seedance-1-5-pro", "gemini-omni-1.1-flash-ext", "gemini-omni-1.1-flash"]
    assert nearest("kling-v3", ["kling-v2-6"], living) == "kling-v2-6"
    assert nearest("gemini-omni-flash-preview", [], living) == "gemini-omni-1.1-flash"
    assert nearest("sora-2-pro", ["sora-2"], living) == ""
    assert "sora-2" not in living_models(FAMILIES.values())
    assert "kling-v3" in living_models(FAMILIES.values())


KLING_3 = FAMILIES["APIMartKling3"]


def listed(**takes):
    """A remembered list, with the names of what each model takes."""
    known = {"kling-v3": ["prompt", "mode", "multi_shot"]}
    return {"ids": [*known, *takes], "day": "2026-11-26", "parameters": {**known, **takes}}


def test_a_new_model_goes_to_the_family_that_sends_all_it_takes():
    names = {"kling-v3.1": ["prompt", "mode", "multi_shot"], "kling-v3.2": ["prompt", "colour"], "kling-v3.3": []}
    others = {"luma-ray-4": ["prompt"], "kling-v3-ext": ["prompt"]}
    found = new_models(FAMILIES.values(), listed(**names, **others))
    assert found == {"APIMartKling3": ("kling-v3.1",)}
    assert new_models(FAMILIES.values(), None) == new_models(FAMILIES.values(), {"ids": ["kling-v3.1"]}) == {}


def test_a_list_of_ten_thousand_models_buries_none_of_ours():
    many = {f"kling-v3-{number}": ["prompt"] for number in range(10_000)}
    [names] = new_models([KLING_3], listed(**many)).values()
    assert len(names) == 20


def test_a_new_model_can_be_asked_for_and_is_said_to_be_unchecked(tmp_path):
    wider = KLING_3.with_unchecked(("kling-v3.1",))
    request = accepted(wider, tmp_path, prompt="a house", model="kling-v3.1")
    assert (request.question.model, request.estimate_usd) == ("kling-v3.1", None)
    assert "is not available" in refusal(KLING_3, tmp_path, prompt="a house", model="kling-v3.1")
    assert KLING_3.with_unchecked(()) is KLING_3
    assert ANY.with_unchecked(("kling-v3.1",)) is ANY


def test_drift_says_what_is_new_gone_and_dearer():
    family, prices = FAMILIES["APIMartKling3"], printed_prices()
    live = {"kling-v3": {**prices.rows["kling-v3"], "pro": 0.5}}
    assert drift([family], prices, ["kling-v4"], live) == [
        "new    kling-v4: listed, in no family",
        "gone   kling-v3: in a family, not listed",
        "price  kling-v3 pro: ours 0.0896, theirs 0.5",
    ]
    assert drift([family], prices, ["kling-v3"], {}) == []


def test_every_example_is_about_a_family_that_exists():
    assert {*BROKEN} == {*RICH} == {*FAMILIES} - {*PAGES}
    assert several(None) == () and isinstance(FAMILIES["APIMartWan27"].input("video"), MediaInput)
