"""Kling 3.0 Turbo: clips from a prompt or a first frame, with sound that cannot be switched off.

Source: https://docs.apimart.ai, Kling 3.0 Turbo (English edition).
"""

from ..flow.model import MEGABYTE, Choice, Family, Flag, Number, Picture, Price, Rule, Text

FAMILY = Family(
    node_id="APIMartKling3Turbo",
    title="APIMart Kling 3.0 Turbo",
    description="Clips of 3 to 15 s from a prompt or a first frame. Billed by the seconds asked for.",
    search_aliases=("kling", "turbo", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show, up to 3,072 characters; 2,500 are recommended."),
        Choice(id="model", options=("kling-3.0-turbo",), default="kling-3.0-turbo", help="The model."),
        Choice(id="resolution", options=("720p", "1080p"), default="720p", help="A higher resolution costs more."),
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
            wire="first_frame_image",
            formats=("png", "jpeg"),
            max_bytes=20 * MEGABYTE,
            help="Optional: the picture the clip starts with, every side 300 px or more, between 1:2.5 and 2.5:1.",
        ),
        Flag(id="watermark", default=False, help="Put the provider's watermark into the picture."),
    ),
    rules=(
        Rule(
            "There is neither a prompt nor a first_frame: write a prompt, or connect a picture.",
            ("prompt", "first_frame"),
            lambda v: bool(v.prompt.strip()) or v.first_frame is not None,
        ),
        Rule("prompt takes 3,072 characters; this one is longer.", ("prompt",), lambda v: len(v.prompt) <= 3072),
        Rule(
            "Every side of first_frame must be 300 px or more (this one is {v.first_frame.size}).",
            ("first_frame",),
            lambda v: min(v.first_frame.size.width, v.first_frame.size.height) >= 300,
        ),
        Rule(
            "first_frame must be between 1:2.5 and 2.5:1 (this one is {v.first_frame.size}).",
            ("first_frame",),
            lambda v: 1 / 2.5 <= v.first_frame.size.width / v.first_frame.size.height <= 2.5,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
)
