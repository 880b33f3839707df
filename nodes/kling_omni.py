"""Kling 3.0 Omni and Kling Video O1: images and a video to refer to in the prompt.

Source: https://docs.apimart.ai, Kling v3 Omni and Kling Video O1 (English editions). The pages name the parameters of
several shots, but not how shots go together with references.
"""

from ..flow.model import (
    MEGABYTE,
    OFF,
    Choice,
    Family,
    Flag,
    ImageInput,
    Json,
    Price,
    Rule,
    Shots,
    Text,
    Values,
    VideoInput,
    multi_shot,
    spread,
)
from ..flow.model.shared_inputs import aspect_ratio, duration, first_frame, last_frame, watermark
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, SHOTS_ADD_UP_TO_DURATION, at_most_characters


def reference(url: str) -> Json:
    return {"video_url": url}


def is_omni(values: Values) -> bool:
    return bool(values.model == "kling-v3-omni")


def row(values: Values) -> str:
    """4k has one row; the rows of std with a video or with audio are called just `video` and `sound`."""
    if values.mode == "4k":
        return "4k"
    extra = "video" if values.video is not None else "sound" if values.audio else ""
    if not extra:
        return str(values.mode)
    return extra if values.mode == "std" else f"{values.mode}-{extra}"


def shaped(body: dict[str, Json]) -> dict[str, Json]:
    """What becomes of the video belongs into its own object, what shots say into the body itself."""
    about = {name: value for name, value in body.items() if name in ("refer_type", "keep_original_sound")}
    kept = {name: value for name, value in spread(body, "shots").items() if name not in about}
    videos = body.get("video_list")
    if isinstance(videos, list):
        kept["video_list"] = [{**video, **about} for video in videos if isinstance(video, dict)]
    return kept


FAMILY = Family(
    node_id="APIMartKlingOmni",
    title="APIMart Kling Omni",
    description="Generates videos from reference images and a reference video, or edits the video. Billed per "
    "requested second; more with a video or audio.",
    search_aliases=("kling", "omni", "o1", "reference to video", "video edit", "image to video"),
    shape=shaped,
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="Text prompt describing the video (video-o1: 2,500 characters max). Refer to the images as "
            "<<<image_1>>>, <<<image_2>>> ...",
        ),
        Choice(
            id="model",
            options=("kling-v3-omni", "kling-video-o1"),
            default="kling-v3-omni",
            help="v3-omni: 3 to 15 s, audio, up to 4K. video-o1: 5 or 10 s, reasons about the prompt.",
        ),
        Text(
            id="negative_prompt",
            sent_if=is_omni,
            help="Optional, v3-omni only: what to avoid in the video, 2,500 characters max.",
        ),
        Choice(
            id="mode",
            options=("std", "pro", "4k"),
            default="std",
            help="std renders 720p, pro 1080p and 4k 4K; higher modes cost more.",
        ),
        duration(3, 15, help="Duration in seconds, 3 to 15 (video-o1: 5 or 10); billed per second."),
        aspect_ratio("16:9", "9:16", "1:1"),
        ImageInput(
            id="images",
            wire="image_urls",
            many=7,
            formats=("png", "jpeg"),
            max_bytes=10 * MEGABYTE,
            help="Optional: up to 7 reference images for the prompt. Uploaded as PNG or JPEG, 10 MB max each.",
        ),
        first_frame("image_with_roles", formats=("png", "jpeg"), max_bytes=10 * MEGABYTE),
        last_frame("image_with_roles", formats=("png", "jpeg"), max_bytes=10 * MEGABYTE),
        VideoInput(
            id="video",
            wire="video_list",
            in_list=True,
            encode=reference,
            help="Optional: video to edit or use as a reference, 100 MB max. Cannot be combined with audio.",
        ),
        Choice(
            id="refer_type",
            options=("base", "feature"),
            default="base",
            sent_if=lambda v: v.video is not None,
            help="base edits the video; feature uses its look or motion as a reference. Used only when a video is "
            "connected.",
        ),
        Choice(
            id="keep_original_sound",
            options=("no", "yes"),
            default="no",
            sent_if=lambda v: v.video is not None,
            help="Keep the audio of the input video. Used only when a video is connected.",
        ),
        Flag(
            id="audio",
            default=False,
            sent_if=lambda v: is_omni(v) and v.video is None,
            help="Generate audio, v3-omni only; costs more. Cannot be combined with video.",
        ),
        Shots(
            id="shots",
            encode=multi_shot,
            sent_if=lambda v: is_omni(v) and v.shots.how != OFF,
            help="v3-omni only. off generates a single shot, auto lets Kling split the prompt into shots. Otherwise "
            "each shot has its own prompt and seconds, which must add up to duration. Combining shots with references "
            "is not documented by the provider.",
        ),
        watermark(sent_if=is_omni),
    ),
    rules=(
        Rule(
            "kling-video-o1 supports 5 or 10 s: set duration to 5 or 10, or select kling-v3-omni.",
            ("model", "duration"),
            lambda v: is_omni(v) or v.duration in (5, 10),
        ),
        Rule(
            "kling-video-o1 does not support 4k: select std or pro, or kling-v3-omni.",
            ("model", "mode"),
            lambda v: is_omni(v) or v.mode != "4k",
        ),
        Rule(
            "kling-video-o1 does not generate audio: turn audio off, or select kling-v3-omni.",
            ("model", "audio"),
            lambda v: is_omni(v) or not v.audio,
        ),
        Rule(
            "kling-video-o1 generates a single shot: set shots to off, or select kling-v3-omni.",
            ("model", "shots"),
            lambda v: is_omni(v) or v.shots.how == OFF,
        ),
        SHOTS_ADD_UP_TO_DURATION,
        Rule(
            "With kling-video-o1, prompt must be 2,500 characters or fewer.",
            ("model", "prompt"),
            lambda v: is_omni(v) or len(v.prompt) <= 2500,
        ),
        Rule(
            "video and audio cannot be combined: turn audio off, or disconnect video.",
            ("video", "audio"),
            lambda v: v.video is None or not v.audio,
        ),
        LAST_FRAME_NEEDS_FIRST,
        at_most_characters("negative_prompt", 2500),
        Rule(
            "Kling accepts up to 4 images with a video.",
            ("images", "video"),
            lambda v: v.video is None or len(v.images) <= 4,
            warns=True,
        ),
        Rule(
            "Kling expects a video of 3 to 10 s (this one is {v.video.seconds:.5g} s).",
            ("video",),
            lambda v: 3 <= v.video.seconds <= 10,
            warns=True,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
