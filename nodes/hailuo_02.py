"""Hailuo 02: clips from a prompt, or from a first and a last frame; silent.

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
    description="Silent clips of 5 or 10 s from a prompt, or from a first and a last frame. "
    "Billed by the seconds asked for.",
    search_aliases=("hailuo", "minimax", "first last frame", "cheap", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        model("MiniMax-Hailuo-02"),
        duration_choice(5, 10, help="Seconds of clip; each is billed. 1080p makes 5 s only."),
        resolution("512p", "768p", "1080p", default="768p"),
        first_frame(),
        last_frame(),
        prompt_rewriting("prompt_optimizer"),
        Flag(id="fast_pretreatment", default=False, advanced=True, help="Write it out faster and a little worse."),
        watermark(),
    ),
    rules=(
        Rule(
            "1080p makes 5 s only: set duration to 5, or choose a lower resolution.",
            ("duration", "resolution"),
            lambda v: v.resolution != "1080p" or v.duration == 5,
        ),
        LAST_FRAME_NEEDS_FIRST,
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
