"""Seedance 1.5 and 1.0: videos from a prompt, or from a first and a last frame.

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
    description="Generates 2 to 12 s videos from a prompt, or from first and last frames. Billed per requested second.",
    search_aliases=("seedance", "bytedance", "doubao", "first last frame", "cheap"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video."),
        Choice(
            id="model",
            options=(NEWEST, "seedance-1-0-pro-fast", "seedance-1-0-pro-quality"),
            default=NEWEST,
            help="Only 1.5 generates audio; 1.0 fast costs the least.",
        ),
        duration(2, 12, help="Duration in seconds, 2 to 12 (1.5: 4 to 12); billed per second."),
        resolution("480p", "720p", "1080p", default="720p"),
        aspect_ratio_without_image("16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
        first_frame("image_with_roles"),
        last_frame("image_with_roles"),
        Flag(
            id="audio",
            default=False,
            sent_if=lambda v: v.model == NEWEST,
            help="Generate audio; seedance-1-5-pro only.",
        ),
        Flag(
            id="camera_fixed",
            wire="camerafixed",
            default=False,
            help="Keep the camera still. May be refused with 1.0: the provider's documentation is inconsistent.",
        ),
        seed(2**32 - 1),
    ),
    rules=(
        Rule(
            "Only seedance-1-5-pro generates audio: select it, or turn audio off.",
            ("model", "audio"),
            lambda v: not v.audio or v.model == NEWEST,
        ),
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "seedance-1-5-pro supports 4 to 12 s: set duration to 4 or more, or select a 1.0 model.",
            ("model", "duration"),
            lambda v: v.model != NEWEST or v.duration >= 4,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
