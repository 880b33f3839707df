"""Kling 3.0: videos from a prompt, a first frame, or a first and a last frame; several shots in one video.

Source: https://docs.apimart.ai, Kling v3 (English and Chinese editions), and the schemas that clients made from it.
"""

from ..flow.model import OFF, Choice, Family, Flag, Price, Rule, Shots, Text, Values, multi_shot, spread
from ..flow.model.shared_inputs import (
    aspect_ratio_without_image,
    duration,
    first_frame,
    last_frame,
    model,
    negative_prompt,
    watermark,
)
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, SHOTS_ADD_UP_TO_DURATION


def row(values: Values) -> str:
    """The catalogue calls the row of std with audio just `sound`."""
    if not values.audio:
        return str(values.mode)
    return "sound" if values.mode == "std" else f"{values.mode}-sound"


FAMILY = Family(
    node_id="APIMartKling3",
    title="APIMart Kling 3.0",
    description="Generates 3 to 15 s videos from a prompt, a first frame, or first and last frames, in one or more "
    "shots. Billed per requested second.",
    shape=lambda body: spread(body, "shots"),
    search_aliases=("kling", "kling 3", "first last frame", "multi shot", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", help="Text prompt describing the video. Not required when each shot has its own prompt."),
        model("kling-v3"),
        negative_prompt(),
        Choice(
            id="mode",
            options=("std", "pro", "4k"),
            default="std",
            help="std renders 720p, pro 1080p and 4k 4K; higher modes cost more.",
        ),
        duration(3, 15),
        aspect_ratio_without_image("16:9", "9:16", "1:1"),
        first_frame(
            "image_urls",
            formats=("png", "jpeg"),
            help="Optional: image used as the first frame. Uploaded as PNG or JPEG, 20 MB max.",
        ),
        last_frame("image_urls", formats=("png", "jpeg")),
        Flag(id="audio", default=False, help="Generate audio; costs more in std and pro."),
        Shots(
            id="shots",
            encode=multi_shot,
            sent_if=lambda v: v.shots.how != OFF,
            help="off generates a single shot, auto lets Kling split the prompt into shots. Otherwise each shot has "
            "its own prompt and seconds, which must add up to duration.",
        ),
        watermark(),
    ),
    rules=(
        Rule(
            "prompt is empty: describe the video, or write a prompt for each shot in shots.",
            ("prompt", "shots"),
            lambda v: bool(v.prompt.strip() or v.shots.shots),
        ),
        LAST_FRAME_NEEDS_FIRST,
        SHOTS_ADD_UP_TO_DURATION,
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
