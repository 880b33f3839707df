"""The shared store where workers of a farm keep finished videos. Errors there never lose a video."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from ..errors import log
from ..files import written_whole
from ..settings import Settings
from .buckets import is_object_store, open_address, send


class ResultStore:
    """Finished videos by name, at any address that fsspec supports."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._files, self._root = open_address(address)

    def bring(self, name: str, part: Path) -> bool:
        """Download a video to `part`; return False, with `part` unchanged, if the store does not have it or fails."""
        try:
            if not self._files.exists(f"{self._root}/{name}"):
                return False
            with written_whole(part) as came:
                self._bring(f"{self._root}/{name}", came)
        except Exception as error:  # noqa: BLE001 - cloud libraries have their own errors; the link is still there
            log.warning("%s could not be read from the result store %s: %s", name, self._address, error)
            return False
        return True

    def keep(self, name: str, part: Path) -> None:
        """Upload the video for the other workers, unless it is there already."""
        path, size = f"{self._root}/{name}", part.stat().st_size
        try:
            if not (self._files.exists(path) and self._files.size(path) == size):
                self._keep(part, path)
        except Exception as error:  # noqa: BLE001 - as above; the video itself is safe on this machine
            log.warning("%s could not be put into the result store %s: %s", name, self._address, error)

    def _bring(self, path: str, came: Path) -> None:
        size: Any = self._files.size(path)
        self._files.get_file(path, str(came))
        if came.stat().st_size != size:
            raise OSError(f"{came.stat().st_size} of {size} bytes came")

    def _keep(self, part: Path, path: str) -> None:
        """Upload so that others never see half a video: buckets show whole files only, elsewhere it is renamed last."""
        if is_object_store(self._files):
            send(self._files, part, path, "video/mp4")
            return
        half = f"{path}.{secrets.token_hex(4)}.part"
        self._files.makedirs(self._root, exist_ok=True)
        try:
            send(self._files, part, half, "video/mp4")
            self._files.mv(half, path)
        finally:
            if self._files.exists(half):
                self._files.rm_file(half)


def open_result_store(settings: Settings) -> ResultStore | None:
    """Return the result store, None if none is set. Raises NotSet if it cannot be opened."""
    return ResultStore(settings.result_store) if settings.result_store else None
