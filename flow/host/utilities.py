"""The nodes that buy nothing, as data."""

from __future__ import annotations

from ..model import CLIP_OUTPUTS, Choice, Clip, Flag, Number, Output, Seconds, Text, Utility

MOST = 2**31 - 1

COLLECT_JOB = Utility(
    node_id="APIMartCollectJob",
    title="APIMart Collect Job",
    description="Waits for a job of your account, wherever it was submitted, and gives its clip; free.",
    search_aliases=("task id", "resume", "download"),
    inputs=(
        Text(
            id="task_id",
            help="The job's id at APIMart, like task_01K8SGYNNNVBQT...",
            required=True,
            multiline=False,
        ),
    ),
    outputs=CLIP_OUTPUTS,
    gives_several=True,
    notes=(
        "The id stands in the `job` output of the node that bought the clip, in the APIMart sidebar, in every error "
        "that knows it, and in the console at apimart.ai. The job must belong to the account whose key is set.",
        "When you press Cancel the node stops at once. The job goes on at APIMart; queue again to collect it.",
    ),
    troubles=(
        (
            "The provider knows no such task.",
            "Check the id, and that the key is of the account that bought the job.",
        ),
        (
            "The job ended without a result.",
            "Failed jobs are not charged; the message says the provider's reason.",
        ),
        ("The job did not end while the node waited.", "Queue again: it goes on waiting."),
        (
            "The result's link is dead and no copy is kept here.",
            "The clip cannot be had any more; links expire at the provider, so collect early.",
        ),
    ),
)

VIDEO_FRAMES = Utility(
    node_id="APIMartVideoFrames",
    title="APIMart Video Frames",
    description="Decodes the selected frames of a clip, and nothing else, into memory. Works without a key.",
    search_aliases=("video to images", "load video", "get video components"),
    inputs=(
        Clip(id="video", help="Any video.", required=True, max_bytes=0),
        Number(id="skip_first_frames", help="Frames to leave out at the start.", default=0, minimum=0, maximum=MOST),
        Number(id="frame_load_cap", help="How many frames at most; 0 = all.", default=0, minimum=0, maximum=MOST),
        Number(id="select_every_nth", help="1 = every frame, 2 = every other ...", default=1, minimum=1, maximum=MOST),
        Number(
            id="max_side",
            help="Longer side in pixels to reduce to; 0 = as it is.",
            default=0,
            minimum=0,
            maximum=16384,
        ),
    ),
    outputs=(
        Output("frames", "IMAGE", "The selected frames, RGB 0..1."),
        Output("audio", "AUDIO", "The whole sound; silence for a silent clip."),
        Output("fps", "FLOAT", "Frames per second after the selection."),
        Output("frame_count", "INT", "How many frames were selected."),
    ),
    notes=(
        "A clip that another node has trimmed or built has no file of its own: ComfyUI decodes it whole first, which "
        "takes more memory.",
    ),
    troubles=(
        ("The selection leaves no frame of the clip.", "Lower `skip_first_frames`."),
        (
            "The frames need more memory than is free.",
            "Set `frame_load_cap`, `select_every_nth` or `max_side`.",
        ),
        (
            "The file is damaged, or its picture changes size on the way.",
            "The message says how many frames are good; use another copy of the file.",
        ),
    ),
)

REFERENCE_VIDEO = Utility(
    node_id="APIMartReferenceVideo",
    title="APIMart Reference Video",
    description="Makes any clip fit for motion control: trims it, brings its sides into 340 to 3850 px, turns it into "
    "H.264 MP4 under 100 MB. What fits is copied, not encoded again. Works without a key.",
    search_aliases=("trim video", "motion reference", "fit video"),
    inputs=(
        Clip(id="video", help="Any clip.", required=True, max_bytes=0),
        Choice(
            id="character_orientation",
            help="As on the motion control node: image allows 3 to 10 s, video allows 3 to 30 s.",
            options=("image", "video"),
            default="image",
        ),
        Seconds(id="start", help="Seconds to leave out first.", maximum=86400),
        Seconds(id="length", help="Seconds to keep; 0 = as much as the orientation allows.", maximum=30),
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
            "Less than 3 s of the clip are left or asked for.",
            "Begin earlier, ask for more, or use a longer clip.",
        ),
        ("The clip is so long a shape that no scale brings both sides into 340 to 3850 px.", "Crop it."),
        ("The clip does not fit into 100 MB.", "Shorten it, or make it smaller."),
    ),
)

UTILITIES = (COLLECT_JOB, VIDEO_FRAMES, REFERENCE_VIDEO)
