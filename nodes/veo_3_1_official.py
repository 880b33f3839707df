"""Veo 3.1 official: clips from a prompt, or between a first and a last frame.

Source: https://docs.apimart.ai, Veo 3.1 official (Korean edition). `enhance_prompt` is never sent: only true is
allowed, and it is the default.
"""

from ..flow.model import Choice, Family, Flag, Number, Picture, Price, Rule, Text, Values


def resolution_and_sound(values: Values) -> str:
    row: str = values.resolution.upper()
    return f"{row}-audio" if values.generate_audio else row


FAMILY = Family(
    node_id="APIMartVeo31",
    title="APIMart Veo 3.1",
    description="Clips from a prompt, from a first frame, or between a first and a last frame. "
    "Billed by the seconds asked for, times sample_count.",
    search_aliases=("veo", "google", "first last frame", "text to video", "image to video"),
    gives_several=True,
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show; English works best."),
        Choice(
            id="model",
            options=("veo3.1-fast-official", "veo3.1-quality-official"),
            default="veo3.1-fast-official",
            help="quality costs more than fast.",
        ),
        Text(id="negative_prompt", help="Optional: what should not appear."),
        Choice(id="duration", options=(4, 6, 8), default=8, help="Seconds of clip; each is billed."),
        Choice(
            id="resolution", options=("720p", "1080p", "4K"), default="720p", help="A higher resolution costs more."
        ),
        Choice(id="aspect_ratio", options=("16:9", "9:16"), default="16:9", help="Landscape or portrait."),
        Picture(id="first_frame", wire="first_frame_image", help="Optional: the picture the clip starts with."),
        Picture(
            id="last_frame",
            wire="last_frame_image",
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Number(
            id="seed",
            default=-1,
            minimum=-1,
            maximum=4294967295,
            unsent=-1,
            help="0 to 4294967295 asks for a repeatable clip; -1 leaves it to the provider.",
        ),
        Number(
            id="sample_count",
            default=1,
            minimum=1,
            maximum=4,
            help="How many clips one job makes, 1 to 4; each is billed. All of them are kept and given on.",
        ),
        Flag(id="generate_audio", default=False, help="Make a sound track; costs more."),
        Choice(
            id="person_generation",
            options=("allow_adult", "disallow"),
            default="allow_adult",
            help="Whether adults may appear.",
        ),
        Choice(
            id="resize_mode",
            options=("pad", "crop"),
            default="pad",
            sent_if=lambda v: v.first_frame is not None or v.last_frame is not None,
            help="How a picture of another shape is fitted; only sent with a picture.",
        ),
    ),
    rules=(
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
    ),
    price=Price(key=resolution_and_sound, units=lambda v: v.duration * v.sample_count),
)
