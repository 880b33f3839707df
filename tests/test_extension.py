"""A Veo clip goes on: a submit to an address that an earlier job is part of, bought once like every other."""

from __future__ import annotations

import json
from fractions import Fraction
from string import Formatter

import av
import numpy as np
import pytest
from apimart.flow.errors import NotSet, Refused, Unknown
from apimart.flow.model import GENERATIONS, Text, Values
from apimart.flow.request import ask, problems_of_widgets
from apimart.flow.wire import NotTaken, Provider
from journeys import FAMILIES, defaults

pytest_plugins = ["journey_fixtures"]
pytestmark = pytest.mark.slow

CHANNEL = "APIMartVeo31Channel"
EXTEND = "APIMartVeo31Extend"
TASK = "task_01K8SGYNNNVBQTXNR4MM964S7K"
TRICKS = [
    "",
    "task_",
    "my clip",
    "task_1/../../balance",
    "../task_1",
    "task_1/remix",
    "task_1?model=x",
    "task_1#x",
    "task_1%2F..",
    "task_1\\x",
    "task_1\nHost: x",
    "task_1 x",
    "task_\u0661",
    "{task_id}",
    "https://example.com/task_1",
    json.dumps({"task_id": "task_1/../task_2"}),
    json.dumps({"task_id": None}),
    json.dumps({"task_id": ["task_1"]}),
    json.dumps({"job": TASK}),
    json.dumps([TASK]),
]
ELSEWHERE = [
    "/v1/videos/../balance",
    "/v1/videos/./remix",
    "/v1/videos//remix",
    "/v1/videos/a?b/remix",
    "/v1/videos/a%2Fb/remix",
    "/v1/videos/a#b",
    "/v1/videos/a b",
    "/v1/videos/a\n",
    "//example.com/v1",
    "@example.com/v1",
    ".example.com/v1",
    "",
]


@pytest.fixture
def original(person):
    return person.buy(CHANNEL, prompt="a sea")


def job_of(bought):
    """What the job output of a node says."""
    entry = bought.entry
    return json.dumps({"task_id": entry.task_id, "model": entry.model, "status": entry.status})


def remixes(seller):
    return [one["path"] for one in seller.requests if one["path"].endswith("/remix")]


def asked(**inputs):
    family = FAMILIES[EXTEND]
    return ask(family, Values({**defaults(family), "prompt": "x", **inputs}), lambda clip: clip)


def greys(path):
    with av.open(str(path)) as clip:
        return [frame.to_ndarray(format="gray").astype(int) for frame in clip.decode(video=0)]


def test_the_job_of_a_veo_node_is_extended_to_fifteen_seconds_that_start_with_it(person, seller, original):
    bought = person.buy(EXTEND, prompt="a ship comes", source_job=job_of(original), aspect_ratio="16:9")
    before, after = greys(original.files.paths[0]), greys(bought.files.paths[0])
    assert len(after) / Fraction(24) == 15
    assert max(np.abs(one - other).mean() for one, other in zip(before, after, strict=False)) < 1
    assert remixes(seller) == [f"/v1/videos/{original.entry.task_id}/remix"]
    assert seller.tasks[-1]["body"] == {
        "model": "veo3.1-fast",
        "prompt": "a ship comes",
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "raw": False,
    }


def test_the_new_part_alone_is_shorter_than_the_whole(person, original):
    bought = person.buy(EXTEND, prompt="x", source_job=job_of(original), new_part_only=True)
    assert len(greys(bought.files.paths[0])) == 7 * 24


def test_an_extension_is_bought_once_however_its_job_is_named(person, seller, original):
    first = person.buy(EXTEND, prompt="x", source_job=job_of(original))
    again = person.buy(EXTEND, prompt="x", source_job=f" {original.entry.task_id}\n")
    assert again.files == first.files
    assert len(remixes(seller)) == 1


def test_another_job_is_another_question(person, seller):
    jobs = [job_of(person.buy(CHANNEL, prompt="a sea", take=take)) for take in (0, 1)]
    first, second = (person.buy(EXTEND, prompt="x", source_job=job) for job in jobs)
    assert first.entry.fingerprint != second.entry.fingerprint
    assert seller.sold == 4


def test_the_address_is_part_of_the_question_and_not_of_the_body():
    question = asked(source_job=TASK)
    assert question.path == f"/v1/videos/{TASK}/remix"
    assert "task_id" not in question.parameters
    plain = FAMILIES[CHANNEL]
    assert ask(plain, Values({**defaults(plain), "prompt": "x"}), lambda clip: clip).path == GENERATIONS


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.node_id)
def test_a_path_names_only_texts_of_its_family_that_a_rule_looks_at(family):
    named = {name for _, name, _, _ in Formatter().parse(family.path) if name}
    texts = {one.parameter: one.id for one in family.inputs if isinstance(one, Text)}
    assert named <= {*texts}
    judged = {name for rule in family.rules if not rule.warns for name in rule.inputs}
    assert {texts[name] for name in named} <= judged


@pytest.mark.parametrize("trick", TRICKS)
def test_what_is_no_plain_task_id_is_refused_before_anything_is_sent(person, seller, trick):
    given = Values({**defaults(FAMILIES[EXTEND]), "prompt": "x", "source_job": trick})
    assert "is not a job" in " ".join(problems_of_widgets(FAMILIES[EXTEND], given, given))
    with pytest.raises(Refused, match="is not a job"):
        person.buy(EXTEND, prompt="x", source_job=trick)
    assert not [one for one in seller.requests if one["method"] == "POST"]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_the_wire_sends_nothing_to_a_path_that_is_not_plain(seller, path):
    with pytest.raises(NotTaken, match="cannot be sent to"):
        Provider(seller.url, seller.key).submit({"model": "veo3.1-fast"}, "key-1", path)
    assert seller.requests == []


def test_a_job_of_another_model_is_refused_before_anything_is_sent(person, seller, original):
    with pytest.raises(Refused, match="The earlier job used another model"):
        person.buy(EXTEND, prompt="x", source_job=job_of(original), model="veo3.1-quality")
    assert remixes(seller) == []


def test_a_job_that_the_provider_does_not_know_costs_nothing_and_says_so(person, seller):
    with pytest.raises(Refused, match="no longer knows the earlier job"):
        person.buy(EXTEND, prompt="x", source_job=TASK)
    assert seller.sold == 0


def test_a_failed_job_is_refused_by_the_provider_and_costs_nothing(person, seller):
    seller.control(fail_jobs={"reason": "moderation", "times": 1})
    [failed] = person.queue((CHANNEL, {"prompt": "a sea"}))
    with pytest.raises(Refused, match="has not succeeded"):
        person.buy(EXTEND, prompt="x", source_job=failed.task_id)
    assert seller.sold == 1


@pytest.mark.parametrize("do", ["500", "502", "drop_after", "empty_2xx_no_id", "409_indeterminate", "wrong_json"])
@pytest.mark.parametrize("counts_there", [False, True], ids=["ignored at its path", "honoured at its path"])
def test_a_lost_answer_is_unknown_even_where_the_model_declares_keys(person, seller, original, do, counts_there):
    seller.control(honour_idempotency=True, honour_idempotency_at_remix=counts_there)
    seller.behave("submit", do)
    for _ in range(2):
        with pytest.raises(Unknown, match="mark the job"):
            person.buy(EXTEND, prompt="x", source_job=job_of(original))
    assert len(remixes(seller)) == 1
    assert seller.sold <= 2


@pytest.mark.parametrize("do", ["429", "503_idempotency_unavailable"])
def test_a_submit_that_was_not_executed_goes_to_the_same_place_again(person, seller, original, do):
    seller.behave("submit", do, times=2, retry_after=0.1)
    person.buy(EXTEND, prompt="x", source_job=job_of(original))
    assert len(remixes(seller)) == 3
    assert seller.sold == 2


def test_where_it_goes_is_on_disk_before_it_is_sent_and_the_next_run_sends_just_that(person, seller, original):
    with person.process() as process:
        entry = process.written(EXTEND, {"prompt": "x", "source_job": job_of(original)})
    person.buy(EXTEND, prompt="x", source_job=job_of(original))
    assert remixes(seller)[-1] == entry.path == f"/v1/videos/{original.entry.task_id}/remix"
    sold = seller.tasks[-1]
    assert (sold["body"], sold["idempotency_key"]) == (entry.body, entry.idempotency_key)


def test_an_extension_costs_what_was_estimated(person, original):
    entry = person.buy(EXTEND, prompt="x", source_job=job_of(original)).entry
    assert entry.cost_usd == entry.estimate_usd == 0.14
    entry = person.buy(EXTEND, prompt="x", source_job=job_of(original), resolution="4k").entry
    assert entry.cost_usd == entry.estimate_usd == 0.64


def test_an_extension_beyond_a_limit_is_refused(person, seller, original, monkeypatch):
    monkeypatch.setenv("APIMART_LIMIT_USD_PER_JOB", "0.5")
    with pytest.raises(Refused, match="limit"):
        person.buy(EXTEND, prompt="x", source_job=job_of(original), resolution="4k")
    assert remixes(seller) == []


def test_an_empty_account_is_told_from_a_bad_key_there_too(person, seller, original):
    seller.behave("submit", "402")
    with pytest.raises(NotSet, match="balance is too low"):
        person.buy(EXTEND, prompt="x", source_job=job_of(original))
    assert seller.sold == 1
