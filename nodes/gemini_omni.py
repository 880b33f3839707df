"""Gemini Omni Flash through the provider's own channel: a price per clip.

Source: https://docs.apimart.ai, Omni-Flash-Ext (English edition) and its newer id gemini-omni-1.1-flash-ext.
"""

from ..flow.model import Choice, Family, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import aspect_ratio, model, nsfw_check, resolution, video_link


def row(values: Values) -> str:
    """Without a clip a row per resolution and length; with one, a row by the second of it."""
    resolution = str(values.resolution).upper()
    return f"{resolution}-video" if values.video is not None else f"{resolution}-{values.duration}s"


FAMILY = Family(
    node_id="APIMartGeminiOmni",
    title="APIMart Gemini Omni",
    description="Clips of 4 to 10 s with sound from a prompt, one picture, three pictures, or a clip to change. "
    "Billed by the clip, or by the seconds of the clip that is changed.",
    search_aliases=("gemini", "google", "omni", "video edit", "reference to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show; name the sounds, too."),
        model(
            "Omni-Flash-Ext",
            "gemini-omni-1.1-flash-ext",
            default="gemini-omni-1.1-flash-ext",
            help="The one that begins with gemini is the newer name; both cost the same.",
        ),
        Choice(
            id="duration",
            options=(4, 6, 8, 10),
            default=6,
            sent_if=lambda v: v.video is None,
            help="Seconds of clip. With a clip to change it keeps its own length and this is not sent.",
        ),
        resolution(
            "360p",
            "720p",
            "1080p",
            "4k",
            default="720p",
            help="1080p costs what 720p costs, 4k more. 360p may be refused: the provider's pages disagree.",
        ),
        aspect_ratio("16:9", "9:16", help="Landscape or portrait."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=3,
            help="Optional: one picture, as first frame or reference, or three references; two are not taken.",
        ),
        Choice(
            id="generation_type",
            options=("frame", "reference"),
            default="frame",
            sent_if=lambda v: bool(v.images),
            help="What the pictures are: the first frame, or references. Three need reference.",
        ),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: one clip to change, up to 100 MB; its seconds are billed.",
        ),
        video_link(),
        nsfw_check(),
    ),
    rules=(
        Rule(
            "One or three pictures are taken, not two: take one away, or connect a third.",
            ("images",),
            lambda v: len(v.images) != 2,
        ),
        Rule(
            "Three pictures are references: set generation_type to reference.",
            ("images", "generation_type"),
            lambda v: len(v.images) != 3 or v.generation_type == "reference",
        ),
    ),
    price=Price(key=row, units=lambda v: 1.0 if v.video is None else v.video.seconds),
)
