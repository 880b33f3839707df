"""Values as other clients send them, and prices of widgets that something else drives: never the default's price."""

from __future__ import annotations

import pytest
from apimart.flow.model import Choice, Values
from apimart.flow.request import ask, problems_of_widgets
from face import face_of
from journeys import FAMILIES, defaults

pytest_plugins = ["journey_fixtures"]

SORA = "APIMartSora2"
KLING = "APIMartKlingMotionControl"
LISTS = [(family, one) for family in FAMILIES.values() for one in family.inputs if isinstance(one, Choice)]
NUMBERS = [(family, one) for family, one in LISTS if one.has_numbers]
WORDS = [(family, one) for family, one in LISTS if not one.has_numbers]


def named(held):
    return getattr(held, "node_id", getattr(held, "id", None))


@pytest.fixture
def face(person):
    with face_of(person) as opened:
        yield opened


def estimate(face, family, widgets, *linked):
    body = {"family": family, "widgets": widgets, "linked": list(linked)}
    answer = face.post("estimate", body)
    assert answer.status == 200, answer.json
    return answer.json


@pytest.mark.parametrize(("family", "listed"), NUMBERS, ids=named)
def test_a_number_of_a_list_that_came_as_text_is_the_number(family, listed):
    plain = defaults(family)
    for option in listed.options:
        for sent in (str(option), f" {option} ", float(option)):
            assert listed.read(sent) == option
            assert isinstance(listed.read(sent), int)
            said = problems_of_widgets(family, Values({**plain, listed.id: sent}), [listed.id])
            assert not [problem for problem in said if "is not available" in problem]


@pytest.mark.parametrize(("family", "listed"), NUMBERS, ids=named)
def test_comfyui_leaves_lists_of_numbers_to_us_and_others_are_still_refused(family, listed):
    assert listed.id in family.judged_widgets
    for strange in ("ten", "", "99999", 99999, 4.5, "4.5", True, None, "nan"):
        said = problems_of_widgets(family, Values({**defaults(family), listed.id: strange}), [listed.id])
        assert any("is not available" in problem for problem in said)


@pytest.mark.parametrize(("family", "listed"), WORDS, ids=named)
def test_a_word_of_a_list_stays_a_word(family, listed):
    assert [listed.read(one) for one in listed.options] == list(listed.options)


def test_text_and_number_are_one_question_that_is_bought_once(person, seller):
    first = person.buy(SORA, prompt="a sea", duration=8)
    again = person.buy(SORA, prompt="a sea", duration="8")
    assert (again.entry.id, seller.sold) == (first.entry.id, 1)
    assert seller.tasks[-1]["body"]["duration"] == 8


def test_a_badge_reads_text_as_the_number(face):
    assert estimate(face, SORA, {"duration": "8"}) == estimate(face, SORA, {"duration": 8})
    assert face.post("estimate", {"family": SORA, "widgets": {"duration": "7"}}).status == 400


def test_the_price_of_what_a_run_decides_is_not_said(face):
    found = estimate(face, SORA, {"resolution": "720p"}, "duration")
    assert (found["depends_on"], found["usd"], found["units"], found["unit_usd"]) == (["duration"], None, None, None)
    assert found["bought"] == ""


def test_several_decide_and_each_is_named(face):
    assert estimate(face, KLING, {}, "mode", "prompt", "model")["depends_on"] == ["model", "mode"]


@pytest.mark.parametrize("harmless", ["prompt", "aspect_ratio", "take"])
def test_what_no_price_hangs_on_changes_nothing(face, harmless):
    found = estimate(face, SORA, {"duration": 8}, harmless)
    assert (found["depends_on"], found["units"]) == ([], 8)
    assert found["usd"] > 0


@pytest.mark.parametrize("family", FAMILIES.values(), ids=named)
def test_every_input_of_a_family_may_be_linked(family, face):
    names = [one.id for one in family.inputs if one.id not in {each.id for each in family.media}]
    found = estimate(face, family.node_id, {}, *names)
    assert set(found["depends_on"]) <= set(names)
    assert found["usd"] is None or not found["depends_on"]


def test_a_name_that_no_input_has_is_refused(face):
    assert face.post("estimate", {"family": SORA, "widgets": {}, "linked": ["nonsense"]}).status == 400
    assert face.post("estimate", {"family": SORA, "widgets": {}, "linked": "duration"}).status == 400


def test_a_float_that_comes_in_is_asked_as_the_number(person):
    family = FAMILIES[SORA]
    put = [ask(family, Values({**defaults(family), "prompt": "x", "duration": one}), None) for one in (8, "8", 8.0)]
    assert len({one.fingerprint for one in put}) == 1
