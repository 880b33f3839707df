"""Seedance 2.5: up to 30 s, with pictures, clips and sounds to refer to, to edit or to extend.

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
    """Whether an edit has what it needs: one clip of 4 to 30 s, whose length the result keeps."""
    lengths = [clip.seconds for clip in values.videos]
    return len(lengths) == 1 and 4 <= lengths[0] <= 30 + TOLERANCE_SECONDS and values.duration == MODEL_DECIDES


FAMILY = Family(
    node_id="APIMartSeedance25",
    title="APIMart Seedance 2.5",
    description="Clips of 4 to 30 s with sound from a prompt, from a first and a last frame, or from up to 30 "
    "pictures, 10 clips and 10 sounds. The estimate is by the second; the bill is settled by tokens when the job ends.",
    search_aliases=("seedance", "bytedance", "doubao", "reference to video", "video edit", "extend"),
    inputs=(
        Text(id="prompt", help="What the clip should show, up to 30,000 characters; optional with references."),
        model("seedance-2.5"),
        Choice(
            id="duration",
            options=(*range(4, 31), -1),
            default=5,
            help="Seconds of clip, 4 to 30; -1 leaves it to the model, and 30 s are reserved until the job ends. edit "
            "needs -1; with extend another length may be refused: the provider's pages disagree.",
        ),
        resolution("480p", "720p", "1080p", default="720p"),
        Choice(
            id="size",
            options=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
            default="adaptive",
            help="The shape of the clip; must be adaptive with a first or last frame, and to edit or extend.",
        ),
        first_frame(
            "image_with_roles",
            help="Optional: the picture the clip starts with. Not together with images, videos or sounds.",
        ),
        last_frame("image_with_roles"),
        ImageInput(
            id="images", wire="image_urls", many=30, help="Optional: up to 30 pictures to refer to in the prompt."
        ),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=10,
            max_bytes=200 * MEGABYTE,
            help="Optional: up to 10 clips to refer to, edit or extend, 2 to 30 s each and 30 s in all.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=10,
            help="Optional: up to 10 sounds to refer to, 2 to 30 s each and 30 s in all.",
        ),
        Choice(
            id="task",
            wire="omni_reference_task_type",
            options=("auto", "reference", "edit", "extend"),
            default="auto",
            sent_if=has_references,
            help="What is done with the references; auto reads it from the prompt. A mismatch fails and is refunded.",
        ),
        Flag(id="generate_audio", default=True, help="Make a sound track."),
        watermark(),
        seed(2**32 - 1),
        nsfw_check(),
        web_search(),
    ),
    rules=(
        Rule(
            "There is nothing to go by: write a prompt, or connect a picture, a clip or a sound.",
            ("prompt", "images", "videos", "sounds", "first_frame"),
            lambda v: bool(v.prompt.strip()) or has_frames(v) or has_references(v),
        ),
        LAST_FRAME_NEEDS_FIRST,
        FRAMES_EXCLUDE_REFERENCES,
        Rule(
            "A first or last frame needs size adaptive: the clip takes the shape of the picture.",
            ("first_frame", "last_frame", "size"),
            lambda v: not has_frames(v) or v.size == "adaptive",
        ),
        Rule(
            "edit needs one clip of 4 to 30 s, and duration -1.",
            ("task", "videos", "duration"),
            lambda v: v.task != "edit" or is_editable(v),
        ),
        Rule(
            "extend needs a clip: connect one, or choose another task.",
            ("task", "videos"),
            lambda v: v.task != "extend" or bool(v.videos),
        ),
        Rule(
            "To edit or extend, size must be adaptive: the clip keeps its shape.",
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
