"""Seedance 2.0, fast and mini: images, videos and audio to refer to, or a first and a last frame.

Source: https://docs.apimart.ai, Seedance 2.0 (English edition, September 2026). The page's older editions name other
defaults, so audio is always sent.
"""

from ..flow.model import AudioInput, Choice, Family, Flag, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import (
    duration,
    final_at,
    first_frame,
    last_frame,
    nsfw_check,
    resolution,
    seed,
    web_search,
)
from ..flow.model.shared_rules import (
    FRAMES_EXCLUDE_REFERENCES,
    LAST_FRAME_NEEDS_FIRST,
    has_frames,
    seconds_of,
)

MINI = "seedance-2.0-mini"  # whose page says nothing of the length of a prompt


def row(values: Values) -> str:
    resolution = str(values.resolution).upper()
    return f"{resolution}-video" if values.videos else resolution


def billed(values: Values) -> float:
    """With reference videos, their seconds count like those of the result."""
    return float(values.duration + seconds_of(values.videos))


FAMILY = Family(
    node_id="APIMartSeedance2",
    title="APIMart Seedance 2.0",
    description="Generates 4 to 15 s videos with audio from a prompt, first and last frames, or up to 9 images, 3 "
    "videos and 3 audio files as references. Billed per requested second, plus each second of the reference videos.",
    search_aliases=("seedance", "bytedance", "doubao", "reference to video", "first last frame"),
    inputs=(
        Text(id="prompt", help="Text prompt describing the video, 4,000 characters max; optional with references."),
        Choice(
            id="model",
            options=("seedance-2.0", "seedance-2.0-fast", "seedance-2.0-mini"),
            default="seedance-2.0-fast",
            help="fast costs less than 2.0 and mini the least; both render up to 720p.",
        ),
        duration(4, 15),
        resolution(
            "480p", "720p", "1080p", "4k", default="720p", help="1080p and 4k require seedance-2.0 and cost more."
        ),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive"),
            default="16:9",
            help="Aspect ratio; adaptive matches the connected inputs.",
        ),
        first_frame(
            "image_with_roles",
            help="Optional: image used as the first frame. Cannot be combined with images, videos or sounds.",
        ),
        last_frame("image_with_roles"),
        ImageInput(id="images", wire="image_urls", many=9, help="Optional: up to 9 reference images for the prompt."),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=3,
            help="Optional: up to 3 reference videos in 480p to 720p, 2 to 15 s in total, without real people; billed "
            "per second.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=3,
            help="Optional: up to 3 reference audio files, 15 s in total; require at least one image or video.",
        ),
        Flag(id="generate_audio", default=True, help="Generate audio."),
        seed(2**32 - 1),
        nsfw_check(),
        web_search(),
    ),
    rules=(
        Rule(
            "Nothing to generate from: write a prompt, or connect an image or a video.",
            ("prompt", "images", "videos", "first_frame"),
            lambda v: bool(v.prompt.strip() or v.images or v.videos or has_frames(v)),
        ),
        Rule(
            "{v.model} renders 480p and 720p: select one of them, or seedance-2.0 for {v.resolution}.",
            ("model", "resolution"),
            lambda v: v.model == "seedance-2.0" or v.resolution in ("480p", "720p"),
        ),
        LAST_FRAME_NEEDS_FIRST,
        FRAMES_EXCLUDE_REFERENCES,
        Rule(
            "sounds require at least one image or video.",
            ("sounds", "images", "videos"),
            lambda v: not v.sounds or bool(v.images or v.videos),
        ),
        Rule(
            "The reference videos must total more than 1.8 s and less than 15.2 s.",
            ("videos",),
            lambda v: 1.8 < seconds_of(v.videos) < 15.2,
        ),
        Rule(
            "sounds are longer than 15 s in total: trim them.",
            ("sounds",),
            lambda v: seconds_of(v.sounds) <= 15.05,
        ),
        Rule(
            "With {v.model}, prompt must be 4,000 characters or fewer.",
            ("model", "prompt"),
            lambda v: v.model == MINI or len(v.prompt) <= 4000,
        ),
    ),
    price=Price(key=row, units=billed),
    final=final_at("1080p", model="seedance-2.0"),
)
