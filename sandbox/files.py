"""Serves finished clips and hosted files, in pieces where asked, until their link has expired."""

from __future__ import annotations

import re
import zlib
from email.message import Message
from email.utils import formatdate
from pathlib import Path

from .answers import Answer, Refusal, as_xml_denied
from .control import Settings
from .hosted import Host
from .tasks import Tasks

RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class Files:
    """Everything under /f/."""

    def __init__(self, tasks: Tasks, host: Host, settings: Settings) -> None:
        self._tasks, self._host, self._settings = tasks, host, settings

    def answer(self, path: str, headers: Message, now: float, request_id: str) -> Answer:
        """Raises a 404 refusal for what was never there."""
        if path.startswith("/f/video/"):
            found = self._tasks.file(path.removeprefix("/f/video/"))
            if found is None:
                raise Refusal(404, "file not found")
            file, task = found
            created, lives = task.ended or 0.0, self._settings.link_seconds
            kind = "image/png" if file.suffix == ".png" else "video/mp4"
        else:
            hosted = self._host.find(path)
            if hosted is None:
                raise Refusal(404, "file not found")
            file, created, kind = self._host.path(hosted), hosted.created, hosted.type
            lives = self._settings.upload_link_seconds
        if now > created + lives:
            return as_xml_denied(request_id)
        return _pieces(file, created, self._settings.wrong_type or kind, headers, self._settings.no_length_header)


def _pieces(file: Path, created: float, kind: str, headers: Message, no_length: bool) -> Answer:
    size = file.stat().st_size
    tag = f'"{zlib.crc32(file.name.encode()):x}-{size:x}"'
    common = {
        "Content-Type": kind,
        "ETag": tag,
        "Last-Modified": formatdate(created, usegmt=True),
        "Accept-Ranges": "bytes",
    }
    byte_range = _range_of(headers, tag, size)
    if byte_range is None:
        return Answer(200, headers=common, file=file, length=size, length_known=not no_length)
    start, stop = byte_range
    if start >= stop:
        return Answer(416, headers={"Content-Range": f"bytes */{size}"})
    span = {"Content-Range": f"bytes {start}-{stop - 1}/{size}"}
    return Answer(206, headers=common | span, file=file, start=start, length=stop - start, length_known=not no_length)


def _range_of(headers: Message, tag: str, size: int) -> tuple[int, int] | None:
    """The asked half-open range; None for the whole file, also when If-Range names another version."""
    match = RANGE.match(headers.get("Range", "").strip())
    if not match or headers.get("If-Range", tag) != tag or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
