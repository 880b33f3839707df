"""HappyHorse 1.0 and 1.1: the mode follows from what is connected.

Source: https://docs.apimart.ai, HappyHorse (English and Chinese editions). Without `resolution` the provider takes
1080P, so it is always sent.
"""

from ..flow.model import Choice, Family, ImageInput, Number, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import final_at, first_frame, model, resolution, seed, video_link, watermark
from ..flow.model.shared_rules import at_most_characters, video_lasts


def billed(values: Values) -> float:
    """A clip that is changed keeps its length."""
    return float(values.duration if values.video is None else values.video.seconds)


FAMILY = Family(
    node_id="APIMartHappyHorse",
    title="APIMart HappyHorse",
    description="Clips of 3 to 15 s from a prompt, a first frame, up to 9 reference pictures, or a clip to change. "
    "Billed by the seconds of the result.",
    search_aliases=("happyhorse", "alibaba", "reference to video", "video edit", "image to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show, up to 2,500 characters; optional with a first frame."),
        model("happyhorse-1.1", "happyhorse-1.0", help="1.1 is newer and cheaper in 1080P; 1.0 changes clips."),
        Number(
            id="duration",
            default=5,
            minimum=3,
            maximum=15,
            sent_if=lambda v: v.video is None,
            help="Seconds of clip, 3 to 15; each is billed. Not sent with a clip to change, which keeps its length.",
        ),
        resolution("720P", "1080P"),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: v.first_frame is None and v.video is None,
            help="The shape of the clip. With a first frame or a clip it follows that and this is not sent.",
        ),
        first_frame(help="Optional: the picture the clip starts with. Not together with images or video."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=9,
            help="Optional: up to 9 pictures to refer to; up to 5 with a clip, as its style.",
        ),
        VideoInput(
            id="video",
            wire="video_url",
            url_input="clip_url",
            help="Optional: a clip to change, MP4 or MOV, up to 15 s and 100 MB; needs happyhorse-1.0.",
        ),
        video_link("clip_url"),
        Choice(
            id="audio_setting",
            options=("auto", "origin"),
            default="auto",
            sent_if=lambda v: v.video is not None,
            help="auto lets the model decide about the sound, origin keeps that of the clip. Only sent with a clip.",
        ),
        watermark(),
        seed(2**31 - 1),
    ),
    rules=(
        Rule(
            "prompt is empty: write what the clip should show, or connect a first_frame.",
            ("prompt", "first_frame"),
            lambda v: bool(v.prompt.strip()) or v.first_frame is not None,
        ),
        Rule(
            "first_frame excludes images and a clip: keep one of them.",
            ("first_frame", "images", "video"),
            lambda v: v.first_frame is None or not (v.images or v.video is not None),
        ),
        Rule(
            "Only happyhorse-1.0 changes clips: choose it, or take the clip away.",
            ("model", "video"),
            lambda v: v.video is None or v.model == "happyhorse-1.0",
        ),
        Rule(
            "Up to 5 pictures are taken beside a clip: take some away.",
            ("images", "video"),
            lambda v: v.video is None or len(v.images) <= 5,
        ),
        video_lasts(0, 15),
        at_most_characters("prompt", 2500),
    ),
    price=Price(key=lambda v: v.resolution, units=billed),
    final=final_at("1080P"),
)
