"""Veo 3.1 through the provider's own channel: 8 s for a price per video.

Source: https://docs.apimart.ai, Veo 3.1 (English and Chinese editions). `duration` is fixed at 8 and sent as such.
"""

from ..flow.model import MEGABYTE, Choice, Family, Flag, ImageInput, Price, Rule, Text
from ..flow.model.shared_inputs import aspect_ratio, duration_choice, final_at, resolution

FAMILY = Family(
    node_id="APIMartVeo31Channel",
    title="APIMart Veo 3.1 Channel",
    description="Generates 8 s videos with audio from a prompt, first and last frames, or reference images. Billed per "
    "video, regardless of images; the models of APIMart Veo 3.1 are billed per second.",
    search_aliases=("veo", "google", "veo fast", "veo lite", "reference to video", "first last frame"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video."),
        Choice(
            id="model",
            options=("veo3.1-fast", "veo3.1-quality", "veo3.1-lite"),
            default="veo3.1-fast",
            help="quality costs more than fast; lite costs the least and accepts text only.",
        ),
        duration_choice(8, help="Always 8 s."),
        resolution("720p", "1080p", "4k"),
        aspect_ratio("16:9", "9:16", help="Landscape or portrait."),
        ImageInput(
            id="images",
            wire="image_urls",
            many=3,
            max_bytes=10 * MEGABYTE,
            help="Optional: as frames, the first image is the first frame and the second the last; as references, up "
            "to 3.",
        ),
        Choice(
            id="generation_type",
            options=("frame", "reference"),
            default="frame",
            sent_if=lambda v: bool(v.images),
            help="How the images are used: as first and last frames, or as references (fast only). Used only when "
            "images are connected.",
        ),
        Flag(
            id="official_fallback",
            default=False,
            sent_if=lambda v: v.model != "veo3.1-lite",
            advanced=True,
            help="Let the provider fall back to Google's own channel when its channel is full.",
        ),
        Flag(id="enable_gif", default=False, advanced=True, help="Also generate an animated GIF; 720p only."),
    ),
    rules=(
        Rule(
            "veo3.1-lite accepts text only: disconnect the images, or select another model.",
            ("images", "model"),
            lambda v: v.model != "veo3.1-lite" or not v.images,
        ),
        Rule(
            "veo3.1-quality does not support references: set generation_type to frame, or select veo3.1-fast.",
            ("images", "model", "generation_type"),
            lambda v: v.model != "veo3.1-quality" or not v.images or v.generation_type == "frame",
        ),
        Rule(
            "At most 2 images can be frames: disconnect some, or set generation_type to reference.",
            ("images", "generation_type"),
            lambda v: v.generation_type == "reference" or len(v.images) <= 2,
        ),
        Rule(
            "Animated GIFs require 720p: turn enable_gif off, or select 720p.",
            ("enable_gif", "resolution"),
            lambda v: not v.enable_gif or v.resolution == "720p",
        ),
    ),
    price=Price(key=lambda v: "4K" if v.resolution == "4k" else "default", units=lambda v: 1.0),
    final=final_at("1080p"),
)
