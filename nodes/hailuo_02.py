"""Hailuo 02: videos from a prompt, or from a first and a last frame; silent.

Source: https://docs.apimart.ai, MiniMax-Hailuo-02 (English edition).
"""

from ..flow.model import Family, Flag, Price, Rule, Text
from ..flow.model.shared_inputs import (
    duration_choice,
    final_at,
    first_frame,
    last_frame,
    model,
    prompt_rewriting,
    resolution,
    watermark,
)
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST

FAMILY = Family(
    node_id="APIMartHailuo02",
    title="APIMart Hailuo 02",
    description="Generates silent 5 or 10 s videos from a prompt, or from first and last frames. Billed per requested "
    "second.",
    search_aliases=("hailuo", "minimax", "first last frame", "cheap", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video."),
        model("MiniMax-Hailuo-02"),
        duration_choice(5, 10, help="Duration in seconds; billed per second. 1080p supports 5 s only."),
        resolution("512p", "768p", "1080p", default="768p"),
        first_frame(),
        last_frame(),
        prompt_rewriting("prompt_optimizer"),
        Flag(
            id="fast_pretreatment",
            default=False,
            advanced=True,
            help="Expand the prompt faster, at slightly lower quality.",
        ),
        watermark(),
    ),
    rules=(
        Rule(
            "1080p supports 5 s only: set duration to 5, or select a lower resolution.",
            ("duration", "resolution"),
            lambda v: v.resolution != "1080p" or v.duration == 5,
        ),
        LAST_FRAME_NEEDS_FIRST,
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
