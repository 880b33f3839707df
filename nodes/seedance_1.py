"""Seedance 1.5 and 1.0: clips from a prompt, or from a first and a last frame.

Source: https://docs.apimart.ai, doubao-seedance-1-5-pro (English edition); the pages of 1.0 list the same parameters.
"""

from ..flow.model import Choice, Family, Flag, Number, Picture, Price, Rule, Text, Values, in_role

NEWEST = "seedance-1-5-pro"


def has_frames(values: Values) -> bool:
    return values.first_frame is not None or values.last_frame is not None


FAMILY = Family(
    node_id="APIMartSeedance1",
    title="APIMart Seedance 1",
    description="Clips of 4 to 12 s from a prompt, or from a first and a last frame. Billed by the seconds asked for.",
    search_aliases=("seedance", "bytedance", "doubao", "first last frame", "cheap"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        Choice(
            id="model",
            options=(NEWEST, "seedance-1-0-pro-fast", "seedance-1-0-pro-quality"),
            default=NEWEST,
            help="1.5 alone makes sound; 1.0 fast costs least.",
        ),
        Number(id="duration", default=5, minimum=4, maximum=12, help="Seconds of clip, 4 to 12; each is billed."),
        Choice(
            id="resolution", options=("480p", "720p", "1080p"), default="720p", help="A higher resolution costs more."
        ),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
            default="16:9",
            sent_if=lambda v: not has_frames(v),
            help="The shape of the clip. With a first frame the clip follows it and this is not sent.",
        ),
        Picture(
            id="first_frame",
            wire="image_with_roles",
            in_list=True,
            encode=in_role("first_frame"),
            help="Optional: the picture the clip starts with.",
        ),
        Picture(
            id="last_frame",
            wire="image_with_roles",
            in_list=True,
            encode=in_role("last_frame"),
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Flag(
            id="audio",
            default=False,
            sent_if=lambda v: v.model == NEWEST,
            help="Make a sound track; seedance-1-5-pro only.",
        ),
        Flag(id="camera_fixed", wire="camerafixed", default=False, help="Keep the camera where it is."),
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
            "Only seedance-1-5-pro makes sound: choose it, or switch audio off.",
            ("model", "audio"),
            lambda v: not v.audio or v.model == NEWEST,
        ),
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
)
