"""Grok Imagine as its maker serves it.

Source: https://docs.apimart.ai, Grok Imagine; the page was read in part, so the length is that of the channel's form
and editing a clip is left out.
"""

from ..flow.model import Choice, Family, ImageInput, Price, Rule, Text, Values
from ..flow.model.shared_inputs import duration, model, resolution

NEWEST = "grok-imagine-video-1.5"


def pictures(values: Values) -> dict[str, float]:
    return {"input_image": len(values.images)} if values.images and values.model == NEWEST else {}


FAMILY = Family(
    node_id="APIMartGrokImagineOfficial",
    title="APIMart Grok Imagine Official",
    description="Clips with sound from a prompt or from a picture. Billed by the seconds asked for, and with 1.5 by "
    "the picture. The provider's page was read in part: what it refuses costs nothing.",
    search_aliases=("grok", "xai", "imagine", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, in any language."),
        model("grok-imagine-video", NEWEST, help="1.5 is newer, renders 1080p too, and costs more."),
        duration(1, 15, default=6),
        resolution("480p", "720p", "1080p", help="1080p needs grok-imagine-video-1.5."),
        Choice(
            id="aspect_ratio",
            options=("auto", "16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3"),
            default="auto",
            help="The shape of the clip; auto follows the picture.",
        ),
        ImageInput(id="images", wire="image_urls", many=7, help="Optional: pictures to start from."),
    ),
    rules=(
        Rule(
            "1080p needs grok-imagine-video-1.5: choose it, or a lower resolution.",
            ("model", "resolution"),
            lambda v: v.resolution != "1080p" or v.model == NEWEST,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration, extras=pictures),
)
