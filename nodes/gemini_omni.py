"""Gemini Omni Flash through the provider's own channel: a price per video.

Source: https://docs.apimart.ai, Omni-Flash-Ext (English edition) and its newer id gemini-omni-1.1-flash-ext.
"""

from ..flow.model import Choice, Family, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import aspect_ratio, model, nsfw_check, resolution, video_link


def row(values: Values) -> str:
    """Without a video a row per resolution and length; with one, a row by the second of it."""
    resolution = str(values.resolution).upper()
    return f"{resolution}-video" if values.video is not None else f"{resolution}-{values.duration}s"


FAMILY = Family(
    node_id="APIMartGeminiOmni",
    title="APIMart Gemini Omni",
    description="Generates 4 to 10 s videos with audio from a prompt, one image or three images, or edits a video. "
    "Billed per video; edits are billed per second of the input video.",
    search_aliases=("gemini", "google", "omni", "video edit", "reference to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video, including its audio."),
        model(
            "Omni-Flash-Ext",
            "gemini-omni-1.1-flash-ext",
            default="gemini-omni-1.1-flash-ext",
            help="The ID starting with gemini is the newer name; both cost the same.",
        ),
        Choice(
            id="duration",
            options=(4, 6, 8, 10),
            default=6,
            sent_if=lambda v: v.video is None,
            help="Duration in seconds. Ignored when a video is connected; its length is kept.",
        ),
        resolution(
            "360p",
            "720p",
            "1080p",
            "4k",
            default="720p",
            help="1080p costs the same as 720p, 4k costs more. 360p may be refused: the provider's documentation is "
            "inconsistent.",
        ),
        aspect_ratio("16:9", "9:16", help="Landscape or portrait."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=3,
            help="Optional: one image, used as the first frame or a reference, or three reference images. Two images "
            "are not accepted.",
        ),
        Choice(
            id="generation_type",
            options=("frame", "reference"),
            default="frame",
            sent_if=lambda v: bool(v.images),
            help="How the images are used: as the first frame, or as references. Three images require reference.",
        ),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: video to edit, 100 MB max; billed per second of its length.",
        ),
        video_link(),
        nsfw_check(),
    ),
    rules=(
        Rule(
            "Two images are not accepted: use one or three.",
            ("images",),
            lambda v: len(v.images) != 2,
        ),
        Rule(
            "Three images can only be references: set generation_type to reference.",
            ("images", "generation_type"),
            lambda v: len(v.images) != 3 or v.generation_type == "reference",
        ),
    ),
    price=Price(key=row, units=lambda v: 1.0 if v.video is None else v.video.seconds),
)
