"""FLUX 3 video: clips with sound from a prompt, from pictures, or from a clip to change.

Source: https://docs.apimart.ai, flux-3-video; the page was read in part, so ratio and mode are left to the model.
"""

from ..flow.model import Family, Flag, ImageInput, Number, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import duration, earlier_job, model, resolution, video_link
from ..flow.model.shared_rules import names_a_job


def row(values: Values) -> str:
    step = "draft" if values.draft else str(values.resolution)
    return f"{step}-video" if values.video is not None else step


FAMILY = Family(
    node_id="APIMartFlux3Video",
    title="APIMart FLUX 3 Video",
    description="Clips with sound from a prompt, from pictures, or from a clip to change; drafts that are "
    "rendered whole later. Billed by the seconds asked for. The provider's page was read in part: what it refuses "
    "costs nothing.",
    search_aliases=("flux", "bfl", "black forest labs", "draft", "video edit", "text to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, or what should change."),
        model("flux-3-video"),
        duration(1, 15, help="Seconds of clip; each is billed."),
        resolution("hd", "fhd", help="hd renders 720p, fhd 1080p."),
        ImageInput(id="images", wire="image_urls", many=4, help="Optional: pictures to start from or to refer to."),
        VideoInput(
            id="video",
            wire="video_url",
            url_input="clip_url",
            help="Optional: a clip to change, up to 100 MB; costs more.",
        ),
        video_link("clip_url"),
        Flag(id="audio", default=True, help="Make a sound track."),
        Flag(id="draft", default=False, help="Make a cheap draft, to be rendered whole with draft_job."),
        earlier_job(
            "draft_job",
            wire="draft_from_task_id",
            help="Optional: a draft of this node to render whole; connect its job output, or paste its task id.",
        ),
        Number(
            id="safety_tolerance",
            default=2,
            minimum=0,
            maximum=6,
            advanced=True,
            help="How much the content check lets through: 0 is the strictest, 6 the mildest.",
        ),
    ),
    rules=(
        Rule(
            "draft and draft_job exclude each other: make a draft, or render one whole.",
            ("draft", "draft_job"),
            lambda v: not (v.draft and v.draft_job.strip()),
        ),
        names_a_job("draft_job"),
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
