"""Wan 3.0: pictures, clips, sounds, a document or a web page to refer to, or a first and a last frame.

Source: https://docs.apimart.ai, Wan 3.0 (Russian edition, September 2026). With duration -1 the model chooses the
length, and the estimate is that of the longest clip.
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
LONGEST_SECONDS = 30.0  # of the clips that go in and the one that comes out, together


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
    description="Clips of 2 to 30 s with sound from a prompt, from a first and a last frame, or from reference "
    "pictures, clips, sounds, a document or a web page. Billed by the seconds of the result.",
    search_aliases=("wan", "alibaba", "reference to video", "first last frame", "text to video"),
    inputs=(
        Text(
            id="prompt",
            help="What the clip should show, up to 20,000 characters; optional with anything connected or linked.",
        ),
        model("wan3.0-video", "wan3.0-video-prime", help="prime is the better one and costs more."),
        Number(
            id="duration",
            default=5,
            minimum=MODEL_DECIDES,
            maximum=30,
            help="Seconds of clip, 2 to 30; each is billed. -1 leaves the length to the model, and the estimate is "
            "that of the longest. Reference clips and the result last 30 s together at most.",
        ),
        resolution("480P", "720P", "1080P", default="720P"),
        Choice(
            id="size",
            options=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4"),
            default="adaptive",
            help="The shape of the clip; adaptive follows what is connected.",
        ),
        first_frame(
            "image_with_roles",
            help="Optional: the picture the clip starts with. Not together with images, videos or sounds.",
        ),
        last_frame("image_with_roles"),
        ImageInput(
            id="images",
            wire="image_urls",
            many=10,
            help="Optional: up to 10 pictures to refer to in the prompt; sides of 240 to 8000 px, between 1:8 and 8:1.",
        ),
        VideoInput(
            id="videos",
            wire="video_urls",
            many=5,
            help="Optional: up to 5 clips to refer to, 1 to 15 s each and 15 s in all.",
        ),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=5,
            help="Optional: up to 5 sounds to refer to, 1 to 15 s each and 15 s in all.",
        ),
        Flag(id="audio", default=True, help="Make a sound track."),
        seed(2**31 - 1),
        Choice(
            id="generation_type",
            options=("auto", "frame", "reference"),
            default="auto",
            unsent="auto",
            added=True,
            advanced=True,
            help="What the pictures are: frame starts the clip with the first one and ends it with the second, "
            "reference refers to them; auto leaves it to the provider.",
        ),
        Text(
            id="file_url",
            added=True,
            multiline=False,
            help="Optional: a public direct link to a document to refer to (office formats, PDF or plain text), up to "
            "100 MB and 50 pages.",
        ),
        Text(
            id="link_url",
            added=True,
            multiline=False,
            help="Optional: a public web page to refer to. Not together with file_url.",
        ),
        added_watermark(),
        nsfw_check(),
    ),
    rules=(
        Rule(
            "There is nothing to go by: write a prompt, connect a picture or a clip, or give a link.",
            ("prompt", "images", "videos", "first_frame", "file_url", "link_url"),
            lambda v: bool(v.prompt.strip()) or has_frames(v) or refers(v),
        ),
        at_most_characters("prompt", 20000),
        Rule("duration must be -1 or 2 to 30.", ("duration",), lambda v: v.duration not in (0, 1)),
        LAST_FRAME_NEEDS_FIRST,
        Rule(
            "Frames and references exclude each other: take the frames away, or images, videos, sounds and links.",
            ("first_frame", "last_frame", "images", "videos", "sounds", "file_url", "link_url"),
            lambda v: not (has_frames(v) and refers(v)),
        ),
        Rule(
            "With generation_type frame up to 2 pictures are taken, and no clips, sounds or links.",
            ("generation_type", "images", "videos", "sounds", "file_url", "link_url"),
            lambda v: v.generation_type != "frame" or (len(v.images) <= 2 and not refers(v.but(images=()))),
        ),
        Rule(
            "file_url and link_url exclude each other: keep one of them.",
            ("file_url", "link_url"),
            lambda v: not (v.file_url.strip() and v.link_url.strip()),
        ),
        image_fits("first_frame", 240, 8000, 8),
        image_fits("last_frame", 240, 8000, 8),
        image_fits("images", 240, 8000, 8, many=True),
        each_lasts("videos", 1, 15, total=15),
        each_lasts("sounds", 1, 15, total=15),
        Rule(
            "The reference clips and the result last 30 s together at most: shorten the clips, or lower duration.",
            ("videos", "duration"),
            lambda v: seconds_of(v.videos) + v.duration <= LONGEST_SECONDS + TOLERANCE_SECONDS,
        ),
    ),
    price=Price(key=lambda v: v.resolution, units=billed),
    final=final_at("1080P"),
)
