"""The three model pages that are known in full: Kling motion control, Sora 2 and Veo 3.1 official."""

from __future__ import annotations

from .documents import MEGABYTE, Body, Field, Model, Prices

MOTION_SECONDS = {"image": (3.0, 10.0), "video": (3.0, 30.0)}


def _watermark_is_a_flag(body: Body) -> str | None:
    enabled = body.get("watermark_info", {}).get("enabled", False)
    return None if isinstance(enabled, bool) else "watermark_info.enabled must be a boolean"


def _last_needs_first(body: Body) -> str | None:
    if "last_frame_image" in body and "first_frame_image" not in body:
        return "last_frame_image must be used together with first_frame_image"
    return None


def _resize_needs_picture(body: Body) -> str | None:
    if "resize_mode" in body and "first_frame_image" not in body:
        return "resize_mode only applies to image-to-video"
    return None


def _motion_seconds(body: Body) -> tuple[float, float]:
    return MOTION_SECONDS[body["character_orientation"]]


def _motion(name: str, standard: float, professional: float) -> Model:
    return Model(
        name,
        "kling-motion-control",
        (
            Field("prompt"),
            Field("image_url", "picture", required=True),
            Field("video_url", "clip", required=True),
            Field("keep_original_sound", values=("yes", "no"), default="yes"),
            Field("character_orientation", required=True, values=("image", "video")),
            Field("mode", required=True, values=("std", "pro")),
            Field("watermark_info", "object"),
        ),
        Prices("usd_per_second", {"default": standard, "pro": professional}),
        (_watermark_is_a_flag,),
        picture_max_bytes=10 * MEGABYTE,
        clip_seconds=_motion_seconds,
        tags=("motion-control",),
    )


def _sora(name: str, resolutions: tuple[str, ...], tiers: dict[str, float]) -> Model:
    return Model(
        name,
        "sora-2",
        (
            Field("prompt", required=True),
            Field("duration", "integer", values=(4, 8, 12, 16, 20), default=4),
            Field("resolution", values=resolutions, default="720p"),
            Field("aspect_ratio", values=("16:9", "landscape", "9:16", "portrait"), default="16:9"),
            Field("image_urls", "pictures", max_items=1),
        ),
        Prices("usd_per_second", tiers),
        picture_max_bytes=10 * MEGABYTE,
        picture_formats=("JPEG", "PNG", "WEBP"),
        tags=("text-to-video", "image-to-video"),
    )


def _veo(name: str, tiers: dict[str, float]) -> Model:
    return Model(
        name,
        "veo3.1-official",
        (
            Field("prompt", required=True),
            Field("negative_prompt"),
            Field("duration", "integer", values=(4, 6, 8), default=8),
            Field("aspect_ratio", values=("16:9", "9:16"), default="16:9"),
            Field("resolution", values=("720p", "1080p", "4K"), default="720p"),
            Field("first_frame_image", "picture"),
            Field("last_frame_image", "picture"),
            Field("seed", "integer", minimum=0, maximum=4294967295),
            Field("sample_count", "integer", minimum=1, maximum=4, default=1),
            Field("generate_audio", "boolean", default=False),
            Field("person_generation", values=("allow_adult", "disallow"), default="allow_adult"),
            Field("resize_mode", values=("pad", "crop"), default="pad"),
            Field("enhance_prompt", "boolean", values=(True,), default=True),
        ),
        Prices("usd_per_second", tiers),
        (_last_needs_first, _resize_needs_picture),
        tags=("text-to-video", "image-to-video"),
    )


SEEDS = (
    _motion("kling-v3-motion-control", 0.10288, 0.13712),
    _motion("kling-v2-6-motion-control", 0.05712, 0.09144),
    _sora("sora-2", ("720p",), {"official-720P": 0.08}),
    _sora(
        "sora-2-pro",
        ("720p", "1024p", "1080p"),
        {"official-720P": 0.24, "official-1024P": 0.40, "official-1080P": 0.56},
    ),
    _veo(
        "veo3.1-fast-official",
        {"720P": 0.064, "720P-audio": 0.08, "1080P": 0.08, "1080P-audio": 0.096, "4K": 0.20, "4K-audio": 0.24},
    ),
    _veo(
        "veo3.1-quality-official",
        {"720P": 0.16, "720P-audio": 0.32, "1080P": 0.16, "1080P-audio": 0.32, "4K": 0.32, "4K-audio": 0.48},
    ),
)
