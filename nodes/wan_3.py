"""Wan 3.0: images, videos, audio, a document or a web page to refer to, or a first and a last frame.

Source: https://docs.apimart.ai, Wan 3.0 (Russian edition, September 2026). With duration -1 the model chooses the
length, and the estimate is that of the longest video.
"""

from ..flow.model import AudioInput, Choice, Family, Flag, ImageInput, Number, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import (
    added_watermark,
    final_at,
    first_frame,
    last_frame,
    model,
    nsfw_check,
    resolution,
    seed,
)
from ..flow.model.shared_rules import (
    LAST_FRAME_NEEDS_FIRST,
    TOLERANCE_SECONDS,
    at_most_characters,
    each_lasts,
    has_frames,
    has_references,
    image_fits,
    seconds_of,
)

MODEL_DECIDES = -1
LONGEST_SECONDS = 30.0  # of the videos that go in and the one that comes out, together


def billed(values: Values) -> float:
    """The seconds asked for; what the model may choose at most where it decides."""
    if values.duration == MODEL_DECIDES:
        return max(2.0, LONGEST_SECONDS - seconds_of(values.videos))
    return float(values.duration)


def refers(values: Values) -> bool:
    return has_references(values) or bool(values.file_url.strip() or values.link_url.strip())


FAMILY = Family(
    node_id="APIMartWan3",
    title="APIMart Wan 3.0",
    description="Generates 2 to 30 s videos with audio from a prompt, first and last frames, or reference images, "
    "videos, audio, a document or a web page. Billed per second of the result.",
    search_aliases=("wan", "alibaba", "reference to video", "first last frame", "text to video"),
    inputs=(
        Text(
            id="prompt",
            help="Text prompt describing the video, 20,000 characters max; optional with any other input.",
        ),
        model("wan3.0-video", "wan3.0-video-prime", help="prime: higher quality, costs more."),
        Number(
            id="duration",
            default=5,
            minimum=MODEL_DECIDES,
            maximum=30,
            help="Duration in seconds, 2 to 30; billed per second. -1 lets the model choose, and the estimate assumes "
            "the longest. Reference videos and the result together can be up to 30 s long.",
        ),
        resolution("480P", "720P", "1080P", default="720P"),
        Choice(
            id="size",
            options=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4"),
            default="adaptive",
            help="Aspect ratio; adaptive matches the connected inputs.",
        ),
        first_frame(
            "image_with_roles",
            help="Optional: image used as the first frame. Cannot be combined with images, videos or sounds.",
        ),
        last_frame("image_with_roles"),
        ImageInput(
            id="images",
            wire="image_urls",
            many=10,
            help="Optional: up to 10 reference images for the prompt. Sides of 240 to 8000 px, aspect ratio 1:8 to "
            "8:1.",
        ),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=5,
            help="Optional: up to 5 reference videos, 1 to 15 s each, 15 s in total.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=5,
            help="Optional: up to 5 reference audio files, 1 to 15 s each, 15 s in total.",
        ),
        Flag(id="audio", default=True, help="Generate audio."),
        seed(2**31 - 1),
        Choice(
            id="generation_type",
            options=("auto", "frame", "reference"),
            default="auto",
            unsent="auto",
            added=True,
            advanced=True,
            help="How the images are used: frame uses the first as the first frame and the second as the last, "
            "reference uses them as references; auto lets the provider decide.",
        ),
        Text(
            id="file_url",
            added=True,
            multiline=False,
            help="Optional: public direct link to a reference document (office formats, PDF or plain text), 100 MB and "
            "50 pages max.",
        ),
        Text(
            id="link_url",
            added=True,
            multiline=False,
            help="Optional: public web page to use as a reference. Cannot be combined with file_url.",
        ),
        added_watermark(),
        nsfw_check(),
    ),
    rules=(
        Rule(
            "Nothing to generate from: write a prompt, connect an image or a video, or enter a link.",
            ("prompt", "images", "videos", "first_frame", "file_url", "link_url"),
            lambda v: bool(v.prompt.strip()) or has_frames(v) or refers(v),
        ),
        at_most_characters("prompt", 20000),
        Rule("duration must be -1 or 2 to 30.", ("duration",), lambda v: v.duration not in (0, 1)),
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "Frames and references cannot be combined: disconnect the frames, or images, videos and sounds, and clear "
            "the links.",
            ("first_frame", "last_frame", "images", "videos", "sounds", "file_url", "link_url"),
            lambda v: not (has_frames(v) and refers(v)),
        ),
        Rule(
            "With generation_type frame, up to 2 images are accepted, and no videos, audio or links.",
            ("generation_type", "images", "videos", "sounds", "file_url", "link_url"),
            lambda v: v.generation_type != "frame" or (len(v.images) <= 2 and not refers(v.but(images=()))),
        ),
        Rule(
            "file_url and link_url cannot be combined: use only one of them.",
            ("file_url", "link_url"),
            lambda v: not (v.file_url.strip() and v.link_url.strip()),
        ),
        image_fits("first_frame", 240, 8000, 8),
        image_fits("last_frame", 240, 8000, 8),
        image_fits("images", 240, 8000, 8, many=True),
        each_lasts("videos", 1, 15, total=15),
        each_lasts("sounds", 1, 15, total=15),
        Rule(
            "The reference videos and the result together can be up to 30 s long: trim the videos, or lower duration.",
            ("videos", "duration"),
            lambda v: seconds_of(v.videos) + v.duration <= LONGEST_SECONDS + TOLERANCE_SECONDS,
        ),
    ),
    price=Price(key=lambda v: v.resolution, units=billed),
    final=final_at("1080P"),
)
