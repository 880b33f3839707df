"""Wan 2.7: clips from a prompt, from a first and a last frame, or as the continuation of a clip.

Source: https://docs.apimart.ai, Wan 2.7. Without `resolution` the provider takes 1080P, so it is always sent. A sound
together with a picture is left to the provider: its page says both that it is taken and that it is not.
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


FAMILY = Family(
    node_id="APIMartWan27",
    title="APIMart Wan 2.7",
    description="Clips of 2 to 15 s from a prompt, from a first and a last frame, or as the continuation of a clip. "
    "Billed by the seconds asked for.",
    search_aliases=("wan", "alibaba", "first last frame", "extend", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show, up to 5,000 characters; optional with a picture or a clip."),
        Choice(id="model", options=("wan2.7",), default="wan2.7", help="The model."),
        Text(id="negative_prompt", help="Optional: what should not appear."),
        Number(id="duration", default=5, minimum=2, maximum=15, help="Seconds of clip, 2 to 15; each is billed."),
        Choice(id="resolution", options=("720P", "1080P"), default="720P", help="A higher resolution costs more."),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: not has_frames(v) and v.video is None,
            help="The shape of the clip; only sent without pictures and clips.",
        ),
        Picture(
            id="first_frame",
            wire="image_with_roles",
            in_list=True,
            encode=in_role("first_frame"),
            help="Optional: the picture the clip starts with.",
        ),
        Picture(
            id="last_frame",
            wire="image_with_roles",
            in_list=True,
            encode=in_role("last_frame"),
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Clip(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: a clip to continue, up to 100 MB.",
        ),
        Text(
            id="video_url",
            multiline=False,
            optional=True,
            help="A public direct link to the clip, used instead of the video socket.",
        ),
        Audio(
            id="sound",
            wire="audio_url",
            max_bytes=15 * MEGABYTE,
            help="Optional: a sound that the clip follows. WAV or MP3 up to 15 MB is made from it.",
        ),
        Flag(id="prompt_extend", default=True, help="Let the provider write the prompt out."),
        Flag(id="watermark", default=False, help="Put the provider's watermark into the picture."),
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
            ("prompt", "first_frame", "video"),
            lambda v: bool(v.prompt.strip()) or has_frames(v) or v.video is not None,
        ),
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule(
            "A clip to continue and a first frame exclude each other: take one of them away.",
            ("first_frame", "video"),
            lambda v: v.video is None or v.first_frame is None,
        ),
        Rule("prompt takes 5,000 characters; this one is longer.", ("prompt",), lambda v: len(v.prompt) <= 5000),
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration),
)
