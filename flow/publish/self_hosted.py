"""This ComfyUI as the media store: files in their own folder, served for a limited time."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import NotSet, Unreachable
from ..files import discard, written_whole
from ..model import Address, MediaFile
from ..stopping import Stopped, never

PUBLIC_PATH = "/apimart/public"
LIFE_SECONDS = 24 * 3600
MIMES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
}
# The expiry time of the file (Unix seconds), then 256 random bits that nobody can guess.
PUBLIC_NAME = re.compile(r"([0-9]{10})-[A-Za-z0-9_-]{43}(\.mp4|\.mov|\.webm|\.mkv|\.wav|\.mp3|\.m4a)", re.ASCII)


class ThisComfyUI:
    """A media store at `address`, the public address of this ComfyUI: a rented host, a tunnel, a reverse proxy."""

    name = "comfyui"

    def __init__(self, address: str, home: Path, *, now: Callable[[], float] = time.time) -> None:
        self._address = _checked(address)
        self._folder = public_folder(home)
        self._now = now

    def put(self, file: MediaFile, stopped: Stopped = never) -> Address:
        expires_at = int(self._now()) + LIFE_SECONDS
        suffix = file.path.suffix.lower()
        name = f"{expires_at}-{secrets.token_urlsafe(32)}{suffix if suffix in MIMES else '.mp4'}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            # A copy, because the file that a person chose may change under the same name.
            with written_whole(self._folder / name) as part:
                shutil.copyfile(file.path, part)
        except OSError as error:
            raise Unreachable(f"The file could not be made available for download ({error.strerror}).") from None
        return Address(f"{self._address}{PUBLIC_PATH}/{name}", file.content, float(expires_at), self.name)

    def delete(self, address: Address) -> None:
        name = address.url.rsplit("/", 1)[-1]
        if PUBLIC_NAME.fullmatch(name):
            discard(self._folder / name)  # if it is being read, it expires by itself

    def _sweep(self) -> None:
        """Remove expired files, even partial ones of a killed process: each name begins with its expiry time."""
        for file in self._folder.iterdir():
            if file.name[:10].isdecimal() and self._now() >= int(file.name[:10]):
                discard(file)  # if it is being read, the next sweep removes it


def public_folder(home: Path) -> Path:
    return home / "public"


def published(folder: Path, name: str, now: float) -> Path | None:
    """Return the file published under `name`, or None; an expired file is removed."""
    found = PUBLIC_NAME.fullmatch(name)
    if found is None:
        return None
    file = folder / name
    if now >= int(found[1]):
        discard(file)
        return None
    return file if file.is_file() and not file.is_symlink() else None


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address)
        is_fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_fine = False
    if not is_fine or parts.username or parts.password or parts.query or parts.fragment:
        raise NotSet(
            "The media store comfyui: requires the public address of this ComfyUI.",
            next_step="Use the form comfyui:https://my.public.host, without user name, password or query.",
        )
    return address.rstrip("/")
