"""Files others uploaded here: pictures through the provider's own upload, anything through the test door."""

from __future__ import annotations

import io
import re
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from .answers import Refusal
from .clock import Clock
from .journal import Journal

PICTURE_MAX_BYTES = 20971520
TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}
CLIP_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm", ".mkv": "video/x-matroska"}
PART_NAME = re.compile(rb'[;\s]name="([^"]*)"')
PART_FILE = re.compile(rb'filename="([^"]*)"')
UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class HostedFile:
    """One file kept for others to fetch; `path` below the sandbox's folder."""

    address: str
    name: str
    type: str
    created: float


class Host:
    """Keeps uploaded files by their address."""

    def __init__(self, folder: Path, clock: Clock, journal: Journal) -> None:
        self._folder, self._clock, self._journal = folder, clock, journal
        self._files: dict[str, HostedFile] = {}

    def recall(self, entry: dict[str, Any]) -> None:
        self._files[entry["address"]] = HostedFile(**entry)

    def take_picture(self, content_type: str, body: bytes) -> tuple[HostedFile, int]:
        """The multipart field `file` as a hosted picture and its size; refusals as documented."""
        given, content = _file_part(content_type, body)
        if len(content) > PICTURE_MAX_BYTES:
            raise Refusal(413, f"file size {len(content)} exceeds maximum {PICTURE_MAX_BYTES} bytes")
        kind = _picture_type(content)
        stem = f"{10**16 - int(self._clock.now() * 1000)}-{uuid.uuid4()}"
        name = UNSAFE.sub("_", Path(given).name) or f"image{SUFFIXES[kind]}"
        return self.keep(f"/f/image/{stem}-image{SUFFIXES[kind]}", name, kind, content), len(content)

    def take_clip(self, content_type: str, body: bytes) -> HostedFile:
        """The multipart field `file` as a hosted clip; the real provider has no such upload."""
        given, content = _file_part(content_type, body)
        suffix = Path(given).suffix.lower()
        kind = CLIP_TYPES.get(suffix, "video/mp4")
        name = f"{uuid.uuid4()}{suffix if suffix in CLIP_TYPES else '.mp4'}"
        return self.keep(f"/f/clip/{name}", name, kind, content)

    def keep(self, address: str, name: str, kind: str, content: bytes) -> HostedFile:
        file = HostedFile(address, name, kind, self._clock.now())
        self.path(file).write_bytes(content)
        self._files[address] = file
        self._journal.write({"hosted": asdict(file)})
        return file

    def keep_media(self, name: str, kind: str, content: bytes) -> HostedFile:
        """Any file of a test, as a public address would hold it."""
        safe = UNSAFE.sub("_", name) or "file"
        return self.keep(f"/f/media/{uuid.uuid4()}/{safe}", safe, kind, content)

    def find(self, address: str) -> HostedFile | None:
        return self._files.get(address)

    def path(self, file: HostedFile) -> Path:
        return self._folder / file.address.strip("/").replace("/", "-")


def _picture_type(content: bytes) -> str:
    """Sniffed from the content and decoded whole."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            kind = TYPES.get(str(image.format))
            if kind is None:
                raise Refusal(400, f"unsupported image type: {image.format}")
            image.load()
            return kind
    except UnidentifiedImageError as error:
        raise Refusal(400, "unsupported image type, allowed: jpeg, png, webp, gif") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refusal(400, "invalid image content") from error


def _file_part(content_type: str, body: bytes) -> tuple[str, bytes]:
    match = re.match(r'multipart/form-data;.*boundary="?([^";]+)"?', content_type)
    if not match:
        raise Refusal(400, "request must be multipart/form-data")
    for part in (b"\r\n" + body).split(b"\r\n--" + match[1].encode())[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = PART_NAME.search(head)
        if name and name[1] == b"file":
            file = PART_FILE.search(head)
            return (file[1].decode("utf-8", "replace") if file else ""), content
    raise Refusal(400, "missing file field", param="file")
