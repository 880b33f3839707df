"""Detects truncated videos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import Refused
from ..stopping import Stopped, never, until_stopped
from .container import READ_ERRORS, missing_bytes, opened

NEXT_STEP = "Load it again, or trim it to the part that is intact."
FAR = 1 << 40  # ticks: behind the end of any video


def require_whole(path: Path, *, stopped: Stopped = never) -> None:
    """Raises Refused when the file is cut off or its last frames do not decode, Unfinished when `stopped` says so.

    Decoded is the last group of pictures (GOP), or all of a container that cannot be searched.
    """
    missing = missing_bytes(path)
    if missing:
        raise cut_off(missing)
    if not _ends_well(path, stopped, from_last_key_frame=True) and not _ends_well(path, stopped):
        raise Refused(
            "The last frames of the video cannot be decoded: the file is truncated or damaged.", next_step=NEXT_STEP
        )


def cut_off(missing: int) -> Refused:
    return Refused(f"The video is truncated: {missing} bytes are missing.", next_step=NEXT_STEP)


def _ends_well(path: Path, stopped: Stopped, *, from_last_key_frame: bool = False) -> bool:
    with opened(path) as (container, stream):
        stream.thread_type = "SLICE"  # threads of frames keep the error of the last one to themselves
        try:
            if from_last_key_frame:
                container.seek(FAR, stream=stream)
            return _decodes(container, stream, stopped, is_from_start=not from_last_key_frame)
        except READ_ERRORS:
            return False


def _decodes(container: InputContainer, stream: VideoStream, stopped: Stopped, *, is_from_start: bool) -> bool:
    """In the midst, frames before the first key frame refer to others that were not read, and do not count."""
    counts, has_frames = is_from_start, False
    for frame in until_stopped(_frames(container, stream), stopped):
        counts = counts or frame is None or bool(frame.key_frame)
        if counts and (frame is None or frame.is_corrupt):
            return False
        has_frames = has_frames or counts
    return has_frames


def _frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame | None]:
    """The frames that follow, with None for a packet that the file breaks off in."""
    for packet in container.demux(stream):
        if packet.is_corrupt:
            yield None
        yield from packet.decode()
