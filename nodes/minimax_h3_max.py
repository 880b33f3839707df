"""MiniMax H3 Max: clips from a prompt, or from a first and a last frame.

Source: https://docs.apimart.ai, MiniMax-H3-Max.
"""

from ..flow.model import Choice, Family, Number, Picture, Price, Rule, Still, Text


def fits(still: Still) -> bool:
    sides = (still.size.width, still.size.height)
    return all(256 <= side <= 5760 for side in sides) and 0.4 <= sides[0] / sides[1] <= 2.5


FAMILY = Family(
    node_id="APIMartMiniMaxH3Max",
    title="APIMart MiniMax H3 Max",
    description="Clips of 5 to 15 s from a prompt, or from a first and a last frame. Billed by the seconds asked for.",
    search_aliases=("minimax", "hailuo", "h3", "first last frame", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, up to 7,000 characters."),
        Choice(id="model", options=("MiniMax-H3-Max",), default="MiniMax-H3-Max", help="The model."),
        Number(id="duration", default=5, minimum=5, maximum=15, help="Seconds of clip, 5 to 15; each is billed."),
        Choice(id="resolution", options=("480P", "768P"), default="768P", help="A higher resolution costs more."),
        Picture(
            id="first_frame",
            wire="first_frame_image",
            help="Optional: the picture the clip starts with; sides of 256 to 5760 px, between 1:2.5 and 2.5:1.",
        ),
        Picture(
            id="last_frame",
            wire="last_frame_image",
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
    ),
    rules=(
        Rule("prompt takes 7,000 characters; this one is longer.", ("prompt",), lambda v: len(v.prompt) <= 7000),
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule(
            "first_frame must have sides of 256 to 5760 px, between 1:2.5 and 2.5:1 (this is {v.first_frame.size}).",
            ("first_frame",),
            lambda v: fits(v.first_frame),
        ),
        Rule(
            "last_frame must have sides of 256 to 5760 px, between 1:2.5 and 2.5:1 (this is {v.last_frame.size}).",
            ("last_frame",),
            lambda v: fits(v.last_frame),
        ),
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration),
)
