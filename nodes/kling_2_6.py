"""Kling 2.6: videos from a prompt, a first frame, or a first and a last frame.

Source: https://docs.apimart.ai, Kling v2.6 (English and Russian editions). The price list has a row for a chosen voice
(`pro-sound-voice`), but no page names the parameter, so it is not offered.
"""

from ..flow.model import Choice, Family, Flag, Price, Rule, Text
from ..flow.model.shared_inputs import (
    aspect_ratio_without_image,
    duration_choice,
    first_frame,
    last_frame,
    model,
    negative_prompt,
    watermark,
)
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, at_most_characters

FAMILY = Family(
    node_id="APIMartKling26",
    title="APIMart Kling 2.6",
    description="Generates 5 or 10 s videos from a prompt, a first frame, or first and last frames. Billed per "
    "requested second.",
    search_aliases=("kling", "kling 2.6", "first last frame", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video, 2,500 characters max."),
        model("kling-v2-6"),
        negative_prompt(),
        Choice(
            id="mode",
            options=("std", "pro"),
            default="std",
            help="std renders 720p without audio. pro renders 1080p and is required for audio and last_frame.",
        ),
        duration_choice(5, 10),
        aspect_ratio_without_image("16:9", "9:16", "1:1"),
        first_frame("image_urls", formats=("png", "jpeg")),
        last_frame(
            "image_urls",
            formats=("png", "jpeg"),
            help="Optional: image used as the last frame. Requires first_frame and pro; cannot be combined with audio.",
        ),
        Flag(id="audio", default=False, help="Generate audio; requires pro and costs more."),
        watermark(),
    ),
    rules=(
        Rule(
            "Audio requires pro: set mode to pro, or turn audio off.",
            ("mode", "audio"),
            lambda v: not v.audio or v.mode == "pro",
        ),
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "last_frame requires pro with audio off: set mode to pro and turn audio off, or disconnect last_frame.",
            ("last_frame", "mode", "audio"),
            lambda v: v.last_frame is None or (v.mode == "pro" and not v.audio),
        ),
        at_most_characters("prompt", 2500),
    ),
    price=Price(key=lambda v: f"{v.mode}-sound" if v.audio else v.mode, units=lambda v: v.duration),
)
