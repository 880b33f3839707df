"""Gemini Omni Flash as Google serves it: clips from text, pictures or a clip, and their continuation.

Source: https://docs.apimart.ai, gemini-omni-flash-preview (English edition). The model chooses the length, 3 to 10 s.
"""

from ..flow.model import MEGABYTE, Choice, Clip, Family, Picture, Price, Rule, Text, task_of

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
        Choice(
            id="model",
            options=("gemini-omni-flash-preview",),
            default="gemini-omni-flash-preview",
            help="The model; its maker may have retired it.",
        ),
        Choice(id="aspect_ratio", options=("16:9", "9:16"), default="16:9", help="Landscape or portrait."),
        Choice(id="resolution", options=("720p",), default="720p", help="Always 720p."),
        Picture(
            id="images",
            wire="image_urls",
            many=16,
            formats=("png", "jpeg"),
            max_bytes=20 * MEGABYTE,
            help="Optional: up to 16 pictures. PNG or JPEG up to 20 MB is made from each.",
        ),
        Clip(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: a clip of 1 to 24 s to refer to or to change; 3 s or less is recommended.",
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
            help="Optional: an earlier job of this node to go on from; connect its job output, or paste its task id.",
        ),
    ),
    rules=(
        Rule(
            "The clip lasts {v.video.seconds:.5g} s; 1 to 24 s are taken. The node APIMart Reference Video trims it.",
            ("video",),
            lambda v: 1 <= v.video.seconds <= 24.05,
        ),
        Rule(
            "source_job names no job: connect the job output of this node, or paste its task id.",
            ("source_job",),
            lambda v: not v.source_job.strip() or str(task_of(v.source_job)).startswith("task_"),
        ),
    ),
    price=Price(key=lambda v: "default", units=lambda v: LONGEST_SECONDS),
)
