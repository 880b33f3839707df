"""HappyHorse 1.0 and 1.1: the mode follows from what is connected.

Source: https://docs.apimart.ai, HappyHorse (English and Chinese editions). Without `resolution` the provider takes
1080P, so it is always sent.
"""

from ..flow.model import Choice, Family, ImageInput, Number, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import final_at, first_frame, model, resolution, seed, video_link, watermark
from ..flow.model.shared_rules import at_most_characters, video_lasts


def billed(values: Values) -> float:
    """A video that is changed keeps its length."""
    return float(values.duration if values.video is None else values.video.seconds)


FAMILY = Family(
    node_id="APIMartHappyHorse",
    title="APIMart HappyHorse",
    description="Generates 3 to 15 s videos from a prompt, a first frame or up to 9 reference images, or edits a "
    "video. Billed per second of the result.",
    search_aliases=("happyhorse", "alibaba", "reference to video", "video edit", "image to video"),
    inputs=(
        Text(id="prompt", help="Text prompt describing the video, 2,500 characters max; optional with first_frame."),
        model("happyhorse-1.1", "happyhorse-1.0", help="1.1 is newer and cheaper in 1080P; 1.0 can edit videos."),
        Number(
            id="duration",
            default=5,
            minimum=3,
            maximum=15,
            sent_if=lambda v: v.video is None,
            help="Duration in seconds, 3 to 15; billed per second. Ignored when a video is connected; its length is "
            "kept.",
        ),
        resolution("720P", "1080P"),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: v.first_frame is None and v.video is None,
            help="Aspect ratio. Ignored when first_frame or video is connected; the result then matches it.",
        ),
        first_frame(help="Optional: image used as the first frame. Cannot be combined with images or video."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=9,
            help="Optional: up to 9 reference images; with a video, up to 5 style references.",
        ),
        VideoInput(
            id="video",
            wire="video_url",
            url_input="clip_url",
            help="Optional: video to edit, MP4 or MOV, 15 s and 100 MB max; requires happyhorse-1.0.",
        ),
        video_link("clip_url"),
        Choice(
            id="audio_setting",
            options=("auto", "origin"),
            default="auto",
            sent_if=lambda v: v.video is not None,
            help="auto lets the model decide on the audio, origin keeps the audio of the input video. Used only when a "
            "video is connected.",
        ),
        watermark(),
        seed(2**31 - 1),
    ),
    rules=(
        Rule(
            "prompt is empty: describe the video, or connect first_frame.",
            ("prompt", "first_frame"),
            lambda v: bool(v.prompt.strip()) or v.first_frame is not None,
        ),
        Rule(
            "first_frame, images and video cannot be combined: use only one of them.",
            ("first_frame", "images", "video"),
            lambda v: v.first_frame is None or not (v.images or v.video is not None),
        ),
        Rule(
            "Only happyhorse-1.0 can edit videos: select it, or disconnect video.",
            ("model", "video"),
            lambda v: v.video is None or v.model == "happyhorse-1.0",
        ),
        Rule(
            "With a video, up to 5 images are accepted: disconnect some.",
            ("images", "video"),
            lambda v: v.video is None or len(v.images) <= 5,
        ),
        video_lasts(0, 15),
        at_most_characters("prompt", 2500),
    ),
    price=Price(key=lambda v: v.resolution, units=billed),
    final=final_at("1080P"),
)
