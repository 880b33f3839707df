"""Sora 2: a clip with sound from a prompt, or from a prompt and a first picture.

Source: https://docs.apimart.ai, Sora 2 (Korean edition).
"""

from ..flow.model import MEGABYTE, Choice, Family, ImageInput, Price, Rule, Text
from ..flow.model.shared_inputs import duration_choice, final_at, model, resolution

RETIRED = (
    "OpenAI, its maker, shut the Sora 2 API down on 2026-09-24, and the provider's list of pages no longer names it."
)

FAMILY = Family(
    node_id="APIMartSora2",
    title="APIMart Sora 2",
    description="A clip from a prompt, or from a prompt and a picture. Billed by the seconds asked for.",
    search_aliases=("sora", "openai", "text to video", "image to video"),
    retired={"sora-2": RETIRED, "sora-2-pro": RETIRED},
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        model("sora-2", "sora-2-pro", help="sora-2 renders 720p only; sora-2-pro renders 720p, 1024p and 1080p."),
        duration_choice(4, 8, 12, 16, 20),
        resolution("720p", "1024p", "1080p", help="1024p and 1080p need sora-2-pro and cost more."),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16"),
            default="16:9",
            sent_if=lambda v: v.image is None,
            help="Landscape or portrait. With a picture the clip follows the picture and this is not sent.",
        ),
        ImageInput(
            id="image",
            wire="image_urls",
            in_list=True,
            formats=("png", "jpeg", "webp"),
            max_bytes=10 * MEGABYTE,
            help="Optional: one picture to start from. PNG, JPEG or WebP up to 10 MB is made from it.",
        ),
    ),
    rules=(
        Rule(
            "sora-2 renders 720p only: choose 720p, or sora-2-pro for {v.resolution}.",
            ("model", "resolution"),
            lambda v: v.model != "sora-2" or v.resolution == "720p",
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=lambda v: v.duration),
    final=final_at("1080p", model="sora-2-pro"),
)
