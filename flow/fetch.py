"""The clips of a finished job, brought home as files before their links die."""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from .errors import PackError, Refused, Unreachable, log
from .ledger import Entry, Ledger
from .media import content_of_clip
from .model import Address, Files
from .publish import ResultStore
from .wire import Gone, Transfer

TRIES = 6
FRESH_SECONDS = 3600.0
VIDEO_HEADS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"\x1aE\xdf\xa3", b"RIFF")


class Fetcher:
    """Keeps results in `folder`/apimart, and in the shared result store where one is set."""

    def __init__(
        self,
        ledger: Ledger,
        transfer: Transfer,
        folder: Path,
        store: ResultStore | None,
        *,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger = ledger
        self._transfer = transfer
        self._folder = folder
        self._store = store
        self._now = now
        self._pause = pause

    def kept(self, entry: Entry) -> Files | None:
        """The files of a fetched job if all are still here, where they were kept or under their names."""
        if entry.state != "fetched":
            return None
        for paths in (tuple(Path(file) for file in entry.files), self._paths(entry)):
            if paths and all(path.is_file() for path in paths):
                return Files(paths)
        return None

    def fetch(self, entry: Entry, stopped: Callable[[], bool]) -> Files:
        """Bring what is not here yet. Raises Unreachable (run again) or Refused (link and file are both gone)."""
        paths = self._paths(entry)
        for path, url in zip(paths, entry.urls, strict=True):
            if not path.is_file():
                self._bring(entry, url, path, stopped)
        self._ledger.keep(entry.id, paths)
        self._make_known(entry, paths)
        return Files(paths)

    def _paths(self, entry: Entry) -> tuple[Path, ...]:
        return tuple(self._folder / self._name(entry, index) for index in range(len(entry.urls)))

    def _bring(self, entry: Entry, url: str, path: Path, stopped: Callable[[], bool]) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            if not (self._store and self._store.bring(path.name, part)):
                self._from_link(entry, url, part, stopped)
            if self._store:
                self._store.keep(path.name, part)
            os.replace(part, path)
        except OSError as error:
            raise self._disk_trouble(error) from None

    def _from_link(self, entry: Entry, url: str, part: Path, stopped: Callable[[], bool]) -> None:
        """The link itself says whether it lives: clocks are wrong, and some links outlast their day."""
        try:
            self._download(url, part, stopped, is_fresh=self._now() - (entry.ended_at or 0) < FRESH_SECONDS)
        except Gone:
            raise _too_late(entry) from None

    def _download(self, url: str, part: Path, stopped: Callable[[], bool], *, is_fresh: bool) -> None:
        """Try until the file is whole; each try goes on where the last one broke off.

        Raises Gone for a link that is dead; that of a fresh job may only not be there yet.
        """
        for attempt in range(TRIES):
            try:
                self._try(url, part, stopped)
                return
            except Unreachable as error:
                if isinstance(error, Gone) and not is_fresh:
                    raise
                if attempt == TRIES - 1 or stopped():
                    raise Unreachable(error.what) from None
                self._pause(min(2.0**attempt, 15.0))

    def _try(self, url: str, part: Path, stopped: Callable[[], bool]) -> None:
        arrival = self._transfer.download(url, part, stopped=stopped)
        with part.open("rb") as file:
            head = file.read(64)
        if arrival.mime.startswith("text/") or not any(mark in head for mark in VIDEO_HEADS):
            part.unlink()
            raise Unreachable("The link of the finished job served something that is not a video.")

    def _name(self, entry: Entry, index: int) -> str:
        """A name that is the same on every machine, from nothing but our own records."""
        day = datetime.fromtimestamp(entry.created_at).strftime("%Y%m%d")
        safe = re.sub(r"[^A-Za-z0-9.\-]+", "_", f"{entry.model}_{day}_{(entry.task_id or entry.id)[-12:]}")
        return f"apimart/{safe.strip('.')}_{index + 1}.mp4"

    def _make_known(self, entry: Entry, paths: tuple[Path, ...]) -> None:
        """A fresh result is public at the provider: the next node can use its address instead of an upload."""
        for path, url in zip(paths, entry.urls, strict=True):
            try:
                self._ledger.addresses.remember(Address(url, content_of_clip(path), entry.expires_at, "result"))
            except PackError as error:
                log.info("The address of %s is not remembered: %s", path.name, error.what)

    def _disk_trouble(self, error: OSError) -> PackError:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "The disk is full" if is_full else f"The output folder cannot be written ({error.strerror})"
        free = shutil.disk_usage(self._folder).free / 1e6 if self._folder.exists() else 0
        return Unreachable(
            f"{what}: {self._folder} has {free:.0f} MB free.",
            spent="The job is paid and stays collectable while its link lives.",
            next_step="Free some space and queue again: it is collected, not bought again.",
        )


def _too_late(entry: Entry) -> Refused:
    """Links live a day; some die before, so the moment is given only where it is known."""
    at = f" on {datetime.fromtimestamp(entry.expires_at):%Y-%m-%d %H:%M}" if entry.expires_at else ""
    return Refused(
        f"The clip of this job is not in the output folder, and its link ended{at}.",
        spent="It was bought before; nothing new was spent.",
        next_step="Put the file back, or raise `take` to buy the clip again.",
        task_id=entry.task_id,
    )
