"""Hailuo 2.3 and its fast form: clips from a prompt or from a first frame; silent.

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
    description="Silent clips of 6 or 10 s from a prompt or from a first frame. Billed by the seconds asked for.",
    search_aliases=("hailuo", "minimax", "text to video", "image to video"),
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="What the clip should show, up to 2,000 characters. Camera moves stand in square brackets: [Truck "
            "left], [Truck right], [Pan left], [Pan right], [Push in], [Pull out], [Pedestal up], [Pedestal down], "
            "[Tilt up], [Tilt down], [Zoom in], [Zoom out], [Shake], [Tracking shot], [Static shot].",
        ),
        model("MiniMax-Hailuo-2.3", FAST, help="Fast costs less and needs a first frame."),
        duration_choice(6, 10, help="Seconds of clip; each is billed. 1080p makes 6 s only."),
        resolution("768p", "1080p"),
        first_frame(help="The picture the clip starts with: optional, but Fast fails without."),
        prompt_rewriting("prompt_optimizer"),
        Flag(id="fast_pretreatment", default=False, advanced=True, help="Write it out faster and a little worse."),
        watermark(),
    ),
    rules=(
        Rule(
            "1080p makes 6 s only: set duration to 6, or choose 768p.",
            ("duration", "resolution"),
            lambda v: v.resolution != "1080p" or v.duration == 6,
        ),
        Rule(
            "MiniMax-Hailuo-2.3-Fast starts from a picture: connect first_frame, or choose MiniMax-Hailuo-2.3.",
            ("model", "first_frame"),
            lambda v: v.model != FAST or v.first_frame is not None,
        ),
        at_most_characters("prompt", 2000),
    ),
    price=Price(key=lambda v: "1080P" if v.resolution == "1080p" else "default", units=lambda v: v.duration),
    final=final_at("1080p"),
)
