"""Wan 3.0: pictures, clips and sounds to refer to, or a first and a last frame.

Source: https://docs.apimart.ai, Wan 3.0. The page was read in part: the range of duration is that of Wan 2.7.
"""

from ..flow.model import AudioInput, Choice, Family, Flag, ImageInput, Price, Rule, Text, VideoInput
from ..flow.model.shared_inputs import duration, first_frame, last_frame, model, resolution, seed
from ..flow.model.shared_rules import FRAMES_EXCLUDE_REFERENCES, LAST_FRAME_NEEDS_FIRST, has_frames

FAMILY = Family(
    node_id="APIMartWan3",
    title="APIMart Wan 3.0",
    description="Clips with sound from a prompt, from a first and a last frame, or from reference pictures, clips and "
    "sounds. Billed by the seconds asked for. The provider's page was read in part: what it refuses costs nothing.",
    search_aliases=("wan", "alibaba", "reference to video", "first last frame", "text to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show; optional with a picture or a clip."),
        model("wan3.0-video", "wan3.0-video-prime", help="prime is the better one; its price is not in the list."),
        duration(2, 15),
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
        ImageInput(id="images", wire="image_urls", many=9, help="Optional: pictures to refer to in the prompt."),
        VideoInput(id="videos", wire="video_urls", many=3, help="Optional: clips to refer to, up to 100 MB each."),
        AudioInput(
            id="sounds",
            wire="audio_urls",
            many=3,
            help="Optional: sounds to refer to. WAV or MP3 up to 15 MB is made from each.",
        ),
        Flag(id="audio", default=True, help="Make a sound track."),
        seed(2**31 - 1),
    ),
    rules=(
        Rule(
            "There is nothing to go by: write a prompt, or connect a picture or a clip.",
            ("prompt", "images", "videos", "first_frame"),
            lambda v: bool(v.prompt.strip() or v.images or v.videos or has_frames(v)),
        ),
        LAST_FRAME_NEEDS_FIRST,
        FRAMES_EXCLUDE_REFERENCES,
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration),
)
