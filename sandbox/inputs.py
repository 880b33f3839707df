"""Fetches the pictures and clips a request points to, and looks at them with its own eyes."""

from __future__ import annotations

import http.client
import ipaddress
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from .canvas import Levels
from .checks import ASSET_SCHEME
from .documents import CLIPS, MEGABYTE, PICTURES, Body, Model
from .material import MotionSample, small_copy
from .measure import Measured, See, Unmeasurable, measure, unseen

USER_AGENT = "apimart-sandbox"
FETCH_SECONDS = 30.0
STALL_SECONDS = 10.0
MAX_REDIRECTS = 3
CHUNK = 256 * 1024
UPSTREAM_SIDE = 300
UPSTREAM_RATIO = 2.5


class Unusable(Exception):
    """An input cannot be fetched, read or used; the text becomes the task's error."""


@dataclass(frozen=True)
class Picture:
    """A picture as found: its name, format and pixels, and a small copy."""

    field: str
    format: str
    width: int
    height: int
    copy: Image.Image | None = None


@dataclass(frozen=True)
class Found:
    """All media of one request."""

    pictures: tuple[Picture, ...] = ()
    clips: tuple[Measured, ...] = ()
    motion: tuple[Levels, ...] = ()

    @property
    def images(self) -> list[Image.Image]:
        return [picture.copy for picture in self.pictures if picture.copy]


def examine(model: Model, body: Body, folder: Path, divisor: int = 1, *, upstream_limits: bool = False) -> Found:
    """Download and decode everything `body` points to; raises Unusable with the provider's reason.

    The frames of a reference are as small as `divisor` makes them.
    """
    pictures = [_picture(model, name, url, folder) for name, url in _urls(model, body, "picture")]
    sample = MotionSample(divisor)
    clips = [
        _clip(model, body, name, url, folder, unseen if number else sample.see)
        for number, (name, url) in enumerate(_urls(model, body, "clip"))
    ]
    _hold_limits(model, body, pictures, clips)
    if upstream_limits and model.family == "kling-motion-control":
        _hold_upstream_limits(pictures)
    return Found(tuple(pictures), tuple(clips), tuple(sample.frames))


def _urls(model: Model, body: Body, kind: str) -> Iterator[tuple[str, str]]:
    types = PICTURES if kind == "picture" else CLIPS
    for item in model.fields:
        value = body.get(item.name)
        if item.type in ("object", "objects"):
            yield from _nested(item.name, [value] if isinstance(value, dict) else value, kind)
        elif value and item.type in types:
            yield from ((item.name, url) for url in ([value] if isinstance(value, str) else value))


def _nested(name: str, items: Any, kind: str) -> Iterator[tuple[str, str]]:
    keys = {"picture": ("image_url", "url"), "clip": ("video_url", "url")}[kind]
    for item in items or ():
        for key in keys:
            if isinstance(item.get(key), str) and (key != "url" or ("video" in name) == (kind == "clip")):
                yield name, item[key]


def _picture(model: Model, name: str, url: str, folder: Path) -> Picture:
    if url.startswith(f"{ASSET_SCHEME}://"):
        return Picture(name, "ASSET", 1280, 720)
    with fetched(name, url, model.picture_max_bytes, folder) as path:
        found = look(path, name)
    if found.format not in model.picture_formats:
        raise Unusable(f"{name}: image format {found.format} is not supported by {model.id}")
    return found


def look(path: Path, name: str) -> Picture:
    """Decode the picture at `path` whole."""
    try:
        with Image.open(path) as image:
            image.load()
            return Picture(name, str(image.format).replace("MPO", "JPEG"), *image.size, small_copy(image))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unusable(f"{name}: invalid image content") from error


def _clip(model: Model, body: Body, name: str, url: str, folder: Path, see: See) -> Measured:
    with fetched(name, url, model.media.clip_max_mb * MEGABYTE, folder) as path:
        try:
            found = measure(path, see)
        except Unmeasurable as error:
            raise Unusable(f"{name}: {error}") from error
    if model.clip_seconds:
        _hold_seconds(name, found, *model.clip_seconds(body))
    return found


def _hold_seconds(name: str, found: Measured, least: float, most: float) -> None:
    """Half a frame is let through, since a clip of whole frames rarely lasts a round number of seconds."""
    slack = found.frame_seconds / 2
    if not least - slack <= found.seconds <= most + slack:
        raise Unusable(
            f"{name}: reference video lasts {found.seconds:.2f} seconds, allowed {least:g} to {most:g} seconds"
        )


def _hold_limits(model: Model, body: Body, pictures: list[Picture], clips: list[Measured]) -> None:
    """What the model's page asks of pictures and clips, each and all together."""
    limits = model.media
    for found in pictures:
        if found.format != "ASSET":
            _hold_shape(found.field, found.width, found.height, limits.sides, limits.ratio)
    for clip in clips:
        _hold_shape("video", clip.width, clip.height, limits.clip_sides, limits.clip_ratio)
    seconds = sum(clip.seconds for clip in clips)
    slack = sum(clip.frame_seconds / 2 for clip in clips)
    least, most = limits.clips_total or (0.0, float("inf"))
    if clips and not least - slack <= seconds <= most + slack:
        raise Unusable(f"reference videos last {seconds:.2f} seconds in all, allowed {least:g} to {most:g} seconds")
    together = seconds + max(0, model.value(body, "duration") or 0)
    if clips and limits.with_result and together > limits.with_result + slack:
        raise Unusable(f"input and output last {together:.2f} seconds together, allowed {limits.with_result:g}")


def _hold_shape(name: str, width: int, height: int, sides: tuple[int, int] | None, ratio: float | None) -> None:
    short, long = sorted((width, height))
    if (sides and not (sides[0] <= short and long <= sides[1])) or (ratio and long > short * ratio):
        raise Unusable(f"{name}: {width}x{height} is not allowed, sides {sides or 'any'}, ratio {ratio or 'any'}")


def _hold_upstream_limits(pictures: list[Picture]) -> None:
    """What the maker of Kling documents and APIMart does not; off unless switched on."""
    for found in pictures:
        short, long = sorted((found.width, found.height))
        if short < UPSTREAM_SIDE or long > short * UPSTREAM_RATIO or found.format not in ("JPEG", "PNG"):
            raise Unusable(f"{found.field}: image must be jpg or png, sides >= 300 px, ratio within 1:2.5 and 2.5:1")


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = MAX_REDIRECTS


def _opener(url: str) -> urllib.request.OpenerDirector:
    """One that speaks http(s) only, and goes through no proxy to this machine itself."""
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.ProxyHandler({} if _is_local(url) else None),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _Redirects(),
    ]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class fetched:
    """The file behind a URL, for as long as the block lasts."""

    def __init__(self, name: str, url: str, max_bytes: int, folder: Path) -> None:
        self._name, self._url, self._max_bytes, self._folder = name, url, max_bytes, folder

    def __enter__(self) -> Path:
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".input", delete=False) as file:
            self._path = Path(file.name)
            try:
                self._download(file)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._path.unlink(missing_ok=True)
                raise Unusable(f"{self._name}: failed to download {self._url}: {error}") from error
            except Unusable:
                self._path.unlink(missing_ok=True)
                raise
        return self._path

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)

    def _download(self, file: Any) -> None:
        request = urllib.request.Request(self._url, headers={"User-Agent": USER_AGENT})
        deadline = time.monotonic() + FETCH_SECONDS
        with _opener(self._url).open(request, timeout=STALL_SECONDS) as response:
            expected = response.headers.get("Content-Length")
            size = 0
            while chunk := response.read(CHUNK):
                size += len(chunk)
                if size > self._max_bytes:
                    raise Unusable(f"{self._name}: file exceeds {self._max_bytes} bytes")
                if time.monotonic() > deadline:
                    raise Unusable(f"{self._name}: download took longer than {FETCH_SECONDS:g} seconds")
                file.write(chunk)
        if expected and size < int(expected):
            raise Unusable(f"{self._name}: download broke off after {size} of {expected} bytes")
