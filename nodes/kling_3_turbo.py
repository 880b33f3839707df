"""Kling 3.0 Turbo: videos from a prompt or a first frame, with audio that cannot be switched off.

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
    description="Generates 3 to 15 s videos from a prompt or a first frame. Billed per requested second.",
    search_aliases=("kling", "turbo", "text to video", "image to video"),
    inputs=(
        Text(
            id="prompt",
            help="Text prompt describing the video, 3,072 characters max; 2,500 or fewer recommended. Can describe "
            "several shots.",
        ),
        model("kling-3.0-turbo"),
        resolution("720p", "1080p"),
        duration(3, 15),
        aspect_ratio_without_image("16:9", "9:16", "1:1"),
        first_frame(
            formats=("png", "jpeg"),
            max_bytes=20 * MEGABYTE,
            help="Optional: image used as the first frame. Each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.",
        ),
        watermark(),
    ),
    rules=(
        Rule(
            "Nothing to generate from: write a prompt, or connect first_frame.",
            ("prompt", "first_frame"),
            lambda v: bool(v.prompt.strip()) or v.first_frame is not None,
        ),
        at_most_characters("prompt", 3072),
        Rule(
            "Each side of first_frame must be at least 300 px (this one is {v.first_frame.size}).",
            ("first_frame",),
            lambda v: v.first_frame.size.shorter_side >= 300,
        ),
        Rule(
            "The aspect ratio of first_frame must be 1:2.5 to 2.5:1 (this one is {v.first_frame.size}).",
            ("first_frame",),
            lambda v: 1 / 2.5 <= v.first_frame.size.ratio <= 2.5,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
