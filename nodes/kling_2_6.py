"""Kling 2.6: clips from a prompt, a first frame, or a first and a last frame.

Source: https://docs.apimart.ai, Kling v2.6 (English edition).
"""

from ..flow.model import Choice, Family, Flag, Picture, Price, Rule, Text

FAMILY = Family(
    node_id="APIMartKling26",
    title="APIMart Kling 2.6",
    description="Clips of 5 or 10 s from a prompt, a first frame, or a first and a last frame. "
    "Billed by the seconds asked for.",
    search_aliases=("kling", "kling 2.6", "first last frame", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, up to 2,500 characters."),
        Choice(id="model", options=("kling-v2-6",), default="kling-v2-6", help="The model."),
        Text(id="negative_prompt", help="Optional: what should not appear."),
        Choice(
            id="mode",
            options=("std", "pro"),
            default="std",
            help="std renders 720p without sound; pro renders 1080p, and alone makes sound and takes a last frame.",
        ),
        Choice(id="duration", options=(5, 10), default=5, help="Seconds of clip; each is billed."),
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
            help="Optional: the picture the clip starts with.",
        ),
        Picture(
            id="last_frame",
            wire="image_urls",
            in_list=True,
            formats=("png", "jpeg"),
            help="Optional: the picture the clip ends with; needs first_frame and pro, and excludes audio.",
        ),
        Flag(id="audio", default=False, help="Make a sound track; needs pro and costs more."),
        Flag(id="watermark", default=False, help="Put the provider's watermark into the picture."),
    ),
    rules=(
        Rule(
            "Only pro makes sound: choose pro, or switch audio off.",
            ("mode", "audio"),
            lambda v: not v.audio or v.mode == "pro",
        ),
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule(
            "Only pro without audio takes a last_frame: choose pro and switch audio off, or take last_frame away.",
            ("last_frame", "mode", "audio"),
            lambda v: v.last_frame is None or (v.mode == "pro" and not v.audio),
        ),
        Rule("prompt takes 2,500 characters; this one is longer.", ("prompt",), lambda v: len(v.prompt) <= 2500),
    ),
    price=Price(key=lambda v: f"{v.mode}-sound" if v.audio else v.mode, units=lambda v: v.duration),
)
