"""Finds the position of a frame number in a file, from the container's index or packet timestamps."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import av
from av.container import InputContainer
from av.index import IndexEntry
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..model import Size
from ..stopping import Stopped
from .color import pixel_aspect
from .container import READ_ERRORS, packets_of
from .hdr import hdr_of
from .timeline import ROUNDING, Timeline, read_timeline, told_rate

SEARCHED = 100  # frames: to read all packets for the place of an earlier one costs more than to decode up to it
SAME_RATE = Fraction(1, 50)
REORDERED = 32  # packets: more than any codec decodes ahead of what it shows


@dataclass(frozen=True)
class Outline:
    """What must be known about a video to decode some of its frames.

    There are `frames` at most, and not fewer where it `is_exact`; the first one requested is that with the time stamp
    `stamp` (ticks), or is to be counted from the start.
    """

    frames: int
    rate: Fraction
    coded: Size
    pixel_aspect: Fraction
    transfer: int
    is_exact: bool
    stamp: int | None = None


def outline_of(timeline: Timeline) -> Outline:
    return Outline(
        timeline.frames, timeline.rate, timeline.coded, timeline.pixel_aspect, timeline.transfer, is_exact=True
    )


def outline(
    path: Path, container: InputContainer, stream: VideoStream, first: int, end: int | None, stopped: Stopped
) -> Outline:
    """Of the frames from number `first` on, up to `end`, or all of them; of an indexed file only a part is read.

    A negative `first` counts from the end.
    Raises Refused when there is nothing to show, Unfinished when `stopped` says so.
    """
    size = Size(stream.codec_context.width, stream.codec_context.height)
    about = (size, pixel_aspect(stream), hdr_of(stream))
    told = _told_frames(container, stream)
    if end is not None and end <= told and 0 <= first < SEARCHED:
        return Outline(end, _rate(stream, told), *about, is_exact=False)
    index = _whole_index(stream)
    if index:
        first = first if first >= 0 else max(0, len(index) + first)
        stamp = _stamp_by_index(container, stream, index, first) if 0 < first < len(index) else None
        return Outline(len(index), _rate(stream, len(index)), *about, is_exact=True, stamp=stamp)
    timeline = read_timeline(path, math.inf, stopped=stopped)
    first = first if first >= 0 else max(0, timeline.frames + first)
    stamp = sorted(timeline.stamps)[first] if SEARCHED <= first < timeline.frames else None
    return replace(outline_of(timeline), stamp=stamp)


def starting_with(frames: Iterator[VideoFrame | None], stamp: int) -> Iterator[VideoFrame | None] | None:
    """`frames` from the one with this time stamp on; None where it does not come. A frame of None is damage."""
    for frame in frames:
        if frame is None or frame.pts == stamp:
            return chain([frame], frames)
        if frame.pts is None or frame.pts > stamp:
            return None
    return None


def seek(container: InputContainer, stream: VideoStream, stamp: int) -> bool:
    """To the last key frame that is decoded before the frame with this time stamp; whether that was possible."""
    try:
        container.seek(stamp, stream=stream)
    except READ_ERRORS:
        return False
    return True


def _whole_index(stream: VideoStream) -> list[IndexEntry]:
    """An entry for each frame in the order of decoding, as MP4 and MOV have them; empty where some are missing.

    Edit lists hide frames, so that their numbers are others. PyAV tells the index since 16.1.
    """
    entries = list(getattr(stream, "index_entries", ()))
    is_whole = len(entries) == stream.frames and not any(one.is_discard for one in entries)
    return entries if is_whole else []


def _stamp_by_index(container: InputContainer, stream: VideoStream, index: list[IndexEntry], number: int) -> int | None:
    """The time stamp at which frame `number` is shown, from the packets since a key frame before it."""
    decoded_at = [one.timestamp for one in index]
    aim = decoded_at[number]
    while True:
        packets = _packets_from(container, stream, aim)
        head = next(packets, None)
        key = bisect_left(decoded_at, head.dts) if head is not None and head.dts is not None else len(index)
        if head is None or key > number or decoded_at[key] != head.dts or head.pts is None:
            return None
        behind = [one.pts for one in islice(packets, number - key + REORDERED) if one.pts is not None]
        shown = sorted(one for one in [head.pts, *behind] if one >= head.pts)
        place = number - key - (1 + len(behind) - len(shown))  # some are decoded after the key frame, shown before it
        if place >= 0:
            return shown[place] if place < len(shown) else None
        if key == 0:
            return None
        aim = decoded_at[key] - 1


def _packets_from(container: InputContainer, stream: VideoStream, stamp: int) -> Iterator[Packet[VideoStream]]:
    if seek(container, stream, stamp):
        yield from (packet for packet in packets_of(container, stream) if packet.size)


def _told_frames(container: InputContainer, stream: VideoStream) -> int:
    """How many frames the header promises at least; 0 where it does not say."""
    seconds = Fraction(container.duration or 0, av.time_base)
    return int(stream.frames or seconds * told_rate(stream) * Fraction(9, 10))


def _rate(stream: VideoStream, frames: int) -> Fraction:
    """As `read_timeline` finds it, as far as the header allows."""
    declared = told_rate(stream)
    if not stream.duration or not stream.time_base or not stream.frames:
        return declared
    seconds = stream.duration * stream.time_base
    for rate in (Fraction(stream.guessed_rate or declared), declared):
        if abs(frames / rate - seconds) <= ROUNDING:
            return rate
    mean = (frames / seconds).limit_denominator(1001)
    return mean if abs(mean / declared - 1) < SAME_RATE else declared  # an edit list changes the seconds alone
