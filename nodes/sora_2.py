"""Sora 2: a video with audio from a prompt, or from a prompt and a first image.

Source: https://docs.apimart.ai, Sora 2 (Korean edition).
"""

from ..flow.model import MEGABYTE, Choice, Family, ImageInput, Price, Rule, Text
from ..flow.model.shared_inputs import duration_choice, final_at, model, resolution

RETIRED = "OpenAI shut down the Sora 2 API on 2026-09-24, and APIMart's documentation no longer lists it."

FAMILY = Family(
    node_id="APIMartSora2",
    title="APIMart Sora 2",
    description="Generates a video from a prompt, or from a prompt and an image. Billed per requested second.",
    search_aliases=("sora", "openai", "text to video", "image to video"),
    retired={"sora-2": RETIRED, "sora-2-pro": RETIRED},
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video."),
        model("sora-2", "sora-2-pro", help="sora-2 renders 720p only; sora-2-pro renders 720p, 1024p and 1080p."),
        duration_choice(4, 8, 12, 16, 20),
        resolution("720p", "1024p", "1080p", help="1024p and 1080p require sora-2-pro and cost more."),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16"),
            default="16:9",
            sent_if=lambda v: v.image is None,
            help="Landscape or portrait. Ignored when an image is connected; the video then matches the image.",
        ),
        ImageInput(
            id="image",
            wire="image_urls",
            in_list=True,
            formats=("png", "jpeg", "webp"),
            max_bytes=10 * MEGABYTE,
            help="Optional: image to start from. Uploaded as PNG, JPEG or WebP, 10 MB max.",
        ),
    ),
    rules=(
        Rule(
            "sora-2 renders 720p only: select 720p, or sora-2-pro for {v.resolution}.",
            ("model", "resolution"),
            lambda v: v.model != "sora-2" or v.resolution == "720p",
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p", model="sora-2-pro"),
)
