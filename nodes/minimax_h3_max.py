"""MiniMax H3 Max: clips from a prompt, a first and a last frame, or reference pictures, clips and sounds.

Source: https://docs.apimart.ai, MiniMax-H3-Max, in the provider's own index of late September 2026. What pictures
beyond two cost is not known, so there is no estimate then; seconds of reference clips are estimated as MiniMax H3 bills
them.
"""

from ..flow.model import AudioInput, Choice, Family, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import added_watermark, duration, final_at, first_frame, last_frame, model, resolution
from ..flow.model.shared_rules import (
    FRAMES_EXCLUDE_REFERENCES,
    LAST_FRAME_NEEDS_FIRST,
    at_most_characters,
    image_fits,
    seconds_of,
)

FREE_PICTURES = 2


def billed(values: Values) -> float:
    return float(values.duration + seconds_of(values.videos))


def further_pictures(values: Values) -> dict[str, float]:
    count = len(values.images) - FREE_PICTURES
    return {"input_image_over_2": count} if count > 0 else {}


FAMILY = Family(
    node_id="APIMartMiniMaxH3Max",
    title="APIMart MiniMax H3 Max",
    description="Clips of 5 to 15 s from a prompt, from a first and a last frame, or from up to 9 pictures, 3 clips "
    "and 3 sounds. Billed by the seconds asked for; pictures beyond two cost extra.",
    search_aliases=("minimax", "hailuo", "h3", "first last frame", "reference to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show, up to 7,000 characters."),
        model("MiniMax-H3-Max"),
        duration(5, 15),
        resolution(
            "480P",
            "768P",
            "1080P",
            default="768P",
            help="A higher resolution costs more. 2K and above are not offered: the provider's pages disagree.",
        ),
        first_frame(
            help="Optional: the picture the clip starts with; sides of 256 to 5760 px, between 1:2.5 and 2.5:1."
        ),
        last_frame(),
        Choice(
            id="aspect_ratio",
            options=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
            default="adaptive",
            unsent="adaptive",
            added=True,
            help="Aspect ratio. adaptive follows the frames or references; a clip from a prompt alone is 16:9 then.",
        ),
        ImageInput(
            id="images",
            added=True,
            wire="image_urls",
            many=9,
            help="Optional: up to 9 pictures to refer to. More than two cost extra; the estimate is left open then.",
        ),
        VideoInput(
            id="videos",
            added=True,
            wire="video_urls",
            many=3,
            help="Optional: up to 3 clips to refer to. How they are billed is not documented: the estimate counts "
            "their seconds.",
        ),
        AudioInput(
            id="sounds",
            added=True,
            wire="audio_urls",
            many=3,
            help="Optional: up to 3 sounds to refer to; need a picture or a clip beside them.",
        ),
        added_watermark(sent_if=lambda v: v.resolution != "1080P"),
    ),
    rules=(
        at_most_characters("prompt", 7000),
        LAST_FRAME_NEEDS_FIRST,
        FRAMES_EXCLUDE_REFERENCES,
        image_fits("first_frame", 256, 5760, 2.5),
        image_fits("last_frame", 256, 5760, 2.5),
        Rule(
            "Sounds need a picture or a clip beside them.",
            ("sounds", "images", "videos"),
            lambda v: not v.sounds or bool(v.images or v.videos),
        ),
        Rule(
            "There is no watermark at 1080P: switch watermark off, or choose another resolution.",
            ("watermark", "resolution"),
            lambda v: not v.watermark or v.resolution != "1080P",
        ),
    ),
    price=Price(key=lambda v: v.resolution, units=billed, extras=further_pictures),
    final=final_at("1080P"),
)
