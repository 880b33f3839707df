"""Veo 3.1 through the provider's own channel: 8 s for a price per clip.

Source: https://docs.apimart.ai, Veo 3.1 (English and Chinese editions). `duration` is fixed at 8 and sent as such.
"""

from ..flow.model import MEGABYTE, Choice, Family, Flag, ImageInput, Price, Rule, Text
from ..flow.model.shared_inputs import aspect_ratio, duration_choice, final_at, resolution

FAMILY = Family(
    node_id="APIMartVeo31Channel",
    title="APIMart Veo 3.1 Channel",
    description="Clips of 8 s with sound from a prompt, from a first and a last frame, or from reference pictures. "
    "Billed by the clip, whatever the pictures; the models of APIMart Veo 3.1 are billed by the second.",
    search_aliases=("veo", "google", "veo fast", "veo lite", "reference to video", "first last frame"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        Choice(
            id="model",
            options=("veo3.1-fast", "veo3.1-quality", "veo3.1-lite"),
            default="veo3.1-fast",
            help="quality costs more than fast; lite costs least and takes text only.",
        ),
        duration_choice(8, help="Always 8 s."),
        resolution("720p", "1080p", "4k"),
        aspect_ratio("16:9", "9:16", help="Landscape or portrait."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=3,
            max_bytes=10 * MEGABYTE,
            help="Optional: as frames the first is the start and the second the end; as references up to 3.",
        ),
        Choice(
            id="generation_type",
            options=("frame", "reference"),
            default="frame",
            sent_if=lambda v: bool(v.images),
            help="What the pictures are: first and last frame, or references (fast only). Only sent with pictures.",
        ),
        Flag(
            id="official_fallback",
            default=False,
            sent_if=lambda v: v.model != "veo3.1-lite",
            advanced=True,
            help="Let the provider use Google's own channel when its channel is full.",
        ),
        Flag(id="enable_gif", default=False, advanced=True, help="Make an animated GIF as well; 720p only."),
    ),
    rules=(
        Rule(
            "veo3.1-lite takes text only: take the pictures away, or choose another model.",
            ("images", "model"),
            lambda v: v.model != "veo3.1-lite" or not v.images,
        ),
        Rule(
            "veo3.1-quality takes no references: set generation_type to frame, or choose veo3.1-fast.",
            ("images", "model", "generation_type"),
            lambda v: v.model != "veo3.1-quality" or not v.images or v.generation_type == "frame",
        ),
        Rule(
            "A clip has at most 2 frames: take pictures away, or set generation_type to reference.",
            ("images", "generation_type"),
            lambda v: v.generation_type == "reference" or len(v.images) <= 2,
        ),
        Rule(
            "An animated GIF is made at 720p only: switch enable_gif off, or choose 720p.",
            ("enable_gif", "resolution"),
            lambda v: not v.enable_gif or v.resolution == "720p",
        ),
    ),
    price=Price(key=lambda v: "4K" if v.resolution == "4k" else "default", units=lambda v: 1.0),
    final=final_at("1080p"),
)
