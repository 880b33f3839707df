"""The whole journey against the sandbox: each family, each named behaviour of the provider, each way to stop."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import pytest
from apimart.flow.errors import Declined, NotSet, Refused, Unfinished, Unknown, Unreachable
from apimart.flow.host.runtime import Runtime
from apimart.flow.ledger import Ledger
from apimart.flow.media import content_of_video, read_metadata
from apimart.flow.model import Values
from apimart.flow.request import ask
from journeys import FAMILIES, asked, defaults, picture, until

pytest_plugins = ["journey_fixtures"]

CODE_STYLES = ("documented", "int", "string", "empty", "absent")
SORA = "APIMartSora2"
VEO = "APIMartVeo31"
KLING = "APIMartKlingMotionControl"


def sora(**inputs):
    return (SORA, {"prompt": "a waterfall forms a rainbow", **inputs})


def last_body(seller):
    return seller.tasks[-1]["body"]


def length_of(path):
    with av.open(str(path)) as clip:
        stream = clip.streams.video[0]
        return sum(1 for _ in clip.decode(stream)) / Fraction(stream.average_rate)


def test_sora_gives_a_clip_of_the_seconds_asked_for_and_its_cost(person):
    bought = person.buy(SORA, prompt="a waterfall", duration=8)
    assert float(length_of(bought.files.paths[0])) == pytest.approx(8, abs=0.05)
    assert bought.entry.cost_usd == pytest.approx(8 * 0.08)


def test_veo_keeps_every_clip_of_a_job(person):
    bought = person.buy(VEO, prompt="a retriever", duration=4, sample_count=3)
    assert len(bought.files.paths) == 3
    assert len({path.read_bytes() for path in bought.files.paths}) == 3
    assert bought.entry.cost_usd == pytest.approx(3 * 4 * 0.064)


def test_motion_control_is_billed_the_seconds_that_were_estimated(person, motion_url):
    bought = person.buy(KLING, **asked(KLING, motion_url), mode="pro")
    assert bought.entry.cost_usd == pytest.approx(4 * 0.13712)
    assert bought.entry.estimate_usd == pytest.approx(bought.entry.cost_usd)


def test_the_body_says_what_the_pages_ask_for_motion_control(person, seller, motion_url):
    person.buy(KLING, **asked(KLING, motion_url), keep_original_sound=False, watermark=True, prompt="dance")
    body = last_body(seller)
    assert body.pop("image_url").startswith(seller.url)
    assert body == {
        "model": "kling-v3-motion-control",
        "prompt": "dance",
        "video_url": motion_url,
        "character_orientation": "image",
        "mode": "std",
        "keep_original_sound": "no",
        "watermark_info": {"enabled": True},
    }


def test_sora_leaves_the_ratio_out_when_it_has_a_picture(person, seller):
    person.queue(sora(), sora(image=picture()))
    bodies = sorted((one["body"] for one in seller.tasks), key=len)
    assert [("aspect_ratio" in body, "image_urls" in body) for body in bodies] in (
        [(True, False), (False, True)],
        [(False, True), (True, False)],
    )


def test_veo_sends_bare_numbers_and_leaves_out_what_is_not_set(person, seller):
    person.buy(VEO, prompt="a cat", seed=0, duration=6)
    body = last_body(seller)
    assert (body["duration"], body["seed"], body["sample_count"]) == (6, 0, 1)
    assert not {"negative_prompt", "resize_mode", "enhance_prompt", "first_frame_image", "take"} & set(body)


def test_a_second_run_buys_nothing(person, seller):
    first, second = person.buy(*[SORA], prompt="x"), person.buy(SORA, prompt="x")
    assert seller.sold == 1
    assert first.files == second.files


def test_two_settings_that_send_the_same_are_one_purchase(person, seller):
    plain = {"prompt": "x", "model": "sora-2"}
    first, second = (person.buy("APIMartVideo", **plain, parameters=text) for text in ("", "{}"))
    assert seller.sold == 1
    assert first.files == second.files


def test_what_was_bought_under_the_first_fingerprint_is_not_bought_again(person, seller):
    first = person.buy(SORA, prompt="x")
    earlier = ask(FAMILIES[SORA], Values({**defaults(FAMILIES[SORA]), "prompt": "x"}), lambda clip: clip).earlier
    ledger = Ledger.open(person.home / "ledger.sqlite")
    ledger.rekey(first.entry.realm, first.entry.fingerprint, earlier)
    ledger.close()
    second = person.buy(SORA, prompt="x")
    assert seller.sold == 1
    assert (first.entry.id, first.files) == (second.entry.id, second.files)


def test_another_take_is_another_purchase(person, seller):
    first, second = person.buy(SORA, prompt="x"), person.buy(SORA, prompt="x", take=1)
    assert seller.sold == 2
    assert first.files != second.files


def test_the_same_question_twice_in_one_graph_is_one_purchase(person, seller):
    first, second = person.queue(sora(), sora())
    assert seller.sold == 1
    assert first.files == second.files


def test_four_nodes_in_one_graph_run_side_by_side(person, seller):
    seller.control(job_seconds=2)
    results = person.queue(*(sora(prompt=f"take {number}") for number in range(4)))
    assert all(one.files.paths for one in results)
    submits = [one["at"] for one in seller.requests if one["method"] == "POST"]
    assert max(submits) - min(submits) < 2


def test_a_lost_file_comes_again_while_its_link_lives(person, seller):
    bought = person.buy(SORA, prompt="x")
    bought.files.paths[0].unlink()
    again = person.buy(SORA, prompt="x")
    assert again.files.paths[0].is_file()
    assert seller.sold == 1


@pytest.mark.parametrize("link_seconds", [3600, 7 * 86400], ids=["link said to end", "link dead before its time"])
def test_a_lost_file_with_a_dead_link_asks_for_a_new_take(person, seller, link_seconds):
    seller.control(link_seconds=link_seconds)
    person.buy(SORA, prompt="x").files.paths[0].unlink()
    person.seconds_later = 2 * 86400
    seller.behave("download", "expired", times=-1)
    with pytest.raises(Refused, match="increase `take`"):
        person.buy(SORA, prompt="x")
    assert seller.sold == 1


def test_a_result_of_another_machine_is_collected_by_its_task_id(person, seller, tmp_path):
    from journeys import Person

    bought = person.buy(SORA, prompt="x")
    elsewhere = Person(tmp_path / "elsewhere", tmp_path / "there")
    collected = elsewhere.collect(bought.entry.task_id)
    assert content_of_video(collected.files.paths[0]) == content_of_video(bought.files.paths[0])
    assert seller.sold == 1


def test_a_result_that_is_collected_carries_its_receipt(person, seller, tmp_path):
    from journeys import Person

    task_id = person.buy(SORA, prompt="x").entry.task_id
    [path] = Person(tmp_path / "elsewhere", tmp_path / "there").collect(task_id).files.paths
    receipt = json.loads(read_metadata(path)["apimart"])
    assert (receipt["task_id"], receipt["cost_usd"]) == (task_id, 0.32)
    assert {"model", "date", "request"} <= {*receipt}


def test_where_metadata_is_switched_off_the_file_stays_as_the_provider_made_it(person, seller, tmp_path):
    task_id = person.buy(SORA, prompt="x").entry.task_id
    plain = Runtime(tmp_path / "elsewhere", tmp_path / "there", {}, lambda event: None, writes_metadata=False)
    with closing(plain):
        account = plain.account()
        outcome = asyncio.run(plain.runner.resume(account.adopt(task_id), account).wait())
    assert "apimart" not in read_metadata(outcome.files.paths[0])


def test_an_unknown_task_id_is_refused_in_words(person):
    with pytest.raises(Refused, match="does not know this task"):
        person.collect("task_01NOBODYKNOWSTHIS0000000000")


def test_stopping_says_that_the_job_goes_on_and_the_next_run_collects_it(person, seller):
    seller.control(job_seconds=3)
    [stopped] = person.queue(sora(), stops=True)
    assert isinstance(stopped, Unfinished)
    assert stopped.stopped
    assert stopped.task_id
    assert person.buy(*sora()[:1], **sora()[1]).entry.task_id == stopped.task_id
    assert seller.sold == 1


def test_a_job_that_outlasts_the_wait_is_left_collectable(person, seller, monkeypatch):
    seller.control(job_seconds=30)
    monkeypatch.setenv("APIMART_WAIT_SECONDS", "1")
    with pytest.raises(Unfinished, match="within 1 s") as caught:
        person.buy(SORA, prompt="slow")
    assert not caught.value.stopped
    seller.finish()
    monkeypatch.delenv("APIMART_WAIT_SECONDS")
    assert person.buy(SORA, prompt="slow").files.paths[0].is_file()
    assert seller.sold == 1


@pytest.mark.parametrize(
    "shape",
    [
        "list",
        "many_videos",
        "string",
        "bare_string",
        "videos_strings",
        "result_url_list",
        "result_url",
        "result_list",
        "result_json",
        "result_string",
        "video_url",
        "data_url",
        "with_images",
    ],
)
def test_every_result_shape_ends_in_a_file(person, seller, shape):
    seller.control(result_shape=shape)
    assert person.buy(SORA, prompt=shape).files.paths[0].is_file()


@pytest.mark.parametrize(
    "shape", ["auto", "200_array", "202_object", "202_result", "top_level", "top_level_id", "data_task_id"]
)
def test_every_submit_envelope_gives_a_ticket(person, seller, shape):
    seller.control(submit_shape=shape)
    assert person.buy(SORA, prompt=shape).entry.task_id
    assert seller.sold == 1


def test_unknown_statuses_are_waited_through(person, seller):
    seller.control(statuses=["queued", "warming_up", "IN_PROGRESS"])
    assert person.buy(SORA, prompt="x").files.paths[0].is_file()


@pytest.mark.parametrize("style", CODE_STYLES)
def test_a_bad_key_is_told_from_an_empty_account_in_every_error_style(person, seller, style):
    seller.control(error_code_style=style)
    seller.behave("submit", "401")
    with pytest.raises(NotSet, match="does not accept the API key"):
        person.buy(SORA, prompt="x")
    seller.behave("submit", "402")
    with pytest.raises(NotSet, match="balance is too low"):
        person.buy(SORA, prompt="x")
    assert seller.sold == 0


@pytest.mark.parametrize(
    ("do", "kind", "words"),
    [
        ("403", NotSet, "has no access to this model"),
        ("404", Refused, "does not offer this model"),
        ("413", Refused, "too large"),
        ("build_request_failed", Refused, "Change the inputs"),
        ("moderation", Declined, "content filter"),
        ("get_channel_failed", Unreachable, "queue again in a few minutes"),
    ],
)
def test_a_refused_submit_reads_as_cause_and_next_step_and_can_be_bought_later(person, seller, do, kind, words):
    seller.behave("submit", do)
    with pytest.raises(kind, match=words):
        person.buy(SORA, prompt="x")
    assert seller.sold == 0
    assert person.buy(SORA, prompt="x").files.paths
    assert seller.sold == 1


def test_a_retired_model_is_explained(person, seller):
    seller.control(retired_models=["sora-2"])
    with pytest.raises((Refused, Declined), match="2026-09-24"):
        person.buy(SORA, prompt="x")
    assert seller.sold == 0


@pytest.mark.parametrize("do", ["429", "503_idempotency_unavailable", "409_in_progress", "drop_before"])
def test_a_submit_that_was_not_executed_is_bought_once(person, seller, do):
    seller.control(honour_idempotency=True)
    seller.behave("submit", do, times=2, retry_after=0.1)
    assert person.buy(SORA, prompt="x").files.paths
    assert seller.sold == 1


@pytest.mark.parametrize(
    "do",
    ["408", "500", "502", "503", "504", "drop_after", "empty_2xx_no_id", "409_indeterminate", "wrong_json", "html"],
)
def test_a_lost_answer_is_unknown_and_never_bought_again_by_itself(person, seller, do):
    seller.behave("submit", do)
    with pytest.raises(Unknown, match="mark the job"):
        person.buy(SORA, prompt="x")
    with pytest.raises(Unknown):
        person.buy(SORA, prompt="x")
    assert seller.sold <= 1
    assert len([one for one in seller.requests if one["method"] == "POST"]) == 1


def test_a_lost_answer_is_asked_for_again_where_keys_are_honoured(person, seller):
    seller.control(honour_idempotency=True)
    seller.behave("submit", "drop_after", times=2)
    assert person.buy(SORA, prompt="x").files.paths
    assert seller.sold == 1


def test_an_outcome_that_the_provider_cannot_tell_is_not_asked_for_again_even_there(person, seller):
    seller.control(honour_idempotency=True)
    seller.behave("submit", "409_indeterminate")
    for _ in range(2):
        with pytest.raises(Unknown):
            person.buy(SORA, prompt="x")
    assert len([one for one in seller.requests if one["method"] == "POST"]) == 1


def test_the_wait_after_a_429_is_told_in_the_providers_own_words(person, seller):
    seller.behave("submit", "429", message="three videos a minute, please", retry_after=0.1)
    person.buy(SORA, prompt="x")
    assert any("three videos a minute, please" in progress.line for progress in person.heard)


def test_an_unknown_job_is_resolved_by_its_task_id(person, seller):
    seller.behave("submit", "drop_after")
    with pytest.raises(Unknown):
        person.buy(SORA, prompt="x")
    task_id = seller.tasks[0]["id"]
    with person.ledger() as ledger:
        [entry] = ledger.entries()
        ledger.mark_purchased(entry.id, task_id)
    assert person.buy(SORA, prompt="x").entry.task_id == task_id
    assert seller.sold == 1


def test_an_unknown_job_declared_not_bought_is_bought_under_a_new_key(person, seller):
    seller.behave("submit", "500")
    with pytest.raises(Unknown):
        person.buy(SORA, prompt="x")
    with person.ledger() as ledger:
        [entry] = ledger.entries()
        ledger.mark_not_purchased(entry.id)
    assert person.buy(SORA, prompt="x").entry.idempotency_key != entry.idempotency_key
    assert seller.sold == 1


@pytest.mark.parametrize("do", ["429", "500", "502", "503", "drop_before", "html", "wrong_json", "404"])
def test_a_poll_that_fails_never_leads_to_a_submit(person, seller, do):
    seller.behave("poll", do, retry_after=0.1)
    assert person.buy(SORA, prompt="x").files.paths
    assert seller.sold == 1


def test_a_failed_job_was_free_and_is_bought_anew_with_a_word(person, seller):
    seller.control(fail_jobs={"reason": "sensitive content detected", "times": 1})
    with pytest.raises(Declined, match="content filter"):
        person.buy(SORA, prompt="x")
    assert person.buy(SORA, prompt="x").files.paths
    assert any("failed and was free" in progress.line for progress in person.heard)
    assert len({one["idempotency_key"] for one in seller.tasks}) == 2


@pytest.mark.parametrize("do", ["cut", "500", "slow", "html"])
def test_a_download_that_breaks_goes_on_and_buys_nothing(person, seller, do):
    seller.behave("download", do, times=1, seconds=0.2)
    bought = person.buy(SORA, prompt="x")
    assert float(length_of(bought.files.paths[0])) == pytest.approx(4, abs=0.05)
    assert seller.sold == 1


@pytest.mark.parametrize("do", ["500", "503", "429", "drop_before"])
def test_an_upload_that_breaks_is_tried_again(person, seller, do):
    seller.behave("upload", do, times=1, retry_after=0.1)
    assert person.buy(SORA, prompt="x", image=picture()).files.paths


def test_the_same_picture_is_uploaded_once(person, seller):
    person.buy(SORA, prompt="x", image=picture())
    person.buy(SORA, prompt="y", image=picture())
    assert seller.uploads == 1


def test_a_clip_of_our_own_job_needs_no_upload(person, seller):
    from journeys import footage

    made = person.buy(SORA, prompt="x")
    bought = person.buy(KLING, image=picture(), video=footage(made.files.paths[0]))
    assert bought.entry.body["video_url"] == made.entry.urls[0]


def test_no_key_is_sent_with_a_download_nor_with_the_price_list(person, seller):
    person.buy(SORA, prompt="x")
    asked_for = seller.requests
    keyless = [one for one in asked_for if one["path"].startswith(("/f/", "/api/pricing"))]
    assert keyless
    assert not any("authorization" in [name.lower() for name in one["headers"]] for one in keyless)


def test_without_a_key_the_node_says_how_to_set_one_and_that_the_sandbox_exists(person, seller, monkeypatch):
    monkeypatch.delenv("APIMART_API_KEY")
    with pytest.raises(NotSet, match=r"APIMART_API_KEY.*APIMART_SANDBOX"):
        person.buy(SORA, prompt="x")


def test_the_key_is_in_no_file_and_no_error(person, seller):
    person.queue(sora(), sora(model="sora-2-pro", resolution="1024p"))
    seller.behave("submit", "401")
    [error] = person.queue(sora(prompt="refused"))
    assert seller.key not in str(error)
    for folder in (person.home, person.output):
        for file in folder.rglob("*"):
            assert not file.is_file() or seller.key.encode() not in file.read_bytes()


def test_a_limit_per_day_is_refused_before_any_upload_with_the_sum(person, seller, monkeypatch):
    monkeypatch.setenv("APIMART_LIMIT_USD_PER_DAY", "0.40")
    person.buy(SORA, prompt="x")
    with pytest.raises(Refused, match=r"0\.32 USD spent today \+ 0\.32 for this job"):
        person.buy(SORA, prompt="y", image=picture())
    assert (seller.sold, seller.uploads) == (1, 0)
    assert person.buy(SORA, prompt="x").files.paths


def test_the_real_cost_of_an_abandoned_job_comes_into_the_ledger(person, seller):
    person.queue(sora(duration=20), stops=True)
    seller.finish()
    with person.process() as process:
        process.runner.use(process.account)
        until(lambda: process.ledger.entries()[-1].state == "fetched")
        abandoned = process.ledger.entries()[-1]
    assert abandoned.cost_usd == pytest.approx(20 * 0.08)
    assert Path(abandoned.files[0]).is_file()


def test_what_is_left_of_the_limit_of_a_day_follows_the_purchases(person, seller, monkeypatch):
    with person.process() as process:
        assert process.account.left_today() is None
    monkeypatch.setenv("APIMART_LIMIT_USD_PER_DAY", "0.40")
    person.buy(*sora()[:1], **sora()[1])
    with person.process() as process:
        assert process.account.left_today() == (pytest.approx(0.08), 0.40)
    person.seconds_later = 86400
    with person.process() as process:
        assert process.account.left_today() == (0.40, 0.40)


def test_a_limit_per_run_stops_a_list_of_pictures(person, seller, monkeypatch):
    monkeypatch.setenv("APIMART_LIMIT_PURCHASES_PER_RUN", "2")
    results = person.queue(*(sora(image=picture(seed=number)) for number in range(4)), run="run-7")
    assert sum(isinstance(one, Refused) for one in results) == 2
    assert seller.sold == 2


def test_at_most_so_many_jobs_are_in_flight(person, seller, monkeypatch):
    monkeypatch.setenv("APIMART_JOBS_AT_ONCE", "2")
    results = person.queue(*(sora(prompt=f"take {number}") for number in range(5)))
    assert all(one.files.paths for one in results)
    lives = [(one["started"], one["ended"]) for one in seller.tasks]
    assert max(sum(begun <= moment < ended for begun, ended in lives) for moment, _ in lives) <= 2


def test_the_job_record_names_what_was_bought(person, seller):
    bought = person.buy(SORA, prompt="x")
    assert (bought.entry.status, bought.entry.billed_units) == ("completed", 4)


def test_a_full_output_disk_loses_nothing(person, seller):
    """A file stands where the folder should be: nothing can be written until it is gone."""
    person.output.parent.mkdir(parents=True, exist_ok=True)
    person.output.write_text("in the way")
    [error] = person.queue(sora())
    assert isinstance(error, Unreachable)
    os.unlink(person.output)
    assert person.buy(*sora()[:1], **sora()[1]).files.paths[0].is_file()
    assert seller.sold == 1
