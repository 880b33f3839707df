"""Runs a single FFmpeg filter."""

from __future__ import annotations

from fractions import Fraction

from av.filter import Graph
from av.video.frame import VideoFrame


def filter_for(frame: VideoFrame, name: str, arguments: str | None = None, **options: str) -> Graph:
    """A filter graph of one filter, configured for frames like `frame`: push them in, pull them out."""
    graph, tick = Graph(), frame.time_base or Fraction(1, 1000)
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=tick)
    applied, sink = graph.add(name, arguments, **options), graph.add("buffersink")
    source.link_to(applied)
    applied.link_to(sink)
    graph.configure()
    return graph
