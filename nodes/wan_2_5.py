"""Wan 2.5 preview: clips from a prompt or from a picture.

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
    description="Clips of 5 or 10 s from a prompt or from a picture. Billed by the seconds asked for.",
    search_aliases=("wan", "alibaba", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        model("wan2.5-preview"),
        negative_prompt(500),
        duration_choice(5, 10),
        resolution("480p", "720p", "1080p", default="720p"),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: v.image is None,
            help="The shape of the clip; 4:3 and 3:4 need 720p or more. Not sent with a picture.",
        ),
        ImageInput(
            id="image",
            wire="image_urls",
            in_list=True,
            help="Optional: the picture the clip starts with.",
        ),
        AudioInput(id="sound", wire="audio_url", added=True, help="Optional: a sound that the clip follows."),
        added(prompt_rewriting("prompt_extend", sent_if=lambda v: not v.prompt_extend)),
        Flag(
            id="audio",
            default=True,
            added=True,
            sent_if=lambda v: not v.audio,
            help="Make a sound track. Switched off it may be refused: the provider's pages disagree.",
        ),
        added(seed(2**31 - 1)),
        added_watermark(),
    ),
    rules=(
        Rule(
            "480p takes 16:9, 9:16 and 1:1: choose one of them, or a higher resolution for {v.size}.",
            ("resolution", "size", "image"),
            lambda v: v.image is not None or v.resolution != "480p" or v.size in ("16:9", "9:16", "1:1"),
        ),
        at_most_characters("negative_prompt", 500),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p"),
)
