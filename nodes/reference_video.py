"""The way out when a motion reference is too long, too small, too heavy, or in the wrong format."""

from ..flow.model import Choice, Flag, Output, Seconds, Utility, VideoInput
from .kling_motion_control import MOTION

UTILITY = Utility(
    work="fit a motion reference",
    limits=MOTION,
    node_id="APIMartReferenceVideo",
    title="APIMart Reference Video",
    description=f"Makes any clip fit for motion control: trims it, brings its sides into {MOTION.sides_text}, turns it "
    f"into H.264 MP4 under {MOTION.bytes_text}. What fits is copied, not encoded again. Works without a key.",
    search_aliases=("trim video", "motion reference", "fit video"),
    inputs=(
        VideoInput(id="video", help="Any clip.", required=True, max_bytes=0),
        Choice(
            id="character_orientation",
            help=f"As on the motion control node: image allows {MOTION.seconds_text('image')}, "
            f"video allows {MOTION.seconds_text('video')}.",
            options=tuple(MOTION.max_seconds),
            default="image",
        ),
        Seconds(id="start", help="Seconds to leave out first.", maximum=86400),
        Seconds(
            id="length",
            help="Seconds to keep; 0 = as much as the orientation allows.",
            maximum=max(MOTION.max_seconds.values()),
        ),
        Flag(id="keep_sound", help="Keep the clip's sound.", default=True),
    ),
    outputs=(
        Output("video", "VIDEO", "The fitted clip."),
        Output("seconds", "FLOAT", "What the provider will measure and bill."),
        Output("report", "STRING", "What the clip is and what it will cost."),
    ),
    notes=(
        "The fitted clip lies in ComfyUI's temporary folder; connect `video` to the motion control node. The report "
        "names the price for each model and mode by the price list that came with the pack.",
    ),
    troubles=(
        (
            f"Less than {MOTION.min_seconds} s of the clip are left or asked for.",
            "Begin earlier, ask for more, or use a longer clip.",
        ),
        (f"The clip is so long a shape that no scale brings both sides into {MOTION.sides_text}.", "Crop it."),
        (f"The clip does not fit into {MOTION.bytes_text}.", "Shorten it, or make it smaller."),
    ),
)
