"""Seedance 1.5 and 1.0: clips from a prompt, or from a first and a last frame.

Source: https://docs.apimart.ai, doubao-seedance-1-5-pro and -1-0 (English editions, and lists of fields in autumn
2026).
"""

from ..flow.model import Choice, Family, Flag, Price, Rule, Text
from ..flow.model.shared_inputs import (
    aspect_ratio_without_image,
    duration,
    final_at,
    first_frame,
    last_frame,
    resolution,
    seed,
)
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST

NEWEST = "seedance-1-5-pro"


FAMILY = Family(
    node_id="APIMartSeedance1",
    title="APIMart Seedance 1",
    description="Clips of 2 to 12 s from a prompt, or from a first and a last frame. Billed by the seconds asked for.",
    search_aliases=("seedance", "bytedance", "doubao", "first last frame", "cheap"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        Choice(
            id="model",
            options=(NEWEST, "seedance-1-0-pro-fast", "seedance-1-0-pro-quality"),
            default=NEWEST,
            help="1.5 alone makes sound; 1.0 fast costs least.",
        ),
        duration(2, 12, help="Seconds of clip, 2 to 12 (1.5: 4 to 12); each is billed."),
        resolution("480p", "720p", "1080p", default="720p"),
        aspect_ratio_without_image("16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
        first_frame("image_with_roles"),
        last_frame("image_with_roles"),
        Flag(
            id="audio",
            default=False,
            sent_if=lambda v: v.model == NEWEST,
            help="Make a sound track; seedance-1-5-pro only.",
        ),
        Flag(
            id="camera_fixed",
            wire="camerafixed",
            default=False,
            help="Keep the camera where it is. With 1.0 it may be refused: the provider's pages disagree.",
        ),
        seed(2**32 - 1),
    ),
    rules=(
        Rule(
            "Only seedance-1-5-pro makes sound: choose it, or switch audio off.",
            ("model", "audio"),
            lambda v: not v.audio or v.model == NEWEST,
        ),
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "seedance-1-5-pro makes 4 to 12 s: set duration to 4 or more, or choose a model of 1.0.",
            ("model", "duration"),
            lambda v: v.model != NEWEST or v.duration >= 4,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
