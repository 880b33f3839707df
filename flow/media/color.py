"""Converts decoded frames to RGB, with the color matrix and range of the frame, rotated and resized."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from ..model import Size
from .container import AV_VERSION
from .hdr import TOP, ToneMap
from .opencv import cv2

# swscale's numbers (SWS_CS_*) for ffmpeg's (AVCOL_SPC_*); everything else, untagged too, counts as BT.601.
BT709, BT601 = 1, 5
MATRICES = {1: BT709, 4: 4, 7: 7, 9: 9, 10: 9}
SQUARE = Fraction(1)
ROUNDED_ASPECT = Fraction(1, 100)  # the shapes that are in use differ from 1 by 1/15 at least
TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}

# swscale's own threads compete with the decoder's; PyAV can turn them off since 17.1.
_ONE_THREAD: dict[str, Any] = {"threads": 1} if AV_VERSION >= (17, 1) else {}


def displayed_size(frame: VideoFrame, pixel_aspect: Fraction = SQUARE) -> Size:
    """The displayed size: with square pixels (`pixel_aspect` is width by height), and rotation applied."""
    width, height = max(1, round(frame.width * pixel_aspect)), frame.height
    return Size(height, width) if quarter_turn(frame) in (90, 270) else Size(width, height)


def pixel_aspect(stream: VideoStream) -> Fraction:
    """The pixel aspect ratio (width by height); values that are 1 except for rounding count as 1."""
    told = Fraction(stream.sample_aspect_ratio or SQUARE)
    return told if told > 0 and abs(told - SQUARE) > ROUNDED_ASPECT else SQUARE


def quarter_turn(frame: VideoFrame) -> int:
    """Degrees counter-clockwise, 0, 90, 180 or 270; other angles are not applied, as in OpenCV."""
    angle = round(frame.rotation) % 360
    return angle if angle in TURNS else 0


def is_deep(frame: VideoFrame) -> bool:
    """Whether the frame has more than 8 bits per channel."""
    return any(component.bits > 8 for component in frame.format.components)


class Converter:
    """Turns frames of one video into levels, uint8 or (for videos deeper than 8 bits) uint16 [H, W, 3].

    The levels of a frame live in memory of their own; `size` is the size as displayed, None keeps the frame's.
    Without `keeps_depth` all videos give uint8. HDR of `transfer` becomes SDR.
    """

    def __init__(self, size: Size | None = None, *, keeps_depth: bool = True, transfer: int = 0) -> None:
        self._size = size
        self._keeps_depth = keeps_depth
        self._transfer = transfer
        self._tone_map: ToneMap | None = None
        self._swscale = VideoReformatter()

    def white(self, frame: VideoFrame) -> int:
        """The level of white among the frame's levels."""
        return TOP if self._transfer else white(frame)

    def levels(self, frame: VideoFrame) -> np.ndarray:
        rgb = self._rgb(frame)
        turn = quarter_turn(frame)
        seen = _view(rgb)
        return cv2.rotate(seen, TURNS[turn]) if turn else seen

    def upright(self, frame: VideoFrame) -> VideoFrame:
        """The frame as displayed, in RGB; needs a converter that does not keep depth."""
        return VideoFrame.from_ndarray(np.ascontiguousarray(self.levels(frame)), format="rgb24")

    def _rgb(self, frame: VideoFrame) -> VideoFrame:
        if not self._transfer:
            return self._reformatted(frame, is_deep=self._keeps_depth and is_deep(frame))
        if self._tone_map is None:
            self._tone_map = ToneMap(self._transfer, white(frame))
        mapped = self._tone_map(self._reformatted(frame, is_deep=True))
        return mapped if self._keeps_depth else mapped.reformat(format="rgb24")

    def _reformatted(self, frame: VideoFrame, *, is_deep: bool) -> VideoFrame:
        width, height = self._coded_size(frame)
        return self._swscale.reformat(
            frame,
            width=width,
            height=height,
            # Planes, because swscale 9.1 (PyAV 16) converts 10-bit 4:2:0 to packed 16-bit RGB wrongly.
            format="gbrp16le" if is_deep else "rgb24",
            interpolation=_interpolation(frame, width, height),
            **_colours(frame),
            **_ONE_THREAD,
        )

    def _coded_size(self, frame: VideoFrame) -> tuple[int, int]:
        if self._size is None:
            return frame.width, frame.height
        width, height = self._size.width, self._size.height
        return (height, width) if quarter_turn(frame) in (90, 270) else (width, height)


def to_yuv420(frame: VideoFrame, size: Size, swscale: VideoReformatter) -> VideoFrame:
    """Convert to yuv420p, limited range, tagged; the matrix is kept, and is BT.709 for RGB."""
    is_rgb = frame.format.is_rgb or frame.format.has_palette
    matrix = BT709 if is_rgb else MATRICES.get(int(frame.colorspace), BT601)
    tag = BT709 if is_rgb else int(frame.colorspace)
    made = swscale.reformat(
        frame,
        width=size.width,
        height=size.height,
        format="yuv420p",
        interpolation=Interpolation.BICUBIC,
        src_colorspace=BT601 if is_rgb else matrix,
        dst_colorspace=matrix,
        src_color_range=int(ColorRange.JPEG) if is_rgb else _range(frame),
        dst_color_range=int(ColorRange.MPEG),
        **_ONE_THREAD,
    )
    made.colorspace, made.color_range = tag, int(ColorRange.MPEG)
    return made


def white(frame: VideoFrame) -> int:
    """The level of white as swscale makes it, which widens codes by shifting: above 8 bits it depends."""
    bits = min(16, max(component.bits for component in frame.format.components))
    if bits <= 8:
        return 255
    is_limited = not frame.format.is_rgb and _range(frame) == int(ColorRange.MPEG)
    return 255 << 8 if is_limited else ((1 << bits) - 1) << (16 - bits)


def _interpolation(frame: VideoFrame, width: int, height: int) -> Interpolation:
    if (width, height) == (frame.width, frame.height):
        return Interpolation.BILINEAR
    return Interpolation.AREA if width <= frame.width and height <= frame.height else Interpolation.BICUBIC


def _colours(frame: VideoFrame) -> dict[str, int]:
    """What swscale must be told; a target matrix that differs makes every PyAV version pass all of it on."""
    if frame.format.is_rgb or frame.format.has_palette:
        return {}
    matrix = MATRICES.get(int(frame.colorspace), BT601)
    return {
        "src_colorspace": matrix,
        "dst_colorspace": BT601 if matrix == BT709 else BT709,
        "src_color_range": _range(frame),
        "dst_color_range": int(ColorRange.JPEG),
    }


def _range(frame: VideoFrame) -> int:
    tagged = int(frame.color_range)
    if tagged in (int(ColorRange.MPEG), int(ColorRange.JPEG)):
        return tagged
    is_full = frame.format.name.startswith(("yuvj", "gray"))
    return int(ColorRange.JPEG if is_full else ColorRange.MPEG)


def _view(rgb: VideoFrame) -> np.ndarray:
    if rgb.format.name == "rgb24":
        return _plane(rgb, 0, np.dtype(np.uint8), 3)
    green, blue, red = (_plane(rgb, number, np.dtype("<u2"), 1) for number in range(3))
    return cv2.merge([red, green, blue])


def _plane(rgb: VideoFrame, number: int, dtype: np.dtype[Any], channels: int) -> np.ndarray:
    """One plane as it lies in memory, without a copy."""
    plane = rgb.planes[number]
    strides = (plane.line_size, channels * dtype.itemsize, dtype.itemsize)
    shape = (rgb.height, rgb.width, channels)
    seen: np.ndarray = np.ndarray(shape, dtype, memoryview(plane), strides=strides)
    return seen
