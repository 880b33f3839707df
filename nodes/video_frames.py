"""Only the frames that are wanted, at only the size that is wanted."""

from ..flow.model import Number, Output, Utility, VideoInput

MOST = 2**31 - 1

UTILITY = Utility(
    work="select frames",
    node_id="APIMartVideoFrames",
    title="APIMart Video Frames",
    description="Decodes the selected frames of a clip, and nothing else, into memory. Works without a key.",
    search_aliases=("video to images", "load video", "get video components"),
    inputs=(
        VideoInput(id="video", help="Any video.", required=True, max_bytes=0),
        Number(
            id="skip_first_frames",
            help="Frames to leave out at the start; a negative number counts from the end (-1: the last frame only).",
            default=0,
            minimum=-MOST,
            maximum=MOST,
        ),
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
