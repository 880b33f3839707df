"""Gemini Omni Flash as Google serves it: clips from text, pictures or a clip, and their continuation.

Source: https://docs.apimart.ai, gemini-omni-flash-preview (English edition). The model chooses the length, 3 to 10 s.
"""

from ..flow.model import MEGABYTE, Family, ImageInput, Price, Text, VideoInput
from ..flow.model.shared_inputs import aspect_ratio, earlier_job, model, resolution, video_link
from ..flow.model.shared_rules import names_a_job, video_lasts

LONGEST_SECONDS = 10

FAMILY = Family(
    node_id="APIMartGeminiOmniOfficial",
    title="APIMart Gemini Omni Official",
    description="Clips of 3 to 10 s with sound in 720p from a prompt, up to 16 pictures, or a clip to change; the "
    "model chooses the length. Billed by the second of the result; the estimate is that of 10 s.",
    search_aliases=("gemini", "google", "omni", "video edit", "reference to video"),
    retired={"gemini-omni-flash-preview": "Google, its maker, is said to have retired this preview."},
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, or what should change."),
        model("gemini-omni-flash-preview", help="The model; its maker may have retired it."),
        aspect_ratio("16:9", "9:16", help="Landscape or portrait."),
        resolution("720p", help="Always 720p."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=16,
            formats=("png", "jpeg"),
            max_bytes=20 * MEGABYTE,
            help="Optional: up to 16 pictures. PNG or JPEG up to 20 MB is made from each.",
        ),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: a clip of 1 to 24 s to refer to or to change; 3 s or less is recommended.",
        ),
        video_link(),
        earlier_job(
            help="Optional: an earlier job of this node to go on from; connect its job output, or paste its task id."
        ),
    ),
    rules=(
        video_lasts(1, 24),
        names_a_job(),
    ),
    price=Price(key=lambda v: "default", units=lambda v: LONGEST_SECONDS),
)
