"""What a person set up: the environment first, then one owner-only folder that ComfyUI does not serve."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from .errors import NotSet, hide
from .model import Json

DEFAULT_BASE_URL = "https://api.apimart.ai"
LANGUAGES = ("en", "zh", "ko", "ja")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ON = ("1", "true", "yes", "on")


@dataclass(frozen=True)
class Limits:
    """What a person is willing to spend; None means no limit."""

    usd_per_job: float | None = None
    usd_per_day: float | None = None
    purchases_per_run: int | None = None


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. `home` is the data folder; `key_source` says where the key came from."""

    home: Path
    key: str = field(repr=False, default="")
    key_source: str = "none"
    base_url: str = DEFAULT_BASE_URL
    sandbox: bool = False
    wait_seconds: float = 1200.0
    jobs_at_once: int = 10
    limits: Limits = Limits()
    ledger_url: str = field(repr=False, default="")
    media_store: str = field(repr=False, default="")
    media_delete: bool = False
    result_store: str = field(repr=False, default="")
    public_hosts_agreed: bool = False
    probe_video_url: bool = True
    language: str = "en"

    @property
    def realm(self) -> str:
        """Sandbox jobs and paid jobs never answer for each other."""
        return "sandbox" if self.sandbox else "live"

    @property
    def account(self) -> str:
        """A name for the key that says nothing about it."""
        return hashlib.sha256(f"apimart-account:{self.key}".encode()).hexdigest()[:12]

    def require_key(self) -> str:
        if not self.key:
            raise NotSet(
                "No APIMart key is set.",
                next_step="Set the environment variable APIMART_API_KEY, or Settings > APIMart > Key, and queue again. "
                "Without a key, APIMART_SANDBOX=1 runs the graph in the sandbox for free.",
            )
        return self.key


def read(home: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force now. A value in the environment wins over the saved one."""
    env = os.environ if environment is None else environment
    saved = saved_settings(home)
    key, source = _key(home, env)
    sandbox = _flag(env, saved, "sandbox", False)
    return Settings(
        home=home,
        key=key or ("sandbox" if sandbox else ""),
        key_source=source,
        base_url=_base_url(env.get("APIMART_BASE_URL", "")),
        sandbox=sandbox,
        wait_seconds=_number(env, saved, "wait_seconds") or 1200.0,
        jobs_at_once=max(1, int(_number(env, saved, "jobs_at_once") or 10)),
        limits=_limits(env, saved),
        ledger_url=env.get("APIMART_LEDGER_URL", ""),
        media_store=_text(env, saved, "media_store"),
        media_delete=_flag(env, saved, "media_delete", False),
        result_store=env.get("APIMART_RESULT_STORE", ""),
        public_hosts_agreed=_flag(env, saved, "public_hosts_agreed", False),
        probe_video_url=_flag(env, saved, "probe_video_url", True),
        language=_language(_text(env, saved, "language")),
    )


def default_home(environment: Mapping[str, str] | None = None) -> Path:
    """The data folder outside ComfyUI: APIMART_HOME, else a folder in the person's home."""
    env = os.environ if environment is None else environment
    return Path(env.get("APIMART_HOME") or Path.home() / ".apimart").expanduser()


def environment_names(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The settings that the environment decides, so that saved values do not count."""
    env = os.environ if environment is None else environment
    named = (name for name in env if name.startswith("APIMART_") and env[name])
    return tuple(sorted(name.removeprefix("APIMART_").lower() for name in named))


def saved_settings(home: Path) -> dict[str, Json]:
    """What was saved from the settings panel; an unreadable file counts as nothing saved."""
    try:
        found = json.loads((home / "settings.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def save_settings(home: Path, changes: Mapping[str, Json]) -> None:
    """Save `changes`; None takes a saved value away."""
    merged = {**saved_settings(home), **changes}
    kept = {name: value for name, value in merged.items() if value is not None}
    write_private(home / "settings.json", json.dumps(kept, indent=1))


def save_key(home: Path, key: str) -> None:
    """Keep the key in the one protected file; an empty key removes it."""
    file = home / "key"
    if not key.strip():
        file.unlink(missing_ok=True)
        return
    write_private(file, checked_key(key))


def checked_key(key: str) -> str:
    """The key without the blanks around it. Raises NotSet when it cannot be one."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key or not 8 <= len(key) <= 512:
        raise NotSet("That is not an APIMart key: a key is 8 to 512 visible characters without spaces.", next_step="")
    return key


def write_private(file: Path, text: str) -> None:
    """Replace `file` as a whole, readable by its owner only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    os.replace(part, file)


def _key(home: Path, env: Mapping[str, str]) -> tuple[str, str]:
    key, source = env.get("APIMART_API_KEY", "").strip(), "environment"
    if not key:
        try:
            key, source = (home / "key").read_text("utf-8").strip(), "file"
        except (OSError, ValueError):
            return "", "none"
    hide(key)
    return key, source


def _base_url(text: str) -> str:
    url = (text.strip() or DEFAULT_BASE_URL).rstrip("/")
    parts = urlsplit(url)
    plain_and_far = parts.scheme == "http" and parts.hostname not in LOOPBACK
    if parts.scheme not in ("http", "https") or not parts.hostname or plain_and_far:
        raise NotSet("APIMART_BASE_URL must be an https address (http only on this machine).", next_step="Correct it.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise NotSet("APIMART_BASE_URL must hold no name, password, query or fragment.", next_step="Correct it.")
    return url


def _text(env: Mapping[str, str], saved: Mapping[str, Json], name: str) -> str:
    value = env.get(f"APIMART_{name.upper()}") or saved.get(name) or ""
    return str(value).strip()


def _flag(env: Mapping[str, str], saved: Mapping[str, Json], name: str, default: bool) -> bool:
    text = _text(env, saved, name) if name not in saved else str(env.get(f"APIMART_{name.upper()}") or saved[name])
    return text.strip().lower() in ON if text else default


def _number(env: Mapping[str, str], saved: Mapping[str, Json], name: str) -> float | None:
    text = _text(env, saved, name)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise NotSet(f"APIMART_{name.upper()} must be a number of at least 0.", next_step="Correct it.")
    return value


def _limits(env: Mapping[str, str], saved: Mapping[str, Json]) -> Limits:
    per_run = _number(env, saved, "limit_purchases_per_run")
    return Limits(
        usd_per_job=_number(env, saved, "limit_usd_per_job"),
        usd_per_day=_number(env, saved, "limit_usd_per_day"),
        purchases_per_run=None if per_run is None else int(per_run),
    )


def _language(text: str) -> str:
    return text if text in LANGUAGES else "en"
