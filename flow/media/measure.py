"""Measures a video as the provider does: with OpenCV, verified by PyAV."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ..errors import Refused
from ..model import Measure, Size
from ..stopping import Stopped, never, raise_if_stopped
from .container import CONVERT, refuse_unless_video
from .opencv import cv2
from .timeline import LONGEST_READ_SECONDS, Timeline, first_frame, read_timeline

HIGHEST_RATE = 1000.0
UNKNOWN = -1  # AV_PIX_FMT_NONE


@dataclass(frozen=True)
class Header:
    """What OpenCV reads from the header of a video; can be wrong."""

    frames: float
    rate: float
    displayed: Size
    is_turned: bool
    is_decodable: bool

    @property
    def seconds(self) -> float:
        """NaN where the figures cannot be."""
        if not 0 < self.rate <= HIGHEST_RATE or not 0 < self.frames < 1e9:
            return math.nan
        return self.frames / self.rate


def measure(path: Path, *, stopped: Stopped = never) -> Measure:
    """Measure a video as decoding every frame would.

    Raises Refused when it cannot be done with certainty, Unfinished when `stopped` says so.
    """
    refuse_unless_video(path)
    header = _read_header(path)
    timeline = read_timeline(path, stopped=stopped)
    if header is None:
        raise Refused(f"OpenCV cannot open the video ({timeline.container}, {timeline.codec}).", next_step=CONVERT)
    if not header.is_decodable:
        first_frame(path)  # OpenCV may lack a decoder that PyAV has, like the one for AV1
    if not _is_within_a_frame(header.seconds, timeline):
        _count_packets(path, timeline, stopped)
    return Measure(
        seconds=float(timeline.seconds),
        frames=timeline.frames,
        rate=timeline.rate,
        size=_with_square_pixels(header, timeline.pixel_aspect),
        container=timeline.container,
        codec=timeline.codec,
        bytes=path.stat().st_size,
        has_audio=timeline.has_audio,
        audio_seconds=timeline.audio_seconds,
    )


def _read_header(path: Path) -> Header | None:
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        if not capture.isOpened():
            return None
        frames, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
        width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
        is_decodable = capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT) != UNKNOWN
        is_turned = capture.get(cv2.CAP_PROP_ORIENTATION_META) % 180 == 90
        return Header(frames, rate, Size(round(width), round(height)), is_turned, is_decodable)
    finally:
        capture.release()


def _with_square_pixels(header: Header, pixel_aspect: Fraction) -> Size:
    """OpenCV applies the rotation, and leaves pixels as wide as they are."""
    width, height = header.displayed.width, header.displayed.height
    if header.is_turned:
        return Size(width, round(height * pixel_aspect))
    return Size(round(width * pixel_aspect), height)


def _is_within_a_frame(seconds: float, timeline: Timeline) -> bool:
    return abs(seconds - float(timeline.seconds)) <= timeline.frame_seconds * 1.001


def _count_packets(path: Path, timeline: Timeline, stopped: Stopped) -> None:
    """Let OpenCV read the packets themselves; PyAV also knows which of them an edit list hides."""
    packets, between = _read_packets(path, stopped)
    if abs(packets - timeline.packets) <= 1:
        return
    if _is_within_a_frame(between + timeline.frame_seconds, timeline):
        return
    raise Refused(
        f"The video cannot be measured: OpenCV finds {packets} frames over {between:.2f} s, "
        f"PyAV {timeline.packets} over {float(timeline.seconds):.2f} s.",
        next_step=CONVERT,
    )


def _read_packets(path: Path, stopped: Stopped) -> tuple[int, float]:
    """How many packets OpenCV finds, and the seconds from the first to the last."""
    until = time.monotonic() + LONGEST_READ_SECONDS
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    capture.set(cv2.CAP_PROP_FORMAT, -1)
    stamps: list[float] = []
    try:
        while capture.grab():
            raise_if_stopped(stopped)
            stamps.append(capture.get(cv2.CAP_PROP_POS_MSEC))
            if time.monotonic() > until:
                raise Refused("Reading the video takes too long.", next_step="Shorten it.")
    finally:
        capture.release()
    return len(stamps), (max(stamps) - min(stamps)) / 1000 if stamps else 0.0
