"""Wan 2.7 reference to video: up to five images and videos whose characters and places appear in the result.

Source: https://docs.apimart.ai, wan2.7-r2v (English edition).
"""

from ..flow.model import Family, ImageInput, Price, Rule, Size, Text, Values, VideoInput, in_role
from ..flow.model.shared_inputs import (
    added_watermark,
    aspect_ratio_without_image,
    duration,
    first_frame,
    model,
    negative_prompt,
    prompt_rewriting,
    resolution,
    seed,
)
from ..flow.model.shared_rules import at_most_characters


def references(values: Values) -> int:
    return len(values.images) + len(values.videos) + (values.first_frame is not None)


def is_fit(size: Size) -> bool:
    return size.has_sides_of(240, 4096) and 1 / 8 <= size.ratio <= 8


FAMILY = Family(
    node_id="APIMartWan27Reference",
    title="APIMart Wan 2.7 Reference",
    description="Generates 2 to 15 s videos with the people, objects and places of up to 5 reference images and "
    "videos. Billed per requested second.",
    search_aliases=("wan", "alibaba", "r2v", "reference to video", "character"),
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="Text prompt describing the video, 5,000 characters max. Refer to the references as image 1, video 1 "
            "...",
        ),
        model("wan2.7-r2v"),
        negative_prompt(500),
        duration(2, 15, help="Duration in seconds, 2 to 15, or up to 10 with a reference video; billed per second."),
        resolution("720P", "1080P"),
        aspect_ratio_without_image("16:9", "9:16", "1:1", "4:3", "3:4", id="size"),
        ImageInput(
            id="images",
            wire="image_with_roles",
            many=5,
            encode=in_role("reference_image"),
            help="Up to 5 reference images; 5 references in total.",
        ),
        VideoInput(
            id="videos", wire="video_urls", many=5, help="Up to 5 reference videos of 1 to 30 s; 5 references in total."
        ),
        first_frame("image_with_roles", help="Optional: image used as the first frame; counts as a reference."),
        prompt_rewriting("prompt_extend"),
        seed(2**31 - 1),
        added_watermark(),
    ),
    rules=(
        Rule(
            "1 to 5 images and videos are required in total.",
            ("model", "images", "videos", "first_frame"),
            lambda v: 1 <= references(v) <= 5,
        ),
        Rule(
            "With a reference video, the result can be up to 10 s long: set duration to 10 or less.",
            ("videos", "duration"),
            lambda v: not v.videos or v.duration <= 10,
        ),
        Rule(
            "Reference videos must be 1 to 30 s long: trim them.",
            ("videos",),
            lambda v: all(1 <= video.seconds <= 30.05 for video in v.videos),
        ),
        Rule(
            "Each reference video must have sides of 240 to 4096 px and an aspect ratio of 1:8 to 8:1.",
            ("videos",),
            lambda v: all(is_fit(video.measure.size) for video in v.videos),
        ),
        at_most_characters("prompt", 5000),
        at_most_characters("negative_prompt", 500),
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration),
)
