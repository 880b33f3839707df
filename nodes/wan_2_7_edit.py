"""Wan 2.7 video edit: changes a video as the prompt and up to four images say.

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
    description="Edits a 2 to 10 s video from a prompt and up to 4 images. Billed per second of the result.",
    search_aliases=("wan", "alibaba", "video edit", "video to video", "restyle"),
    inputs=(
        Text(id="prompt", help="Text prompt describing the edit, 5,000 characters max."),
        model("wan2.7-videoedit"),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            required=True,
            url_input="video_url",
            help="Video to edit: 2 to 10 s, sides of 240 to 4096 px, aspect ratio 1:8 to 8:1, 100 MB max.",
        ),
        video_link(files="MP4 or MOV"),
        ImageInput(id="images", wire="image_urls", many=4, help="Optional: up to 4 reference images for the edit."),
        duration(0, 10, default=0, help="Duration in seconds. 0 keeps the length of the video; 2 to 10 shortens it."),
        resolution("720P", "1080P"),
        Choice(
            id="audio_setting",
            wire="metadata",
            options=("auto", "origin"),
            default="auto",
            encode=metadata,
            help="auto lets the model decide on the audio, origin keeps the audio of the input video.",
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
            "Each side of the video must be 240 to 4096 px (this one is {v.video.measure.size}).",
            ("video",),
            lambda v: v.video.measure.size.has_sides_of(240, 4096),
        ),
        Rule(
            "The aspect ratio of the video must be 1:8 to 8:1 (this one is {v.video.measure.size}).",
            ("video",),
            lambda v: 1 / 8 <= v.video.measure.size.ratio <= 8,
        ),
        Rule(
            "duration is longer than the video ({v.video.seconds:.5g} s): set it to 0, or lower it.",
            ("duration", "video"),
            lambda v: v.duration <= v.video.seconds + TOLERANCE_SECONDS,
        ),
        at_most_characters("prompt", 5000),
        at_most_characters("negative_prompt", 500),
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration or v.video.seconds),
)
