"""Wan 2.5 preview: clips from a prompt or from a picture.

Source: https://docs.apimart.ai, Wan 2.5 (English edition).
"""

from ..flow.model import Choice, Family, Picture, Price, Rule, Text

FAMILY = Family(
    node_id="APIMartWan25",
    title="APIMart Wan 2.5",
    description="Clips of 5 or 10 s from a prompt or from a picture. Billed by the seconds asked for.",
    search_aliases=("wan", "alibaba", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        Choice(id="model", options=("wan2.5-preview",), default="wan2.5-preview", help="The model."),
        Text(id="negative_prompt", help="Optional: what should not appear, up to 500 characters."),
        Choice(id="duration", options=(5, 10), default=5, help="Seconds of clip; each is billed."),
        Choice(
            id="resolution", options=("480p", "720p", "1080p"), default="720p", help="A higher resolution costs more."
        ),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: v.image is None,
            help="The shape of the clip; 4:3 and 3:4 need 720p or more. Not sent with a picture.",
        ),
        Picture(
            id="image",
            wire="image_urls",
            in_list=True,
            help="Optional: the picture the clip starts with.",
        ),
    ),
    rules=(
        Rule(
            "480p takes 16:9, 9:16 and 1:1: choose one of them, or a higher resolution for {v.size}.",
            ("resolution", "size", "image"),
            lambda v: v.image is not None or v.resolution != "480p" or v.size in ("16:9", "9:16", "1:1"),
        ),
        Rule(
            "negative_prompt takes 500 characters; this one is longer.",
            ("negative_prompt",),
            lambda v: len(v.negative_prompt) <= 500,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
)
