"""Identifies and measures videos, local or at a link."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..errors import Refused, Unreachable
from ..files import discard
from ..ledger import Ledger
from ..media import content_of_video, measure
from ..model import MEGABYTE, Json, Measure, Size, VideoData
from ..single_flight import Shared
from ..stopping import Stopped, never, raise_if_stopped
from ..wire import Probe, Transfer

MAX_BYTES = 100 * MEGABYTE
MAX_SECONDS = 120.0


class Reader:
    """Identifies videos. What a link returned is remembered, so that a job resumes when the file is gone.

    An address that several threads ask about at the same time is read once.
    """

    def __init__(
        self,
        transfer: Transfer,
        ledger: Ledger,
        *,
        reads_addresses: bool = True,
    ) -> None:
        self._transfer = transfer
        self._ledger = ledger
        self._reads_addresses = reads_addresses
        self._readings: Shared[VideoData] = Shared()

    def identify(self, footage: VideoData, folder: Path, stopped: Stopped = never) -> VideoData:
        """The video with its content hash. A linked video is downloaded to `folder`, measured and deleted.

        Raises Refused for a video or an address that cannot be read, Unreachable where nobody answers, Unfinished when
        it was `stopped`.
        """
        if footage.url:
            self._transfer.check(footage.url)
            return self._readings.do(footage.url, lambda: self._identify_address(footage, folder, stopped), stopped)
        if footage.path is None:
            raise Refused("No video is connected.", next_step="Connect a video.")
        return replace(footage, content=footage.content or content_of_video(footage.path, stopped=stopped))

    def _identify_address(self, footage: VideoData, folder: Path, stopped: Stopped) -> VideoData:
        if not self._reads_addresses:
            return replace(footage, content=f"address:{_digest(footage.url)}")
        raise_if_stopped(stopped)
        remembered = self._ledger.links.recall(footage.url)
        try:
            probe = self._transfer.probe(footage.url)
            if isinstance(remembered, dict) and remembered.get("served") == _served(probe):
                return _from_memory(footage, remembered)
            read = self._read(footage, probe, folder, stopped)
        except (Refused, Unreachable):
            if isinstance(remembered, dict):
                return _from_memory(footage, remembered)
            raise
        self._ledger.links.remember(footage.url, _to_memory(read, probe))
        return read

    def _read(self, footage: VideoData, probe: Probe, folder: Path, stopped: Stopped) -> VideoData:
        if probe.status >= 400 or probe.is_page:
            what = "a web page" if probe.is_page else f"HTTP {probe.status}"
            raise Refused(
                f"The video link returns {what}, not a video.",
                next_step="Use a direct link to the file, without a login or preview page.",
            )
        part = folder / f"{secrets.token_hex(8)}.part"
        try:
            self._transfer.download(footage.url, part, max_bytes=MAX_BYTES, seconds=MAX_SECONDS, stopped=stopped)
            content = content_of_video(part, stopped=stopped)
            return replace(footage, content=content, measure=measure(part, stopped=stopped))
        finally:
            discard(part)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _served(probe: Probe) -> Json:
    """What tells one version of a file from the next; None when the server says nothing that would."""
    return [probe.etag, probe.modified, probe.length] if probe.etag or probe.modified else None


def _to_memory(footage: VideoData, probe: Probe) -> dict[str, Json]:
    assert footage.measure is not None
    facts = {**asdict(footage.measure), "rate": str(footage.measure.rate)}
    return {"served": _served(probe) or "unknown", "content": footage.content, "measure": facts}


def _from_memory(footage: VideoData, remembered: Mapping[str, Any]) -> VideoData:
    facts = dict(remembered["measure"])
    facts.update(rate=Fraction(facts["rate"]), size=Size(**facts["size"]))
    return replace(footage, content=remembered["content"], measure=Measure(**facts))
