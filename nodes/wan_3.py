"""Wan 3.0: pictures, clips and sounds to refer to, or a first and a last frame.

Source: https://docs.apimart.ai, Wan 3.0. The page was read in part: the range of duration is that of Wan 2.7.
"""

from ..flow.model import (
    MEGABYTE,
    Audio,
    Choice,
    Clip,
    Family,
    Flag,
    Number,
    Picture,
    Price,
    Rule,
    Text,
    Values,
    in_role,
)


def has_frames(values: Values) -> bool:
    return values.first_frame is not None or values.last_frame is not None


def has_references(values: Values) -> bool:
    return bool(values.images or values.videos or values.sounds)


FAMILY = Family(
    node_id="APIMartWan3",
    title="APIMart Wan 3.0",
    description="Clips with sound from a prompt, from a first and a last frame, or from reference pictures, clips and "
    "sounds. Billed by the seconds asked for. The provider's page was read in part: what it refuses costs nothing.",
    search_aliases=("wan", "alibaba", "reference to video", "first last frame", "text to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show; optional with a picture or a clip."),
        Choice(
            id="model",
            options=("wan3.0-video", "wan3.0-video-prime"),
            default="wan3.0-video",
            help="prime is the better one; its price is not in the list.",
        ),
        Number(id="duration", default=5, minimum=2, maximum=15, help="Seconds of clip, 2 to 15; each is billed."),
        Choice(
            id="resolution", options=("480P", "720P", "1080P"), default="720P", help="A higher resolution costs more."
        ),
        Choice(
            id="size",
            options=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4"),
            default="adaptive",
            help="The shape of the clip; adaptive follows what is connected.",
        ),
        Picture(
            id="first_frame",
            wire="image_with_roles",
            in_list=True,
            encode=in_role("first_frame"),
            help="Optional: the picture the clip starts with. Not together with images, videos or sounds.",
        ),
        Picture(
            id="last_frame",
            wire="image_with_roles",
            in_list=True,
            encode=in_role("last_frame"),
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Picture(id="images", wire="image_urls", many=9, help="Optional: pictures to refer to in the prompt."),
        Clip(id="videos", wire="video_urls", many=3, help="Optional: clips to refer to, up to 100 MB each."),
        Audio(
            id="sounds",
            wire="audio_urls",
            many=3,
            max_bytes=15 * MEGABYTE,
            help="Optional: sounds to refer to. WAV or MP3 up to 15 MB is made from each.",
        ),
        Flag(id="audio", default=True, help="Make a sound track."),
        Number(
            id="seed",
            default=-1,
            minimum=-1,
            maximum=2147483647,
            unsent=-1,
            help="0 to 2147483647 asks for a similar clip; -1 leaves it to the provider.",
        ),
    ),
    rules=(
        Rule(
            "There is nothing to go by: write a prompt, or connect a picture or a clip.",
            ("prompt", "images", "videos", "first_frame"),
            lambda v: bool(v.prompt.strip() or v.images or v.videos or has_frames(v)),
        ),
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
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration),
)
