"""MiniMax H3: videos in 2K from a prompt, a first and a last frame, or reference images, videos and audio.

Source: https://docs.apimart.ai, MiniMax-H3 (English edition, September 2026). Images beyond five cost extra, and the
seconds of reference videos are billed up to 15 s. A last frame needs no first.
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


def further_images(values: Values) -> dict[str, float]:
    count = len(values.images) - FREE_PICTURES
    return {"input_image_over_5": count} if count > 0 else {}


FAMILY = Family(
    node_id="APIMartMiniMaxH3",
    title="APIMart MiniMax H3",
    description="Generates 4 to 15 s videos in up to 2K from a prompt, first and last frames, or up to 9 images, 3 "
    "videos and 3 audio files as references. Billed per requested second, plus each second of the reference videos and "
    "each image beyond five.",
    search_aliases=("minimax", "hailuo", "h3", "reference to video", "first last frame", "2k"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video, 7,000 characters max."),
        model("MiniMax-H3"),
        duration(4, 15),
        resolution("768P", "2K"),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive"),
            default="16:9",
            help="Aspect ratio; adaptive matches the frames or references.",
        ),
        first_frame(help="Optional: image used as the first frame. Cannot be combined with images, videos or sounds."),
        last_frame(help="Optional: image used as the last frame, with or without first_frame."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=9,
            help="Optional: up to 9 reference images; each one beyond five is billed.",
        ),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=3,
            max_bytes=50 * MEGABYTE,
            help="Optional: up to 3 reference videos, 2 to 15 s each, 15 s in total; billed per second.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=3,
            help="Optional: up to 3 reference audio files, 2 to 15 s each, 15 s in total.",
        ),
        watermark(),
        nsfw_check(),
    ),
    rules=(
        at_most_characters("prompt", 7000),
        FRAMES_EXCLUDE_REFERENCES,
        Rule(
            "adaptive requires an image or a video: select another aspect_ratio, or connect one.",
            ("aspect_ratio", "first_frame", "images", "videos"),
            lambda v: v.aspect_ratio != "adaptive" or bool(has_frames(v) or v.images or v.videos),
        ),
        image_fits("first_frame", 256, 5760, 2.5),
        image_fits("last_frame", 256, 5760, 2.5),
        image_fits("images", 256, 5760, 2.5, many=True),
        each_lasts("videos", 2, 15, total=15),
        each_lasts("sounds", 2, 15, total=15),
    ),
    price=Price(key=lambda v: v.resolution, units=billed, extras=further_images),
    final=Final(when={"resolution": "768P"}, node_id="APIMartMiniMaxH3Upscale", job="source_job"),
)
