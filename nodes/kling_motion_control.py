"""Kling motion control: a character from an image performs the motion of a reference video.

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
        f"The reference video is {{v.video.seconds:.5g}} s long; {orientation} orientation accepts "
        f"{MOTION.seconds_text(orientation)}. Use the APIMart Reference Video node to trim it.",
        ("video", "character_orientation"),
        lambda v: v.character_orientation != orientation or MOTION.allows(orientation, v.video.seconds),
    )


FAMILY = Family(
    node_id="APIMartKlingMotionControl",
    title="APIMart Kling Motion Control",
    description="Animates a character image with the motion of a reference video. Billed per second of the reference "
    "video, as measured by the provider.",
    search_aliases=("kling", "motion control", "motion transfer", "character animation"),
    inputs=(
        ImageInput(
            id="image",
            wire="image_url",
            required=True,
            formats=("png", "jpeg"),
            max_bytes=10 * MEGABYTE,
            help="Image of the character. Uploaded as PNG or JPEG, 10 MB max.",
        ),
        VideoInput(
            id="video",
            wire="video_url",
            url_input="video_url",
            required=True,
            max_bytes=MOTION.max_bytes,
            help=f"Motion reference video, {MOTION.seconds_text('image')} (orientation image) or "
            f"{MOTION.seconds_text('video')} (orientation video), {MOTION.bytes_text} max.",
        ),
        Text(
            id="video_url",
            multiline=False,
            optional=True,
            help="Public direct link to the reference video (MP4 or MOV, 100 MB max), used instead of the video input.",
        ),
        model(*MOTION.models, help="v3 is newer; v2.6 costs less."),
        Choice(
            id="character_orientation",
            options=tuple(MOTION.max_seconds),
            default="image",
            help="Direction the character faces. image: as in the image, with a reference video of "
            f"{MOTION.seconds_text('image')}; video: as in the reference video, {MOTION.seconds_text('video')}.",
        ),
        Choice(
            id="mode",
            options=MOTION.modes,
            default="std",
            help="std: faster and cheaper. pro: higher quality, slower, costs more.",
        ),
        Text(id="prompt", help="Optional: action, camera and style. Specific prompts give more consistent results."),
        Flag(
            id="keep_original_sound",
            default=True,
            encode=yes_or_no,
            help="Keep the audio of the reference video.",
        ),
        Flag(
            id="watermark",
            wire="watermark_info",
            default=False,
            encode=watermark_info,
            help="Add the provider's watermark to the video.",
        ),
    ),
    rules=(
        length_with("image"),
        length_with("video"),
        Rule(
            "Kling expects images with each side at least 300 px (this one is {v.image.size}).",
            ("image",),
            lambda v: v.image.size.shorter_side >= 300,
            warns=True,
        ),
        Rule(
            "Kling expects an image aspect ratio of 1:2.5 to 2.5:1 (this one is {v.image.size}).",
            ("image",),
            lambda v: 1 / 2.5 <= v.image.size.ratio <= 2.5,
            warns=True,
        ),
        Rule(
            f"Kling expects videos with each side {MOTION.sides_text} (this one is {{v.video.measure.size}}).",
            ("video",),
            lambda v: v.video.measure.size.has_sides_of(MOTION.min_side, MOTION.max_side),
            warns=True,
        ),
        Rule(
            "Kling reads only the first 2,500 characters of prompt.",
            ("prompt",),
            lambda v: len(v.prompt) <= 2500,
            warns=True,
        ),
    ),
    price=Price(key=lambda v: v.mode, units=lambda v: v.video.seconds),
)
