"""Gemini Omni 1.1 Flash as Google serves it: videos from text or frames, changes of a video, and scenes that go on.

Source: https://docs.apimart.ai, gemini-omni-1.1-flash (English edition, and its list of fields in autumn 2026). The
model chooses the length, 3 to 10 s; jobs are settled by tokens, and the estimate is that of 10 s. Without `metadata`
one image would be the first frame, so references say what they are.
"""

from ..flow.model import Choice, Family, ImageInput, Json, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import earlier_job, final_at, first_frame, last_frame, model, resolution, video_link
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, names_a_job, video_lasts

LONGEST_SECONDS = 10


def task(use: str) -> Json:
    return {"task": use}


def goes_on(values: Values) -> bool:
    return bool(values.source_job.strip())


def has_aspect_ratio(values: Values) -> bool:
    """A video has its own; the provider takes 16:9 by itself, so with frames or references only 9:16 has to be said."""
    if values.video is not None or goes_on(values):
        return False
    return values.aspect_ratio == "9:16" or not (values.first_frame is not None or values.images)


def shaped(body: dict[str, Json]) -> dict[str, Json]:
    return {**body, "metadata": task("reference_to_video")} if "image_urls" in body else body


FAMILY = Family(
    node_id="APIMartGeminiOmni11",
    title="APIMart Gemini Omni 1.1 Official",
    description="Generates 3 to 10 s videos with audio from a prompt, frames or up to 10 reference images, edits a "
    "video, or extends an earlier job. The model chooses the length. Billed by tokens; the estimate assumes 10 s.",
    shape=shaped,
    search_aliases=("gemini", "google", "omni", "video edit", "extend", "first last frame"),
    inputs=(
        Text(
            id="prompt",
            help="Text prompt describing the video or the edit; optional if anything is connected.",
        ),
        model("gemini-omni-1.1-flash"),
        resolution("360p", "720p", "1080p", "4k", default="720p"),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16"),
            default="16:9",
            sent_if=has_aspect_ratio,
            help="Landscape or portrait. Ignored when a video or an earlier job is used; its aspect ratio is kept.",
        ),
        first_frame(formats=("png", "jpeg")),
        last_frame(formats=("png", "jpeg")),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: video to edit, 10 s and 100 MB max.",
        ),
        video_link(),
        earlier_job(help="Optional: an earlier job of this node. Connect its job output, or paste its task ID."),
        Choice(
            id="source_use",
            wire="metadata",
            options=("edit", "extend"),
            default="extend",
            encode=task,
            sent_if=lambda v: goes_on(v) and v.source_use == "extend",
            help="How source_job is used: extend continues from the end of its video, edit changes the video as the "
            "prompt describes.",
        ),
        ImageInput(
            id="images",
            added=True,
            wire="image_urls",
            many=10,
            formats=("png", "jpeg"),
            help="Optional: up to 10 reference images. Cannot be combined with frames, video or source_job.",
        ),
    ),
    rules=(
        Rule(
            "Nothing to generate from: write a prompt, or connect an image, a video or an earlier job.",
            ("prompt", "first_frame", "images", "video", "source_job"),
            lambda v: bool(v.prompt.strip() or v.images or v.first_frame or v.video) or goes_on(v),
        ),
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "Frames, images, video and source_job cannot be combined: use only one of them.",
            ("first_frame", "images", "video", "source_job"),
            lambda v: (v.first_frame is not None) + bool(v.images) + (v.video is not None) + goes_on(v) <= 1,
        ),
        video_lasts(0, 10),
        names_a_job(),
    ),
    price=Price(key=lambda v: str(v.resolution).upper(), units=lambda v: LONGEST_SECONDS),
    final=final_at("1080p"),
)
