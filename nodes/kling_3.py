"""Kling 3.0: clips from a prompt, a first frame, or a first and a last frame; several shots in one clip.

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
    """The catalogue calls the row of std with sound just `sound`."""
    if not values.audio:
        return str(values.mode)
    return "sound" if values.mode == "std" else f"{values.mode}-sound"


FAMILY = Family(
    node_id="APIMartKling3",
    title="APIMart Kling 3.0",
    description="Clips of 3 to 15 s from a prompt, a first frame, or a first and a last frame, in one or several "
    "shots. Billed by the seconds asked for.",
    shape=lambda body: spread(body, "shots"),
    search_aliases=("kling", "kling 3", "first last frame", "multi shot", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show. Not needed when shots are written by hand."),
        model("kling-v3"),
        negative_prompt(),
        Choice(
            id="mode",
            options=("std", "pro", "4k"),
            default="std",
            help="std renders 720p, pro 1080p and 4k 4K; each costs more than the one before.",
        ),
        duration(3, 15),
        aspect_ratio_without_image("16:9", "9:16", "1:1"),
        first_frame(
            "image_urls",
            formats=("png", "jpeg"),
            help="Optional: the picture the clip starts with. PNG or JPEG up to 20 MB is made from it.",
        ),
        last_frame("image_urls", formats=("png", "jpeg")),
        Flag(id="audio", default=False, help="Make a sound track; costs more in std and pro."),
        Shots(
            id="shots",
            encode=multi_shot,
            sent_if=lambda v: v.shots.how != OFF,
            help="off makes one shot, auto lets Kling cut the prompt into several. Else each shot has a text and "
            "seconds of its own; the seconds add up to duration.",
        ),
        watermark(),
    ),
    rules=(
        Rule(
            "prompt is empty: write what the clip should show, or write it shot by shot with shots.",
            ("prompt", "shots"),
            lambda v: bool(v.prompt.strip() or v.shots.shots),
        ),
        LAST_FRAME_NEEDS_FIRST,
        SHOTS_ADD_UP_TO_DURATION,
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
