"""Reads and writes text metadata in the container of a video, without touching frames or audio."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from ..errors import Refused
from ..files import discard, put_in_place
from .container import READ_ERRORS, opened
from .content import content_of_video

FORMAT = "mp4"
# The names are kept as they are, where ComfyUI's page looks for them; the index stands first, where players look.
OPTIONS = {"movflags": "use_metadata_tags+faststart"}


def write_metadata(path: Path, texts: Mapping[str, str]) -> bool:
    """Write `texts` into an MP4 by copying its packets; False, with the file unchanged, if that is not possible.

    The copy takes the file's place only when it shows and sounds the same (`content_of_video`). Raises OSError when it
    cannot be written.
    """
    part = path.with_name(f"{path.name}.tagged")
    try:
        is_same = _copy(path, part, texts) and content_of_video(part) == content_of_video(path)
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
