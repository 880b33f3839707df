"""The sandbox as a program, and the models beyond the seeds."""

from __future__ import annotations

import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sandbox_visits import SUBMIT, Visitor, picture
from sandboxed import Sandbox

pytest_plugins = ["sandbox_fixtures"]
SANDBOX_MODULES = Path(__file__).resolve().parent.parent / "sandbox"


def test_the_state_tells_who_came_but_never_the_key(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.submit(veo, Idempotency_Key="seen-1")
    state = visitor.sandbox.state()
    seen = state["requests"][-1]
    assert (seen["method"], seen["path"], seen["key"]) == ("POST", SUBMIT, "0001")
    assert "Idempotency-Key" in seen["headers"]
    assert visitor.sandbox.key not in json.dumps(state)


def test_a_killed_sandbox_still_knows_its_tasks_and_keys(tmp_path: Path, veo: dict[str, Any]) -> None:
    with Sandbox(state=tmp_path / "state.jsonl", options=["--honour-idempotency"]) as sandbox:
        visitor = Visitor(sandbox)
        done = visitor.buy(veo)
        visitor.sandbox.control(job_seconds=1000)
        running = visitor.submit(veo, Idempotency_Key="k").json()["data"][0]["task_id"]
        uploaded = visitor.upload(picture()).json()["url"]
        sandbox.kill()
        sandbox.restart()
        assert visitor.submit(veo, Idempotency_Key="k").json()["data"][0]["task_id"] == running
        assert sandbox.sold == 2
        assert visitor.ask("GET", uploaded).status == 200
        sandbox.finish()
        finished = [visitor.task(task_id) for task_id in (done, running)]
        assert [task["status"] for task in finished] == ["completed", "completed"]
        assert visitor.ask("GET", finished[0]["result"]["videos"][0]["url"][0]).status == 200


@pytest.mark.slow
def test_a_thousand_jobs_wait_while_two_hundred_ask(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(job_seconds=100000, fail_jobs="upstream")
    with ThreadPoolExecutor(50) as pool:
        ids = list(pool.map(lambda _: visitor.submit(veo).json()["data"][0]["task_id"], range(1000)))
    with ThreadPoolExecutor(200) as pool:
        found = list(pool.map(visitor.task, ids[:400]))
    assert {task["status"] for task in found} == {"pending"}
    assert visitor.sandbox.state()["in_flight_max"] >= 1000


def test_the_sandbox_imports_nothing_of_the_pack() -> None:
    allowed = {*sys.stdlib_module_names, "av", "cv2", "numpy", "PIL", "__future__"}
    for module in SANDBOX_MODULES.glob("*.py"):
        for line in module.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]) and not words[1].startswith("."):
                assert words[1].split(".")[0] in allowed, f"{module.name}: {line}"


def test_every_written_model_accepts_its_smallest_request(visitor: Visitor) -> None:
    written = json.loads((SANDBOX_MODULES / "models.json").read_text("utf-8"))
    for name, model in written.items():
        extra = {"image_urls": ["http://127.0.0.1:9/a.png"]} if "r2v" not in name else {"video_urls": ["http://a.b/c"]}
        known = {field: value for field, value in extra.items() if field in model["fields"]}
        frame = {"first_frame_image": "http://127.0.0.1:9/a.png"} if name == "MiniMax-Hailuo-2.3-Fast" else {}
        clips = {"video_urls": ["http://127.0.0.1:9/c.mp4"]} if name == "wan2.7-videoedit" else {}
        task = {"source_task_id": "task_1"} if "source_task_id" in model["fields"] else {}
        body = {"model": name, "prompt": "a quiet sea", **known, **frame, **clips, **task}
        assert visitor.submit(body).status in (200, 202), name


MIXED = {"prompt": "x", "image_urls": ["http://a.b/1"], "img_references": ["http://a.b/2"]}
ONE = {"tag": "@one", "image_url": "http://a.b/1", "time_stamp": 3}
MIDDLE = {"model": "skyreels-v4-fast", "mid_frame_images": [ONE]}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"model": "kling-v3", "prompt": "x", "duration": 16}, "maximum 15"),
        ({"model": "kling-v3", "prompt": "x", "multi_shot": True}, "shot_type"),
        ({"model": "kling-v3-omni", "prompt": "x", "audio": True, "video_list": [{}]}, "mutually exclusive"),
        ({"model": "wan2.7", "prompt": "x", "resolution": "1080p"}, "1080P"),
        ({"model": "seedance-2.0", "prompt": "x", "audio_urls": ["http://a.b/c.mp3"]}, "audio_urls needs"),
        ({"model": "doubao-seedance-2.0", "prompt": "x", "duration": 3}, "minimum 4"),
        ({"model": "Omni-Flash-Ext", "prompt": "x", "image_urls": ["http://a.b/1"] * 2}, "unsupported_image_count"),
        ({"model": "MiniMax-Hailuo-2.3", "prompt": "x", "resolution": "1080p", "duration": 10}, "duration"),
        ({"model": "viduq3", "prompt": "x"}, "image_urls is required"),
        ({"model": "veo3.1-fast", "prompt": "x", "duration": 4}, "allowed: 8"),
        ({**MIXED, "model": "pixverse-v6"}, "mutually exclusive"),
        ({"model": "pixverse-v6", "prompt": "x", "img_references": [{"url": "http://a.b/1"}]}, "expected string"),
        ({**MIDDLE, "prompt": "x"}, "does not appear in the prompt"),
        ({**MIDDLE, "prompt": "@one", "duration": 3}, "invalid time_stamp"),
        ({**MIDDLE, "prompt": "@one", "ref_images": [{"tag": "@two"}]}, "mutually exclusive"),
        ({"model": "skyreels-v4-std", "prompt": "two", "ref_images": [{"tag": "two"}]}, "tags begin with @"),
        ({"model": "gemini-omni-1.1-flash", "prompt": "x", "last_frame_image": "http://a.b/1"}, "needs first_frame"),
    ],
)
def test_other_families_hold_their_documented_rules(visitor: Visitor, body: dict[str, Any], words: str) -> None:
    reply = visitor.submit(body)
    assert reply.status == 400 and words in reply.message


def test_a_last_frame_that_was_asked_for_comes_as_a_picture(visitor: Visitor) -> None:
    body = {"model": "seedance-2.0", "prompt": "x", "duration": 4, "return_last_frame": True}
    url = visitor.outcome(body)["result"]["images"][0]["url"][0]
    assert Image.open(io.BytesIO(visitor.ask("GET", url).body)).format == "PNG"


def test_a_model_of_words_answers_in_words(visitor: Visitor) -> None:
    assert "a sea" in visitor.outcome({"model": "MiniMax-H3-Context-IR", "prompt": "a sea"})["result"]["prompt"]


def test_it_forgets_what_was_sold_and_asked_but_not_the_files(
    visitor: Visitor, motion: dict[str, Any], sora: dict[str, Any]
) -> None:
    sandbox = visitor.sandbox
    task_id = visitor.buy(sora)
    assert visitor.submit(sora).status == 200
    sandbox.control(plant_charge={"model": "sora-2", "usd": 0.5}, forget=True)
    assert (sandbox.sold, sandbox.requests, sandbox.state()["polls_total"]) == (0, [], 0)
    assert visitor.get(f"/v1/tasks/{task_id}").status == 404
    sandbox.finish()
    assert sandbox.state()["balance"] == 1000, "the job that was still running is not billed either"
    assert visitor.outcome(motion)["status"] == "completed"
