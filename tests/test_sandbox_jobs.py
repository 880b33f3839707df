"""A job of the sandbox walks, ends in any shape ever seen, and its clip is what was bought."""

from __future__ import annotations

import http.client
import io
import json
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import numpy as np
import pytest
from sandbox_visits import Visitor, moving_clip

pytest_plugins = ["sandbox_fixtures"]


def read_clip(content: bytes) -> Any:
    return av.open(io.BytesIO(content))


def test_a_job_walks_from_pending_over_processing_to_completed(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(job_seconds=1000)
    task_id = visitor.submit(veo).json()["data"][0]["task_id"]
    walked = []
    for _ in range(5):
        found = visitor.task(task_id)
        walked.append((found["status"], found["progress"]))
        visitor.sandbox.control(advance_seconds=240)
    assert [status for status, _ in walked] == ["pending", "processing", "processing", "processing", "processing"]
    assert [progress for _, progress in walked] == sorted(progress for _, progress in walked)
    assert "result" not in found and "cost" not in found
    visitor.sandbox.finish()
    done = visitor.task(task_id)
    assert done["actual_time"] == done["completed"] - done["created"]
    assert (done["status"], done["estimated_time"]) == ("completed", 1000)


def test_statuses_of_a_tests_own_choice_are_walked_through(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(job_seconds=90, statuses=["queued", "polishing", "in_progress"], done_status="succeeded")
    task_id = visitor.submit(veo).json()["data"][0]["task_id"]
    seen = []
    for _ in range(3):
        seen.append(visitor.task(task_id)["status"])
        visitor.sandbox.control(advance_seconds=31)
    visitor.sandbox.finish()
    assert [*seen, visitor.task(task_id)["status"]] == ["queued", "polishing", "in_progress", "succeeded"]


@pytest.mark.parametrize(
    ("shape", "find"),
    [
        ("list", lambda data: data["result"]["videos"][0]["url"][0]),
        ("many_videos", lambda data: data["result"]["videos"][0]["url"][0]),
        ("string", lambda data: data["result"]["videos"][0]["url"]),
        ("videos_strings", lambda data: data["result"]["videos"][0]),
        ("result_url_list", lambda data: data["result"]["url"][0]),
        ("result_url", lambda data: data["result"]["url"]),
        ("result_list", lambda data: data["result"][0]),
        ("result_json", lambda data: json.loads(data["result"])[0]),
        ("result_string", lambda data: data["result"]),
        ("video_url", lambda data: data["result"]["video_url"]),
        ("data_url", lambda data: data["url"]),
        ("with_images", lambda data: data["result"]["videos"][0]["url"][0]),
    ],
)
def test_each_result_shape_leads_to_the_clip(visitor: Visitor, veo: dict[str, Any], shape: str, find: Any) -> None:
    visitor.sandbox.control(result_shape=shape)
    assert visitor.ask("HEAD", find(visitor.outcome(veo))).status == 200


def test_the_oldest_shape_has_no_envelope(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(result_shape="bare_string")
    bare = visitor.get(f"/v1/tasks/{visitor.buy(veo)}").json()
    assert bare["status"] == "completed" and bare["result"]["videos"][0]["url"].startswith("http")


@pytest.mark.parametrize(
    ("shape", "status", "find"),
    [
        ("auto", 200, lambda body: body["data"][0]["task_id"]),
        ("200_array", 200, lambda body: body["data"][0]["task_id"]),
        ("202_object", 202, lambda body: body["data"]["id"]),
        ("202_result", 202, lambda body: body["data"]["id"]),
        ("data_task_id", 200, lambda body: body["data"]["task_id"]),
        ("top_level", 200, lambda body: body["task_id"]),
        ("top_level_id", 200, lambda body: body["id"]),
    ],
)
def test_each_submit_shape_names_the_task(
    visitor: Visitor, veo: dict[str, Any], shape: str, status: int, find: Any
) -> None:
    visitor.sandbox.control(submit_shape=shape)
    reply = visitor.submit(veo)
    assert reply.status == status
    assert visitor.task(find(reply.json()))["status"] in ("pending", "processing")


def test_the_version_header_asks_for_the_202_envelope_and_is_echoed(visitor: Visitor, veo: dict[str, Any]) -> None:
    reply = visitor.submit(veo, X_APIMart_Response_Version="2026-07-27")
    assert (reply.status, reply.headers["X-APIMart-Response-Version"]) == (202, "2026-07-27")
    assert reply.json()["data"]["object"] == "generation.task"
    assert reply.headers["X-Oneapi-Request-Id"] == reply.json()["request_id"]


@pytest.mark.parametrize(
    ("style", "code"),
    [("documented", 429), ("int", 429), ("string", "rate_limit_error"), ("empty", ""), ("absent", None)],
)
def test_error_codes_come_in_every_style(visitor: Visitor, style: str, code: Any) -> None:
    visitor.sandbox.control(error_code_style=style)
    visitor.sandbox.behave("balance", "429", retry_after=3)
    reply = visitor.get("/v1/balance")
    assert reply.json()["error"].get("code") == code
    assert reply.headers["Retry-After"] == "3"


def test_the_cost_can_be_a_string_or_missing(visitor: Visitor, veo: dict[str, Any]) -> None:
    task_id = visitor.buy(veo)
    visitor.sandbox.control(cost_as_string=True)
    assert visitor.task(task_id)["cost"] == "0.256"
    visitor.sandbox.control(cost_absent=True)
    assert "cost" not in visitor.task(task_id)


@pytest.mark.parametrize(("reason", "words"), [("not_found", "Requested entity"), ("my own words", "my own words")])
def test_a_job_told_to_fail_fails_as_captured(visitor: Visitor, veo: dict[str, Any], reason: str, words: str) -> None:
    visitor.sandbox.control(fail_jobs={"reason": reason, "times": 1})
    done = visitor.outcome(veo)
    assert (done["status"], done["error"]["code"], done["error"]["param"]) == ("failed", "task_failed", "")
    assert words in done["error"]["message"]
    assert visitor.outcome(veo)["status"] == "completed"


def test_a_retired_model_is_gone_from_everywhere(visitor: Visitor, sora: dict[str, Any]) -> None:
    visitor.sandbox.control(retired_models=["sora-2"])
    reply = visitor.submit(sora)
    assert reply.status == 404 and "retired" in reply.message
    assert "sora-2" not in {model["id"] for model in visitor.get("/v1/models").json()["data"]}
    assert visitor.get("/v1/model-schema?model=sora-2").status == 404


@pytest.mark.parametrize(
    ("extra", "width", "height"),
    [
        ({}, 1280, 720),
        ({"aspect_ratio": "9:16", "resolution": "1080p"}, 1080, 1920),
        ({"resolution": "4K"}, 3840, 2160),
        ({"model": "sora-2-pro", "resolution": "1024p"}, 1792, 1024),
        ({"model": "sora-2-pro", "resolution": "1024p", "aspect_ratio": "portrait"}, 1024, 1792),
    ],
)
def test_a_clip_has_the_size_that_was_bought(
    visitor: Visitor, veo: dict[str, Any], extra: dict[str, Any], width: int, height: int
) -> None:
    visitor.buy(veo | extra)
    clip = visitor.sandbox.tasks[-1]["clip"]
    assert (clip["width"], clip["height"], clip["frames"], clip["rate"]) == (width, height, 96, "24")


@pytest.mark.slow
def test_a_true_size_clip_is_h264_bt709_with_stereo_aac_and_motion(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(clip_small=False)
    url = visitor.outcome(veo | {"generate_audio": True})["result"]["videos"][0]["url"][0]
    with read_clip(visitor.ask("GET", url).body) as clip:
        video, audio = clip.streams.video[0], clip.streams.audio[0]
        context = video.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 1280, 720)
        assert (context.colorspace, context.color_primaries, context.color_range) == (1, 1, 1)
        assert (audio.codec_context.name, audio.channels, video.average_rate) == ("aac", 2, 24)
        frames = [frame.to_ndarray(format="gray") for frame in clip.decode(video=0)]
    assert len(frames) == 96
    assert all(np.any(before != after) for before, after in pairwise(frames))


def test_sound_comes_only_where_it_was_bought(visitor: Visitor, veo: dict[str, Any], motion: dict[str, Any]) -> None:
    bodies = [veo, veo | {"generate_audio": True}, motion, motion | {"keep_original_sound": "no"}]
    heard = []
    for body in bodies:
        url = visitor.outcome(body)["result"]["videos"][0]["url"][0]
        with read_clip(visitor.ask("GET", url).body) as clip:
            heard.append(bool(clip.streams.audio))
    assert heard == [False, True, True, False]


def test_a_motion_result_takes_length_rate_and_shape_from_the_reference(
    visitor: Visitor, motion: dict[str, Any]
) -> None:
    url = visitor.sandbox.host(moving_clip(105, Fraction(30000, 1001)))
    visitor.buy(motion | {"video_url": url, "mode": "pro"})
    clip = visitor.sandbox.tasks[-1]["clip"]
    assert (clip["frames"], clip["rate"], clip["width"], clip["height"]) == (105, "30000/1001", 1800, 1080)


def test_several_samples_are_several_files(visitor: Visitor, veo: dict[str, Any]) -> None:
    urls = visitor.outcome(veo | {"sample_count": 3})["result"]["videos"][0]["url"]
    assert len({visitor.ask("GET", url).body for url in urls}) == 3


@pytest.fixture
def clip_url(visitor: Visitor, veo: dict[str, Any]) -> str:
    return str(visitor.outcome(veo)["result"]["videos"][0]["url"][0])


def test_a_download_resumes_by_range(visitor: Visitor, clip_url: str) -> None:
    whole = visitor.ask("GET", clip_url)
    assert whole.headers["Accept-Ranges"] == "bytes" and int(whole.headers["Content-Length"]) == len(whole.body)
    tag = whole.headers["ETag"]
    rest = visitor.ask("GET", clip_url, Range="bytes=1000-", If_Range=tag)
    assert (rest.status, rest.body) == (206, whole.body[1000:])
    assert rest.headers["Content-Range"] == f"bytes 1000-{len(whole.body) - 1}/{len(whole.body)}"
    assert visitor.ask("GET", clip_url, Range="bytes=0-9").body == whole.body[:10]
    assert visitor.ask("GET", clip_url, Range="bytes=-10").body == whole.body[-10:]
    assert visitor.ask("GET", clip_url, Range="bytes=99999999-").status == 416
    assert visitor.ask("GET", clip_url, Range="bytes=5-", If_Range='"other"').status == 200


def test_a_link_dies_after_its_day_with_the_file_hosts_own_words(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(link_seconds=50)
    video = visitor.outcome(veo)["result"]["videos"][0]
    assert visitor.ask("GET", video["url"][0]).status == 200
    visitor.sandbox.control(advance_seconds=60)
    dead = visitor.ask("GET", video["url"][0])
    assert (dead.status, dead.headers["Content-Type"]) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code>" in dead.body


def test_a_cut_download_breaks_off_half_way(visitor: Visitor, clip_url: str) -> None:
    visitor.sandbox.behave("download", "cut")
    with pytest.raises(http.client.IncompleteRead) as broken:
        visitor.ask("GET", clip_url)
    assert abs(len(broken.value.partial) - (broken.value.expected or 0)) <= 1
    assert visitor.ask("GET", clip_url).status == 200


def test_downloads_may_lie_about_type_and_hide_their_length(visitor: Visitor, clip_url: str) -> None:
    visitor.sandbox.control(wrong_type="text/html", no_length_header=True)
    odd = visitor.ask("GET", clip_url)
    assert (odd.headers["Content-Type"], odd.headers["Content-Length"]) == ("text/html", None)
    assert odd.body[4:8] == b"ftyp"
