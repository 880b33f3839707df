"""Gemini Omni Flash as Google serves it: videos from text, images or a video, and their continuation.

Source: https://docs.apimart.ai, gemini-omni-flash-preview (English edition). The model chooses the length, 3 to 10 s.
"""

from ..flow.model import MEGABYTE, Family, ImageInput, Price, Text, VideoInput
from ..flow.model.shared_inputs import aspect_ratio, earlier_job, model, resolution, video_link
from ..flow.model.shared_rules import names_a_job, video_lasts

LONGEST_SECONDS = 10

FAMILY = Family(
    node_id="APIMartGeminiOmniOfficial",
    title="APIMart Gemini Omni Official",
    description="Generates 3 to 10 s videos with audio in 720p from a prompt or up to 16 images, or edits a video. The "
    "model chooses the length. Billed per second of the result; the estimate assumes 10 s.",
    search_aliases=("gemini", "google", "omni", "video edit", "reference to video"),
    retired={"gemini-omni-flash-preview": "Google is reported to have retired this preview model."},
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video or the edit."),
        model("gemini-omni-flash-preview", help="Model to use; Google may have retired it."),
        aspect_ratio("16:9", "9:16", help="Landscape or portrait."),
        resolution("720p", help="Always 720p."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=16,
            formats=("png", "jpeg"),
            max_bytes=20 * MEGABYTE,
            help="Optional: up to 16 images. Uploaded as PNG or JPEG, 20 MB max each.",
        ),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: video to edit or use as a reference, 1 to 24 s; 3 s or less is recommended.",
        ),
        video_link(),
        earlier_job(
            help="Optional: an earlier job of this node to continue. Connect its job output, or paste its task ID."
        ),
    ),
    rules=(
        video_lasts(1, 24),
        names_a_job(),
    ),
    price=Price(key=lambda v: "default", units=lambda v: LONGEST_SECONDS),
)
