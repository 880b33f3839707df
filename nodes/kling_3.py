"""Kling 3.0: clips from a prompt, a first frame, or a first and a last frame; several shots in one clip.

Source: https://docs.apimart.ai, Kling v3 (English and Chinese editions), and the schemas that clients made from it.
"""

from ..flow.model import (
    OFF,
    Choice,
    Family,
    Flag,
    Number,
    Picture,
    Price,
    Rule,
    Shots,
    Text,
    Values,
    multi_shot,
    spread,
)


def row(values: Values) -> str:
    """The catalogue calls the row of std with sound just `sound`."""
    if not values.audio:
        return str(values.mode)
    return "sound" if values.mode == "std" else f"{values.mode}-sound"


FAMILY = Family(
    node_id="APIMartKling3",
    title="APIMart Kling 3.0",
    description="Clips of 3 to 15 s from a prompt, a first frame, or a first and a last frame, in one or several "
    "shots. Billed by the seconds asked for.",
    shape=lambda body: spread(body, "shots"),
    search_aliases=("kling", "kling 3", "first last frame", "multi shot", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show. Not needed when shots are written by hand."),
        Choice(id="model", options=("kling-v3",), default="kling-v3", help="The model."),
        Text(id="negative_prompt", help="Optional: what should not appear."),
        Choice(
            id="mode",
            options=("std", "pro", "4k"),
            default="std",
            help="std renders 720p, pro 1080p and 4k 4K; each costs more than the one before.",
        ),
        Number(id="duration", default=5, minimum=3, maximum=15, help="Seconds of clip, 3 to 15; each is billed."),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1"),
            default="16:9",
            sent_if=lambda v: v.first_frame is None,
            help="The shape of the clip. With a first frame the clip follows it and this is not sent.",
        ),
        Picture(
            id="first_frame",
            wire="image_urls",
            in_list=True,
            formats=("png", "jpeg"),
            help="Optional: the picture the clip starts with. PNG or JPEG up to 20 MB is made from it.",
        ),
        Picture(
            id="last_frame",
            wire="image_urls",
            in_list=True,
            formats=("png", "jpeg"),
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Flag(id="audio", default=False, help="Make a sound track; costs more in std and pro."),
        Shots(
            id="shots",
            encode=multi_shot,
            sent_if=lambda v: v.shots.how != OFF,
            help="off makes one shot, auto lets Kling cut the prompt into several. Else each shot has a text and "
            "seconds of its own; the seconds add up to duration.",
        ),
        Flag(id="watermark", default=False, help="Put the provider's watermark into the picture."),
    ),
    rules=(
        Rule(
            "prompt is empty: write what the clip should show, or write it shot by shot with shots.",
            ("prompt", "shots"),
            lambda v: bool(v.prompt.strip() or v.shots.shots),
        ),
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule(
            "The seconds of the shots must add up to duration (this sum is {v.shots.seconds}).",
            ("shots", "duration"),
            lambda v: not v.shots.shots or v.shots.seconds == v.duration,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
