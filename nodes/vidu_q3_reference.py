"""Vidu Q3 reference to video: what up to seven images show, in one video.

Source: https://docs.apimart.ai, Vidu Q3 (English and Chinese editions).
"""

from ..flow.model import Family, ImageInput, Price, Rule, Text
from ..flow.model.shared_inputs import aspect_ratio, duration, final_at, model, resolution, seed
from ..flow.model.shared_rules import at_most_characters

FAMILY = Family(
    node_id="APIMartViduQ3Reference",
    title="APIMart Vidu Q3 Reference",
    description="Generates 1 to 16 s videos that combine the subjects of 1 to 7 images. Billed per requested second.",
    search_aliases=("vidu", "reference to video", "character", "subject"),
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="Text prompt describing the action, 5,000 characters max; the images define what things look like.",
        ),
        model("viduq3", "viduq3-mix", help="mix: higher quality, costs more, 720p and 1080p only."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=7,
            required=True,
            help="1 to 7 reference images of people, objects or places. Each side at least 128 px, aspect ratio 1:4 to "
            "4:1.",
        ),
        duration(1, 16, help="Duration in seconds, 3 to 16 (mix: 1 to 16); billed per second."),
        resolution("540p", "720p", "1080p", default="720p", help="540p requires viduq3."),
        aspect_ratio("16:9", "9:16", "1:1", "4:3", "3:4"),
        seed(2**32 - 1),
    ),
    rules=(
        Rule(
            "viduq3 supports 3 to 16 s: set duration to 3 or more, or select viduq3-mix.",
            ("model", "duration"),
            lambda v: v.model != "viduq3" or v.duration >= 3,
        ),
        Rule(
            "viduq3-mix renders 720p and 1080p: select one of them, or viduq3.",
            ("model", "resolution"),
            lambda v: v.model != "viduq3-mix" or v.resolution != "540p",
        ),
        Rule(
            "Each side of the images must be at least 128 px.",
            ("images",),
            lambda v: all(still.size.shorter_side >= 128 for still in v.images),
        ),
        Rule(
            "The aspect ratio of the images must be 1:4 to 4:1.",
            ("images",),
            lambda v: all(1 / 4 <= still.size.ratio <= 4 for still in v.images),
        ),
        at_most_characters("prompt", 5000),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
