"""The sandbox accepts what the three seed pages show, refuses what they rule out, and looks at media itself."""

from __future__ import annotations

import http.client
import json
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

import pytest
from sandbox_visits import Visitor, moving_clip, picture
from sandboxed import Sandbox

pytest_plugins = ["sandbox_fixtures"]
UNREACHABLE = "http://127.0.0.1:9/nothing.png"
LONG = pytest.mark.slow  # ten seconds at full size are drawn


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
    clip = sandbox.tasks[-1]["clip"]
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
    before = visitor.sandbox.sold
    merged = {name: value for name, value in (body | wrong).items() if value is not ...}
    reply = visitor.submit(merged)
    assert (reply.status, reply.json()["error"]["type"]) == (400, "invalid_request_error")
    assert any(name in reply.message for name in wrong)
    assert visitor.sandbox.sold == before


def test_fields_the_page_does_not_know_are_let_through(visitor: Visitor, veo: dict[str, Any]) -> None:
    assert visitor.submit(veo | {"fps": 30, "webhook": 5}).status == 200


def test_an_unknown_model_a_missing_one_and_broken_json_are_told_apart(visitor: Visitor) -> None:
    assert visitor.submit({"model": "sora-9", "prompt": "x"}).status == 404
    assert visitor.submit({"prompt": "x"}).status == 400
    assert visitor.submit(b'{"model": "sora-2"').status == 400
    assert visitor.submit([1]).status == 400


@pytest.mark.parametrize(
    ("frames", "rate", "orientation", "passes"),
    [
        (72, "24", "image", True), (71, "24", "image", False), pytest.param(240, "24", "image", True, marks=LONG),
        (242, "24", "image", False), pytest.param(242, "24", "video", True, marks=LONG),
        (90, "30000/1001", "image", True), pytest.param(300, "30000/1001", "image", True, marks=LONG),
        (301, "30000/1001", "image", False),
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
    ("kind", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
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
