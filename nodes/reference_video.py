"""Fits a video to the limits of motion control: duration, size, format."""

from ..flow.model import Choice, Flag, Output, Seconds, Utility, VideoInput
from .kling_motion_control import MOTION

UTILITY = Utility(
    work="fit a motion reference",
    limits=MOTION,
    node_id="APIMartReferenceVideo",
    title="APIMart Reference Video",
    description=f"Makes any video fit for motion control: trims it, scales its sides to {MOTION.sides_text}, and "
    f"converts it to H.264 MP4 under {MOTION.bytes_text}. Parts that already fit are copied without re-encoding. "
    "Works without an API key.",
    search_aliases=("trim video", "motion reference", "fit video"),
    inputs=(
        VideoInput(id="video", help="Any video.", required=True, max_bytes=0),
        Choice(
            id="character_orientation",
            help=f"As on the motion control node: image allows {MOTION.seconds_text('image')}, "
            f"video allows {MOTION.seconds_text('video')}.",
            options=tuple(MOTION.max_seconds),
            default="image",
        ),
        Seconds(id="start", help="Seconds to skip at the start.", maximum=86400),
        Seconds(
            id="length",
            help="Seconds to keep; 0 = as many as the orientation allows.",
            maximum=max(MOTION.max_seconds.values()),
        ),
        Flag(id="keep_sound", help="Keep the audio of the video.", default=True),
    ),
    outputs=(
        Output("video", "VIDEO", "The fitted video."),
        Output("seconds", "FLOAT", "Duration in seconds, as the provider will measure and bill it."),
        Output("report", "STRING", "Details of the video and its estimated cost."),
    ),
    notes=(
        "The fitted video is saved in ComfyUI's temporary folder; connect `video` to the motion control node. The "
        "report lists the price for each model and mode, based on the price list that ships with this pack.",
    ),
    troubles=(
        (
            f"Less than {MOTION.min_seconds} s of the video remain, or were requested.",
            "Start earlier, request more seconds, or use a longer video.",
        ),
        (f"Aspect ratio too extreme: no scale brings both sides to {MOTION.sides_text}.", "Crop the video."),
        (f"The video does not fit into {MOTION.bytes_text}.", "Shorten it, or reduce its resolution."),
    ),
)
