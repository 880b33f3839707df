"""Kling motion control: a character from a picture performs the motion of a reference clip.

Source: https://docs.apimart.ai, kling-v2-6-motion-control-generation (Korean, Japanese and Chinese editions agree).
Limits that warn are Kling's own; the provider's page does not state them.
"""

from ..flow.model import (
    MEGABYTE,
    Choice,
    Family,
    Flag,
    ImageInput,
    Json,
    MotionReference,
    Price,
    Rule,
    Text,
    VideoInput,
)
from ..flow.model.shared_inputs import model

MOTION = MotionReference(
    min_seconds=3,
    max_seconds={"image": 10, "video": 30},
    min_side=340,
    max_side=3850,
    max_bytes=100 * MEGABYTE,
    max_fps=60,  # Kling's own, of reference videos
    models=("kling-v3-motion-control", "kling-v2-6-motion-control"),
    modes=("std", "pro"),
)


def yes_or_no(on: bool) -> Json:
    return "yes" if on else "no"


def watermark_info(on: bool) -> Json:
    return {"enabled": on}


def length_with(orientation: str) -> Rule:
    return Rule(
        f"The reference clip is {{v.video.seconds:.5g}} s; {orientation} orientation allows "
        f"{MOTION.seconds_text(orientation)}. The node APIMart Reference Video trims it.",
        ("video", "character_orientation"),
        lambda v: v.character_orientation != orientation or MOTION.allows(orientation, v.video.seconds),
    )


FAMILY = Family(
    node_id="APIMartKlingMotionControl",
    title="APIMart Kling Motion Control",
    description="A character from one picture performs the motion of a reference clip. "
    "Billed by the seconds that the provider measures in the reference clip.",
    search_aliases=("kling", "motion control", "motion transfer", "character animation"),
    inputs=(
        ImageInput(
            id="image",
            wire="image_url",
            required=True,
            formats=("png", "jpeg"),
            max_bytes=10 * MEGABYTE,
            help="The character: one picture. PNG or JPEG up to 10 MB is made from it.",
        ),
        VideoInput(
            id="video",
            wire="video_url",
            url_input="video_url",
            required=True,
            max_bytes=MOTION.max_bytes,
            help=f"The motion: a clip of {MOTION.seconds_text('image')} (orientation image) or "
            f"{MOTION.seconds_text('video')} (orientation video), up to {MOTION.bytes_text}.",
        ),
        Text(
            id="video_url",
            multiline=False,
            optional=True,
            help="A public direct link to the motion clip (MP4 or MOV up to 100 MB), used instead of the video socket.",
        ),
        model(*MOTION.models, help="v3 is newer; v2.6 costs less."),
        Choice(
            id="character_orientation",
            options=tuple(MOTION.max_seconds),
            default="image",
            help=f"Where the character faces: as in the picture (clip {MOTION.seconds_text('image')}) or as in the "
            f"clip ({MOTION.seconds_text('video')}).",
        ),
        Choice(
            id="mode",
            options=MOTION.modes,
            default="std",
            help="std balances speed and quality; pro is better, slower and dearer.",
        ),
        Text(id="prompt", help="Optional: action, camera and style in words. The more concrete, the steadier."),
        Flag(
            id="keep_original_sound",
            default=True,
            encode=yes_or_no,
            help="Keep the sound of the reference clip.",
        ),
        Flag(
            id="watermark",
            wire="watermark_info",
            default=False,
            encode=watermark_info,
            help="Put the provider's watermark into the picture.",
        ),
    ),
    rules=(
        length_with("image"),
        length_with("video"),
        Rule(
            "Kling wants every side of the picture at 300 px or more (this one is {v.image.size}).",
            ("image",),
            lambda v: v.image.size.shorter_side >= 300,
            warns=True,
        ),
        Rule(
            "Kling wants a picture between 1:2.5 and 2.5:1 (this one is {v.image.size}).",
            ("image",),
            lambda v: 1 / 2.5 <= v.image.size.ratio <= 2.5,
            warns=True,
        ),
        Rule(
            f"Kling wants every side of the clip between {MOTION.min_side} and {MOTION.max_side} px "
            "(this one is {v.video.measure.size}).",
            ("video",),
            lambda v: v.video.measure.size.has_sides_of(MOTION.min_side, MOTION.max_side),
            warns=True,
        ),
        Rule(
            "Kling reads 2,500 characters of prompt; this one is longer.",
            ("prompt",),
            lambda v: len(v.prompt) <= 2500,
            warns=True,
        ),
    ),
    price=Price(key=lambda v: v.mode, units=lambda v: v.video.seconds),
)
