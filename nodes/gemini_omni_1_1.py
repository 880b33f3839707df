"""Gemini Omni 1.1 Flash as Google serves it: clips from text or frames, changes of a clip, and scenes that go on.

Source: the provider's list of parameters; its page was not seen. `aspect_ratio` and what `metadata` means are as
clients send them. The model chooses the length, 3 to 10 s.
"""

from ..flow.model import Choice, Clip, Family, Json, Picture, Price, Rule, Text, Values, task_of

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
        Choice(
            id="model",
            options=("gemini-omni-1.1-flash",),
            default="gemini-omni-1.1-flash",
            help="The model; little is documented of it.",
        ),
        Choice(
            id="resolution",
            options=("360p", "720p", "1080p", "4k"),
            default="720p",
            help="A higher resolution costs more.",
        ),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16"),
            default="16:9",
            sent_if=lambda v: v.first_frame is None and v.video is None and not goes_on(v),
            help="Landscape or portrait; only sent for clips from a prompt alone.",
        ),
        Picture(
            id="first_frame",
            wire="first_frame_image",
            formats=("png", "jpeg"),
            help="Optional: the picture the clip starts with.",
        ),
        Picture(
            id="last_frame",
            wire="last_frame_image",
            formats=("png", "jpeg"),
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Clip(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: one clip to change, up to 100 MB.",
        ),
        Text(
            id="video_url",
            multiline=False,
            optional=True,
            help="A public direct link to the clip, used instead of the video socket.",
        ),
        Text(
            id="source_job",
            wire="extend_from_task_id",
            multiline=False,
            encode=task_of,
            placeholder="task_...",
            help="Optional: an earlier job of this node; connect its job output, or paste its task id.",
        ),
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
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule(
            "Frames, video and source_job exclude each other: keep one of them.",
            ("first_frame", "video", "source_job"),
            lambda v: (v.first_frame is not None) + (v.video is not None) + goes_on(v) <= 1,
        ),
        Rule(
            "source_job names no job: connect the job output of this node, or paste its task id.",
            ("source_job",),
            lambda v: not goes_on(v) or str(task_of(v.source_job)).startswith("task_"),
        ),
    ),
    price=Price(key=lambda v: str(v.resolution).upper(), units=lambda v: LONGEST_SECONDS),
)
