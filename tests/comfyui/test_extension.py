"""A real ComfyUI carries a clip on: the job output of one node, wired into the next, is bought once."""

from __future__ import annotations

import time
from typing import Any

import av
import pytest
from comfy_server import ComfyServer, Json, Rejected
from sandboxed import Sandbox
from workflows import with_ends


def extended(prompt: str, job: Any = ("1", 4)) -> Json:
    shape = {"resolution": "720p", "aspect_ratio": "16:9", "model": "veo3.1-fast", "take": 0}
    first = {"prompt": prompt, "duration": 8, "official_fallback": False, "enable_gif": False, **shape}
    more = {"prompt": f"{prompt}, and on", "source_job": list(job) if isinstance(job, tuple) else job, **shape}
    nodes = {
        "1": {"class_type": "APIMartVeo31Channel", "inputs": {**first, "generation_type": "frame"}},
        "2": {"class_type": "APIMartVeo31Extend", "inputs": {**more, "new_part_only": False}},
    }
    return with_ends(nodes)


def seconds_of(comfy: ComfyServer, history: Json, node: str) -> float:
    [shown] = history["outputs"][node]["images"]
    with av.open(str(comfy.output / shown["subfolder"] / shown["filename"])) as clip:
        assert clip.duration is not None
        return clip.duration / 1e6


def wait_until_looked_at(seller: Sandbox) -> None:
    """Until somebody asked how the extension stands, so its task id is on disk."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        ids = [f"/v1/tasks/{task['id']}" for task in seller.tasks if task["extends"]]
        if any(one["path"] in ids for one in seller.requests):
            return
    raise AssertionError("the extension was not looked at")


def test_a_job_output_that_is_wired_in_is_extended_and_bought_once(comfy: ComfyServer, seller: Sandbox) -> None:
    ran, again = (comfy.run(extended("a sea")) for _ in range(2))
    assert [ran["status"]["status_str"], again["status"]["status_str"]] == ["success"] * 2, (ran, again)
    assert [seconds_of(comfy, ran, node) for node in "12"] == pytest.approx([8, 15], abs=0.1)
    first, second = seller.tasks
    assert second["extends"] == first["id"]


def test_killed_while_the_extension_runs_it_is_collected_after_a_restart(
    comfy: ComfyServer, provider: Sandbox, seller: Sandbox
) -> None:
    comfy.run(with_ends({"1": extended("a lake")["1"]}))
    provider.control(job_seconds=6)
    comfy.submit(extended("a lake"))
    wait_until_looked_at(seller)
    comfy.kill()
    comfy.start()
    assert comfy.run(extended("a lake"))["status"]["status_str"] == "success"
    assert seller.sold == 2


def test_a_text_that_is_no_task_is_refused_before_the_graph_runs(comfy: ComfyServer, seller: Sandbox) -> None:
    with pytest.raises(Rejected, match="is not a job"):
        comfy.submit(with_ends({"2": extended("a river", "task_1/../../balance")["2"]}))
    assert seller.sold == 0
