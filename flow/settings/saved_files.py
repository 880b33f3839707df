"""The files of the data folder, settings.json and the key; only one process at a time changes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..errors import NotSet
from ..files import locked, patiently, put_in_place, remove, write_private
from ..model import Json

SETTINGS = "settings.json"
KEY = "key"


def saved_settings(home: Path) -> dict[str, Json]:
    """Return the saved settings; empty if there is no file. Raises NotSet if the file cannot be read."""
    file = home / SETTINGS
    try:
        found = json.loads(patiently(file.read_bytes))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unreadable(file, error.strerror) from None
    except (ValueError, RecursionError):
        raise _unreadable(file, "it is empty, truncated or not JSON") from None
    if not isinstance(found, dict):
        raise _unreadable(file, "it does not contain a JSON object of settings")
    return found


def save_settings(home: Path, changes: Mapping[str, Json]) -> None:
    """Merge `changes` into the saved settings; None removes a value.

    Raises NotSet and changes nothing if the file cannot be written, or if the existing file cannot be read, since its
    limits would be lost.
    """
    with _alone(home, SETTINGS):
        saved = saved_settings(home)
        kept = {name: value for name, value in {**saved, **changes}.items() if value is not None}
        if kept != saved:
            write_private(home / SETTINGS, json.dumps(kept, indent=1).encode())


def set_aside(home: Path) -> None:
    """Rename an unreadable settings.json to settings.json.broken; afterwards nothing is saved, limits included.

    Does nothing if the file can be read or does not exist. Raises NotSet if it cannot be renamed.
    """
    with _alone(home, SETTINGS):
        try:
            saved_settings(home)
        except NotSet:
            put_in_place(home / SETTINGS, home / f"{SETTINGS}.broken")


def saved_key(home: Path) -> str:
    """Return the saved key; empty if there is none. Raises NotSet if the file cannot be read."""
    try:
        return patiently((home / KEY).read_bytes).decode("utf-8-sig", "surrogateescape").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise NotSet(
            f"The key in {home / KEY} cannot be read ({error.strerror}).",
            next_step="Save the API key again in Settings > APIMart, or make the file readable.",
        ) from None


def save_key(home: Path, key: str) -> None:
    """Save the key in an owner-only file; an empty key removes it. Raises NotSet if it is no key or cannot be saved."""
    file = home / KEY
    checked = checked_key(key) if key.strip() else ""
    with _alone(home, KEY):
        if checked:
            write_private(file, checked.encode())
        else:
            remove(file)


def checked_key(key: str) -> str:
    """Return the key, stripped. Raises NotSet if it cannot be an API key."""
    key = key.strip()
    if not can_be_sent(key) or not 8 <= len(key) <= 512:
        raise NotSet(
            "This is not an APIMart API key: a key has 8 to 512 visible characters and no spaces.", next_step=""
        )
    return key


def can_be_sent(key: str) -> bool:
    """Return whether the key is a valid HTTP header value."""
    return key.isascii() and key.isprintable() and " " not in key


@contextmanager
def _alone(home: Path, name: str) -> Iterator[None]:
    """Keep other processes from changing the data folder while `name` is changed. Raises NotSet on OSError."""
    try:
        with locked(home / "settings.lock"):
            yield
    except OSError as error:
        raise NotSet(
            f"{home / name} cannot be saved ({error.strerror}).",
            next_step="Make the data folder writable, or set the value in an environment variable.",
        ) from None


def _unreadable(file: Path, reason: str | None) -> NotSet:
    return NotSet(
        f"The settings file {file} cannot be read ({reason}), so your limits are not known.",
        next_step="Correct the file, or set it aside in Settings > APIMart and set your limits again.",
    )
