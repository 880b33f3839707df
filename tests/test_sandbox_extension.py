"""The sandbox extends a finished Veo clip, strictly as the page says it."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import pytest
from sandbox_visits import Reply, Visitor

pytest_plugins = ["sandbox_fixtures"]

ORIGIN = {"model": "veo3.1-fast", "prompt": "a sea"}
MORE = {"model": "veo3.1-fast", "prompt": "a ship comes"}
KEY = "extension-1"


@pytest.fixture
def origin(visitor: Visitor) -> str:
    return visitor.buy(ORIGIN)


def extend(visitor: Visitor, task_id: str, body: dict[str, Any] = MORE, **headers: str) -> Reply:
    return visitor.submit(body, f"/v1/videos/{task_id}/remix", **headers)


def pictures(visitor: Visitor, task_id: str) -> list[np.ndarray]:
    """The frames of a task's clip in grey."""
    url = visitor.task(task_id)["result"]["videos"][0]["url"][0]
    with av.open(io.BytesIO(visitor.ask("GET", url).body), "r") as clip:
        return [frame.to_ndarray(format="gray") for frame in clip.decode(video=0)]


def extended(visitor: Visitor, task_id: str, **changes: Any) -> str:
    reply = extend(visitor, task_id, {**MORE, **changes})
    assert reply.status == 200, reply.body
    visitor.sandbox.finish()
    return str(reply.json()["data"][0]["task_id"])


def far_apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def test_an_extension_starts_with_the_whole_original_and_goes_on(visitor: Visitor, origin: str) -> None:
    before, after = pictures(visitor, origin), pictures(visitor, extended(visitor, origin))
    assert (len(before), len(after)) == (8 * 24, 15 * 24)
    assert max(far_apart(*pair) for pair in zip(before, after, strict=False)) < 1
    assert far_apart(after[len(before) - 1], after[len(before)]) > 3


def test_raw_gives_the_new_seconds_alone(visitor: Visitor, origin: str) -> None:
    before = pictures(visitor, origin)
    new = pictures(visitor, extended(visitor, origin, raw=True))
    assert len(new) == 7 * 24
    assert far_apart(before[0], new[0]) > 3


def test_an_extension_is_sold_once_by_the_clip_and_its_body_is_kept_as_sent(visitor: Visitor, origin: str) -> None:
    before = visitor.sandbox.sold
    task = visitor.task(extended(visitor, origin, resolution="720p"))
    assert visitor.sandbox.sold == before + 1
    sold = visitor.sandbox.tasks[-1]
    assert (sold["body"], sold["extends"]) == ({**MORE, "resolution": "720p"}, origin)
    assert task["cost"] == 0.14


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**MORE, "model": "veo3.1-quality"}, "that of the original"),
        ({"prompt": "on"}, "model is required"),
        ({"model": "veo3.1-fast"}, "prompt is required"),
        ({**MORE, "raw": "true"}, "expected boolean"),
        ({**MORE, "resolution": "4K"}, "invalid resolution"),
        ({**MORE, "aspect_ratio": "1:1"}, "invalid aspect_ratio"),
    ],
)
def test_what_the_page_does_not_allow_is_refused(
    visitor: Visitor, origin: str, body: dict[str, Any], words: str
) -> None:
    before = visitor.sandbox.sold
    reply = extend(visitor, origin, body)
    assert reply.status == 400 and words in reply.message
    assert visitor.sandbox.sold == before


def test_only_a_finished_clip_of_a_model_that_extends_is_taken(visitor: Visitor, origin: str) -> None:
    lite = visitor.buy({"model": "veo3.1-lite", "prompt": "a sea"})
    assert extend(visitor, lite, {**MORE, "model": "veo3.1-lite"}).status == 400
    assert extend(visitor, "task_01K8SGYNNNVBQTXNR4MM964S7K").status == 404
    assert "not an extension" in extend(visitor, extended(visitor, origin)).message
    visitor.sandbox.control(fail_jobs={"reason": "moderation", "times": 1})
    assert "has not succeeded" in extend(visitor, visitor.buy(ORIGIN)).message
    visitor.sandbox.control(job_seconds=1000)
    running = visitor.submit(ORIGIN).json()["data"][0]["task_id"]
    assert "has not succeeded" in extend(visitor, running).message


@pytest.mark.parametrize("path", ["task_1/../task_2", "task_1%2F", "..", "task_1?x=1", "task_1/remix/task_2"])
def test_a_path_that_is_none_leads_nowhere(visitor: Visitor, path: str) -> None:
    assert extend(visitor, path).status == 404


def test_keys_may_count_everywhere_but_there(visitor: Visitor, origin: str) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    ids = {extend(visitor, origin, Idempotency_Key=KEY).json()["data"][0]["task_id"] for _ in range(2)}
    assert len(ids) == 2


def test_keys_may_count_there_too_for_each_original(visitor: Visitor, origin: str) -> None:
    visitor.sandbox.control(honour_idempotency_at_remix=True)
    first, second = (extend(visitor, origin, Idempotency_Key=KEY) for _ in range(2))
    assert first.json() == second.json() and second.headers["Idempotency-Replayed"] == "true"
    other = extend(visitor, visitor.buy(ORIGIN), Idempotency_Key=KEY)
    assert other.json() != first.json()
