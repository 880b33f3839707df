"""The last stage: downloads the videos of a finished job into the output folder before the links expire."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from ..errors import Declined, PackError, Refused, Unreachable, log
from ..files import remove, written_whole
from ..ledger import Entry, Ledger, usd
from ..media import content_of_video, write_metadata
from ..model import VIDEO_HEADS, Address, Body, Files, begins_like
from ..publish import ResultStore
from ..stopping import Stopped, sleep
from ..wire import Credential, Gone, Transfer, Withheld, why_declined
from .job import Job
from .progress import Outcome

FOLDER = "apimart"
RECEIPT = "apimart"  # the name of the receipt in the container
TRIES = 6
MOST_OF_MODEL = 80  # characters: file systems allow names of 255 bytes, Windows paths of 260 characters
FRESH_SECONDS = 3600.0
STALE_SECONDS = 86400.0


class Downloads:
    """Keeps results in `output`/apimart, and in the shared result store `store` if one is set.

    `withdraw`, if given, removes the reference media of a finished job from the user's own store. Without
    `writes_metadata` the files stay as the provider made them.
    """

    def __init__(
        self,
        ledger: Ledger,
        transfer: Transfer,
        credential: Credential,
        output: Path,
        store: ResultStore | None,
        withdraw: Callable[[Body], None] | None,
        retired: Mapping[str, str],
        *,
        writes_metadata: bool = True,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger, self._transfer, self._credential = ledger, transfer, credential
        self._output, self._store, self._writes_metadata = output, store, writes_metadata
        self._withdraw, self._retired, self._now, self._pause = withdraw, retired, now, pause

    async def fetch(self, job: Job, entry: Entry) -> Outcome:
        """Download the videos of a job that has ended, unless they are here already, and return the outcome.

        Raises Declined if it ended without a video, Unreachable if the download may succeed when tried again, Refused
        if neither file nor link is left, or the job was dropped.
        """
        require_completed(entry, self._retired)
        kept = files_of(entry, self._output) if entry.state == "fetched" else None
        if kept is not None:
            return Outcome(entry, Files(kept), job.warnings)
        job.tell("Downloading", 1.0)
        entry, paths = await job.thread(partial(self._fetched, entry, job.is_stopped, job.metadata))
        return Outcome(entry, Files(paths), job.warnings)

    def _fetched(self, entry: Entry, stopped: Stopped, metadata: Mapping[str, str]) -> tuple[Entry, tuple[Path, ...]]:
        paths = paths_of(entry, self._output)
        try:
            self._output.joinpath(FOLDER).mkdir(parents=True, exist_ok=True)
            self._sweep()
            for index, path in enumerate(paths):
                if not path.is_file():
                    self._bring(entry, index, path, stopped, metadata)
        except OSError as error:
            raise self._disk_trouble(error, entry) from None
        entry = self._ledger.keep(entry.id, paths)
        self._make_known(entry, paths)
        if self._withdraw:
            self._withdraw(Body({}, entry.addresses))
        return entry, paths

    def _bring(self, entry: Entry, index: int, path: Path, stopped: Stopped, metadata: Mapping[str, str]) -> None:
        """Get one video from the folder of another ComfyUI, the result store, or its link."""
        with written_whole(path) as part:
            is_here = _linked(entry.files[index : index + 1], part)
            if not is_here and not (self._store and self._store.bring(path.name, part)):
                self._from_link(entry, entry.urls[index], part, stopped)
                if self._writes_metadata and not write_metadata(part, {**metadata, RECEIPT: receipt(entry)}):
                    log.info("The receipt is not written into %s: it is no MP4 that can be copied.", path.name)
            if self._store:
                self._store.keep(path.name, part)

    def _from_link(self, entry: Entry, url: str, part: Path, stopped: Stopped) -> None:
        """Try the link even if it should have expired: clocks are wrong, and some links outlast their day."""
        is_fresh = self._now() - (entry.ended_at or 0) < FRESH_SECONDS
        try:
            self._download(url, part, stopped, is_fresh=is_fresh)
        except Gone as error:
            raise (_not_now(entry, error) if is_fresh else _too_late(entry)) from None
        except Unreachable as error:
            raise _not_now(entry, error) from None
        except Refused as error:
            raise _not_followed(entry, error) from None

    def _download(self, url: str, part: Path, stopped: Stopped, *, is_fresh: bool) -> None:
        """Try until the file is complete; each try resumes where the last one ended.

        Raises Gone if the link is dead. While the job is fresh, a missing file is retried: it may not be there yet.
        """
        for attempt in range(TRIES):
            try:
                self._try(url, part, stopped)
                return
            except Unreachable as error:
                is_dead = isinstance(error, Withheld) or (isinstance(error, Gone) and not is_fresh)
                if is_dead or attempt == TRIES - 1:
                    raise
                sleep(min(2.0**attempt, 15.0), stopped, self._pause)

    def _try(self, url: str, part: Path, stopped: Stopped) -> None:
        arrival = self._transfer.download(url, part, credential=self._credential, stopped=stopped)
        with part.open("rb") as file:
            head = file.read(64)
        if arrival.mime.startswith("text/") or not begins_like(head, VIDEO_HEADS):
            remove(part)
            raise Unreachable("The download link of the finished job did not return a video.")

    def _make_known(self, entry: Entry, paths: tuple[Path, ...]) -> None:
        """Remember the public address of a fresh result, so that the next node can use it instead of an upload."""
        for path, url in zip(paths, entry.urls, strict=True):
            try:
                self._ledger.addresses.remember(Address(url, content_of_video(path), entry.expires_at, "result"))
            except PackError as error:
                log.info("The address of %s could not be saved: %s", path.name, error.what)

    def _sweep(self) -> None:
        """Remove partial files left by downloads whose process was killed."""
        for part in self._output.joinpath(FOLDER).glob("*.part"):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > STALE_SECONDS:
                    part.unlink()

    def _disk_trouble(self, error: OSError, entry: Entry) -> PackError:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "The disk is full" if is_full else f"The output folder cannot be written ({error.strerror})"
        free = shutil.disk_usage(self._output).free / 1e6 if self._output.exists() else 0
        return Unreachable(
            f"{what}: {self._output} has {free:.0f} MB free.",
            spent="The job is already paid and can be collected until its link expires.",
            next_step="Free some space and queue again: the video is collected, not charged again.",
            task_id=entry.task_id,
        )


def receipt(entry: Entry) -> str:
    """Return the receipt of a saved video, as JSON: task ID, model, cost in USD, request, and UTC day of submission."""
    sent = datetime.fromtimestamp(entry.sent_at or entry.created_at, timezone.utc)
    return json.dumps(
        {
            "task_id": entry.task_id,
            "model": entry.model,
            "cost_usd": entry.cost_usd,
            "request": entry.fingerprint,
            "date": sent.date().isoformat(),
        }
    )


def paths_of(entry: Entry, output: Path) -> tuple[Path, ...]:
    """Return the paths of a job's videos in an output folder, named from our own records: the same on every machine."""
    day = datetime.fromtimestamp(entry.created_at, timezone.utc).strftime("%Y%m%d")
    safe = re.sub(r"[^A-Za-z0-9.\-]+", "_", f"{entry.model[:MOST_OF_MODEL]}_{day}_{(entry.task_id or entry.id)[-12:]}")
    safe = safe.strip(".")
    return tuple(output / FOLDER / f"{safe}_{index}.mp4" for index in range(1, len(entry.urls) + 1))


def files_of(entry: Entry, output: Path) -> tuple[Path, ...] | None:
    """Return a job's videos if all are in this output folder, as they were kept or under their names, or None."""
    kept = tuple(path for path in map(Path, entry.files) if path.is_relative_to(output))
    for paths in (kept, paths_of(entry, output)):
        if paths and all(path.is_file() for path in paths):
            return paths
    return None


def require_completed(entry: Entry, retired: Mapping[str, str]) -> None:
    """Raise Declined if the job ended without a video, Refused if it was dropped."""
    if entry.state == "dropped":
        raise Refused(f"The request was dropped: {entry.reason}", next_step="Queue again.")
    if entry.state in ("ended", "fetched") and entry.urls:
        return
    if entry.state != "failed":
        cost = f"The provider reports a cost of {usd(entry.cost_usd)} USD." if entry.cost_usd else None
        raise Declined(
            "The job completed without a video, usually because of a content filter.",
            spent=cost,
            next_step="Change the prompt, or increase `take` to try again.",
            task_id=entry.task_id,
        )
    gone = retired.get(entry.model, "") if _says_gone(entry.reason) else ""
    what = f"The provider ended the job: {(entry.reason or entry.status).rstrip('.')}."
    raise Declined(f"{what} {gone}".strip(), next_step=why_declined(entry.reason), task_id=entry.task_id)


def _linked(files: tuple[str, ...], part: Path) -> bool:
    """Link or copy the video to `part` if another output folder of this machine has it; return whether one does."""
    for file in map(Path, files):
        if file.is_file():
            try:
                os.link(file, part)
            except OSError:  # another disk, or a file system without links
                shutil.copyfile(file, part)
            return True
    return False


def _says_gone(reason: str) -> bool:
    return any(word in reason.lower() for word in ("not found", "not_found", "retired", "no longer", "not exist"))


def _not_now(entry: Entry, error: Unreachable) -> Unreachable:
    own = "" if error.next_step == Unreachable.next_step else f"{error.next_step} "
    return Unreachable(
        error.what,
        spent="The job is already paid.",
        next_step=f"{own}Queue again: the video is downloaded, not charged again. If the link stays unavailable, "
        "increase `take` to generate, and pay for, another video.",
        task_id=entry.task_id,
    )


def _not_followed(entry: Entry, error: Refused) -> Unreachable:
    """Return the error for a link from the provider that this machine's guard refused."""
    return Unreachable(
        f"The download link of the finished video was not opened. {error.what}",
        spent="The job is already paid.",
        next_step="If this host is public, a VPN or proxy on this machine resolves it to a private address. Set "
        "HTTPS_PROXY to the proxy, or turn it off for ComfyUI, then queue again or use APIMart Collect Job with the "
        "task ID. The video is downloaded, not charged again.",
        task_id=entry.task_id,
    )


def _too_late(entry: Entry) -> Refused:
    """Return the error for an expired link. Links last a day, some less, so the time is given only if it is known."""
    at = f" on {datetime.fromtimestamp(entry.expires_at):%Y-%m-%d %H:%M}" if entry.expires_at else ""
    return Refused(
        f"The video of this job is not in the output folder, and its download link expired{at}.",
        spent="It is already paid; nothing new was charged.",
        next_step="Restore the file, or increase `take` to generate, and pay for, another video.",
        task_id=entry.task_id,
    )
