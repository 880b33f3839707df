"""Decodes selected frames of a video, at a reduced size if requested."""

from ..flow.model import Number, Output, Utility, VideoInput

MOST = 2**31 - 1

UTILITY = Utility(
    work="select frames",
    node_id="APIMartVideoFrames",
    title="APIMart Video Frames",
    description="Decodes only the selected frames of a video into memory. Works without an API key.",
    search_aliases=("video to images", "load video", "get video components"),
    inputs=(
        VideoInput(id="video", help="Any video.", required=True, max_bytes=0),
        Number(
            id="skip_first_frames",
            help="Frames to skip at the start; a negative number counts from the end (-1: the last frame only).",
            default=0,
            minimum=-MOST,
            maximum=MOST,
        ),
        Number(id="frame_load_cap", help="Maximum number of frames; 0 = all.", default=0, minimum=0, maximum=MOST),
        Number(
            id="select_every_nth",
            help="1 = every frame, 2 = every second frame ...",
            default=1,
            minimum=1,
            maximum=MOST,
        ),
        Number(
            id="max_side",
            help="Scales frames down so that the longer side has this many pixels; 0 = original size.",
            default=0,
            minimum=0,
            maximum=16384,
        ),
    ),
    outputs=(
        Output("frames", "IMAGE", "The selected frames, RGB 0..1."),
        Output("audio", "AUDIO", "The full audio track; silence if the video has none."),
        Output("fps", "FLOAT", "Frame rate after the selection."),
        Output("frame_count", "INT", "Number of selected frames."),
    ),
    notes=(
        "A video that another node trimmed or created has no file of its own. ComfyUI decodes all of it first, which "
        "uses more memory.",
    ),
    troubles=(
        ("The selection contains no frames of the video.", "Lower `skip_first_frames`."),
        (
            "The frames need more memory than is available.",
            "Set `frame_load_cap`, `select_every_nth` or `max_side`.",
        ),
        (
            "The file is damaged, or its frame size changes partway.",
            "The error message says how many frames are intact; use another copy of the file.",
        ),
    ),
)
