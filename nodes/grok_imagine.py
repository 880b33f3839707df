"""Grok Imagine 1.5 through the provider's own channel.

Source: https://docs.apimart.ai, Grok Imagine 1.5. Older editions call `resolution` `quality`.
"""

from ..flow.model import Choice, Family, ImageInput, Price, Text
from ..flow.model.shared_inputs import duration, model, resolution

FAMILY = Family(
    node_id="APIMartGrokImagine",
    title="APIMart Grok Imagine",
    description="Clips of 6 to 30 s with sound from a prompt or from up to 7 pictures. "
    "Billed by the seconds asked for.",
    search_aliases=("grok", "xai", "imagine", "cheap", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, in any language."),
        model("grok-imagine-1.5-video-apimart"),
        duration(6, 30, default=6, help="Seconds of clip, 6 to 30; each is billed. Some channels make 15 s at most."),
        resolution("480p", "720p"),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "3:2", "2:3"),
            default="16:9",
            sent_if=lambda v: not v.images,
            help="The shape of the clip. With pictures the clip follows them and this is not sent.",
        ),
        ImageInput(id="images", wire="image_urls", many=7, help="Optional: up to 7 pictures to start from."),
    ),
    rules=(),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
)
