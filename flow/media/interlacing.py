"""Deinterlaces frames."""

from __future__ import annotations

from collections.abc import Iterator

import av.error
from av.filter import Graph
from av.video.frame import VideoFrame

from .filters import filter_for


def deinterlaced(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """Deinterlace frames; the number of frames and their times are kept, progressive frames are unchanged."""
    head = next(frames, None)
    if head is None:
        return
    graph = filter_for(head, "bwdif", "mode=send_frame:deint=interlaced")
    graph.vpush(head)
    for frame in frames:
        graph.vpush(frame)
        yield from _ready(graph)
    graph.vpush(None)
    yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
