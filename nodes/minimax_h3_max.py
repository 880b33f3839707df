"""MiniMax H3 Max: clips from a prompt, or from a first and a last frame.

Source: https://docs.apimart.ai, MiniMax-H3-Max.
"""

from ..flow.model import Family, ImageData, Price, Rule, Text
from ..flow.model.shared_inputs import duration, first_frame, last_frame, model, resolution
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, at_most_characters


def fits(still: ImageData) -> bool:
    return still.size.has_sides_of(256, 5760) and 0.4 <= still.size.ratio <= 2.5


FAMILY = Family(
    node_id="APIMartMiniMaxH3Max",
    title="APIMart MiniMax H3 Max",
    description="Clips of 5 to 15 s from a prompt, or from a first and a last frame. Billed by the seconds asked for.",
    search_aliases=("minimax", "hailuo", "h3", "first last frame", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, up to 7,000 characters."),
        model("MiniMax-H3-Max"),
        duration(5, 15),
        resolution("480P", "768P", default="768P"),
        first_frame(
            help="Optional: the picture the clip starts with; sides of 256 to 5760 px, between 1:2.5 and 2.5:1."
        ),
        last_frame(),
    ),
    rules=(
        at_most_characters("prompt", 7000),
        LAST_FRAME_NEEDS_FIRST,
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
