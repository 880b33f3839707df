"""Fits a video file to a provider's limits: duration, size in pixels, codec, bytes, audio."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ..errors import Refused, log
from ..files import written_whole
from ..model import Measure, Size
from ..stopping import Stopped, never
from .audio import Tell
from .color import displayed_size, quarter_turn
from .container import missing_bytes, opened
from .encode import Encoding, Window, write_video
from .hdr import hdr_of, name_of
from .measure import measure
from .timeline import Timeline, first_frame, read_timeline
from .truncation import cut_off, require_whole

CODEC, PIXELS = "h264", "yuv420p"
HIGHEST_RATE = 1000
COMMON_RATES = (24, 25, 30, 50, 60)
SHARES = (0.95, 0.8, 0.6)  # of the bytes allowed: the encoder may overshoot its rate on short videos


@dataclass(frozen=True)
class Source:
    """Properties of the video to be fitted; `size` is as displayed."""

    timeline: Timeline
    size: Size
    is_turned: bool
    transfer: int
    is_interlaced: bool
    pixels: str
    starts_late: bool


def fit_video(
    source: Path,
    out: Path,
    *,
    start: float = 0.0,
    seconds: float | None = None,
    min_side: int,
    max_side: int,
    max_bytes: int,
    max_rate: int = HIGHEST_RATE,
    keep_audio: bool = True,
    tell: Tell = log.info,
    stopped: Stopped = never,
) -> Measure:
    """Write `source` from `start` on for at most `seconds` as H.264 MP4 within the limits; what was written.

    Packets are copied where nothing has to change; then only the audio may be dropped or cut. Everything streams.
    `tell` gets a sentence for each thing that changes how the video looks or sounds.
    Raises Refused when the video cannot be made to fit, Unfinished when `stopped` says so; `out` is then as it was.
    """
    given = _source(source, stopped)
    size = fitted_size(given.size, min_side, max_side)
    window = _window(given.timeline, start, seconds, max_rate)
    whole = given.timeline.seconds
    is_whole = start <= 0 and (seconds is None or float(whole) <= seconds)
    if is_whole:
        require_whole(source, stopped=stopped)
    can_copy = is_whole and _can_copy(given, size) and given.timeline.rate <= max_rate
    with written_whole(out) as part:
        for shown, encoding in _attempts(given, size, window, max_bytes, can_copy=can_copy):
            said = _changes(given, window) if encoding else []
            write_video(source, part, shown, encoding, keep_audio=keep_audio, tell=said.append, stopped=stopped)
            if part.stat().st_size <= max_bytes:
                for sentence in said:
                    tell(sentence)
                return measure(part, stopped=stopped)
        raise too_heavy(float(window.seconds), size, max_bytes)


def too_heavy(seconds: float, size: Size, max_bytes: int) -> Refused:
    return Refused(
        f"{seconds:.2f} s of {size} do not fit into {max_bytes / 1e6:.1f} MB.",
        next_step="Shorten the video, or reduce its resolution.",
    )


def _attempts(
    given: Source, size: Size, window: Window, max_bytes: int, *, can_copy: bool
) -> Iterator[tuple[Window, Encoding | None]]:
    """From copying to encoding with ever fewer bytes."""
    if can_copy:
        frames = given.timeline.frames
        yield Window(Fraction(0), frames, frames / given.timeline.seconds), None
    for share in SHARES:
        bits = int(max_bytes * 8 * share / float(window.seconds))
        yield window, Encoding(size, given.is_turned, bits, given.transfer, given.is_interlaced)


def _changes(given: Source, window: Window) -> list[str]:
    """A sentence for each change to the picture that encoding it makes, beside its size and length."""
    said = []
    if given.transfer:
        said.append(f"The HDR of the video ({name_of(given.transfer)}) was tone-mapped to SDR (BT.709).")
    if given.is_interlaced:
        said.append("The video is interlaced; it was deinterlaced.")
    if window.rate < given.timeline.rate:
        said.append(f"The video's {float(given.timeline.rate):.5g} fps were reduced to {float(window.rate):.5g}.")
    return said


def fitted_size(size: Size, min_side: int, max_side: int) -> Size:
    """The closest even size of the same aspect ratio with both sides within the limits. Raises Refused if none."""
    short, long = sorted((size.width, size.height))
    scale = max(Fraction(1), Fraction(min_side, short))
    scale = min(scale, Fraction(max_side, long))
    lowest, highest = min_side + min_side % 2, max_side - max_side % 2
    if short * scale < min_side - 1 or lowest > highest:
        raise Refused(
            f"Aspect ratio too extreme: no scale brings both sides of {size} to {min_side} to {max_side} px.",
            next_step="Crop the video.",
        )
    sides = (2 * round(side * scale / 2) for side in (size.width, size.height))
    return Size(*(min(highest, max(lowest, side)) for side in sides))


def _source(path: Path, stopped: Stopped) -> Source:
    timeline = read_timeline(path, stopped=stopped)
    missing = missing_bytes(path)
    if missing:
        raise cut_off(missing)
    first = first_frame(path)
    with opened(path) as (_, stream):
        starts_late, transfer = bool(stream.start_time), hdr_of(stream)
    size = displayed_size(first, timeline.pixel_aspect)
    is_interlaced = bool(first.interlaced_frame)
    return Source(timeline, size, bool(quarter_turn(first)), transfer, is_interlaced, first.format.name, starts_late)


def _window(timeline: Timeline, start: float, seconds: float | None, max_rate: int) -> Window:
    """The frames to be written: whole ones, never longer than asked."""
    begin = max(Fraction(0), Fraction(start))
    left = timeline.seconds - begin
    rate = _constant_rate(timeline)
    rate /= max(1, math.ceil(rate / max_rate))
    count = round(left * rate) if timeline.is_constant and begin == 0 else int(left * rate + Fraction(1, 1000))
    if seconds is not None:
        count = min(count, int(Fraction(seconds) * rate) + 1)
        while count > 0 and float(count / rate) > seconds:
            count -= 1
    if count < 1:
        raise Refused(
            f"From {start:g} s on no whole frame is left in a video of {float(timeline.seconds):.2f} s.",
            next_step="Start earlier, or request more seconds.",
        )
    return Window(begin, count, rate)


def _constant_rate(timeline: Timeline) -> Fraction:
    """The video's own rate; a variable one becomes the next common one."""
    if timeline.is_constant:
        return timeline.rate
    return next((Fraction(rate) for rate in COMMON_RATES if rate >= timeline.rate), Fraction(COMMON_RATES[-1]))


def _can_copy(given: Source, size: Size) -> bool:
    timeline = given.timeline
    is_plain = timeline.packets == timeline.frames and not given.is_turned and not given.starts_late
    is_plain = is_plain and timeline.pixel_aspect == 1 and not given.transfer and not given.is_interlaced
    is_codec = timeline.codec == CODEC and given.pixels == PIXELS and "mp4" in timeline.container.split(",")
    return is_plain and is_codec and size == given.size
