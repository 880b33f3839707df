"""Seedance 2.5: up to 30 s, with images, videos and audio to refer to, to edit or to extend.

Source: https://docs.apimart.ai, Seedance 2.5 (editions up to October 2026). The job is settled by tokens when it ends;
the estimate is by the second.
"""

from ..flow.model import MEGABYTE, AudioInput, Choice, Family, Flag, ImageInput, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import (
    final_at,
    first_frame,
    last_frame,
    model,
    nsfw_check,
    resolution,
    seed,
    watermark,
    web_search,
)
from ..flow.model.shared_rules import (
    FRAMES_EXCLUDE_REFERENCES,
    LAST_FRAME_NEEDS_FIRST,
    TOLERANCE_SECONDS,
    at_most_characters,
    each_lasts,
    has_frames,
    has_references,
)

MODEL_DECIDES = -1


def row(values: Values) -> str:
    resolution = str(values.resolution).upper()
    return f"{resolution}-video" if values.videos else resolution


def is_editable(values: Values) -> bool:
    """Whether an edit has what it needs: one video of 4 to 30 s, whose length the result keeps."""
    lengths = [video.seconds for video in values.videos]
    return len(lengths) == 1 and 4 <= lengths[0] <= 30 + TOLERANCE_SECONDS and values.duration == MODEL_DECIDES


FAMILY = Family(
    node_id="APIMartSeedance25",
    title="APIMart Seedance 2.5",
    description="Generates 4 to 30 s videos with audio from a prompt, first and last frames, or up to 30 images, 10 "
    "videos and 10 audio files as references. Estimated per second; the final charge is settled by tokens when the job "
    "ends.",
    search_aliases=("seedance", "bytedance", "doubao", "reference to video", "video edit", "extend"),
    inputs=(
        Text(id="prompt", help="Text prompt describing the video, 30,000 characters max; optional with references."),
        model("seedance-2.5"),
        Choice(
            id="duration",
            options=(*range(4, 31), -1),
            default=5,
            help="Duration in seconds, 4 to 30. -1 lets the model choose and reserves 30 s until the job ends. edit "
            "requires -1; with extend other values may be refused: the provider's documentation is inconsistent.",
        ),
        resolution("480p", "720p", "1080p", default="720p"),
        Choice(
            id="size",
            options=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
            default="adaptive",
            help="Aspect ratio. Must be adaptive with a first or last frame, and for edit and extend.",
        ),
        first_frame(
            "image_with_roles",
            help="Optional: image used as the first frame. Cannot be combined with images, videos or sounds.",
        ),
        last_frame("image_with_roles"),
        ImageInput(id="images", wire="image_urls", many=30, help="Optional: up to 30 reference images for the prompt."),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=10,
            max_bytes=200 * MEGABYTE,
            help="Optional: up to 10 videos to refer to, edit or extend, 2 to 30 s each, 30 s in total.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=10,
            help="Optional: up to 10 reference audio files, 2 to 30 s each, 30 s in total.",
        ),
        Choice(
            id="task",
            wire="omni_reference_task_type",
            options=("auto", "reference", "edit", "extend"),
            default="auto",
            sent_if=has_references,
            help="How the references are used; auto decides from the prompt. A mismatch fails and is refunded.",
        ),
        Flag(id="generate_audio", default=True, help="Generate audio."),
        watermark(),
        seed(2**32 - 1),
        nsfw_check(),
        web_search(),
    ),
    rules=(
        Rule(
            "Nothing to generate from: write a prompt, or connect an image, a video or an audio input.",
            ("prompt", "images", "videos", "sounds", "first_frame"),
            lambda v: bool(v.prompt.strip()) or has_frames(v) or has_references(v),
        ),
        LAST_FRAME_NEEDS_FIRST,
        FRAMES_EXCLUDE_REFERENCES,
        Rule(
            "With a first or last frame, set size to adaptive: the video matches the image.",
            ("first_frame", "last_frame", "size"),
            lambda v: not has_frames(v) or v.size == "adaptive",
        ),
        Rule(
            "edit requires one video of 4 to 30 s, and duration -1.",
            ("task", "videos", "duration"),
            lambda v: v.task != "edit" or is_editable(v),
        ),
        Rule(
            "extend requires a video: connect one, or select another task.",
            ("task", "videos"),
            lambda v: v.task != "extend" or bool(v.videos),
        ),
        Rule(
            "For edit and extend, set size to adaptive: the aspect ratio of the video is kept.",
            ("task", "size"),
            lambda v: v.task not in ("edit", "extend") or v.size == "adaptive",
        ),
        each_lasts("videos", 2, 30, total=30),
        each_lasts("sounds", 2, 30, total=30),
        at_most_characters("prompt", 30000),
    ),
    price=Price(key=row, units=lambda v: 30 if v.duration == -1 else v.duration),
    final=final_at("1080p"),
)
