"""What a clip is, wherever it lies: a file on this machine, or an address that a person gave."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..errors import PackError, Refused
from ..ledger import Ledger
from ..media import content_of_clip, measure
from ..model import MEGABYTE, Footage, Json, Measure, Size
from ..wire import Probe, Transfer

MAX_BYTES = 100 * MEGABYTE
MAX_SECONDS = 120.0
REMEMBERED_SECONDS = 30 * 86400.0


class Reader:
    """Identifies clips. What an address served is remembered, so that a job resumes when the file is gone."""

    def __init__(
        self,
        transfer: Transfer,
        ledger: Ledger,
        scratch: Path,
        *,
        reads_addresses: bool = True,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._transfer = transfer
        self._ledger = ledger
        self._scratch = scratch
        self._reads_addresses = reads_addresses
        self._now = now

    def identify(self, footage: Footage) -> Footage:
        """The clip with its content hash. Raises Refused for a clip or an address that cannot be read."""
        if footage.url:
            return self._identify_address(footage)
        if footage.path is None:
            raise Refused("There is no clip.", next_step="Connect a video.")
        return replace(footage, content=footage.content or content_of_clip(footage.path))

    def _identify_address(self, footage: Footage) -> Footage:
        self._transfer.check(footage.url)
        name = f"clip at {_digest(footage.url)}"
        if not self._reads_addresses:
            return replace(footage, content=f"address:{_digest(footage.url)}")
        remembered = self._ledger.recall(name)
        try:
            probe = self._transfer.probe(footage.url)
            if isinstance(remembered, dict) and remembered.get("served") == _served(probe):
                return _from_memory(footage, remembered)
            read = self._read(footage, probe)
        except PackError:
            if isinstance(remembered, dict):
                return _from_memory(footage, remembered)
            raise
        self._ledger.remember(name, _to_memory(read, probe), self._now() + REMEMBERED_SECONDS)
        return read

    def _read(self, footage: Footage, probe: Probe) -> Footage:
        if probe.status >= 400 or probe.is_page:
            what = "a web page" if probe.is_page else f"HTTP {probe.status}"
            raise Refused(
                f"The address of the clip serves {what}, not a video.",
                next_step="Give a direct link to the file, without login or preview page.",
            )
        part = self._scratch / f"{_digest(footage.url)[:16]}.part"
        part.unlink(missing_ok=True)
        self._transfer.download(footage.url, part, max_bytes=MAX_BYTES, seconds=MAX_SECONDS)
        try:
            return replace(footage, content=content_of_clip(part), measure=measure(part))
        finally:
            part.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _served(probe: Probe) -> Json:
    """What tells one version of a file from the next; None when the server says nothing that would."""
    return [probe.etag, probe.modified, probe.length] if probe.etag or probe.modified else None


def _to_memory(footage: Footage, probe: Probe) -> dict[str, Json]:
    assert footage.measure is not None
    facts = {**asdict(footage.measure), "rate": str(footage.measure.rate)}
    return {"served": _served(probe) or "unknown", "content": footage.content, "measure": facts}


def _from_memory(footage: Footage, remembered: Mapping[str, Any]) -> Footage:
    facts = dict(remembered["measure"])
    facts.update(rate=Fraction(facts["rate"]), size=Size(**facts["size"]))
    return replace(footage, content=remembered["content"], measure=Measure(**facts))
