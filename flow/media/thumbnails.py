"""Thumbnails of a video: its first frame, or a contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import Refused
from ..files import write_whole
from ..model import Selection, Size
from .decode import decode_frames, plan
from .opencv import cv2

JPEG_QUALITY = 88
GAP = 4  # pixels between the frames of a sheet


def write_thumbnail(path: Path, out: Path, max_side: int = 512) -> Size:
    """Write the first frame of the video as JPEG; return its size. Raises Unreadable."""
    return _write(decode_frames(path, Selection(frame_load_cap=1, max_side=max_side)).pixels[0], out)


def contact_sheet(path: Path, out: Path, *, count: int = 12, columns: int = 4, max_side: int = 320) -> Size:
    """Write `count` frames, evenly spread over the video, as a grid in a JPEG; return its size. Raises Unreadable."""
    total = plan(path).count
    nth = max(1, total // count)
    frames = decode_frames(path, Selection(select_every_nth=nth, frame_load_cap=count, max_side=max_side))
    return _write(_grid(frames.pixels, columns), out)


def _grid(frames: Sequence[np.ndarray] | np.ndarray, columns: int) -> np.ndarray:
    height, width = frames[0].shape[:2]
    columns = min(columns, len(frames))
    rows = -(-len(frames) // columns)
    sheet = np.zeros((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3), np.float32)
    for number, frame in enumerate(frames):
        top, left = (GAP + (number // columns) * (height + GAP), GAP + (number % columns) * (width + GAP))
        sheet[top : top + height, left : left + width] = frame
    return sheet


def _write(pixels: np.ndarray, out: Path) -> Size:
    levels = np.round(pixels[..., ::-1] * 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise Refused("The image cannot be written as JPEG.")
    write_whole(out, data.tobytes())
    return Size(levels.shape[1], levels.shape[0])
