"""Seedance 2.0, fast and mini: pictures, clips and sounds to refer to, or a first and a last frame.

Source: https://docs.apimart.ai, Seedance 2.0 (English edition, September 2026). The page's older editions name other
defaults, so sound is always sent.
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
    """With reference clips, their seconds count like those of the result."""
    return float(values.duration + seconds_of(values.videos))


FAMILY = Family(
    node_id="APIMartSeedance2",
    title="APIMart Seedance 2.0",
    description="Clips of 4 to 15 s with sound from a prompt, from a first and a last frame, or from up to 9 pictures, "
    "3 clips and 3 sounds. Billed by the seconds asked for, plus those of reference clips.",
    search_aliases=("seedance", "bytedance", "doubao", "reference to video", "first last frame"),
    inputs=(
        Text(id="prompt", help="What the clip should show, up to 4,000 characters; optional with references."),
        Choice(
            id="model",
            options=("seedance-2.0", "seedance-2.0-fast", "seedance-2.0-mini"),
            default="seedance-2.0-fast",
            help="fast costs less than 2.0, and mini least; both render up to 720p.",
        ),
        duration(4, 15),
        resolution("480p", "720p", "1080p", "4k", default="720p", help="1080p and 4k need seedance-2.0 and cost more."),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive"),
            default="16:9",
            help="The shape of the clip; adaptive follows what is connected.",
        ),
        first_frame(
            "image_with_roles",
            help="Optional: the picture the clip starts with. Not together with images, videos or sounds.",
        ),
        last_frame("image_with_roles"),
        ImageInput(
            id="images", wire="image_urls", many=9, help="Optional: up to 9 pictures to refer to in the prompt."
        ),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=3,
            help="Optional: up to 3 clips of 480p to 720p, 2 to 15 s in all, without real people. Their seconds are "
            "billed.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=3,
            help="Optional: up to 3 sounds of 15 s in all; need a picture or a clip beside them.",
        ),
        Flag(id="generate_audio", default=True, help="Make a sound track."),
        seed(2**32 - 1),
        nsfw_check(),
        web_search(),
    ),
    rules=(
        Rule(
            "There is nothing to go by: write a prompt, or connect a picture or a clip.",
            ("prompt", "images", "videos", "first_frame"),
            lambda v: bool(v.prompt.strip() or v.images or v.videos or has_frames(v)),
        ),
        Rule(
            "{v.model} renders 480p and 720p: choose one of them, or seedance-2.0 for {v.resolution}.",
            ("model", "resolution"),
            lambda v: v.model == "seedance-2.0" or v.resolution in ("480p", "720p"),
        ),
        LAST_FRAME_NEEDS_FIRST,
        FRAMES_EXCLUDE_REFERENCES,
        Rule(
            "Sounds need a picture or a clip beside them.",
            ("sounds", "images", "videos"),
            lambda v: not v.sounds or bool(v.images or v.videos),
        ),
        Rule(
            "The reference clips must last more than 1.8 s and less than 15.2 s in all.",
            ("videos",),
            lambda v: 1.8 < seconds_of(v.videos) < 15.2,
        ),
        Rule(
            "The sounds last more than 15 s in all: trim them.",
            ("sounds",),
            lambda v: seconds_of(v.sounds) <= 15.05,
        ),
        Rule(
            "{v.model} takes 4,000 characters of prompt; this one is longer.",
            ("model", "prompt"),
            lambda v: v.model == MINI or len(v.prompt) <= 4000,
        ),
    ),
    price=Price(key=row, units=billed),
    final=final_at("1080p", model="seedance-2.0"),
)
