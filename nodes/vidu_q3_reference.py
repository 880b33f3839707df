"""Vidu Q3 reference to video: what up to seven pictures show, in one clip.

Source: https://docs.apimart.ai, Vidu Q3 (English and Chinese editions).
"""

from ..flow.model import Family, ImageInput, Price, Rule, Text
from ..flow.model.shared_inputs import aspect_ratio, duration, final_at, model, resolution, seed
from ..flow.model.shared_rules import at_most_characters

FAMILY = Family(
    node_id="APIMartViduQ3Reference",
    title="APIMart Vidu Q3 Reference",
    description="Clips of 1 to 16 s that bring together what 1 to 7 pictures show. Billed by the seconds asked for.",
    search_aliases=("vidu", "reference to video", "character", "subject"),
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="What happens, up to 5,000 characters; how things look is said by the pictures.",
        ),
        model("viduq3", "viduq3-mix", help="mix is the better one, costs more and renders 720p and 1080p only."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=7,
            required=True,
            help="1 to 7 pictures of people, things or places, every side 128 px or more, between 1:4 and 4:1.",
        ),
        duration(1, 16, help="Seconds of clip, 3 to 16 (mix: 1 to 16); each is billed."),
        resolution("540p", "720p", "1080p", default="720p", help="540p needs viduq3."),
        aspect_ratio("16:9", "9:16", "1:1", "4:3", "3:4"),
        seed(2**32 - 1),
    ),
    rules=(
        Rule(
            "viduq3 makes 3 to 16 s: set duration to 3 or more, or choose viduq3-mix.",
            ("model", "duration"),
            lambda v: v.model != "viduq3" or v.duration >= 3,
        ),
        Rule(
            "viduq3-mix renders 720p and 1080p: choose one of them, or viduq3.",
            ("model", "resolution"),
            lambda v: v.model != "viduq3-mix" or v.resolution != "540p",
        ),
        Rule(
            "Every side of the pictures must be 128 px or more.",
            ("images",),
            lambda v: all(still.size.shorter_side >= 128 for still in v.images),
        ),
        Rule(
            "The pictures must be between 1:4 and 4:1.",
            ("images",),
            lambda v: all(1 / 4 <= still.size.ratio <= 4 for still in v.images),
        ),
        at_most_characters("prompt", 5000),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
