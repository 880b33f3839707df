"""The sandbox provider answers as the documents say, charges nothing it should not, and misbehaves on request."""

from __future__ import annotations

import http.client
import io
import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
import pytest
from PIL import Image
from sandboxed import Sandbox

SUBMIT = "/v1/videos/generations"
UNREACHABLE = "http://127.0.0.1:9/nothing.png"
SANDBOX_MODULES = Path(__file__).resolve().parent.parent / "sandbox"


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return str(self.json()["error"]["message"])


@dataclass
class Visitor:
    """A client with a key."""

    sandbox: Sandbox

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        parts = urlsplit(self.sandbox.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        try:
            connection.request(method, path.removeprefix(self.sandbox.url), body, named)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, **{"Authorization": f"Bearer {self.sandbox.key}", **headers})

    def submit(self, body: Any, **headers: str) -> Reply:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        key = {"Authorization": f"Bearer {self.sandbox.key}", "Content_Type": "application/json"}
        return self.ask("POST", SUBMIT, content, **{**key, **headers})

    def buy(self, body: dict[str, Any]) -> str:
        """Submit, let the job end, and give its task id."""
        reply = self.submit(body)
        assert reply.status == 200, reply.body
        self.sandbox.finish()
        return str(reply.json()["data"][0]["task_id"])

    def task(self, task_id: str) -> Any:
        return self.get(f"/v1/tasks/{task_id}").json()["data"]

    def outcome(self, body: dict[str, Any]) -> Any:
        return self.task(self.buy(body))

    def upload(self, content: bytes, field: str = "file", name: str = "a.png") -> Reply:
        head = f'--B0\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + b"\r\n--B0--\r\n"
        key = f"Bearer {self.sandbox.key}"
        kind = "multipart/form-data; boundary=B0"
        return self.ask("POST", "/v1/uploads/images", body, Authorization=key, Content_Type=kind)


def picture(kind: str = "PNG", width: int = 640, height: int = 360) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (20, 120, 220)).save(file, kind)
    return file.getvalue()


def moving_clip(frames: int = 96, rate: Fraction = Fraction(24), sound: bool = False) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        heard = container.add_stream("aac", rate=44100) if sound else None
        for number in range(frames):
            levels = np.full((96, 160, 3), number % 255, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(levels)))
        container.mux(stream.encode(None))
        if heard:
            _lay_long_sound(container, heard)
    return file.getvalue()


def _lay_long_sound(container: Any, stream: Any) -> None:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100 * 14), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 44100
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(keys=["sk-sandbox-test-key-0001", "sk-other-0002"]) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.control(reset=True)
    return running


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Visitor(sandbox)


@pytest.fixture(scope="module")
def image_url(running: Sandbox) -> str:
    return str(Visitor(running).upload(picture()).json()["url"])


@pytest.fixture(scope="module")
def video_url(running: Sandbox) -> str:
    return running.host(moving_clip(96))


@pytest.fixture
def motion(image_url: str, video_url: str) -> dict[str, Any]:
    """The curl example of the Kling pages, its media replaced by ours."""
    return {
        "model": "kling-v2-6-motion-control",
        "prompt": "the character turns around and waves, cinematic light",
        "image_url": image_url,
        "video_url": video_url,
        "keep_original_sound": "yes",
        "character_orientation": "image",
        "mode": "std",
        "watermark_info": {"enabled": False},
    }


@pytest.fixture
def sora() -> dict[str, Any]:
    return {"model": "sora-2", "prompt": "a waterfall forms a rainbow", "duration": 8, "resolution": "720p"}


@pytest.fixture
def veo() -> dict[str, Any]:
    prompt = "a golden retriever running on the beach, sunset, cinematic"
    return {"model": "veo3.1-fast-official", "prompt": prompt, "duration": 4, "aspect_ratio": "16:9"}


class _Redirecting(BaseHTTPRequestHandler):
    """/N/URL leads to URL after N redirects."""

    def do_GET(self) -> None:
        hops, _, url = self.path[1:].partition("/")
        self.send_response(302)
        self.send_header("Location", url if hops == "1" else f"/{int(hops) - 1}/{url}")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def redirects() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Redirecting) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def read_clip(content: bytes) -> Any:
    return av.open(io.BytesIO(content))


# The three pages the project was created from.


def test_the_kling_example_is_billed_by_the_measured_seconds(visitor: Visitor, motion: dict[str, Any]) -> None:
    done = visitor.outcome(motion)
    assert done["status"] == "completed"
    assert done["cost"] == pytest.approx(4 * 0.05712)
    assert done["credits_cost"] == pytest.approx(done["cost"] * 10)


def test_the_kling_scenarios_of_the_pages_are_accepted(visitor: Visitor, motion: dict[str, Any]) -> None:
    second = motion | {"character_orientation": "video", "mode": "pro", "keep_original_sound": "no"}
    bare = {name: motion[name] for name in ("model", "image_url", "video_url", "character_orientation", "mode")}
    for body in (motion, second, bare, motion | {"model": "kling-v3-motion-control"}):
        assert visitor.submit(body).json()["data"][0]["status"] == "submitted"


def test_the_sora_example_follows_its_picture(visitor: Visitor, sora: dict[str, Any], sandbox: Sandbox) -> None:
    upright = visitor.upload(picture(width=360, height=640)).json()["url"]
    done = visitor.outcome(sora | {"aspect_ratio": "16:9", "image_urls": [upright]})
    assert done["cost"] == pytest.approx(0.64)
    clip = sandbox.state()["tasks"][-1]["clip"]
    assert (clip["width"], clip["height"], clip["frames"]) == (720, 1280, 192)


@pytest.mark.parametrize(
    ("extra", "usd"),
    [
        ({}, 8 * 0.064),
        (
            {
                "model": "veo3.1-quality-official",
                "negative_prompt": "blurry, low quality, watermark, text",
                "duration": 8,
                "aspect_ratio": "16:9",
                "resolution": "1080p",
                "seed": 12345,
                "generate_audio": True,
                "person_generation": "disallow",
                "enhance_prompt": True,
            },
            8 * 0.32,
        ),
        ({"first_frame_image": "IMAGE", "duration": 8, "resolution": "720p"}, 8 * 0.064),
        ({"first_frame_image": "IMAGE", "last_frame_image": "IMAGE", "resolution": "1080p"}, 8 * 0.08),
        ({"model": "veo3.1-quality-official", "duration": 8, "generate_audio": True}, 8 * 0.32),
        ({"sample_count": 3, "duration": 4}, 3 * 4 * 0.064),
    ],
)
def test_the_veo_scenarios_of_the_page_cost_what_the_price_page_says(
    visitor: Visitor, image_url: str, extra: dict[str, Any], usd: float
) -> None:
    body = {"model": "veo3.1-fast-official", "prompt": "the cat slowly walks forward", **extra}
    filled = {name: image_url if value == "IMAGE" else value for name, value in body.items()}
    assert visitor.outcome(filled)["cost"] == pytest.approx(usd)


@pytest.mark.parametrize(
    "wrong",
    [
        {"image_url": None}, {"video_url": "clip.mp4"}, {"video_url": "file:///etc/passwd"}, {"mode": "fast"},
        {"keep_original_sound": True}, {"keep_original_sound": "maybe"}, {"character_orientation": "left"},
        {"watermark_info": False}, {"watermark_info": {"enabled": "no"}}, {"prompt": 5},
        {"image_url": "data:image/png;base64,AAAA"}, {"mode": ...}, {"image_url": ...}, {"video_url": ...},
        {"character_orientation": ...},
    ],
)  # fmt: skip
def test_a_motion_request_outside_the_page_is_refused(
    visitor: Visitor, motion: dict[str, Any], wrong: dict[str, Any]
) -> None:
    _assert_refused(visitor, motion, wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": "8"}, {"duration": 5}, {"duration": 8.0}, {"duration": True}, {"resolution": "1080p"},
        {"resolution": "720P"}, {"aspect_ratio": "1:1"}, {"image_urls": "http://a.b/c.png"}, {"prompt": ...},
        {"image_urls": ["http://a.b/1.png", "http://a.b/2.png"]}, {"image_urls": [{"url": "http://a.b/1.png"}]},
        {"prompt": "  "}, {"prompt": None}, {"duration": None},
    ],
)  # fmt: skip
def test_a_sora_request_outside_the_page_is_refused(
    visitor: Visitor, sora: dict[str, Any], wrong: dict[str, Any]
) -> None:
    _assert_refused(visitor, sora, wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": "8"}, {"duration": 5}, {"resolution": "4k"}, {"aspect_ratio": "landscape"}, {"seed": -1},
        {"seed": 4294967296}, {"sample_count": 0}, {"sample_count": 5}, {"generate_audio": "yes"},
        {"enhance_prompt": False}, {"person_generation": "allow_all"}, {"resize_mode": "pad"},
        {"resize_mode": "fit", "first_frame_image": "http://a.b/1.png"}, {"last_frame_image": "http://a.b/1.png"},
        {"prompt": ...}, {"negative_prompt": ["x"]},
    ],
)  # fmt: skip
def test_a_veo_request_outside_the_page_is_refused(
    visitor: Visitor, veo: dict[str, Any], wrong: dict[str, Any]
) -> None:
    _assert_refused(visitor, veo, wrong)


def _assert_refused(visitor: Visitor, body: dict[str, Any], wrong: dict[str, Any]) -> None:
    """`...` stands for a parameter left out."""
    before = visitor.sandbox.paid
    merged = {name: value for name, value in (body | wrong).items() if value is not ...}
    reply = visitor.submit(merged)
    assert (reply.status, reply.json()["error"]["type"]) == (400, "invalid_request_error")
    assert any(name in reply.message for name in wrong)
    assert visitor.sandbox.paid == before


def test_fields_the_page_does_not_know_are_let_through(visitor: Visitor, veo: dict[str, Any]) -> None:
    assert visitor.submit(veo | {"fps": 30, "webhook": 5}).status == 200


def test_an_unknown_model_a_missing_one_and_broken_json_are_told_apart(visitor: Visitor) -> None:
    assert visitor.submit({"model": "sora-9", "prompt": "x"}).status == 404
    assert visitor.submit({"prompt": "x"}).status == 400
    assert visitor.submit(b'{"model": "sora-2"').status == 400
    assert visitor.submit([1]).status == 400


# Media.


@pytest.mark.parametrize(
    ("frames", "rate", "orientation", "passes"),
    [
        (72, "24", "image", True), (71, "24", "image", False), (240, "24", "image", True),
        (242, "24", "image", False), (242, "24", "video", True), (90, "30000/1001", "image", True),
        (300, "30000/1001", "image", True), (301, "30000/1001", "image", False),
    ],
)  # fmt: skip
def test_the_reference_clip_is_held_to_its_seconds_within_half_a_frame(
    visitor: Visitor, motion: dict[str, Any], frames: int, rate: str, orientation: str, passes: bool
) -> None:
    url = visitor.sandbox.host(moving_clip(frames, Fraction(rate)))
    done = visitor.outcome(motion | {"video_url": url, "character_orientation": orientation})
    assert done["status"] == ("completed" if passes else "failed")
    if passes:
        assert done["cost"] == pytest.approx(frames / float(Fraction(rate)) * 0.05712, abs=1e-5)
    else:
        assert "reference video lasts" in done["error"]["message"]


def test_sound_that_outlasts_the_picture_is_not_measured(visitor: Visitor) -> None:
    found = visitor.sandbox.measure(visitor.sandbox.host(moving_clip(96, sound=True)))
    assert (found["seconds"], found["frames"], found["has_sound"]) == (4.0, 96, True)


@pytest.mark.parametrize("content", [b"", b"not a video at all", picture("PNG"), picture("GIF")])
def test_what_is_no_video_is_not_measured(visitor: Visitor, content: bytes) -> None:
    assert "error" in visitor.sandbox.measure(visitor.sandbox.host(content))


@pytest.mark.parametrize("field", ["image_url", "video_url"])
def test_unreachable_media_fail_the_task_for_free(visitor: Visitor, motion: dict[str, Any], field: str) -> None:
    balance = visitor.sandbox.state()["balance"]
    done = visitor.outcome(motion | {field: UNREACHABLE})
    assert (done["status"], done["progress"], done["credits_cost"]) == ("failed", 100, 0)
    assert "cost" not in done
    nested = json.loads(done["error"]["message"])["error"]
    assert nested["status"] == "INVALID_ARGUMENT" and field in nested["message"]
    assert visitor.sandbox.state()["balance"] == balance


def test_media_can_be_refused_at_the_submit_instead(visitor: Visitor, motion: dict[str, Any]) -> None:
    visitor.sandbox.control(media_at_submit=True)
    assert visitor.submit(motion | {"image_url": UNREACHABLE}).status == 400
    assert visitor.submit(motion).status == 200


def test_an_unreadable_or_unsupported_picture_fails_the_task(visitor: Visitor, sora: dict[str, Any]) -> None:
    broken = visitor.sandbox.host(picture()[:200], "a.png", "image/png")
    gif = visitor.upload(picture("GIF")).json()["url"]
    assert visitor.outcome(sora | {"image_urls": [broken]})["status"] == "failed"
    assert "GIF" in visitor.outcome(sora | {"image_urls": [gif]})["error"]["message"]


@pytest.mark.parametrize(("hops", "status"), [(3, "completed"), (4, "failed")])
def test_three_redirects_are_followed_and_no_more(
    visitor: Visitor, sora: dict[str, Any], redirects: str, image_url: str, hops: int, status: str
) -> None:
    url = f"{redirects}/{hops}/{image_url}"
    assert visitor.outcome(sora | {"image_urls": [url]})["status"] == status


def test_a_redirect_to_a_file_is_not_followed(visitor: Visitor, sora: dict[str, Any], redirects: str) -> None:
    done = visitor.outcome(sora | {"image_urls": [f"{redirects}/1/file:///etc/hostname"]})
    assert done["status"] == "failed"


@pytest.mark.parametrize(
    ("kind", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")]
)
def test_an_upload_is_recognised_by_its_content_and_served_again(
    visitor: Visitor, kind: str, content_type: str
) -> None:
    content = picture(kind)
    said = visitor.upload(content, name="misnamed.txt").json()
    assert set(said) == {"url", "filename", "content_type", "bytes", "created_at"}
    assert (said["content_type"], said["bytes"], said["filename"]) == (content_type, len(content), "misnamed.txt")
    served = visitor.ask("GET", said["url"])
    assert (served.body, served.headers["Content-Type"]) == (content, content_type)


def test_a_bad_upload_is_refused_with_its_reason(visitor: Visitor) -> None:
    assert "unsupported image type" in visitor.upload(moving_clip(4)).message
    assert "invalid image content" in visitor.upload(picture()[:120]).message
    assert "file" in visitor.upload(picture(), field="image").message
    too_large = visitor.upload(picture() + bytes(20971520))
    assert too_large.status == 413 and "exceeds maximum 20971520 bytes" in too_large.message


def test_an_upload_sent_in_chunks_is_understood(visitor: Visitor) -> None:
    content = picture()
    head = b'--B0\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    parts = urlsplit(visitor.sandbox.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    headers = {"Authorization": f"Bearer {visitor.sandbox.key}", "Content-Type": "multipart/form-data; boundary=B0"}
    connection.request("POST", "/v1/uploads/images", iter([head, content, b"\r\n--B0--\r\n"]), headers)
    assert json.load(connection.getresponse())["bytes"] == len(content)
    connection.close()


# The walk of a job, and its shapes.


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
    ("style", "code"), [("documented", 429), ("int", 429), ("string", "rate_limit_error"), ("empty", ""), ("absent", None)]
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


# The clips.


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
    clip = visitor.sandbox.state()["tasks"][-1]["clip"]
    assert (clip["width"], clip["height"], clip["frames"], clip["rate"]) == (width, height, 96, "24")


def test_a_true_size_clip_is_h264_bt709_with_stereo_aac_and_moves(visitor: Visitor, veo: dict[str, Any]) -> None:
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
    assert all(np.any(before != after) for before, after in zip(frames, frames[1:]))


def test_sound_comes_only_where_it_was_bought(
    visitor: Visitor, veo: dict[str, Any], motion: dict[str, Any]
) -> None:
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
    clip = visitor.sandbox.state()["tasks"][-1]["clip"]
    assert (clip["frames"], clip["rate"], clip["width"], clip["height"]) == (105, "30000/1001", 1800, 1080)


def test_several_samples_are_several_files(visitor: Visitor, veo: dict[str, Any]) -> None:
    urls = visitor.outcome(veo | {"sample_count": 3})["result"]["videos"][0]["url"]
    assert len({visitor.ask("GET", url).body for url in urls}) == 3


# Downloads.


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


def test_a_link_dies_after_its_day_with_the_file_hosts_own_words(
    visitor: Visitor, veo: dict[str, Any]
) -> None:
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


# Money and keys.


def test_the_balance_falls_by_the_cost_and_only_at_completion(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(balance=10, job_seconds=1000)
    visitor.submit(veo)
    assert visitor.get("/v1/balance").json()["remain_balance"] == 10
    visitor.sandbox.finish()
    money = visitor.get("/v1/user/balance").json()
    assert money["success"] is True
    assert money["remain_balance"] == pytest.approx(10 - 0.256)


def test_an_empty_account_gets_402_everywhere(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(balance=0.04)
    for path in ("/v1/balance", "/v1/user/balance", "/v1/models", "/v1/tasks/task_1", "/v1/model-schema?model=sora-2"):
        assert visitor.get(path).status == 402
    reply = visitor.submit(veo)
    assert reply.status == 402 and "current: 0.0400 USD" in reply.message


def test_a_missing_and_a_wrong_key_are_refused_as_captured(visitor: Visitor) -> None:
    missing = visitor.ask("GET", "/v1/balance")
    wrong = visitor.ask("GET", "/v1/balance", Authorization="Bearer sk-wrong")
    assert missing.status == wrong.status == 401
    assert set(missing.json()["error"]) == {"message", "type"}
    error = wrong.json()["error"]
    assert (error["code"], error["param"], error["type"]) == ("", "", "apimart_error")
    assert f"(request id: {wrong.headers['X-Oneapi-Request-Id']})" in error["message"]


def test_an_unknown_route_is_404_even_without_a_key(visitor: Visitor) -> None:
    assert visitor.ask("POST", "/v1/uploads/videos", b"").status == 404
    assert visitor.ask("POST", SUBMIT, b"{}").status == 401


def test_an_unknown_task_and_a_malformed_id_are_told_apart(visitor: Visitor) -> None:
    assert visitor.get("/v1/tasks/task_01K8SGYNNNVBQTXNR4MM964S7K").status == 404
    assert visitor.get("/v1/tasks/job-1").status == 400


def test_prices_need_no_key_and_hold_the_seed_families(visitor: Visitor) -> None:
    catalogue = visitor.ask("GET", "/api/pricing/models/all").json()
    priced = {model["id"]: model["fixed_prices"] for model in catalogue["data"]["models"]["video"]}
    motion = {item["key"]: item["after_discount"] for item in priced["kling-v3-motion-control"]["items"]}
    assert motion == {"default": 0.10288, "pro": 0.13712}
    assert priced["sora-2-pro"]["items"][0]["key"] == "official-720P"
    assert priced["veo3.1-fast"]["unit"] == "usd_per_call"


def test_models_are_listed_with_their_parameters_on_request(visitor: Visitor) -> None:
    plain = visitor.get("/v1/models").json()["data"]
    full = visitor.get("/v1/models?expand=category,parameters&category=video").json()["data"]
    assert len(plain) == len(full) >= 55
    assert "parameters" not in plain[0]
    assert full[0]["category"] == "video" and "properties" in full[0]["parameters"]


# Idempotency.


def test_a_key_is_ignored_until_it_is_honoured(visitor: Visitor, veo: dict[str, Any]) -> None:
    before = visitor.sandbox.paid
    ids = {visitor.submit(veo, Idempotency_Key="a").json()["data"][0]["task_id"] for _ in range(2)}
    assert (len(ids), visitor.sandbox.paid) == (2, before + 2)
    assert "idempotency" not in visitor.get("/v1/model-schema?model=sora-2&operation=video_generation").json()


def test_the_same_key_and_body_buys_once(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    first, second = (visitor.submit(veo, Idempotency_Key="once-1") for _ in range(2))
    assert first.json() == second.json()
    assert (first.headers["Idempotency-Replayed"], second.headers["Idempotency-Replayed"]) == (None, "true")
    assert visitor.sandbox.state()["paid_by_idempotency_key"]["once-1"] == 1
    schema = visitor.get("/v1/model-schema?model=sora-2&operation=video_generation").json()
    assert schema["idempotency"]["retention_seconds"] == 86400
    assert schema["endpoint"] == SUBMIT


def test_the_same_key_with_another_body_is_a_conflict(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True, error_code_style="int")
    visitor.submit(veo, Idempotency_Key="reuse-1")
    reply = visitor.submit(veo | {"duration": 6}, Idempotency_Key="reuse-1")
    assert (reply.status, reply.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_a_key_is_forgotten_after_a_day_and_belongs_to_one_api_key(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    visitor.submit(veo, Idempotency_Key="day-1")
    visitor.submit(veo, Idempotency_Key="day-1", Authorization="Bearer sk-other-0002")
    visitor.sandbox.control(advance_seconds=86500)
    visitor.submit(veo, Idempotency_Key="day-1")
    assert visitor.sandbox.state()["paid_by_idempotency_key"]["day-1"] == 3


def test_twenty_at_once_with_one_key_make_one_purchase(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: visitor.submit(veo, Idempotency_Key="rush-1"), range(20)))
    assert {reply.status for reply in replies} <= {200, 409}
    assert all(reply.headers["Retry-After"] for reply in replies if reply.status == 409)
    assert visitor.sandbox.state()["paid_by_idempotency_key"]["rush-1"] == 1


def test_a_key_with_a_space_or_too_long_is_refused(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(honour_idempotency=True)
    assert visitor.submit(veo, Idempotency_Key="a b").status == 400
    assert visitor.submit(veo, Idempotency_Key="a" * 192).status == 400


# Named behaviours.


@pytest.mark.parametrize(
    ("do", "status", "code"),
    [
        ("400", 400, 400), ("401", 401, 401), ("402", 402, 402), ("403", 403, 403), ("404", 404, 404),
        ("413", 413, 413), ("429", 429, 429), ("500", 500, 500), ("502", 502, 502), ("503", 503, 503),
        ("503_idempotency_unavailable", 503, "idempotency_unavailable"),
        ("409_in_progress", 409, "idempotency_in_progress"),
        ("409_indeterminate", 409, "idempotency_result_indeterminate"),
        ("409_reused", 409, "idempotency_key_reused"),
        ("get_channel_failed", 400, "get_channel_failed"),
        ("build_request_failed", 500, "build_request_failed"),
        ("moderation", 500, "build_request_failed"),
    ],
)  # fmt: skip
def test_a_refusing_behaviour_refuses_once_and_sells_nothing(
    visitor: Visitor, veo: dict[str, Any], do: str, status: int, code: Any
) -> None:
    before = visitor.sandbox.paid
    visitor.sandbox.behave("submit", do)
    reply = visitor.submit(veo)
    assert (reply.status, reply.json()["error"]["code"], visitor.sandbox.paid) == (status, code, before)
    assert visitor.submit(veo).status == 200


def test_behaviours_queue_up_in_order_and_wait_for_their_model(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(
        behaviours=[
            {"on": "submit", "do": "429", "times": 2},
            {"on": "submit", "do": "502"},
            {"on": "submit", "do": "500", "model": "sora-2"},
        ]
    )
    assert [visitor.submit(veo).status for _ in range(4)] == [429, 429, 502, 200]
    assert visitor.submit({"model": "sora-2", "prompt": "x"}).status == 500


def test_a_connection_dropped_before_acceptance_is_not_paid_and_after_it_is(
    visitor: Visitor, veo: dict[str, Any]
) -> None:
    before = visitor.sandbox.paid
    paid = []
    for do in ("drop_before", "drop_after"):
        visitor.sandbox.behave("submit", do)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            visitor.submit(veo)
        paid.append(visitor.sandbox.paid - before)
    assert paid == [0, 1]


@pytest.mark.parametrize("do", ["wrong_json", "empty_2xx_no_id"])
def test_a_spoilt_answer_was_still_paid(visitor: Visitor, veo: dict[str, Any], do: str) -> None:
    before = visitor.sandbox.paid
    visitor.sandbox.behave("submit", do)
    assert b"task_0" not in visitor.submit(veo).body
    assert visitor.sandbox.paid == before + 1


def test_a_500_may_hide_a_purchase(visitor: Visitor, veo: dict[str, Any]) -> None:
    before = visitor.sandbox.paid
    visitor.sandbox.behave("submit", "500", accepted=True)
    assert visitor.submit(veo).status == 500
    assert visitor.sandbox.paid == before + 1


def test_a_gateway_page_stands_in_the_way(visitor: Visitor) -> None:
    visitor.sandbox.behave("poll", "html", status=503)
    page = visitor.get("/v1/tasks/task_1")
    assert (page.status, page.body[:9]) == (503, b"<!DOCTYPE")


def test_an_unknown_behaviour_or_setting_is_not_taken(sandbox: Sandbox) -> None:
    for wrong in ({"behaviours": [{"on": "submit", "do": "explode"}]}, {"result_shape": "round"}, {"speed": 3}):
        with pytest.raises(OSError, match="400"):
            sandbox.control(**wrong)


# The program.


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
        assert sandbox.paid == 2
        assert visitor.ask("GET", urlsplit(uploaded).path).status == 200
        sandbox.finish()
        finished = [visitor.task(task_id) for task_id in (done, running)]
        assert [task["status"] for task in finished] == ["completed", "completed"]
        assert visitor.ask("GET", finished[0]["result"]["videos"][0]["url"][0]).status == 200


def test_a_thousand_jobs_wait_while_two_hundred_ask(visitor: Visitor, veo: dict[str, Any]) -> None:
    visitor.sandbox.control(job_seconds=100000, fail_jobs="upstream")
    with ThreadPoolExecutor(50) as pool:
        ids = list(pool.map(lambda _: visitor.submit(veo).json()["data"][0]["task_id"], range(1000)))
    with ThreadPoolExecutor(200) as pool:
        found = list(pool.map(visitor.task, ids[:400]))
    assert {task["status"] for task in found} == {"pending"}
    assert visitor.sandbox.state()["in_flight_max"] >= 1000


def test_the_sandbox_imports_nothing_of_the_pack() -> None:
    allowed = {*sys.stdlib_module_names, "av", "numpy", "PIL", "__future__"}
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
