"""Kling 3.0 Turbo: clips from a prompt or a first frame, with sound that cannot be switched off.

Source: https://docs.apimart.ai, Kling 3.0 Turbo (English edition).
"""

from ..flow.model import MEGABYTE, Family, Price, Rule, Text
from ..flow.model.shared_inputs import (
    aspect_ratio_without_image,
    duration,
    final_at,
    first_frame,
    model,
    resolution,
    watermark,
)
from ..flow.model.shared_rules import at_most_characters

FAMILY = Family(
    node_id="APIMartKling3Turbo",
    title="APIMart Kling 3.0 Turbo",
    description="Clips of 3 to 15 s from a prompt or a first frame. Billed by the seconds asked for.",
    search_aliases=("kling", "turbo", "text to video", "image to video"),
    inputs=(
        Text(
            id="prompt",
            help="What the clip should show, up to 3,072 characters; 2,500 are recommended. Several shots are written "
            "in here, too.",
        ),
        model("kling-3.0-turbo"),
        resolution("720p", "1080p"),
        duration(3, 15),
        aspect_ratio_without_image("16:9", "9:16", "1:1"),
        first_frame(
            formats=("png", "jpeg"),
            max_bytes=20 * MEGABYTE,
            help="Optional: the picture the clip starts with, every side 300 px or more, between 1:2.5 and 2.5:1.",
        ),
        watermark(),
    ),
    rules=(
        Rule(
            "There is neither a prompt nor a first_frame: write a prompt, or connect a picture.",
            ("prompt", "first_frame"),
            lambda v: bool(v.prompt.strip()) or v.first_frame is not None,
        ),
        at_most_characters("prompt", 3072),
        Rule(
            "Every side of first_frame must be 300 px or more (this one is {v.first_frame.size}).",
            ("first_frame",),
            lambda v: v.first_frame.size.shorter_side >= 300,
        ),
        Rule(
            "first_frame must be between 1:2.5 and 2.5:1 (this one is {v.first_frame.size}).",
            ("first_frame",),
            lambda v: 1 / 2.5 <= v.first_frame.size.ratio <= 2.5,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
