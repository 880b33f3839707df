"""MiniMax H3: clips in 2K from a prompt, a first and a last frame, or reference pictures, clips and sounds.

Source: https://docs.apimart.ai, MiniMax-H3 (English edition, September 2026). Pictures beyond five cost extra, and the
seconds of reference clips are billed up to 15 s. A last frame needs no first.
"""

from ..flow.model import MEGABYTE, AudioInput, Choice, Family, Final, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import duration, first_frame, last_frame, model, nsfw_check, resolution, watermark
from ..flow.model.shared_rules import (
    FRAMES_EXCLUDE_REFERENCES,
    at_most_characters,
    each_lasts,
    has_frames,
    image_fits,
    seconds_of,
)

FREE_PICTURES = 5


def billed(values: Values) -> float:
    return float(values.duration + min(15.0, seconds_of(values.videos)))


def further_pictures(values: Values) -> dict[str, float]:
    count = len(values.images) - FREE_PICTURES
    return {"input_image_over_5": count} if count > 0 else {}


FAMILY = Family(
    node_id="APIMartMiniMaxH3",
    title="APIMart MiniMax H3",
    description="Clips of 4 to 15 s in up to 2K from a prompt, from a first and a last frame, or from up to 9 "
    "pictures, 3 clips and 3 sounds. Billed by the seconds asked for, the seconds of reference clips, and each "
    "picture beyond five.",
    search_aliases=("minimax", "hailuo", "h3", "reference to video", "first last frame", "2k"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, up to 7,000 characters."),
        model("MiniMax-H3"),
        duration(4, 15),
        resolution("768P", "2K"),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive"),
            default="16:9",
            help="The shape of the clip; adaptive follows the frames or references.",
        ),
        first_frame(help="Optional: the picture the clip starts with. Not together with images, videos or sounds."),
        last_frame(help="Optional: the picture the clip ends with, with or without first_frame."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=9,
            help="Optional: up to 9 pictures to refer to; each beyond five is billed.",
        ),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=3,
            max_bytes=50 * MEGABYTE,
            help="Optional: up to 3 clips to refer to, 2 to 15 s each and 15 s in all; their seconds are billed.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=3,
            help="Optional: up to 3 sounds to refer to, 2 to 15 s each and 15 s in all.",
        ),
        watermark(),
        nsfw_check(),
    ),
    rules=(
        at_most_characters("prompt", 7000),
        FRAMES_EXCLUDE_REFERENCES,
        Rule(
            "adaptive needs a picture or a clip to follow: choose another aspect_ratio, or connect one.",
            ("aspect_ratio", "first_frame", "images", "videos"),
            lambda v: v.aspect_ratio != "adaptive" or bool(has_frames(v) or v.images or v.videos),
        ),
        image_fits("first_frame", 256, 5760, 2.5),
        image_fits("last_frame", 256, 5760, 2.5),
        image_fits("images", 256, 5760, 2.5, many=True),
        each_lasts("videos", 2, 15, total=15),
        each_lasts("sounds", 2, 15, total=15),
    ),
    price=Price(key=lambda v: v.resolution, units=billed, extras=further_pictures),
    final=Final(when={"resolution": "768P"}, node_id="APIMartMiniMaxH3Upscale", job="source_job"),
)
