"""A real ComfyUI in front of a counting sandbox: stopped, killed, emptied and crowded, it buys each clip once."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from clips import write_video
from comfy_server import ComfyServer, Rejected
from workflows import with_ends

OTHER_WORKFLOW = {
    "8": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255}},
    "9": {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}},
}

CHARACTER = {"3": {"class_type": "EmptyImage", "inputs": {"width": 400, "height": 400, "batch_size": 1, "color": 99}}}


def sora(prompt, node="1", **inputs):
    given = {"model": "sora-2", "duration": 4, "resolution": "720p", "aspect_ratio": "16:9", "take": 0, **inputs}
    return with_ends({node: {"class_type": "APIMartSora2", "inputs": {"prompt": prompt, **given}}})


def veo(**inputs):
    given = {
        "prompt": "a retriever",
        "model": "veo3.1-fast-official",
        "negative_prompt": "",
        "duration": 4,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "seed": -1,
        "sample_count": 1,
        "generate_audio": True,
        "person_generation": "allow_adult",
        "resize_mode": "pad",
        "take": 0,
        **inputs,
    }
    return with_ends({"1": {"class_type": "APIMartVeo31", "inputs": given}})


def motion(image, video, node="5", **inputs):
    given = {
        "model": "kling-v3-motion-control",
        "character_orientation": "image",
        "mode": "std",
        "prompt": "",
        "keep_original_sound": True,
        "watermark": False,
        "take": 0,
        **inputs,
    }
    inputs = {"image": image, "video": video, **given}
    return with_ends({node: {"class_type": "APIMartKlingMotionControl", "inputs": inputs}})


def shown(history, node="1"):
    return [image["filename"] for image in history["outputs"][node]["images"]]


def status(history):
    return history["status"]["status_str"]


def wait_for(happened):
    ends = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < ends, "it did not happen"


def bought(comfy, graph):
    """The history of a graph that ran to its end."""
    history = comfy.run(graph)
    assert status(history) == "success", last_error(history).get("exception_message", history["status"])
    return history


def last_error(history):
    return next((data for kind, data in history["status"]["messages"] if kind == "execution_error"), history["status"])


def test_the_same_graph_after_another_workflow_buys_nothing(comfy, seller):
    first = comfy.run(sora("evicted"))
    comfy.run(OTHER_WORKFLOW)
    again = comfy.run(sora("evicted"))
    assert shown(first) == shown(again)
    assert seller.sold == 1


def test_killed_while_it_waits_it_collects_after_a_restart(comfy, seller):
    seller.control(job_seconds=4)
    comfy.submit(sora("killed"))
    wait_for(lambda: any("/v1/tasks/" in one["path"] for one in seller.requests))
    comfy.kill()
    comfy.start()
    bought(comfy, sora("killed"))
    assert seller.sold == 1


@pytest.mark.parametrize(
    "options", [("--cache-none",), ("--cache-ram", "1000"), ("--cache-lru", "1"), ("--cache-classic",)]
)
def test_no_cache_of_comfyui_decides_about_money(provider, seller, tmp_path, options):
    account = {"APIMART_API_KEY": provider.key, "APIMART_BASE_URL": provider.url}
    with ComfyServer(Path(os.environ["COMFYUI_PATH"]), tmp_path, *options, environment=account) as comfy:
        graph = {**sora("cached"), "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 1]}}}
        for _ in range(2):
            bought(comfy, graph)
    assert seller.sold == 1


def test_cancel_is_quick_and_clean_and_the_next_run_collects(comfy, seller):
    seller.control(job_seconds=20)
    with comfy.events() as events:
        prompt_id = comfy.submit(sora("cancelled"), client_id=events.client_id)
        wait_for(lambda: seller.sold)
        comfy.interrupt()
        events.wait("execution_interrupted", seconds=10)
    assert not events.heard("execution_error")
    assert any("the job continues" in text.lower() for _, text in events.texts)
    comfy.finished(prompt_id)
    seller.finish()
    bought(comfy, sora("cancelled"))
    assert seller.sold == 1


def test_a_failing_sibling_loses_no_job(comfy, seller):
    """The sibling's clip is refused when it runs; ComfyUI then cancels everything that waits."""
    seller.control(job_seconds=4)
    write_video(comfy.input / "short.mp4", frames=12)
    short = {"4": {"class_type": "LoadVideo", "inputs": {"file": "short.mp4"}}}
    sibling = {**CHARACTER, **short, **motion(["3", 0], ["4", 0])}
    history = comfy.run({**sora("orphaned"), **sibling})
    assert status(history) == "error"
    assert "0.5 s long; image orientation accepts 3 to 10 s" in last_error(history)["exception_message"]
    bought(comfy, sora("orphaned"))
    assert seller.sold <= 1


def test_a_batch_of_pictures_is_refused_where_one_is_expected(comfy, seller):
    pictures = {
        "2": {"class_type": "EmptyImage", "inputs": {"width": 320, "height": 320, "batch_size": 3, "color": 1234}},
        "3": {"class_type": "ImageFromBatch", "inputs": {"image": ["2", 0], "batch_index": 0, "length": 1}},
    }
    whole_batch = {**pictures, **sora("fanned out", image=["2", 0])}
    assert "batch of 3 images" in last_error(comfy.run(whole_batch))["exception_message"]
    assert seller.sold == 0
    bought(comfy, {**pictures, **sora("fanned out", image=["3", 0])})
    assert seller.sold == 1


def test_four_nodes_in_one_graph_are_in_flight_together(comfy, seller):
    seller.control(job_seconds=3)
    graph = {name: node for number in range(4) for name, node in sora(f"four {number}", node=str(number + 1)).items()}
    bought(comfy, graph)
    submits = [one["at"] for one in seller.requests if one["method"] == "POST"]
    assert len(submits) == 4
    assert max(submits) - min(submits) < 3


def test_frames_wired_up_later_are_decoded_without_paying(comfy, seller):
    comfy.run(sora("frames later"))
    wired = {**sora("frames later"), "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 1]}}}
    history = comfy.run(wired)
    assert status(history) == "success"
    assert len(shown(history, "2")) == 4 * 24
    assert seller.sold == 1


def test_veo_gives_every_clip_to_the_graph(comfy, seller):
    saved = {"video": ["1", 0], "filename_prefix": "veo", "format": "auto", "codec": "auto"}
    history = comfy.run({**veo(sample_count=2), "2": {"class_type": "SaveVideo", "inputs": saved}})
    assert len(shown(history)) == 2
    assert len(shown(history, "2")) == 2


def test_broken_rules_are_said_when_the_graph_is_queued(comfy, seller):
    with pytest.raises(Rejected) as caught:
        comfy.run(sora("", resolution="1080p", duration=5))
    text = str(caught.value)
    for words in ("prompt is empty", "sora-2 renders 720p only", "duration"):
        assert words in text
    assert seller.requests == []


def test_the_key_is_nowhere_to_be_found(comfy, seller):
    seller.behave("submit", "401")
    history = comfy.run(sora("secret"))
    assert status(history) == "error"
    bought(comfy, sora("secret"))
    key = comfy.environment["APIMART_API_KEY"]
    answers = [comfy.get("/history"), comfy.get("/object_info"), comfy.get("/settings"), comfy.get("/queue"), comfy.log]
    assert not any(key in str(one) for one in answers)
    for file in comfy.base.rglob("*"):
        if file.is_file() and "custom_nodes" not in file.parts:
            assert key.encode() not in file.read_bytes(), file


def test_a_list_of_three_buys_three_clips_once(comfy, seller):
    """Three clips of one job fan out into three motion jobs, which find them public at the provider."""
    graph = {**CHARACTER, **veo(sample_count=3), **motion(["3", 0], ["1", 0])}
    assert len(shown(bought(comfy, graph), "5")) == 3
    assert seller.sold == 4
    comfy.run(OTHER_WORKFLOW)
    comfy.run(graph)
    assert seller.sold == 4


def test_this_comfyui_is_the_home_of_a_local_clip(comfy, seller):
    """The sandbox fetches the clip from the public route, as the provider would from a rented host."""
    write_video(comfy.input / "local.mp4", frames=80, width=352, height=352)
    graph = {
        **CHARACTER,
        "4": {"class_type": "LoadVideo", "inputs": {"file": "local.mp4"}},
        **motion(["3", 0], ["4", 0]),
    }
    assert "video_url" in last_error(comfy.run(graph))["exception_message"]
    comfy.environment["APIMART_MEDIA_STORE"] = f"comfyui:{comfy.url}"
    comfy.restart()
    try:
        bought(comfy, graph)
    finally:
        del comfy.environment["APIMART_MEDIA_STORE"]
    published = seller.tasks[-1]["body"]["video_url"]
    assert published.startswith(f"{comfy.url}/apimart/public/")
    request = urllib.request.Request(published, headers={"Range": "bytes=4-7"})
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, answer.read()) == (206, b"ftyp")
    for name in ("", "..%2Fledger.sqlite", "key"):
        with pytest.raises(urllib.error.HTTPError, match=r"404|403"):
            urllib.request.urlopen(f"{published.rsplit('/', 1)[0]}/{name}")
