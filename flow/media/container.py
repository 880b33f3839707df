"""Opens video files from disk, and rejects everything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from ..errors import Refused

AV_VERSION = tuple(int(part) for part in av.__version__.split(".")[:2])
# Since PyAV 19 texts that are not UTF-8 never stop it.
_LENIENT: dict[str, Any] = {"metadata_errors": "replace"} if AV_VERSION < (19, 0) else {}
# Playlists and the like are kept out: reading one makes FFmpeg open what it names.
OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg",
    "protocol_whitelist": "file",
}
MATROSKA, RIFF = b"\x1a\x45\xdf\xa3", b"RIFF"
ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot", b"styp", b"moof", b"uuid")
NEEDED_BOXES = (b"mdat", b"moov", b"moof")
OTHER_VIDEOS = (b"FLV", b"OggS", b"\x30\x26\xb2\x75", b"\x00\x00\x01\xba")
TS_PACKETS = ((0, 188), (4, 188), (4, 192))  # where the first one starts, and bytes; cameras put 4 before each
PICTURES = {b"\x89PNG": "PNG", b"GIF8": "GIF", b"\xff\xd8\xff": "JPEG", b"BM": "BMP", b"II*\x00": "TIFF"}
CONVERT = "Re-export it as MP4 (H.264), load another file, or add APIMart Reference Video before this node."
AnyStream = TypeVar("AnyStream", bound=Stream)

READ_ERRORS = (av.error.FFmpegError, OSError, ValueError)


@contextmanager
def opened(path: Path, *, to_decode: bool = True) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video for reading; yields the container and its video stream. Raises Refused with the cause.

    Unless it is opened `to_decode`, only the packets of an MP4 or MOV can be trusted: FFmpeg then decodes none of its
    frames to learn about their format and order, which is what opening mostly costs.
    """
    with opened_container(path, to_decode=to_decode) as container:
        yield container, _video_stream(container)


@contextmanager
def opened_container(path: Path, *, to_decode: bool = True) -> Iterator[InputContainer]:
    """As `opened`, but a missing video stream is accepted."""
    head = refuse_unless_video(path)
    probing = {} if to_decode or head[4:8] not in ISO_BOXES else {"skip_frame": "all"}
    try:
        container = av.open(str(path), options={**OPTIONS, **probing}, **_LENIENT)
    except READ_ERRORS as error:
        raise Refused(_why_not_opened(path, error), next_step="Load the video again, or another file.") from None
    with container:
        yield container


def audio_streams(container: InputContainer) -> list[AudioStream]:
    """The audio streams that FFmpeg can decode; videos of phones contain some that it cannot."""
    return [one for one in container.streams.audio if one.codec_context is not None]


def packets_of(container: InputContainer, *streams: AnyStream) -> Iterator[Packet[AnyStream]]:
    """Every packet of the streams, up to where a truncated file ends."""
    try:
        yield from cast("Iterator[Packet[AnyStream]]", container.demux(*streams))
    except READ_ERRORS:
        return


def refuse_unless_video(path: Path) -> bytes:
    """Check the first bytes of a file and return them. Raises Refused if it is missing, empty, or not a video."""
    try:
        with path.open("rb") as file:
            head = file.read(200)
    except OSError as error:
        raise Refused(f"The video cannot be read ({error.strerror}).", next_step="Load it again.") from None
    if not head:
        raise Refused("The video is an empty file.", next_step="Load it again.")
    if not _is_video(head):
        image = (
            "WebP" if head[8:12] == b"WEBP" else next((PICTURES[one] for one in PICTURES if head.startswith(one)), "")
        )
        what = f"The file is a {image} image" if image else "The file is not a video"
        raise Refused(f"{what}, whatever its name says.", next_step="Load a video such as an MP4.")
    return head


def is_animation(path: Path) -> bool:
    """Whether the file is a GIF, WebP or PNG, which ComfyUI plays as a video but this pack does not read."""
    with path.open("rb") as file:
        head = file.read(12)
    return head.startswith((b"GIF8", b"\x89PNG")) or head[8:12] == b"WEBP"


def missing_bytes(path: Path) -> int:
    """How many bytes a truncated file lacks (MP4, MOV, Matroska, WebM, AVI); 0 if unknown."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(64)
        if head.startswith(MATROSKA):
            end = _matroska_end(head)
        elif head.startswith(RIFF):
            end = 8 + int.from_bytes(head[4:8], "little")
        elif head[4:8] in ISO_BOXES:
            end = _iso_end(file, size)
        else:
            end = 0
    return max(0, end - size)


def _is_video(head: bytes) -> bool:
    if head.startswith(RIFF):
        return head[8:12] == b"AVI "
    is_transport_stream = any(
        head[place : place + 1] == head[place + length : place + length + 1] == b"\x47" for place, length in TS_PACKETS
    )
    return head.startswith((MATROSKA, *OTHER_VIDEOS)) or head[4:8] in ISO_BOXES or is_transport_stream


def _why_not_opened(path: Path, error: Exception) -> str:
    missing = missing_bytes(path)
    if missing:
        return f"The video is truncated: {missing} bytes are missing, including its index."
    return f"This file is not a readable video ({getattr(error, 'strerror', None) or type(error).__name__})."


def _video_stream(container: InputContainer) -> VideoStream:
    moving = [one for one in container.streams.video if Disposition.attached_pic not in one.disposition]
    for stream in moving:
        if stream.codec_context is not None:
            return stream
    what = "no video track that can be decoded" if moving or not container.streams.audio else "only audio"
    raise Refused(f"The file has {what}.", next_step=CONVERT)


def _iso_end(file: BinaryIO, size: int) -> int:
    """Where the last top-level box says that it ends; blocks that cameras and messengers append are no boxes."""
    place, has_frames = 0, False
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8 or (has_frames and head[4:8] not in NEEDED_BOXES and place + length > size):
            return size
        has_frames = has_frames or head[4:8] in (b"mdat", b"moof")
        place += length
    return place


def _matroska_end(head: bytes) -> int:
    """Where the segment says that it ends; 0 when a live recorder left that open."""
    length, place = _matroska_number(head, 4)
    place += length
    if head[place : place + 4] != b"\x18\x53\x80\x67":
        return 0
    length, start = _matroska_number(head, place + 4)
    return start + length if length else 0


def _matroska_number(head: bytes, place: int) -> tuple[int, int]:
    """An EBML length and the place after it; all ones mean unknown and give 0."""
    first = head[place] if place < len(head) else 0
    width = 9 - first.bit_length()
    value = int.from_bytes(head[place : place + width], "big") & ((1 << 7 * width) - 1)
    return (0 if value == (1 << 7 * width) - 1 else value), place + width
