"""FLUX 3 video: clips with sound from a prompt, through pictures, or going on from a clip; drafts to render later.

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
    description="Clips of 5 to 20 s with sound from a prompt, through up to 10 pictures, or going on from a clip; "
    "drafts that are rendered whole later. Billed by the seconds asked for.",
    search_aliases=("flux", "bfl", "black forest labs", "draft", "first last frame", "extend", "text to video"),
    inputs=(
        Text(
            id="prompt",
            sent_if=lambda v: not renders_draft(v),
            help="What the clip should show. Not sent with draft_job, which has its own.",
        ),
        model("flux-3-video"),
        duration(5, 20, narrowed=True),
        resolution("hd", "fhd", help="hd renders 720p, fhd 1080p."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=10,
            help="Optional: up to 10 pictures in the order they are shown: one is the first frame, two are the first "
            "and the last, more lie between.",
        ),
        VideoInput(
            id="video",
            wire="video_url",
            url_input="clip_url",
            help="Optional: a clip to go on from, up to 100 MB; costs more. Not together with images.",
        ),
        video_link("clip_url"),
        Flag(id="audio", default=True, help="Make a sound track."),
        Flag(id="draft", default=False, help="Make a cheap draft in hd, to be rendered whole with draft_job."),
        earlier_job(
            "draft_job",
            wire="draft_from_task_id",
            help="Optional: a draft of this node to render whole; connect its job output, or paste its task id. Not "
            "together with images or a clip.",
        ),
        Number(
            id="safety_tolerance",
            default=2,
            minimum=0,
            maximum=6,
            advanced=True,
            help="How much the content check lets through: 0 is the strictest, 6 the mildest.",
        ),
        Choice(
            id="aspect_ratio",
            options=("auto", "21:9", "2:1", "16:9", "4:3", "1:1", "3:4", "9:16"),
            default="auto",
            unsent="auto",
            added=True,
            help="Aspect ratio; auto follows what is connected.",
        ),
    ),
    rules=(
        Rule(
            "prompt is empty: write what the clip should show, or name a draft with draft_job.",
            ("prompt", "draft_job"),
            lambda v: bool(v.prompt.strip()) or renders_draft(v),
        ),
        Rule(
            "draft and draft_job exclude each other: make a draft, or render one whole.",
            ("draft", "draft_job"),
            lambda v: not (v.draft and renders_draft(v)),
        ),
        names_a_job("draft_job"),
        Rule(
            "draft_job is rendered as it was drafted: disconnect images and video.",
            ("draft_job", "images", "video"),
            lambda v: not (renders_draft(v) and (v.images or v.video is not None)),
        ),
        Rule(
            "A draft is made in hd: choose hd, or switch draft off.",
            ("draft", "resolution"),
            lambda v: not v.draft or v.resolution == "hd",
        ),
        Rule(
            "With a clip to go on from the pictures are not used: disconnect images or video.",
            ("images", "video"),
            lambda v: not v.images or v.video is None,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
    final=Final(when={"draft": True}, widgets={"draft": False, "resolution": "fhd"}, job="draft_job"),
)
