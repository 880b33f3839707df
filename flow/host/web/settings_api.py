"""The API of the settings panel: read and change settings, save and test the key, test the media store."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ...errors import NotSet, PackError, Refused
from ...files import discard
from ...media import what_is_missing
from ...model import Json, MediaFile, project_name
from ...publish import open_store, opened_origins
from ...settings import (
    FLAGS,
    LANGUAGES,
    NUMBERS,
    Number,
    Settings,
    checked_key,
    environment_names,
    save_key,
    save_settings,
    set_aside,
)
from ...wire import Provider, Transfer
from ..runtime import Runtime
from .users import THE_ONE, User
from .validation import Denied

# What the browser may select; buckets and this ComfyUI's own address come only from the environment.
MEDIA_STORES = ("litterbox", "tmpfiles")
TEST_CLIP_HEAD = bytes.fromhex("00000018667479706d703432000000006d70343269736f6d")


def status(runtime: Runtime, user: User = THE_ONE) -> dict[str, Json]:
    """Return the settings in effect, and in `problems` what is set but cannot be read, by setting or file."""
    found = runtime.settings
    limits = found.limits
    return {
        "key": {"configured": found.key_source != "none", "source": found.key_source},
        "sandbox": found.sandbox,
        "language": found.language,
        "limit_usd_per_job": limits.usd_per_job,
        "limit_usd_per_day": limits.usd_per_day,
        "limit_purchases_per_run": limits.purchases_per_run,
        "limit_usd_per_project": limits.usd_per_project,
        "ask_above_usd": limits.ask_above_usd,
        "keep_usd": limits.keep_usd,
        "project": found.project,
        "media_store": media_store_kind(found),
        "media_delete": found.media_delete,
        "public_hosts_agreed": found.public_hosts_agreed,
        "probe_video_url": found.probe_video_url,
        "wait_seconds": found.wait_seconds,
        "jobs_at_once": found.jobs_at_once,
        "problems": {**{one.name: f"{one.what} {one.next_step}" for one in found.problems}, **_without_opencv()},
        "from_environment": list(environment_names()),
        "version": version(),
        "is_owner": user.is_owner,
    }


def _without_opencv() -> dict[str, Json]:
    missing = what_is_missing()
    return {"opencv": missing} if missing else {}


def media_store_kind(settings: Settings) -> str:
    """Return the store without its address: `s3`, `comfyui`, ..., `sandbox` for the sandbox's own, else empty."""
    kind = settings.media_store.partition(":")[0]
    return kind or ("sandbox" if settings.sandbox else "")


def keep_key(runtime: Runtime, key: str) -> dict[str, Json]:
    """Save a key that the provider accepts; an empty key removes the saved one.

    Raises NotSet if the provider rejects the key, Unreachable if that cannot be checked now; nothing is changed then.
    """
    if key.strip():
        _try_key(runtime, checked_key(key))
    save_key(runtime.home, key)
    return status(runtime)


def _try_key(runtime: Runtime, key: str) -> None:
    try:
        Provider(runtime.reached().base_url, key).try_key()
    except PackError as error:
        raise type(error)(f"The key was not saved. {error.what}", next_step=error.next_step) from None


def change_settings(runtime: Runtime, changes: Mapping[str, Any]) -> dict[str, Json]:
    """Save `changes`; None restores the default, and a limit of 0 allows nothing.

    Raises Denied if one of them is not allowed, NotSet if they cannot be saved; nothing is changed then.
    """
    for name, value in changes.items():
        if name not in ALLOWED:
            raise Denied(400, f"'{name[:40]}' is not a setting.")
        if value is not None and not ALLOWED[name](value):
            raise Denied(
                400, f"{name} must be {NUMBERS[name]}." if name in NUMBERS else f"{name} has an invalid value."
            )
    save_settings(runtime.home, changes)
    return status(runtime)


def set_aside_settings(runtime: Runtime) -> dict[str, Json]:
    """Rename a settings.json that cannot be read, to start over; no limit is saved until somebody sets one."""
    set_aside(runtime.home)
    return status(runtime)


def balance(runtime: Runtime) -> dict[str, Json]:
    """Return the balance in USD. Raises NotSet if the key is missing or rejected."""
    amount = runtime.provider.balance_usd()
    return {"usd": amount, "unlimited": amount is None, "sandbox": runtime.settings.sandbox}


def try_media_store(runtime: Runtime) -> dict[str, Json]:
    """Publish a few bytes that look like a video, read them back from their public URL, and delete them."""
    found = runtime.reached()
    found.require_no_problems()
    transfer = Transfer((found.base_url, *opened_origins(found)))
    store = open_store(found, transfer)
    if store is None:
        raise NotSet("No media store is set.", next_step="Select one, or set APIMART_MEDIA_STORE.")
    file = _test_video(runtime.home)
    try:
        address = store.put(file)
        try:
            probe = transfer.probe(address.url)
        finally:
            store.delete(address)
    finally:
        discard(file.path)
    if probe.status >= 400 or probe.is_page or probe.length not in (None, file.bytes):
        what = "a web page" if probe.is_page else f"HTTP {probe.status}, {probe.length} bytes"
        raise Refused(
            f"Reading back the test video failed: its address returns {what}.", next_step="Make its links public."
        )
    return {"store": media_store_kind(found), "bytes": file.bytes}


def _test_video(home: Path) -> MediaFile:
    folder = home / "scratch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"test_{secrets.token_hex(8)}.mp4"
    path.write_bytes(TEST_CLIP_HEAD + secrets.token_bytes(512))
    return MediaFile(path, "video/mp4", path.stat().st_size, secrets.token_hex(16))


@cache
def version() -> str:
    """Return the pack's version from pyproject.toml; empty if it is not there."""
    try:
        text = (Path(__file__).resolve().parents[3] / "pyproject.toml").read_text("utf-8")
    except OSError:
        return ""
    found = re.search(r'^version\s*=\s*"([^"]+)"', text, re.MULTILINE)
    return found[1] if found else ""


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_project(value: Any) -> bool:
    try:
        return isinstance(value, str) and project_name(value) == value
    except ValueError:
        return False


def _within(number: Number) -> Callable[[Any], bool]:
    """Return a test whether a JSON value is a number that `number` allows."""
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and number.allows(value)


ALLOWED: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(FLAGS, _is_flag),
    **{name: _within(number) for name, number in NUMBERS.items()},
    "language": lambda value: value in LANGUAGES,
    "project": _is_project,
    "media_store": lambda value: value in MEDIA_STORES,
}
