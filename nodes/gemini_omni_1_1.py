"""Gemini Omni 1.1 Flash as Google serves it: clips from text or frames, changes of a clip, and scenes that go on.

Source: the provider's list of parameters; its page was not seen. `aspect_ratio` and what `metadata` means are as
clients send them. The model chooses the length, 3 to 10 s.
"""

from ..flow.model import Choice, Family, Json, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import earlier_job, first_frame, last_frame, model, resolution, video_link
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, names_a_job

LONGEST_SECONDS = 10


def task(use: str) -> Json:
    return {"task": use}


def goes_on(values: Values) -> bool:
    return bool(values.source_job.strip())


FAMILY = Family(
    node_id="APIMartGeminiOmni11",
    title="APIMart Gemini Omni 1.1 Official",
    description="Clips of 3 to 10 s with sound from a prompt or frames, from a clip to change, or going on from an "
    "earlier job; the model chooses the length. Little is documented of this model, and its price is not known.",
    search_aliases=("gemini", "google", "omni", "video edit", "extend", "first last frame"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, or what should change."),
        model("gemini-omni-1.1-flash", help="The model; little is documented of it."),
        resolution("360p", "720p", "1080p", "4k", default="720p"),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16"),
            default="16:9",
            sent_if=lambda v: v.first_frame is None and v.video is None and not goes_on(v),
            help="Landscape or portrait; only sent for clips from a prompt alone.",
        ),
        first_frame(formats=("png", "jpeg")),
        last_frame(formats=("png", "jpeg")),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: one clip to change, up to 100 MB.",
        ),
        video_link(),
        earlier_job(help="Optional: an earlier job of this node; connect its job output, or paste its task id."),
        Choice(
            id="source_use",
            wire="metadata",
            options=("edit", "extend"),
            default="extend",
            encode=task,
            sent_if=lambda v: goes_on(v) and v.source_use == "extend",
            help="With source_job: extend goes on from the end of its clip, edit changes the clip by the prompt.",
        ),
    ),
    rules=(
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "Frames, video and source_job exclude each other: keep one of them.",
            ("first_frame", "video", "source_job"),
            lambda v: (v.first_frame is not None) + (v.video is not None) + goes_on(v) <= 1,
        ),
        names_a_job(),
    ),
    price=Price(key=lambda v: str(v.resolution).upper(), units=lambda v: LONGEST_SECONDS),
)
