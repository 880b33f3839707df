"""Vidu Q3 pro and turbo: videos from a prompt, a first frame, or a first and a last frame.

Source: https://docs.apimart.ai, Vidu Q3 Pro (English and Chinese editions).
"""

from ..flow.model import Family, Flag, Price, Rule, Text
from ..flow.model.shared_inputs import (
    aspect_ratio_without_image,
    duration,
    final_at,
    first_frame,
    last_frame,
    model,
    resolution,
    seed,
)
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, at_most_characters

FAMILY = Family(
    node_id="APIMartViduQ3",
    title="APIMart Vidu Q3",
    description="Generates 1 to 16 s videos from a prompt, a first frame, or first and last frames. Billed per "
    "requested second.",
    search_aliases=("vidu", "first last frame", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", help="Text prompt describing the video, 2,000 characters max; optional with an image."),
        model("viduq3-pro", "viduq3-turbo", default="viduq3-turbo", help="turbo is faster and costs less than pro."),
        duration(1, 16),
        resolution("540p", "720p", "1080p", default="720p"),
        aspect_ratio_without_image("16:9", "9:16", "1:1", "4:3", "3:4"),
        first_frame("image_urls"),
        last_frame("image_urls"),
        Flag(id="audio", default=True, help="Generate audio."),
        seed(2**32 - 1),
    ),
    rules=(
        Rule(
            "prompt is empty: describe the video, or connect first_frame.",
            ("prompt", "first_frame"),
            lambda v: bool(v.prompt.strip()) or v.first_frame is not None,
        ),
        LAST_FRAME_NEEDS_FIRST,
        at_most_characters("prompt", 2000),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
