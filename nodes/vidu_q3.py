"""Vidu Q3 pro and turbo: clips from a prompt, a first frame, or a first and a last frame.

Source: https://docs.apimart.ai, Vidu Q3 Pro (English and Chinese editions).
"""

from ..flow.model import Choice, Family, Flag, Number, Picture, Price, Rule, Text

FAMILY = Family(
    node_id="APIMartViduQ3",
    title="APIMart Vidu Q3",
    description="Clips of 1 to 16 s from a prompt, a first frame, or a first and a last frame. "
    "Billed by the seconds asked for.",
    search_aliases=("vidu", "first last frame", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, up to 2,000 characters."),
        Choice(
            id="model",
            options=("viduq3-pro", "viduq3-turbo"),
            default="viduq3-turbo",
            help="turbo is faster and costs less than pro.",
        ),
        Number(id="duration", default=5, minimum=1, maximum=16, help="Seconds of clip, 1 to 16; each is billed."),
        Choice(
            id="resolution", options=("540p", "720p", "1080p"), default="720p", help="A higher resolution costs more."
        ),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: v.first_frame is None,
            help="The shape of the clip. With a first frame the clip follows it and this is not sent.",
        ),
        Picture(id="first_frame", wire="image_urls", in_list=True, help="Optional: the picture the clip starts with."),
        Picture(
            id="last_frame",
            wire="image_urls",
            in_list=True,
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Flag(id="audio", default=True, help="Make a sound track."),
        Number(
            id="seed",
            default=-1,
            minimum=-1,
            maximum=4294967295,
            unsent=-1,
            help="0 to 4294967295 asks for a similar clip; -1 leaves it to the provider.",
        ),
    ),
    rules=(
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule("prompt takes 2,000 characters; this one is longer.", ("prompt",), lambda v: len(v.prompt) <= 2000),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
)
