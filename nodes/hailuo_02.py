"""Hailuo 02: clips from a prompt, or from a first and a last frame; silent.

Source: https://docs.apimart.ai, MiniMax-Hailuo-02 (English edition).
"""

from ..flow.model import Choice, Family, Flag, Picture, Price, Rule, Text

FAMILY = Family(
    node_id="APIMartHailuo02",
    title="APIMart Hailuo 02",
    description="Silent clips of 5 or 10 s from a prompt, or from a first and a last frame. "
    "Billed by the seconds asked for.",
    search_aliases=("hailuo", "minimax", "first last frame", "cheap", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        Choice(id="model", options=("MiniMax-Hailuo-02",), default="MiniMax-Hailuo-02", help="The model."),
        Choice(
            id="duration", options=(5, 10), default=5, help="Seconds of clip; each is billed. 1080p makes 5 s only."
        ),
        Choice(
            id="resolution", options=("512p", "768p", "1080p"), default="768p", help="A higher resolution costs more."
        ),
        Picture(id="first_frame", wire="first_frame_image", help="Optional: the picture the clip starts with."),
        Picture(
            id="last_frame",
            wire="last_frame_image",
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Flag(id="prompt_optimizer", default=True, help="Let the provider write the prompt out."),
        Flag(id="fast_pretreatment", default=False, advanced=True, help="Write it out faster and a little worse."),
        Flag(id="watermark", default=False, help="Put the provider's watermark into the picture."),
    ),
    rules=(
        Rule(
            "1080p makes 5 s only: set duration to 5, or choose a lower resolution.",
            ("duration", "resolution"),
            lambda v: v.resolution != "1080p" or v.duration == 5,
        ),
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
)
