"""Kling 3.0 Omni and Kling Video O1: pictures and a clip to refer to in the prompt.

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
    """4k has one row; the rows of std with a clip or with sound are called just `video` and `sound`."""
    if values.mode == "4k":
        return "4k"
    extra = "video" if values.video is not None else "sound" if values.audio else ""
    if not extra:
        return str(values.mode)
    return extra if values.mode == "std" else f"{values.mode}-{extra}"


def shaped(body: dict[str, Json]) -> dict[str, Json]:
    """What becomes of the clip belongs into its own object, what shots say into the body itself."""
    about = {name: value for name, value in body.items() if name in ("refer_type", "keep_original_sound")}
    kept = {name: value for name, value in spread(body, "shots").items() if name not in about}
    clips = body.get("video_list")
    if isinstance(clips, list):
        kept["video_list"] = [{**clip, **about} for clip in clips if isinstance(clip, dict)]
    return kept


FAMILY = Family(
    node_id="APIMartKlingOmni",
    title="APIMart Kling Omni",
    description="Clips that bring in what reference pictures and one reference clip show, or that edit "
    "the clip. Billed by the seconds asked for; more with a clip or with sound.",
    search_aliases=("kling", "omni", "o1", "reference to video", "video edit", "image to video"),
    shape=shaped,
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="What the clip should show (video-o1: up to 2,500 characters). <<<image_1>>>, <<<image_2>>> ... mean "
            "the pictures of images.",
        ),
        Choice(
            id="model",
            options=("kling-v3-omni", "kling-video-o1"),
            default="kling-v3-omni",
            help="v3-omni makes 3 to 15 s, sound and 4K; video-o1 makes 5 or 10 s and reasons about the prompt.",
        ),
        Text(
            id="negative_prompt",
            sent_if=is_omni,
            help="Optional, v3-omni only: what should not appear, up to 2,500 characters.",
        ),
        Choice(
            id="mode",
            options=("std", "pro", "4k"),
            default="std",
            help="std renders 720p, pro 1080p and 4k 4K; each costs more than the one before.",
        ),
        duration(3, 15, help="Seconds of clip, 3 to 15 (video-o1: 5 or 10); each is billed."),
        aspect_ratio("16:9", "9:16", "1:1"),
        ImageInput(
            id="images",
            wire="image_urls",
            many=7,
            formats=("png", "jpeg"),
            max_bytes=10 * MEGABYTE,
            help="Optional: up to 7 pictures to refer to in the prompt. PNG or JPEG up to 10 MB is made from each.",
        ),
        first_frame("image_with_roles", formats=("png", "jpeg"), max_bytes=10 * MEGABYTE),
        last_frame("image_with_roles", formats=("png", "jpeg"), max_bytes=10 * MEGABYTE),
        VideoInput(
            id="video",
            wire="video_list",
            in_list=True,
            encode=reference,
            help="Optional: one clip to edit or to refer to, up to 100 MB. Not together with audio.",
        ),
        Choice(
            id="refer_type",
            options=("base", "feature"),
            default="base",
            sent_if=lambda v: v.video is not None,
            help="base edits the clip; feature takes its look or its motion over. Only sent with a clip.",
        ),
        Choice(
            id="keep_original_sound",
            options=("no", "yes"),
            default="no",
            sent_if=lambda v: v.video is not None,
            help="Whether the sound of the clip stays. Only sent with a clip.",
        ),
        Flag(
            id="audio",
            default=False,
            sent_if=lambda v: is_omni(v) and v.video is None,
            help="Make a sound track, v3-omni only; costs more. Not together with video.",
        ),
        Shots(
            id="shots",
            encode=multi_shot,
            sent_if=lambda v: is_omni(v) and v.shots.how != OFF,
            help="v3-omni only: off makes one shot, auto lets Kling cut the prompt into several. Else each shot has a "
            "text and seconds of its own; the seconds add up to duration. How shots go together with references is not "
            "documented.",
        ),
        watermark(sent_if=is_omni),
    ),
    rules=(
        Rule(
            "kling-video-o1 makes 5 or 10 s: set duration to one of them, or choose kling-v3-omni.",
            ("model", "duration"),
            lambda v: is_omni(v) or v.duration in (5, 10),
        ),
        Rule(
            "kling-video-o1 renders no 4k: choose std or pro, or kling-v3-omni.",
            ("model", "mode"),
            lambda v: is_omni(v) or v.mode != "4k",
        ),
        Rule(
            "kling-video-o1 makes no sound: switch audio off, or choose kling-v3-omni.",
            ("model", "audio"),
            lambda v: is_omni(v) or not v.audio,
        ),
        Rule(
            "kling-video-o1 makes one shot: set shots to off, or choose kling-v3-omni.",
            ("model", "shots"),
            lambda v: is_omni(v) or v.shots.how == OFF,
        ),
        SHOTS_ADD_UP_TO_DURATION,
        Rule(
            "kling-video-o1 takes 2,500 characters of prompt; this one is longer.",
            ("model", "prompt"),
            lambda v: is_omni(v) or len(v.prompt) <= 2500,
        ),
        Rule(
            "A clip and audio exclude each other: switch audio off, or take the clip away.",
            ("video", "audio"),
            lambda v: v.video is None or not v.audio,
        ),
        LAST_FRAME_NEEDS_FIRST,
        at_most_characters("negative_prompt", 2500),
        Rule(
            "Kling takes up to 4 pictures beside a clip.",
            ("images", "video"),
            lambda v: v.video is None or len(v.images) <= 4,
            warns=True,
        ),
        Rule(
            "Kling wants a clip of 3 to 10 s (this one is {v.video.seconds:.5g} s).",
            ("video",),
            lambda v: 3 <= v.video.seconds <= 10,
            warns=True,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
