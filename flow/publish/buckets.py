"""The user's own object storage: uploads, signed links, deletion."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import NotSet, PackError, Unreachable, log
from ..model import MEGABYTE, Address, MediaFile
from ..stopping import Stopped, never

LINK_SECONDS = 24 * 3600
PART_BYTES = 8 * MEGABYTE
PARTS_AT_ONCE = 2
PACKAGES = {
    "s3": "s3fs",
    "gs": "gcsfs google-cloud-storage",
    "gcs": "gcsfs google-cloud-storage",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}
OBJECT_STORES = tuple(PACKAGES)
SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".wav", ".mp3", ".m4a", ".png", ".jpg", ".jpeg", ".webp")
OBJECT_NAME = re.compile(r"[A-Za-z0-9_-]{22}-[A-Za-z0-9]{1,32}\.[a-z0-9]{3,4}")
# S3-compatible services support neither the old signatures nor the newer checksums that AWS's library sends by default.
S3_CONFIG = {"signature_version": "s3v4", "request_checksum_calculation": "when_required"}


class ObjectStore:
    """S3 and compatible storage, Google Cloud Storage, or Azure Blob Storage. Opened on first use."""

    def __init__(self, address: str, *, now: Callable[[], float] = time.time) -> None:
        self.name = address
        self._now = now
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._opened: tuple[Any, str] | None = None

    def put(self, file: MediaFile, stopped: Stopped = never) -> Address:
        """Upload a file and sign a link that is valid for as long as a job can take; does not stop half-way."""
        files, root = self._place()
        path = f"{root}/{self._name_for(file)}"
        try:
            send(files, file.path, path, file.mime)
            url = str(files.sign(path, expiration=LINK_SECONDS))
        except Exception as error:  # noqa: BLE001 - every cloud library has its own error classes
            raise trouble_with(self.name, error) from None
        return Address(url, file.content, self._now() + LINK_SECONDS, self.name)

    def delete(self, address: Address) -> None:
        name = address.url.partition("?")[0].rsplit("/", 1)[-1]
        if not OBJECT_NAME.fullmatch(name):
            return
        try:
            files, root = self._place()
            files.rm_file(f"{root}/{name}")
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("%s stays in %s: %s", name, self.name, error)

    def _place(self) -> tuple[Any, str]:
        with self._lock:
            if self._opened is None:
                self._opened = open_address(self.name)
            return self._opened

    def _name_for(self, file: MediaFile) -> str:
        """Return an unguessable name, the same for each try: a retry after a lost response leaves no second copy."""
        suffix = file.path.suffix.lower()
        content = re.sub(r"[^A-Za-z0-9]", "", file.content)[-32:] or "clip"
        with self._lock:
            stem = self._names.setdefault(file.content, f"{secrets.token_urlsafe(16)}-{content}")
        return stem + (suffix if suffix in SUFFIXES else ".mp4")


def open_address(address: str) -> tuple[Any, str]:
    """Return the file system of an fsspec address, and the path in it. Raises NotSet if it cannot be opened."""
    kind = address.partition(":")[0]
    try:
        # Imported here because cloud libraries are optional and take a second to load.
        from fsspec.core import url_to_fs  # type: ignore[import-untyped,import-not-found,unused-ignore]

        options = _options(kind)
        files, root = url_to_fs(address, **options)
    except ImportError:
        package = PACKAGES.get(kind, "fsspec")
        raise NotSet(
            f"{kind}:// requires a Python package that is not installed.",
            next_step=f"Run `pip install {package}` with ComfyUI's Python, and restart ComfyUI.",
        ) from None
    except Exception as error:  # noqa: BLE001 - as in `put`
        raise NotSet(f"{address} cannot be opened: {_first_line(error)}.", next_step="Correct the address.") from None
    if not root.strip("/"):
        raise NotSet(
            f"{address} does not contain a bucket or folder.", next_step=f"Use the form {kind}://bucket/prefix."
        )
    return files, root.rstrip("/")


def send(files: Any, source: Path, path: str, mime: str) -> None:
    """Upload a local file to `path`, buffering a few parts at a time."""
    kind = _kind_of(files)
    options: dict[str, Any] = {}
    if kind == "s3":
        options = {"ContentType": mime, "chunksize": PART_BYTES, "max_concurrency": PARTS_AT_ONCE}
    elif kind in ("gs", "gcs"):
        options = {"content_type": mime, "chunksize": PART_BYTES}
    elif kind in OBJECT_STORES:
        # Imported here like all cloud libraries; it is installed with adlfs.
        from azure.storage.blob import ContentSettings  # type: ignore[import-not-found,unused-ignore]

        options = {"content_settings": ContentSettings(content_type=mime), "max_concurrency": PARTS_AT_ONCE}
    files.put_file(str(source), path, **options)


def is_object_store(files: Any) -> bool:
    """Return whether the store has no folders and files appear in it atomically."""
    return _kind_of(files) in OBJECT_STORES


def trouble_with(place: str, error: Exception) -> PackError:
    """Return the error to raise: NotSet for what only the user can fix, else Unreachable."""
    kind = place.partition(":")[0]
    said = f"{_first_line(error)} ({type(error).__name__})"
    if isinstance(error, ImportError):
        return NotSet(
            f"{kind}:// requires a Python package: {said}.", next_step=f"Run `pip install {PACKAGES.get(kind, kind)}`."
        )
    if isinstance(error, (PermissionError, FileNotFoundError)) or "Credential" in type(error).__name__:
        return NotSet(
            f"The media store {place} did not accept the file: {said}.",
            next_step="Check that the bucket exists and that the credentials in the environment can write to it.",
        )
    return Unreachable(f"The media store {place} did not accept the file: {said}.")


def _options(kind: str) -> dict[str, Any]:
    common: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    if kind != "s3":
        return common
    from fsspec.config import conf  # type: ignore[import-untyped,import-not-found,unused-ignore]

    return {**common, "config_kwargs": {**S3_CONFIG, **conf.get("s3", {}).get("config_kwargs", {})}}


def _kind_of(files: Any) -> str:
    protocol = files.protocol
    return str(protocol if isinstance(protocol, str) else protocol[0])


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:160].rstrip(". ") or type(error).__name__
