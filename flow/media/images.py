"""Encodes an IMAGE within a model's limits, in the most faithful format."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import Refused
from ..model import ImageData, MediaFile
from .opencv import cv2

WEBP_MAX_SIDE = 16383
JPEG_MAX_SIDE = 65500
# Run-length deflate is both the quickest and the smallest for photographs: see benchmarks/pictures.py.
PNG_OPTIONS = [cv2.IMWRITE_PNG_COMPRESSION, 3, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
LOSSY_QUALITIES = (98, 95, 92, 90)  # below 90 the loss shows

Attempt = tuple[str, Callable[[np.ndarray], bytes]]


def image_of(image: np.ndarray) -> ImageData:
    """An image from [H, W, C] in 0..1 (or uint8), C being 1, 3 or 4, rounded to 8 bits.

    Alpha is flattened over black, as a compositor shows a straight-alpha image. Raises Refused for anything else.
    """
    if image.ndim != 3 or image.shape[2] not in (1, 3, 4) or 0 in image.shape:
        shape = "x".join(str(side) for side in image.shape)
        raise Refused(
            f"An image of shape {shape} cannot be sent.", next_step="Connect one RGB, RGBA or grayscale image."
        )
    if image.dtype != np.uint8 and not np.isfinite(image).all():
        raise Refused("The image contains values that are not numbers.", next_step="Fix it before this node.")
    colours = _flattened(image)
    if colours.dtype != np.uint8:
        colours = np.round(np.clip(colours, 0, 1) * 255).astype(np.uint8)
    return ImageData(np.ascontiguousarray(np.broadcast_to(colours, (*colours.shape[:2], 3))))


def encode_image(still: ImageData, formats: tuple[str, ...], max_bytes: int, folder: Path) -> MediaFile:
    """Write the image into `folder` in the most faithful of `formats` that keeps it within `max_bytes`.

    PNG where it fits, then lossless WebP, then JPEG without colour subsampling, then WebP. Raises Refused when none
    fits.
    """
    smallest = None
    for name, encode in _attempts(still, tuple("jpeg" if one == "jpg" else one for one in formats)):
        data = encode(still.levels)
        if len(data) <= max_bytes:
            return file_of(data, f"image/{name}", name, folder)
        smallest = min(smallest or len(data), len(data))
    size = f"{smallest / 1e6:.1f} MB" if smallest else "in no format"
    raise Refused(
        f"The image of {still.size} is {size} at best; at most {max_bytes / 1e6:.1f} MB "
        f"as {', '.join(formats)} are accepted.",
        next_step="Scale it down.",
    )


def file_of(data: bytes, mime: str, suffix: str, folder: Path) -> MediaFile:
    """Write `data` to a new, uniquely named file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.{suffix}"
    path.write_bytes(data)
    return MediaFile(path, mime, len(data), hashlib.sha256(data).hexdigest())


def _flattened(image: np.ndarray) -> np.ndarray:
    if image.shape[2] != 4:
        return image
    values = image.astype(np.float32) / (255 if image.dtype == np.uint8 else 1)
    return np.clip(values[..., :3], 0, 1) * np.clip(values[..., 3:], 0, 1)


def _attempts(still: ImageData, formats: tuple[str, ...]) -> Iterator[Attempt]:
    """From exact to good, in the order in which they are tried."""
    longest = max(still.size.width, still.size.height)
    has_webp = "webp" in formats and longest <= WEBP_MAX_SIDE
    if "png" in formats:
        yield "png", _png
    if has_webp:
        yield "webp", _lossless_webp
    if "jpeg" in formats and longest <= JPEG_MAX_SIDE:
        for quality in LOSSY_QUALITIES:
            yield "jpeg", partial(_saved, kind="JPEG", quality=quality, subsampling=0)
    elif has_webp:
        for quality in LOSSY_QUALITIES:
            yield "webp", partial(_saved, kind="WEBP", quality=quality, method=2)


def _png(levels: np.ndarray) -> bytes:
    return cv2.imencode(".png", cv2.cvtColor(levels, cv2.COLOR_RGB2BGR), PNG_OPTIONS)[1].tobytes()


def _lossless_webp(levels: np.ndarray) -> bytes:
    return _saved(levels, "WEBP", lossless=True, quality=50, method=2)


def _saved(levels: np.ndarray, kind: str, **options: int | bool) -> bytes:
    out = io.BytesIO()
    Image.fromarray(levels).save(out, kind, **options)
    return out.getvalue()
