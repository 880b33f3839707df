"""How long a clip shows its picture: every frame is decoded and its time on screen added up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

STILL_FORMATS = ("image2", "gif", "apng", "webp", "ico", "tty")
LONGEST_SECONDS = 70.0

See = Callable[[VideoFrame, Fraction], None]


class Unmeasurable(Exception):
    """There is no moving picture in the file."""


@dataclass(frozen=True)
class Measured:
    """What a clip is; width and height are those on screen, rotation applied."""

    seconds: float
    frames: int
    rate: Fraction
    width: int
    height: int
    has_sound: bool
    format: str

    @property
    def frame_seconds(self) -> float:
        return self.seconds / self.frames


def unseen(frame: VideoFrame, seconds: Fraction) -> None:
    """Looks at no frame."""


def measure(path: Path, see: See = unseen) -> Measured:
    """Decode `path`; edit lists are honoured by the demuxer, which marks what is not shown.

    `see` is shown every frame, with its time from the first one on.
    Reading stops after 70 shown seconds, which is beyond every limit. A file that breaks off counts as far as it goes.
    """
    try:
        with av.open(str(path)) as container:
            return _measure_open(container, see)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise Unmeasurable(f"cannot be read as a video: {error}") from error


def _measure_open(container: InputContainer, see: See) -> Measured:
    name = container.format.name
    if name.endswith("_pipe") or name in STILL_FORMATS:
        raise Unmeasurable(f"is a picture ({name}), not a video")
    if not container.streams.video:
        raise Unmeasurable("holds no video stream")
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    seconds, frames, width, height = _add_up(container, stream, see)
    return Measured(
        seconds=float(seconds),
        frames=frames,
        rate=_rate(stream, seconds, frames),
        width=width,
        height=height,
        has_sound=bool(container.streams.audio),
        format=name,
    )


def _add_up(container: InputContainer, stream: VideoStream, see: See) -> tuple[Fraction, int, int, int]:
    first: Fraction | None = None
    end = Fraction(0)
    frames = 0
    step = 1 / (stream.average_rate or Fraction(25))
    width = height = 0
    held: dict[int, int] = {}
    for frame in _shown(container, stream, held):
        frames += 1
        begin = _time(frame, end)
        first = begin if first is None else first
        see(frame, begin - first)
        end = begin + (_held(frame, held) or step)
        width, height = _on_screen(frame)
        if end - first > LONGEST_SECONDS:
            break
    if first is None:
        raise Unmeasurable("shows no frame")
    return end - first, frames, width, height


def _shown(container: InputContainer, stream: VideoStream, held: dict[int, int]) -> Iterator[VideoFrame]:
    """Every frame that is shown; `held` learns how long each packet says that its frame stays."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            if packet.pts is not None and packet.duration:
                held[packet.pts] = packet.duration
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _time(frame: VideoFrame, expected: Fraction) -> Fraction:
    if frame.pts is None or frame.time_base is None:
        return expected
    return frame.pts * frame.time_base


def _held(frame: VideoFrame, held: dict[int, int]) -> Fraction | None:
    """How long the file says that this frame stays; only the last one's figure counts in the end."""
    if frame.pts not in held or frame.time_base is None:
        return None
    return held[frame.pts] * frame.time_base


def _on_screen(frame: VideoFrame) -> tuple[int, int]:
    turned = abs(getattr(frame, "rotation", 0)) % 180 == 90
    return (frame.height, frame.width) if turned else (frame.width, frame.height)


def _rate(stream: VideoStream, seconds: Fraction, frames: int) -> Fraction:
    """The declared rate where it agrees with what was shown, else whole frames per second."""
    shown = frames / seconds
    declared = stream.average_rate
    if declared and abs(declared - shown) < shown / 50 and declared <= 60:
        return Fraction(declared)
    return Fraction(min(60, max(1, round(shown))))
