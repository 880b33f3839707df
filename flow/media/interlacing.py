"""Frames of two fields, as cameras and broadcasters interlace them, made whole."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av.error
from av.filter import Graph
from av.video.frame import VideoFrame


def deinterlaced(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """As many frames as there are, at the same times; those that are progressive stay as they are."""
    head = next(frames, None)
    if head is None:
        return
    graph = _graph(head)
    graph.vpush(head)
    for frame in frames:
        graph.vpush(frame)
        yield from _ready(graph)
    graph.vpush(None)
    yield from _ready(graph)


def _graph(frame: VideoFrame) -> Graph:
    graph, tick = Graph(), frame.time_base or Fraction(1, 1000)
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format.name, time_base=tick)
    bwdif, sink = graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink")
    source.link_to(bwdif)
    bwdif.link_to(sink)
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
