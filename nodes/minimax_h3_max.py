"""MiniMax H3 Max: videos from a prompt, a first and a last frame, or reference images, videos and audio.

Source: https://docs.apimart.ai, MiniMax-H3-Max, in the provider's own index of late September 2026. What images
beyond two cost is not known, so there is no estimate then; seconds of reference videos are estimated as MiniMax H3
bills them.
"""

from ..flow.model import AudioInput, Choice, Family, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import added_watermark, duration, final_at, first_frame, last_frame, model, resolution
from ..flow.model.shared_rules import (
    FRAMES_EXCLUDE_REFERENCES,
    LAST_FRAME_NEEDS_FIRST,
    at_most_characters,
    image_fits,
    seconds_of,
)

FREE_PICTURES = 2


def billed(values: Values) -> float:
    return float(values.duration + seconds_of(values.videos))


def further_images(values: Values) -> dict[str, float]:
    count = len(values.images) - FREE_PICTURES
    return {"input_image_over_2": count} if count > 0 else {}


FAMILY = Family(
    node_id="APIMartMiniMaxH3Max",
    title="APIMart MiniMax H3 Max",
    description="Generates 5 to 15 s videos from a prompt, first and last frames, or up to 9 images, 3 videos and 3 "
    "audio files as references. Billed per requested second; images beyond two cost extra.",
    search_aliases=("minimax", "hailuo", "h3", "first last frame", "reference to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video, 7,000 characters max."),
        model("MiniMax-H3-Max"),
        duration(5, 15),
        resolution(
            "480P",
            "768P",
            "1080P",
            default="768P",
            help="Higher resolutions cost more. 2K and above are not offered: the provider's documentation is "
            "inconsistent.",
        ),
        first_frame(
            help="Optional: image used as the first frame. Sides of 256 to 5760 px, aspect ratio 1:2.5 to 2.5:1."
        ),
        last_frame(),
        Choice(
            id="aspect_ratio",
            options=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
            default="adaptive",
            unsent="adaptive",
            added=True,
            help="Aspect ratio. adaptive matches the frames or references; with a prompt only, the video is 16:9.",
        ),
        ImageInput(
            id="images",
            added=True,
            wire="image_urls",
            many=9,
            help="Optional: up to 9 reference images. More than two cost extra, and no estimate is shown then.",
        ),
        VideoInput(
            id="videos",
            added=True,
            wire="video_urls",
            many=3,
            help="Optional: up to 3 reference videos. Their billing is not documented; the estimate counts their "
            "seconds.",
        ),
        AudioInput(
            id="sounds",
            added=True,
            wire="audio_urls",
            many=3,
            help="Optional: up to 3 reference audio files; require at least one image or video.",
        ),
        added_watermark(sent_if=lambda v: v.resolution != "1080P"),
    ),
    rules=(
        at_most_characters("prompt", 7000),
        LAST_FRAME_NEEDS_FIRST,
        FRAMES_EXCLUDE_REFERENCES,
        image_fits("first_frame", 256, 5760, 2.5),
        image_fits("last_frame", 256, 5760, 2.5),
        Rule(
            "sounds require at least one image or video.",
            ("sounds", "images", "videos"),
            lambda v: not v.sounds or bool(v.images or v.videos),
        ),
        Rule(
            "Watermarks are not available at 1080P: turn watermark off, or select another resolution.",
            ("watermark", "resolution"),
            lambda v: not v.watermark or v.resolution != "1080P",
        ),
    ),
    price=Price(key=lambda v: v.resolution, units=billed, extras=further_images),
    final=final_at("1080P"),
)
