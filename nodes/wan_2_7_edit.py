"""Wan 2.7 video edit: changes a clip as the prompt and up to four pictures say.

Source: https://docs.apimart.ai, wan2.7-videoedit. What came later than the node is sent only where it says something
else than the provider takes by itself.
"""

from ..flow.model import Choice, Family, ImageInput, Json, Price, Rule, Text, VideoInput
from ..flow.model.shared_inputs import (
    added,
    added_watermark,
    duration,
    model,
    negative_prompt,
    prompt_rewriting,
    resolution,
    seed,
    video_link,
)
from ..flow.model.shared_rules import TOLERANCE_SECONDS, at_most_characters, video_lasts


def metadata(setting: str) -> Json:
    return {"audio_setting": setting}


FAMILY = Family(
    node_id="APIMartWan27Edit",
    title="APIMart Wan 2.7 Edit",
    description="Changes a clip of 2 to 10 s as the prompt and up to 4 pictures say. "
    "Billed by the seconds of the result.",
    search_aliases=("wan", "alibaba", "video edit", "video to video", "restyle"),
    inputs=(
        Text(id="prompt", help="What should change, up to 5,000 characters."),
        model("wan2.7-videoedit"),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            required=True,
            url_input="video_url",
            help="The clip to edit: 2 to 10 s, sides of 240 to 4096 px, between 1:8 and 8:1, up to 100 MB.",
        ),
        video_link(files="MP4 or MOV"),
        ImageInput(
            id="images", wire="image_urls", many=4, help="Optional: up to 4 pictures of what it should look like."
        ),
        duration(0, 10, default=0, help="0 keeps the length of the clip; 2 to 10 cuts it to so many seconds."),
        resolution("720P", "1080P"),
        Choice(
            id="audio_setting",
            wire="metadata",
            options=("auto", "origin"),
            default="auto",
            encode=metadata,
            help="auto lets the model decide about the sound, origin keeps that of the clip.",
        ),
        prompt_rewriting("prompt_extend"),
        Choice(
            id="size",
            options=("as the video", "16:9", "9:16", "1:1", "4:3", "3:4"),
            default="as the video",
            unsent="as the video",
            added=True,
            help="Aspect ratio of the result.",
        ),
        added(negative_prompt(500)),
        added(seed(2**31 - 1)),
        added_watermark(),
    ),
    rules=(
        Rule("duration must be 0 or 2 to 10.", ("duration",), lambda v: v.duration != 1),
        video_lasts(2, 10),
        Rule(
            "Every side of the clip must be 240 to 4096 px (this one is {v.video.measure.size}).",
            ("video",),
            lambda v: v.video.measure.size.has_sides_of(240, 4096),
        ),
        Rule(
            "The clip must be between 1:8 and 8:1 (this one is {v.video.measure.size}).",
            ("video",),
            lambda v: 1 / 8 <= v.video.measure.size.ratio <= 8,
        ),
        Rule(
            "duration is longer than the clip ({v.video.seconds:.5g} s): set it to 0, or to less.",
            ("duration", "video"),
            lambda v: v.duration <= v.video.seconds + TOLERANCE_SECONDS,
        ),
        at_most_characters("prompt", 5000),
        at_most_characters("negative_prompt", 500),
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration or v.video.seconds),
)
