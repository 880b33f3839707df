"""Decodes a video into one preallocated array of frames."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import Refused, Unreadable
from ..model import Frames, Selection, Size
from ..stopping import Stopped, never, until_stopped
from .color import Converter, displayed_size
from .container import READ_ERRORS, missing_bytes, opened
from .frame_positions import Outline, outline, outline_of, seek, starting_with
from .prefetch import read_ahead
from .timeline import Timeline, first_frame, opened_with_timeline, read_timeline
from .truncation import require_whole

# FFmpeg's own choice is one more than there are cores; on two of them the converter then starves the decoder.
DECODER_THREADS = min(16, max(5, (os.cpu_count() or 1) + 1))
READY_FRAMES = 3  # more gains nothing on two cores and costs memory
CONVERTERS = 2  # one alone is what everything waits for where fresh memory is slow to come
CHANNELS = 3
GIGABYTE = 1e9
ALL_FRAMES = Selection()


@dataclass(frozen=True)
class Plan:
    """Size of the frames that a selection yields: `bytes` is that of the float32 array."""

    count: int
    size: Size
    fps: Fraction

    @property
    def bytes(self) -> int:
        return self.count * self.size.width * self.size.height * CHANNELS * 4


def plan(path: Path, selection: Selection = ALL_FRAMES) -> Plan:
    """Count and size of the selected frames; only the first is decoded. Raises Unreadable."""
    try:
        timeline = read_timeline(path)
        return _planned(timeline, selection, displayed_size(first_frame(path), timeline.pixel_aspect))
    except Refused as error:
        raise Unreadable(error.what) from None


def decode_frames(
    path: Path,
    selection: Selection = ALL_FRAMES,
    *,
    free_bytes: int | None = None,
    stopped: Stopped = never,
) -> Frames:
    """The selected frames as float32 [N, H, W, 3], each level exactly level / 255; deeper videos keep their depth,
    and HDR becomes SDR.

    Raises Refused when they need more than `free_bytes`, Unreadable when the video is damaged before the last frame
    that was asked for, Unfinished when `stopped` says so, which is asked at every packet and every frame.
    """
    with _opened(path, selection, stopped) as (known, container, stream):
        selection = _from_start(selection, known.frames)
        _refuse_too_many(_planned(known, selection, known.coded), selection, free_bytes)
        with read_ahead(_selected(path, container, stream, known, selection, stopped), READY_FRAMES) as frames:
            first = next(frames, None)
            if first is None:
                raise _damaged(path, 0) if known.is_exact else nothing_selected(selection)
            planned = _planned(known, selection, displayed_size(first, known.pixel_aspect))
            pixels = np.empty((planned.count, planned.size.height, planned.size.width, CHANNELS), np.float32)
            count = _convert(until_stopped(chain([first], frames), stopped), pixels, planned.size, known.transfer)
    if count < planned.count:
        _refuse_damaged_end(path, stopped)
        pixels.resize((count, *pixels.shape[1:]), refcheck=False)
    return Frames(pixels, planned.fps)


@contextmanager
def _opened(
    path: Path, selection: Selection, stopped: Stopped
) -> Iterator[tuple[Outline, InputContainer, VideoStream]]:
    """All packets are read before all frames are decoded, and as few as can be before some of them are."""
    first = selection.skip_first_frames
    end = None if first < 0 else _slice(selection).stop
    with ExitStack() as stack:
        try:
            if first or end is not None:
                container, stream = stack.enter_context(opened(path))
                known = outline(path, container, stream, first, end, stopped)
            else:
                timeline, container, stream = stack.enter_context(opened_with_timeline(path, stopped))
                known = outline_of(timeline)
        except Refused as error:
            raise Unreadable(error.what) from None
        yield known, container, stream


def _planned(known: Outline | Timeline, selection: Selection, displayed: Size) -> Plan:
    span = _slice(selection)
    count = len(range(known.frames)[span])
    return Plan(count, _reduced(displayed, selection.max_side), known.rate / span.step)


def _refuse_damaged_end(path: Path, stopped: Stopped) -> None:
    """A decoder with several threads may keep the error of the last frame to itself."""
    try:
        require_whole(path, stopped=stopped)
    except Refused as error:
        raise Unreadable(error.what) from None


def _refuse_too_many(planned: Plan, selection: Selection, free_bytes: int | None) -> None:
    if planned.count == 0:
        raise nothing_selected(selection)
    if free_bytes is not None and planned.bytes > free_bytes:
        raise Refused(
            f"{planned.count} frames of {planned.size} in float32 need {planned.bytes / GIGABYTE:.2f} GB, "
            f"and {free_bytes / GIGABYTE:.2f} GB of memory are available.",
            spent="Nothing new was charged, and the video is kept.",
            next_step="Use APIMart Video Frames to select fewer or smaller frames: select_every_nth, frame_load_cap or "
            "max_side.",
        )


def nothing_selected(selection: Selection) -> Refused:
    return Refused(
        f"The selection contains no frames of the video ({selection.skip_first_frames} are skipped).",
        spent="Nothing new was charged.",
        next_step="Lower skip_first_frames.",
    )


def _convert(frames: Iterator[VideoFrame], pixels: np.ndarray, size: Size, transfer: int = 0) -> int:
    """Fill `pixels`, which grows where the packets promised too few frames; the number of frames filled."""
    own = threading.local()  # a converter works for one thread at a time
    running: deque[Future[None]] = deque()

    def fill(frame: VideoFrame, row: np.ndarray) -> None:
        if not hasattr(own, "converter"):
            own.converter = Converter(size, transfer=transfer)
        _divide(own.converter.levels(frame), own.converter.white(frame), row)

    count = 0
    with ThreadPoolExecutor(CONVERTERS, "apimart-convert") as pool:
        for frame in frames:
            is_full = count == len(pixels)
            while len(running) > (0 if is_full else CONVERTERS):  # nobody may write while the array moves
                running.popleft().result()
            if is_full:
                pixels.resize((count + max(8, count // 8), *pixels.shape[1:]), refcheck=False)
            running.append(pool.submit(fill, frame, pixels[count]))
            count += 1
        for one in running:
            one.result()
    return count


def _divide(levels: np.ndarray, whole: int, out: np.ndarray) -> None:
    np.divide(levels, np.float32(whole), out=out, dtype=np.float32, casting="unsafe")
    if levels.dtype != np.uint8:
        np.minimum(out, np.float32(1), out=out)  # codes above white


def _selected(
    path: Path,
    container: InputContainer,
    stream: VideoStream,
    known: Outline,
    selection: Selection,
    stopped: Stopped,
) -> Iterator[VideoFrame]:
    """The selected frames as the decoder gives them; decoding ends with the last one."""
    span = _slice(selection)
    found = _found(container, stream, known.stamp, stopped)
    if found is not None:
        end = None if span.stop is None else span.stop - span.start
        yield from islice(_good_frames(path, found, span.start), 0, end, span.step)
        return
    with ExitStack() as stack:
        if span.start and known.is_exact:  # the container may no longer be where it was
            container, stream = stack.enter_context(opened(path))
        frames = _tolerant(container, stream, stopped)
        yield from islice(_good_frames(path, frames), span.start, span.stop, span.step)


def _found(
    container: InputContainer, stream: VideoStream, stamp: int | None, stopped: Stopped
) -> Iterator[VideoFrame | None] | None:
    """The frames from that of `stamp` on, None where they cannot be found."""
    if stamp is None or not seek(container, stream, stamp):
        return None
    return starting_with(_tolerant(container, stream, stopped), stamp)


def _from_start(selection: Selection, frames: int) -> Selection:
    """The same selection with its skip counted from the start of a video of that many frames."""
    skip = selection.skip_first_frames
    return selection if skip >= 0 else replace(selection, skip_first_frames=max(0, frames + skip))


def _slice(selection: Selection) -> slice:
    """VideoHelperSuite's order: skip, then take every nth, then stop at the cap."""
    step = max(1, selection.select_every_nth)
    start = max(0, selection.skip_first_frames)
    stop = start + (selection.frame_load_cap - 1) * step + 1 if selection.frame_load_cap > 0 else None
    return slice(start, stop, step)


def _good_frames(path: Path, frames: Iterator[VideoFrame | None], good: int = 0) -> Iterator[VideoFrame]:
    """Every frame up to the first damage; there it counts what else is good, `good` before, and raises Unreadable."""
    first = None
    for frame in frames:
        if frame is None or frame.is_corrupt:
            good += sum(one is not None and not one.is_corrupt for one in frames)
            raise _damaged(path, good)
        size = displayed_size(frame)
        first = first or size
        if size != first:
            raise Unreadable(f"The frame size changes from {first} to {size} after {good} frames.")
        good += 1
        yield frame
    if missing_bytes(path):
        raise _damaged(path, good)


def _tolerant(container: InputContainer, stream: VideoStream, stopped: Stopped) -> Iterator[VideoFrame | None]:
    """The frames of the video, with None for what cannot be decoded."""
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = DECODER_THREADS
    packets = until_stopped(container.demux(stream), stopped)
    while True:
        try:
            packet = next(packets, None)
            frames = [] if packet is None else packet.decode()
        except READ_ERRORS:
            yield None
            continue
        if packet is None:
            return
        yield from frames


def _damaged(path: Path, good: int) -> Unreadable:
    missing = missing_bytes(path)
    cause = f"is truncated ({missing} bytes are missing)" if missing else "is damaged"
    return Unreadable(f"The video {cause}: {good} frames are intact.")


def _reduced(size: Size, max_side: int) -> Size:
    longest = max(size.width, size.height)
    if not 0 < max_side < longest:
        return size
    scale = Fraction(max_side, longest)
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
