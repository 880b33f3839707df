"""FLUX 3 video: videos with audio from a prompt, through images, or going on from a video; drafts to render later.

Source: https://docs.apimart.ai, flux-3-video (Russian edition, September 2026). The provider infers `mode`, so it is
left out, as is `aspect_ratio` where it is auto.
"""

from ..flow.model import Choice, Family, Final, Flag, ImageInput, Number, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import duration, earlier_job, model, resolution, video_link
from ..flow.model.shared_rules import names_a_job


def row(values: Values) -> str:
    step = "draft" if values.draft else str(values.resolution)
    return f"{step}-video" if values.video is not None else step


def renders_draft(values: Values) -> bool:
    return bool(values.draft_job.strip())


FAMILY = Family(
    node_id="APIMartFlux3Video",
    title="APIMart FLUX 3 Video",
    description="Generates 5 to 20 s videos with audio from a prompt, from up to 10 keyframe images, or as the "
    "continuation of a video. Drafts can be rendered at full quality later. Billed per requested second.",
    search_aliases=("flux", "bfl", "black forest labs", "draft", "first last frame", "extend", "text to video"),
    inputs=(
        Text(
            id="prompt",
            sent_if=lambda v: not renders_draft(v),
            help="Text prompt describing the video. Ignored when draft_job is set; the draft's own prompt is used.",
        ),
        model("flux-3-video"),
        duration(5, 20, narrowed=True),
        resolution("hd", "fhd", help="hd renders 720p, fhd 1080p."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=10,
            help="Optional: up to 10 images in display order. One image is the first frame, two are the first and last "
            "frame, and any others are placed in between.",
        ),
        VideoInput(
            id="video",
            wire="video_url",
            url_input="clip_url",
            help="Optional: video to continue, 100 MB max; costs more. Cannot be combined with images.",
        ),
        video_link("clip_url"),
        Flag(id="audio", default=True, help="Generate audio."),
        Flag(
            id="draft",
            default=False,
            help="Generate a low-cost draft in hd, to be rendered at full quality later through draft_job.",
        ),
        earlier_job(
            "draft_job",
            wire="draft_from_task_id",
            help="Optional: a draft from this node to render at full quality. Connect its job output, or paste its "
            "task ID. Cannot be combined with images or video.",
        ),
        Number(
            id="safety_tolerance",
            default=2,
            minimum=0,
            maximum=6,
            advanced=True,
            help="Content filter tolerance: 0 is the strictest, 6 the most permissive.",
        ),
        Choice(
            id="aspect_ratio",
            options=("auto", "21:9", "2:1", "16:9", "4:3", "1:1", "3:4", "9:16"),
            default="auto",
            unsent="auto",
            added=True,
            help="Aspect ratio; auto matches the connected input.",
        ),
    ),
    rules=(
        Rule(
            "prompt is empty: describe the video, or select a draft with draft_job.",
            ("prompt", "draft_job"),
            lambda v: bool(v.prompt.strip()) or renders_draft(v),
        ),
        Rule(
            "draft and draft_job cannot be combined: generate a draft, or render an existing one.",
            ("draft", "draft_job"),
            lambda v: not (v.draft and renders_draft(v)),
        ),
        names_a_job("draft_job"),
        Rule(
            "draft_job renders the draft with its original inputs: disconnect images and video.",
            ("draft_job", "images", "video"),
            lambda v: not (renders_draft(v) and (v.images or v.video is not None)),
        ),
        Rule(
            "Drafts are rendered in hd: set resolution to hd, or turn draft off.",
            ("draft", "resolution"),
            lambda v: not v.draft or v.resolution == "hd",
        ),
        Rule(
            "images are not used when continuing a video: disconnect images or video.",
            ("images", "video"),
            lambda v: not v.images or v.video is None,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
    final=Final(when={"draft": True}, widgets={"draft": False, "resolution": "fhd"}, job="draft_job"),
)
