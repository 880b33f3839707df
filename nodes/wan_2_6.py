"""Wan 2.6 and its flash form: videos from a prompt or from an image.

Source: https://docs.apimart.ai, Wan 2.6 and wan2.6-i2v-flash (English editions, and their lists of fields in autumn
2026). What the model was not sent at first is sent only where it says something else than the provider takes by itself.
"""

from ..flow.model import MEGABYTE, AudioInput, Choice, Family, Flag, ImageInput, Price, Rule, Text, Values
from ..flow.model.shared_inputs import (
    added_watermark,
    aspect_ratio_without_image,
    duration,
    final_at,
    model,
    negative_prompt,
    prompt_rewriting,
    resolution,
    seed,
)
from ..flow.model.shared_rules import at_most_characters

FLASH = "wan2.6-i2v-flash"


def row(values: Values) -> str:
    resolution = str(values.resolution).upper()
    return f"{resolution}-audio" if values.model == FLASH and values.audio else resolution


FAMILY = Family(
    node_id="APIMartWan26",
    title="APIMart Wan 2.6",
    description="Generates videos from a prompt or an image, in one or more shots. Billed per requested second.",
    search_aliases=("wan", "alibaba", "text to video", "image to video", "cheap"),
    inputs=(
        Text(id="prompt", help="Text prompt describing the video; optional for flash, which starts from the image."),
        model(
            "wan2.6",
            FLASH,
            help="flash requires an image and costs less than 2.6. With an image, 2.6 may cost more than estimated: "
            "the price list has a second price for it.",
        ),
        negative_prompt(500),
        duration(2, 15, help="Duration in seconds: 5, 10 or 15 (flash: 2 to 15); billed per second."),
        resolution("720p", "1080p"),
        aspect_ratio_without_image("16:9", "9:16", "1:1", "4:3", "3:4", image="image"),
        ImageInput(
            id="image",
            wire="image_urls",
            in_list=True,
            max_bytes=10 * MEGABYTE,
            help="Image used as the first frame: optional for 2.6, required for flash. Sides of 240 to 8000 px.",
        ),
        AudioInput(
            id="sound",
            wire="audio_url",
            help="Optional: audio of 3 to 30 s that the video follows.",
        ),
        Flag(
            id="audio",
            default=True,
            sent_if=lambda v: v.model == FLASH or not v.audio,
            help="Generate audio; costs more with flash. With 2.6, on lets the provider decide.",
        ),
        Choice(
            id="shot_type",
            options=("single", "multi"),
            default="single",
            sent_if=lambda v: v.model != FLASH or v.shot_type != "single",
            help="One shot or several.",
        ),
        prompt_rewriting("prompt_extend", sent_if=lambda v: v.model != FLASH or not v.prompt_extend),
        seed(2**31 - 1),
        added_watermark(),
        Text(
            id="template",
            added=True,
            advanced=True,
            multiline=False,
            help="Optional: name of one of the provider's video effects.",
        ),
    ),
    rules=(
        Rule(
            "prompt is empty: describe the video, or select wan2.6-i2v-flash, which does not require one.",
            ("prompt", "model"),
            lambda v: bool(v.prompt.strip()) or v.model == FLASH,
        ),
        Rule(
            "wan2.6 supports 5, 10 or 15 s: set duration to one of them.",
            ("model", "duration"),
            lambda v: v.model == FLASH or v.duration in (5, 10, 15),
        ),
        Rule(
            "wan2.6-i2v-flash requires an image: connect one, or select wan2.6.",
            ("model", "image"),
            lambda v: v.model != FLASH or v.image is not None,
        ),
        Rule(
            "Each side of the image must be 240 to 8000 px (this one is {v.image.size}).",
            ("image",),
            lambda v: v.image.size.has_sides_of(240, 8000),
        ),
        Rule(
            "The audio must be 3 to 30 s long (this one is {v.sound.seconds:.3g} s).",
            ("sound",),
            lambda v: 3 <= v.sound.seconds <= 30.05,
        ),
        Rule(
            "With audio off, wan2.6-i2v-flash does not use the connected audio: turn audio on, or disconnect sound.",
            ("model", "sound", "audio"),
            lambda v: v.model != FLASH or v.audio or v.sound is None,
        ),
        at_most_characters("negative_prompt", 500),
    ),
    price=Price(key=row, units=lambda v: v.duration),
    final=final_at("1080p"),
)
