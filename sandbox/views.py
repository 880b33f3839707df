"""What a task looks like from outside, in each of the shapes that were seen in the wild."""

from __future__ import annotations

import json
import math
from typing import Any

from .control import Settings
from .tasks import STILL_SUFFIX, Task

PENDING_SHARE = 0.15
ADDS_PICTURE = ("return_last_frame", "enable_gif")


def view_submitted(task: Task, shape: str, base_url: str, request_id: str) -> dict[str, Any]:
    """The answer to a submit; `shape` is one of SUBMIT_SHAPES but auto."""
    if shape == "top_level":
        return {"task_id": task.id, "status": "submitted"}
    if shape == "top_level_id":
        return {"id": task.id, "status": "submitted"}
    if shape == "data_task_id":
        return {"code": 200, "data": {"task_id": task.id, "status": "submitted"}}
    if shape == "200_array":
        return {"code": 200, "data": [{"status": "submitted", "task_id": task.id}]}
    kind, status = ("generation.result", "pending") if shape == "202_result" else ("generation.task", "queued")
    data = {"id": task.id, "object": kind, "status": status, "poll_url": f"{base_url}/v1/tasks/{task.id}"}
    return {"code": 202, "data": data, "request_id": request_id}


def view_task(task: Task, settings: Settings, base_url: str, now: float) -> dict[str, Any]:
    """The answer to a poll."""
    if task.failed:
        data = _failed(task, settings)
    elif task.ended is not None:
        data = _completed(task, settings, base_url)
    else:
        data = _unfinished(task, settings, now)
    return data if settings.result_shape == "bare_string" else {"code": 200, "data": data}


def _unfinished(task: Task, settings: Settings, now: float) -> dict[str, Any]:
    share = min(0.999, (now - task.started) / task.seconds) if task.seconds > 0 else 0.999
    status = "pending" if share < PENDING_SHARE else "processing"
    if settings.statuses:
        status = settings.statuses[int(share * len(settings.statuses))]
    progress = 0 if status == "pending" else max(1, int(share * 100))
    return _common(task, settings) | {"progress": progress, "status": status}


def _common(task: Task, settings: Settings) -> dict[str, Any]:
    estimated = task.estimated if settings.estimated_seconds is None else settings.estimated_seconds
    return {"created": int(task.started), "estimated_time": max(1, math.ceil(estimated)), "id": task.id}


def _failed(task: Task, settings: Settings) -> dict[str, Any]:
    """As captured: HTTP 200, progress 100, no cost and no times."""
    status = "cancelled" if (task.fails or {}).get("reason") == "cancelled" else settings.failed_status
    return {"credits_cost": 0, "error": task.error, "id": task.id, "progress": 100, "status": status}


def _completed(task: Task, settings: Settings, base_url: str) -> dict[str, Any]:
    assert task.ended is not None
    completed = int(task.ended)
    data = _common(task, settings) | {
        "actual_time": completed - int(task.started),
        "completed": completed,
        "progress": 100,
        "status": settings.done_status,
    }
    urls = [f"{base_url}/f/video/{name}" for name in task.names]
    return data | _costs(task, settings) | _result(task, settings, urls)


def _costs(task: Task, settings: Settings) -> dict[str, Any]:
    if settings.cost_absent:
        return {}
    cost: Any = task.cost
    return {
        "cost": f"{cost:g}" if settings.cost_as_string else cost,
        "credits_cost": round(cost * 10, 5),
    }


def _result(task: Task, settings: Settings, urls: list[str]) -> dict[str, Any]:
    assert task.ended is not None
    expires = {"expires_at": int(task.ended + settings.link_seconds)}
    shape = settings.result_shape
    if not urls:
        return {"result": {"prompt": f"SANDBOX: {task.body.get('prompt', '')}"}}
    if shape == "data_url":
        return {"url": urls[0]}
    plain: dict[str, Any] = {
        "result_url_list": {"url": urls},
        "result_url": {"url": urls[0]},
        "result_list": urls,
        "result_json": json.dumps(urls),
        "result_string": urls[0],
        "video_url": {"video_url": urls[0]},
        "videos_strings": {"videos": urls},
        "many_videos": {"videos": [{"url": [url], **expires} for url in urls]},
        "list": {"videos": [{"url": urls, **expires}]},
    }
    if shape == "list" and any(task.body.get(name) for name in ADDS_PICTURE):
        shape = "with_images"
    return {"result": plain[shape] if shape in plain else _decorated(task, shape, urls, expires)}


def _decorated(task: Task, shape: str, urls: list[str], expires: dict[str, int]) -> dict[str, Any]:
    if shape == "with_images":
        images = [{"url": [f"{urls[0]}{STILL_SUFFIX}"], **expires}]
        return {"videos": [{"url": urls, **expires}], "images": images}
    clip = task.clip_to_draw()
    details = {"duration": clip.seconds, "width": clip.width, "height": clip.height}
    return {"videos": [{"url": url, **details, **expires} for url in urls]}
