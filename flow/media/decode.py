"""From a clip to one array of frames, at the speed of the decoder and in the memory of the result."""

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
from .color import Converter, displayed_size, white
from .container import READ_ERRORS, missing_bytes
from .prefetch import read_ahead
from .timeline import Timeline, first_frame, opened_with_timeline, read_timeline

# FFmpeg's own choice is one more than there are cores; on two of them the converter then starves the decoder.
DECODER_THREADS = min(16, max(5, (os.cpu_count() or 1) + 1))
READY_FRAMES = 3  # more gains nothing on two cores and costs memory
CONVERTERS = 2  # one alone is what everything waits for where fresh memory is slow to come
CHANNELS = 3
GIGABYTE = 1e9
ALL_FRAMES = Selection()


@dataclass(frozen=True)
class Plan:
    """What a selection of a clip amounts to: `bytes` is the size of the float32 array."""

    count: int
    size: Size
    fps: Fraction

    @property
    def bytes(self) -> int:
        return self.count * self.size.width * self.size.height * CHANNELS * 4


def plan(path: Path, selection: Selection = ALL_FRAMES) -> Plan:
    """Count and size of the selected frames; of the pictures only the first is decoded. Raises Unreadable."""
    try:
        return _planned(read_timeline(path), selection, displayed_size(first_frame(path)))
    except Refused as error:
        raise Unreadable(error.what) from None


def decode_frames(
    path: Path,
    selection: Selection = ALL_FRAMES,
    *,
    free_bytes: int | None = None,
    stopped: Stopped = never,
) -> Frames:
    """The selected frames as float32 [N, H, W, 3], each level exactly level / 255; deeper clips keep their depth.

    Raises Refused when they need more than `free_bytes`, Unreadable when the clip is damaged before the last frame
    that was asked for, Unfinished when `stopped` says so, which is asked at every packet and every frame.
    """
    with _opened(path, stopped) as (timeline, container, stream):
        selection = _from_start(selection, timeline.frames)
        _refuse_too_many(_planned(timeline, selection, timeline.coded), selection, free_bytes)
        with read_ahead(_selected(path, container, stream, selection, stopped), READY_FRAMES) as frames:
            first = next(frames, None)
            if first is None:
                raise _damaged(path, 0)
            planned = _planned(timeline, selection, displayed_size(first))
            pixels = np.empty((planned.count, planned.size.height, planned.size.width, CHANNELS), np.float32)
            count = _convert(until_stopped(chain([first], frames), stopped), pixels, planned.size)
    if count < planned.count:
        pixels.resize((count, *pixels.shape[1:]), refcheck=False)
    return Frames(pixels, planned.fps)


@contextmanager
def _opened(path: Path, stopped: Stopped) -> Iterator[tuple[Timeline, InputContainer, VideoStream]]:
    with ExitStack() as stack:
        try:
            found = stack.enter_context(opened_with_timeline(path, stopped))
        except Refused as error:
            raise Unreadable(error.what) from None
        yield found


def _planned(timeline: Timeline, selection: Selection, displayed: Size) -> Plan:
    wanted = _slice(selection)
    count = len(range(timeline.frames)[wanted])
    return Plan(count, _reduced(displayed, selection.max_side), timeline.rate / wanted.step)


def _refuse_too_many(planned: Plan, selection: Selection, free_bytes: int | None) -> None:
    if planned.count == 0:
        raise Refused(
            f"The selection leaves no frame of the clip ({selection.skip_first_frames} are skipped).",
            spent="Nothing new was spent.",
            next_step="Lower skip_first_frames.",
        )
    if free_bytes is not None and planned.bytes > free_bytes:
        raise Refused(
            f"{planned.count} frames of {planned.size} in float32 need {planned.bytes / GIGABYTE:.2f} GB, "
            f"and {free_bytes / GIGABYTE:.2f} GB of memory are free.",
            spent="Nothing new was spent, and the clip is kept.",
            next_step="Take fewer or smaller frames with APIMartVideoFrames: "
            "select_every_nth, frame_load_cap or max_side.",
        )


def _convert(frames: Iterator[VideoFrame], pixels: np.ndarray, size: Size) -> int:
    """Fill `pixels`, which grows where the packets promised too few frames; the number of frames filled."""
    own = threading.local()  # a converter works for one thread at a time
    running: deque[Future[None]] = deque()

    def fill(frame: VideoFrame, row: np.ndarray) -> None:
        if not hasattr(own, "converter"):
            own.converter = Converter(size)
        _divide(own.converter.levels(frame), white(frame), row)

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
    path: Path, container: InputContainer, stream: VideoStream, selection: Selection, stopped: Stopped
) -> Iterator[VideoFrame]:
    """The selected frames as the decoder gives them; decoding ends with the last one."""
    wanted = _slice(selection)
    yield from islice(_whole_frames(path, container, stream, stopped), wanted.start, wanted.stop, wanted.step)


def _from_start(selection: Selection, frames: int) -> Selection:
    """The same selection with its skip counted from the start of a clip of that many frames."""
    skip = selection.skip_first_frames
    return selection if skip >= 0 else replace(selection, skip_first_frames=max(0, frames + skip))


def _slice(selection: Selection) -> slice:
    """VideoHelperSuite's order: skip, then take every nth, then stop at the cap."""
    step = max(1, selection.select_every_nth)
    start = max(0, selection.skip_first_frames)
    stop = start + (selection.frame_load_cap - 1) * step + 1 if selection.frame_load_cap > 0 else None
    return slice(start, stop, step)


def _whole_frames(path: Path, container: InputContainer, stream: VideoStream, stopped: Stopped) -> Iterator[VideoFrame]:
    """Every frame up to the first damage; there it counts what else is good and raises Unreadable."""
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = DECODER_THREADS
    good, first = 0, None
    for frame in _tolerant(container, stream, stopped):
        if frame is None or frame.is_corrupt:
            good += sum(one is not None and not one.is_corrupt for one in _tolerant(container, stream, stopped))
            raise _damaged(path, good)
        size = displayed_size(frame)
        first = first or size
        if size != first:
            raise Unreadable(f"The picture changes from {first} to {size} after {good} frames.")
        good += 1
        yield frame
    if missing_bytes(path):
        raise _damaged(path, good)


def _tolerant(container: InputContainer, stream: VideoStream, stopped: Stopped) -> Iterator[VideoFrame | None]:
    """The frames of the clip, with None for what cannot be decoded."""
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
    cause = f"is cut off ({missing} bytes are missing)" if missing else "is damaged"
    return Unreadable(f"The clip {cause}: {good} good frames are in it.")


def _reduced(size: Size, max_side: int) -> Size:
    longest = max(size.width, size.height)
    if not 0 < max_side < longest:
        return size
    scale = Fraction(max_side, longest)
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
