"""Veo 3.1 official: videos from a prompt, or between a first and a last frame.

Source: https://docs.apimart.ai, Veo 3.1 official (Korean edition). `enhance_prompt` is never sent: only true is
allowed, and it is the default.
"""

from ..flow.model import Choice, Family, Flag, Number, Price, Text, Values
from ..flow.model.shared_inputs import (
    aspect_ratio,
    duration_choice,
    final_at,
    first_frame,
    last_frame,
    model,
    negative_prompt,
    resolution,
    seed,
)
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST


def resolution_and_audio(values: Values) -> str:
    row: str = values.resolution.upper()
    return f"{row}-audio" if values.generate_audio else row


FAMILY = Family(
    node_id="APIMartVeo31",
    title="APIMart Veo 3.1",
    description="Generates videos from a prompt, a first frame, or first and last frames. Billed per requested second, "
    "times sample_count.",
    search_aliases=("veo", "google", "first last frame", "text to video", "image to video"),
    gives_several=True,
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video; English works best."),
        model("veo3.1-fast-official", "veo3.1-quality-official", help="quality costs more than fast."),
        negative_prompt(),
        duration_choice(4, 6, 8, default=8),
        resolution("720p", "1080p", "4K"),
        aspect_ratio("16:9", "9:16", help="Landscape or portrait."),
        first_frame(),
        last_frame(),
        seed(2**32 - 1, gives="repeatable videos"),
        Number(
            id="sample_count",
            default=1,
            minimum=1,
            maximum=4,
            help="Number of videos per job, 1 to 4; each is billed. All of them are saved and passed on.",
        ),
        Flag(id="generate_audio", default=False, help="Generate audio; costs more."),
        Choice(
            id="person_generation",
            options=("allow_adult", "disallow"),
            default="allow_adult",
            help="Whether the video may show adults.",
        ),
        Choice(
            id="resize_mode",
            options=("pad", "crop"),
            default="pad",
            sent_if=lambda v: v.first_frame is not None or v.last_frame is not None,
            help="How an image with another aspect ratio is fitted. Used only when an image is connected.",
        ),
    ),
    rules=(LAST_FRAME_NEEDS_FIRST,),
    price=Price(key=resolution_and_audio, units=lambda v: v.duration * v.sample_count),
    final=final_at("1080p"),
)
