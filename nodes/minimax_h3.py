"""MiniMax H3: clips in 2K from a prompt, a first and a last frame, or reference pictures, clips and sounds.

Source: https://docs.apimart.ai, MiniMax-H3. Pictures beyond five cost extra, and the seconds of reference clips are
billed up to 15 s.
"""

from ..flow.model import MEGABYTE, Audio, Choice, Clip, Family, Flag, Number, Picture, Price, Rule, Text, Values

FREE_PICTURES = 5


def has_frames(values: Values) -> bool:
    return values.first_frame is not None or values.last_frame is not None


def has_references(values: Values) -> bool:
    return bool(values.images or values.videos or values.sounds)


def billed(values: Values) -> float:
    return float(values.duration + min(15.0, sum(clip.seconds for clip in values.videos)))


def further_pictures(values: Values) -> dict[str, float]:
    count = len(values.images) - FREE_PICTURES
    return {"input_image_over_5": count} if count > 0 else {}


FAMILY = Family(
    node_id="APIMartMiniMaxH3",
    title="APIMart MiniMax H3",
    description="Clips of 4 to 15 s in up to 2K from a prompt, from a first and a last frame, or from up to 9 "
    "pictures, 3 clips and 3 sounds. Billed by the seconds asked for, the seconds of reference clips, and each "
    "picture beyond five.",
    search_aliases=("minimax", "hailuo", "h3", "reference to video", "first last frame", "2k"),
    inputs=(
        Text(id="prompt", required=True, help="What the clip should show."),
        Choice(id="model", options=("MiniMax-H3",), default="MiniMax-H3", help="The model."),
        Number(id="duration", default=5, minimum=4, maximum=15, help="Seconds of clip, 4 to 15; each is billed."),
        Choice(id="resolution", options=("768P", "2K"), default="768P", help="A higher resolution costs more."),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive"),
            default="16:9",
            help="The shape of the clip; adaptive follows the frames or references.",
        ),
        Picture(
            id="first_frame",
            wire="first_frame_image",
            help="Optional: the picture the clip starts with. Not together with images, videos or sounds.",
        ),
        Picture(
            id="last_frame",
            wire="last_frame_image",
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Picture(
            id="images",
            wire="image_urls",
            many=9,
            help="Optional: up to 9 pictures to refer to; each beyond five is billed.",
        ),
        Clip(
            id="videos",
            wire="video_urls",
            many=3,
            help="Optional: up to 3 clips to refer to; their seconds are billed.",
        ),
        Audio(
            id="sounds",
            wire="audio_urls",
            many=3,
            max_bytes=15 * MEGABYTE,
            help="Optional: up to 3 sounds to refer to. WAV or MP3 up to 15 MB is made from each.",
        ),
        Flag(id="watermark", default=False, help="Put the provider's watermark into the picture."),
    ),
    rules=(
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule(
            "Frames and references exclude each other: take the frames away, or images, videos and sounds.",
            ("first_frame", "last_frame", "images", "videos", "sounds"),
            lambda v: not (has_frames(v) and has_references(v)),
        ),
        Rule(
            "adaptive needs a picture or a clip to follow: choose another aspect_ratio, or connect one.",
            ("aspect_ratio", "first_frame", "images", "videos"),
            lambda v: v.aspect_ratio != "adaptive" or bool(has_frames(v) or v.images or v.videos),
        ),
    ),
    price=Price(key=lambda v: v.resolution, units=billed, extras=further_pictures),
)
