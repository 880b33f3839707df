"""Grok Imagine 1.5 through the provider's own channel.

Source: https://docs.apimart.ai, Grok Imagine 1.5 (readings of September and October 2026). Undated older editions call
`resolution` `quality` and say that videos last up to 30 s.
"""

from ..flow.model import Choice, Family, ImageInput, Price, Text
from ..flow.model.shared_inputs import duration, model, resolution

FAMILY = Family(
    node_id="APIMartGrokImagine",
    title="APIMart Grok Imagine",
    description="Generates 6 to 15 s videos with audio from a prompt or up to 7 images. Billed per requested second.",
    search_aliases=("grok", "xai", "imagine", "cheap", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video, in any language."),
        model(
            "grok-imagine-1.5-video-ext",
            "grok-imagine-1.5-video-apimart",
            help="Two names of the same model; the one ending in apimart is the older.",
        ),
        duration(6, 15, default=6, narrowed=True),
        resolution(
            "480p",
            "720p",
            help="Higher resolutions cost more. 720p may be ignored: the provider's documentation of this parameter is "
            "inconsistent.",
        ),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "3:2", "2:3"),
            default="16:9",
            sent_if=lambda v: not v.images,
            help="Aspect ratio. Ignored when images are connected; the video then matches them.",
        ),
        ImageInput(id="images", wire="image_urls", many=7, help="Optional: up to 7 images to start from."),
    ),
    rules=(),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
)
