"""Hailuo 2.3 and its fast form: videos from a prompt or from a first frame; silent.

Source: https://docs.apimart.ai, MiniMax-Hailuo-2.3 (English and Chinese editions); the fifteen camera moves as its
maker names them.
"""

from ..flow.model import Family, Flag, Price, Rule, Text
from ..flow.model.shared_inputs import (
    duration_choice,
    final_at,
    first_frame,
    model,
    prompt_rewriting,
    resolution,
    watermark,
)
from ..flow.model.shared_rules import at_most_characters

FAST = "MiniMax-Hailuo-2.3-Fast"

FAMILY = Family(
    node_id="APIMartHailuo23",
    title="APIMart Hailuo 2.3",
    description="Generates silent 6 or 10 s videos from a prompt or a first frame. Billed per requested second.",
    search_aliases=("hailuo", "minimax", "text to video", "image to video"),
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="Text prompt describing the video, 2,000 characters max. Write camera movements in square brackets: "
            "[Truck left], [Truck right], [Pan left], [Pan right], [Push in], [Pull out], [Pedestal up], [Pedestal "
            "down], [Tilt up], [Tilt down], [Zoom in], [Zoom out], [Shake], [Tracking shot], [Static shot].",
        ),
        model("MiniMax-Hailuo-2.3", FAST, help="Fast costs less and requires first_frame."),
        duration_choice(6, 10, help="Duration in seconds; billed per second. 1080p supports 6 s only."),
        resolution("768p", "1080p"),
        first_frame(help="Image used as the first frame. Optional, except for Fast."),
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
            "1080p supports 6 s only: set duration to 6, or select 768p.",
            ("duration", "resolution"),
            lambda v: v.resolution != "1080p" or v.duration == 6,
        ),
        Rule(
            "MiniMax-Hailuo-2.3-Fast requires first_frame: connect one, or select MiniMax-Hailuo-2.3.",
            ("model", "first_frame"),
            lambda v: v.model != FAST or v.first_frame is not None,
        ),
        at_most_characters("prompt", 2000),
    ),
    price=Price(key=lambda v: "1080P" if v.resolution == "1080p" else "default", units=lambda v: v.duration),
    final=final_at("1080p"),
)
