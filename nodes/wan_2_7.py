"""Wan 2.7: videos from a prompt, from a first and a last frame, or as the continuation of a video.

Source: https://docs.apimart.ai, Wan 2.7. Without `resolution` the provider takes 1080P, so it is always sent. Audio
together with an image is left to the provider: its page says both that it is taken and that it is not.
"""

from ..flow.model import AudioInput, Choice, Family, Price, Rule, Text, VideoInput
from ..flow.model.shared_inputs import (
    duration,
    final_at,
    first_frame,
    last_frame,
    model,
    negative_prompt,
    prompt_rewriting,
    resolution,
    seed,
    video_link,
    watermark,
)
from ..flow.model.shared_rules import LAST_FRAME_NEEDS_FIRST, at_most_characters, has_frames

FAMILY = Family(
    node_id="APIMartWan27",
    title="APIMart Wan 2.7",
    description="Generates 2 to 15 s videos from a prompt, first and last frames, or as the continuation of a video. "
    "Billed per requested second.",
    search_aliases=("wan", "alibaba", "first last frame", "extend", "text to video", "image to video"),
    inputs=(
        Text(
            id="prompt",
            help="Text prompt describing the video, 5,000 characters max; optional with an image or a video.",
        ),
        model("wan2.7"),
        negative_prompt(500),
        duration(2, 15),
        resolution("720P", "1080P"),
        Choice(
            id="size",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: not has_frames(v) and v.video is None,
            help="Aspect ratio. Ignored when an image or a video is connected.",
        ),
        first_frame("image_with_roles"),
        last_frame("image_with_roles"),
        VideoInput(
            id="video",
            wire="video_urls",
            in_list=True,
            url_input="video_url",
            help="Optional: video to continue, 100 MB max.",
        ),
        video_link(),
        AudioInput(
            id="sound",
            wire="audio_url",
            help="Optional: audio that the video follows. Uploaded as WAV or MP3, 15 MB max.",
        ),
        prompt_rewriting("prompt_extend"),
        watermark(),
        seed(2**31 - 1),
    ),
    rules=(
        Rule(
            "Nothing to generate from: write a prompt, or connect an image or a video.",
            ("prompt", "first_frame", "video"),
            lambda v: bool(v.prompt.strip()) or has_frames(v) or v.video is not None,
        ),
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "video and first_frame cannot be combined: disconnect one of them.",
            ("first_frame", "video"),
            lambda v: v.video is None or v.first_frame is None,
        ),
        at_most_characters("prompt", 5000),
        at_most_characters("negative_prompt", 500),
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration),
    final=final_at("1080P"),
)
