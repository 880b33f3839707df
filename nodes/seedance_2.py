"""Seedance 2.0, fast and mini: pictures, clips and sounds to refer to, or a first and a last frame.

Source: https://docs.apimart.ai, Seedance 2.0. The page's older editions name other defaults, so sound is always sent.
"""

from ..flow.model import AudioInput, Choice, Family, Flag, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import duration, first_frame, last_frame, resolution, seed
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, has_frames


def row(values: Values) -> str:
    resolution = str(values.resolution).upper()
    return f"{resolution}-video" if values.videos and values.model == "seedance-2.0" else resolution


def billed(values: Values) -> float:
    """With reference clips, their seconds count like those of the result; the page says so of seedance-2.0."""
    return float(values.duration + sum(clip.seconds for clip in values.videos))


FAMILY = Family(
    node_id="APIMartSeedance2",
    title="APIMart Seedance 2.0",
    description="Clips of 4 to 15 s with sound from a prompt, from a first and a last frame, or from up to 9 pictures, "
    "3 clips and 3 sounds. Billed by the seconds asked for, plus those of reference clips.",
    search_aliases=("seedance", "bytedance", "doubao", "reference to video", "first last frame"),
    inputs=(
        Text(id="prompt", help="What the clip should show; optional with references."),
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
        first_frame("image_with_roles", help="Optional: the picture the clip starts with. Not together with images."),
        last_frame("image_with_roles"),
        ImageInput(
            id="images", wire="image_urls", many=9, help="Optional: up to 9 pictures to refer to in the prompt."
        ),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=3,
            help="Optional: up to 3 clips of 480p to 720p, 15 s in all, without real people. Their seconds are billed.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=3,
            help="Optional: up to 3 sounds of 15 s in all; need a picture or a clip beside them.",
        ),
        Flag(id="generate_audio", default=True, help="Make a sound track."),
        seed(2**32 - 1),
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
        Rule(
            "Frames and images exclude each other: take first_frame and last_frame away, or images.",
            ("first_frame", "last_frame", "images"),
            lambda v: not (has_frames(v) and v.images),
        ),
        Rule(
            "Sounds need a picture or a clip beside them.",
            ("sounds", "images", "videos", "first_frame"),
            lambda v: not v.sounds or bool(v.images or v.videos or has_frames(v)),
        ),
        Rule(
            "The reference clips last more than 15 s in all: trim them.",
            ("videos",),
            lambda v: sum(clip.seconds for clip in v.videos) <= 15.05,
        ),
        Rule(
            "The sounds last more than 15 s in all: trim them.",
            ("sounds",),
            lambda v: sum(sound.seconds for sound in v.sounds) <= 15.05,
        ),
    ),
    price=Price(key=row, units=billed),
)
