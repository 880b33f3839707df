"""The settings in effect, and problems with them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ..errors import NotSet, hide
from ..model import Json
from .rules import FLAGS, NUMBERS, flag, hosts, language, project, text
from .saved_files import KEY, SETTINGS, can_be_sent, saved_key, saved_settings

_T = TypeVar("_T")
LIVE_HOST = "api.apimart.ai"
DEFAULT_BASE_URL = f"https://{LIVE_HOST}"
LIMITS = (
    "limit_usd_per_job",
    "limit_usd_per_day",
    "limit_purchases_per_run",
    "limit_usd_per_project",
    "ask_above_usd",
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Limits:
    """Spending limits; None means no limit, 0 allows nothing.

    A queue run that spends more than `ask_above_usd` needs approval; `keep_usd` is the balance to leave on the account.
    """

    usd_per_job: float | None = None
    usd_per_day: float | None = None
    purchases_per_run: int | None = None
    usd_per_project: float | None = None
    ask_above_usd: float | None = None
    keep_usd: float | None = None


@dataclass(frozen=True)
class Problem:
    """A setting that cannot be read; `name` is the setting, or `settings.json` for the whole file.

    `what` and `next_step` are complete sentences that never quote the value: it may be a key in the wrong place.
    """

    name: str
    what: str
    next_step: str


@dataclass(frozen=True)
class Settings:
    """All settings. `home` is the data folder; `key_source` is "environment", "file" or "none".

    With `problems`, the values are for display only: `require_key` raises, so that nothing is bought with wrong values.
    """

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
    video_url_hosts: tuple[str, ...] = ()
    language: str = "en"
    project: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def realm(self) -> str:
        """Either "sandbox" or "live"; a job in one is never reused for a request in the other."""
        return "sandbox" if self.sandbox else "live"

    @property
    def account(self) -> str:
        """A hash that identifies the key without revealing it."""
        return hashlib.sha256(f"apimart-account:{self.key}".encode()).hexdigest()[:12]

    def require_no_problems(self) -> None:
        """Raise NotSet, with every problem, if any setting cannot be read."""
        if self.problems:
            next_steps = dict.fromkeys(one.next_step for one in self.problems)
            raise NotSet(" ".join(one.what for one in self.problems), next_step=" ".join(next_steps))

    def require_key(self) -> str:
        """Return the key. Raises NotSet if there is none, or if any setting cannot be read."""
        self.require_no_problems()
        if not self.key:
            raise NotSet(
                "No APIMart API key is set.",
                next_step="Set the environment variable APIMART_API_KEY or Settings > APIMart > Key, then queue again. "
                "Without a key, APIMART_SANDBOX=1 runs the workflow in the sandbox for free.",
            )
        return self.key


def read(home: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in effect. Environment variables override saved values; blank ones are ignored.

    Never raises: unreadable settings are reported in `problems`. A limit is 0 then, any other setting its default.
    """
    reader = _Reader(home, os.environ if environment is None else environment)
    key, source = reader.key()
    sandbox = reader.flag("sandbox")
    return Settings(
        home=home,
        key=key or ("sandbox" if sandbox else ""),
        key_source=source,
        base_url=reader.base_url(sandbox),
        sandbox=sandbox,
        wait_seconds=reader.number("wait_seconds", 1200.0),
        jobs_at_once=int(reader.number("jobs_at_once", 10)),
        limits=reader.limits(),
        ledger_url=reader.written("LEDGER_URL"),
        media_store=reader.value("media_store", text, "", ""),
        media_delete=reader.flag("media_delete"),
        result_store=reader.written("RESULT_STORE"),
        public_hosts_agreed=reader.flag("public_hosts_agreed"),
        probe_video_url=reader.flag("probe_video_url"),
        video_url_hosts=reader.value("video_url_hosts", hosts, (), ()),
        language=reader.value("language", language, "en", "en"),
        project=reader.value("project", project, "", ""),
        problems=tuple(reader.problems),
    )


def default_home(environment: Mapping[str, str] | None = None) -> Path:
    """Return the data folder used outside ComfyUI: APIMART_HOME, else .apimart in the user's home folder."""
    env = os.environ if environment is None else environment
    return Path(env.get("APIMART_HOME") or Path.home() / ".apimart").expanduser()


def environment_names(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the settings that environment variables override: lower case, sorted, without the prefix APIMART_."""
    env = os.environ if environment is None else environment
    named = (name for name in env if name.startswith("APIMART_") and env[name].strip())
    return tuple(sorted(name.removeprefix("APIMART_").lower() for name in named))


class _Reader:
    """Reads settings one at a time and collects problems."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self._home = home
        self._environment = environment
        self._saved: dict[str, Json] | None = None
        try:
            self._saved = saved_settings(home)
        except NotSet as error:
            self._refuse(SETTINGS, error.what, error.next_step)

    def written(self, name: str) -> str:
        """Return the value of the environment variable APIMART_{name}; empty if it is not set."""
        return self._environment.get(f"APIMART_{name}", "").strip()

    def value(self, name: str, rule: Callable[[Json], _T], default: _T, unreadable: _T) -> _T:
        """Return a setting, validated by `rule`: `default` if it is not set, `unreadable` if it cannot be read."""
        said: Json = self.written(name.upper())
        where, next_step = f"APIMART_{name.upper()}", "Correct it, then restart ComfyUI."
        if not said:
            if self._saved is None:
                return unreadable
            said = self._saved.get(name)
            where, next_step = f"{name} in {self._home / SETTINGS}", "Set it again in Settings > APIMart."
        if said is None:
            return default
        try:
            return rule(said)
        except ValueError as error:
            self._refuse(name, f"{where} {error}.", next_step)
            return unreadable

    def flag(self, name: str) -> bool:
        return self.value(name, flag, FLAGS[name], FLAGS[name])

    def number(self, name: str, default: float) -> float:
        return self.value(name, NUMBERS[name].read, default, default)

    def limits(self) -> Limits:
        """Return the limits; an unreadable one counts as 0, except that an unreadable `keep_usd` is None."""
        job, day, run, project, ask = (self.value(name, NUMBERS[name].read, None, 0.0) for name in LIMITS)
        keep = self.value("keep_usd", NUMBERS["keep_usd"].read, None, None)
        return Limits(job, day, None if run is None else int(run), project, ask, keep)

    def key(self) -> tuple[str, str]:
        """Return the key and its source; the key is empty if it cannot be read or sent."""
        key, source, where = self.written("API_KEY"), "environment", "APIMART_API_KEY"
        if not key:
            source, where = "file", f"The file {self._home / KEY}"
            try:
                key = saved_key(self._home)
            except NotSet as error:
                self._refuse(KEY, error.what, error.next_step)
                return "", source
        hide(key)
        if can_be_sent(key):
            return key, source if key else "none"
        self._refuse(
            KEY,
            f"{where} contains characters that are not allowed in a key.",
            "Copy the key again, without quotes or other characters around it.",
        )
        return "", source

    def base_url(self, sandbox: bool) -> str:
        """Return the base URL. With the sandbox on, the live one is refused, and the default stands for the sandbox."""
        url = (self.written("BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
        reason = _reason_against(url)
        if sandbox and self.written("BASE_URL") and not reason and urlsplit(url).hostname == LIVE_HOST:
            reason = "is the address of the live provider, but APIMART_SANDBOX is on"
        if reason:
            self._refuse("base_url", f"APIMART_BASE_URL {reason}.", "Correct it, then restart ComfyUI.")
            return DEFAULT_BASE_URL
        return url

    def _refuse(self, name: str, what: str, next_step: str) -> None:
        self.problems.append(Problem(name, what, next_step))


def _reason_against(url: str) -> str:
    """Return why the key may not be sent to `url`, worded to follow the variable's name; empty for a valid URL."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_whole = False
    if not is_whole or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        return "must be an https address (http is allowed only for this machine)"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must not contain a user name, password, query or fragment"
    return ""
