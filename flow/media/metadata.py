"""Reads and writes text metadata in the container of a video, without touching frames or audio."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from ..errors import Refused
from ..files import discard, put_in_place
from .container import READ_ERRORS, opened
from .content_hash import packets_of_mp4

FORMAT = "mp4"
# The names are kept as they are, where ComfyUI's page looks for them; the index stands first, where players look.
OPTIONS = {"movflags": "use_metadata_tags+faststart"}

# ISO 14496-12, the track header: where its matrix is behind the name, by how long its times are, and that of no turn.
MATRIX_AFTER_TIMES, MATRIX_AFTER_LONG_TIMES = 44, 56
UPRIGHT = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def write_metadata(path: Path, texts: Mapping[str, str]) -> bool:
    """Write `texts` into an MP4 by copying its packets; False, with the file unchanged, if that is not possible.

    The copy takes the file's place only when it shows and sounds the same: the same packets, turned the same way.
    Raises OSError when it cannot be written.
    """
    part = path.with_name(f"{path.name}.tagged")
    try:
        is_same = _copy(path, part, texts) and shown(part) == shown(path)
        if is_same:
            put_in_place(part, path)
        return is_same
    except OSError:
        raise
    except (Refused, *READ_ERRORS):
        return False
    finally:
        discard(part)


def read_metadata(path: Path) -> dict[str, str]:
    """The text metadata of a video. Raises Refused if it is not a video."""
    with opened(path) as (container, _):
        return dict(container.metadata)


def _copy(path: Path, part: Path, texts: Mapping[str, str]) -> bool:
    with opened(path, to_decode=False) as (source, _):
        if FORMAT not in source.format.name.split(","):
            return False
        with av.open(str(part), "w", format=FORMAT, options=OPTIONS) as copy:
            copy.metadata.update({**source.metadata, **texts})
            kept = [one for one in source.streams if isinstance(one, (VideoStream, AudioStream)) and one.codec_context]
            streams: dict[int, Any] = {one.index: copy.add_stream_from_template(one, opaque=True) for one in kept}
            for packet in source.demux(*kept):
                if packet.dts is not None and packet.size:
                    packet.stream = streams[packet.stream_index]
                    copy.mux(packet)
    return True


def shown(path: Path) -> tuple[tuple[bytes, ...], list[bytes]]:
    """The packets of an MP4, and how its tracks are turned."""
    index = _index_of(path)
    starts = [found.start() for found in re.finditer(b"tkhd", index)]
    places = [start + (MATRIX_AFTER_LONG_TIMES if index[start + 4] else MATRIX_AFTER_TIMES) for start in starts]
    turns = [index[place : place + len(UPRIGHT)] for place in places]
    return packets_of_mp4(path), [turn for turn in turns if turn != UPRIGHT]


def _index_of(path: Path) -> bytes:
    """The box `moov`, empty where there is none."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, name = struct.unpack(">I4s", head)
            rest = size - 8 if size != 1 else struct.unpack(">Q", file.read(8))[0] - 16
            if name == b"moov":
                return file.read(rest)
            if size == 0:
                break
            file.seek(rest, 1)
    return b""
