"""Wan 2.5 preview: videos from a prompt or from an image.

Source: https://docs.apimart.ai, Wan 2.5 (English edition, and its list of fields in autumn 2026). What came later than
the node is sent only where it says something else than the provider takes by itself.
"""

from ..flow.model import AudioInput, Choice, Family, Flag, ImageInput, Price, Rule, Text
from ..flow.model.shared_inputs import (
    added,
    added_watermark,
    duration_choice,
    final_at,
    model,
    negative_prompt,
    prompt_rewriting,
    resolution,
    seed,
)
from ..flow.model.shared_rules import at_most_characters

FAMILY = Family(
    node_id="APIMartWan25",
    title="APIMart Wan 2.5",
    description="Generates 5 or 10 s videos from a prompt or an image. Billed per requested second.",
    search_aliases=("wan", "alibaba", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video."),
        model("wan2.5-preview"),
        negative_prompt(500),
        duration_choice(5, 10),
        resolution("480p", "720p", "1080p", default="720p"),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: v.image is None,
            help="Aspect ratio; 4:3 and 3:4 require 720p or more. Ignored when an image is connected.",
        ),
        ImageInput(
            id="image",
            wire="image_urls",
            in_list=True,
            help="Optional: image used as the first frame.",
        ),
        AudioInput(id="sound", wire="audio_url", added=True, help="Optional: audio that the video follows."),
        added(prompt_rewriting("prompt_extend", sent_if=lambda v: not v.prompt_extend)),
        Flag(
            id="audio",
            default=True,
            added=True,
            sent_if=lambda v: not v.audio,
            help="Generate audio. Turning it off may be refused: the provider's documentation is inconsistent.",
        ),
        added(seed(2**31 - 1)),
        added_watermark(),
    ),
    rules=(
        Rule(
            "480p supports 16:9, 9:16 and 1:1: select one of them, or a higher resolution for {v.size}.",
            ("resolution", "size", "image"),
            lambda v: v.image is not None or v.resolution != "480p" or v.size in ("16:9", "9:16", "1:1"),
        ),
        at_most_characters("negative_prompt", 500),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
