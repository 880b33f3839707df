"""Validation of each setting, shared by the environment, the saved file and the settings panel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from ..model import Json, project_name

HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.ASCII)
# Languages in which the provider can report task errors; the pack itself is translated into four of them.
# Source: https://docs.apimart.ai/en/api-reference/tasks/status, September 2026.
LANGUAGES = ("en", "zh", "ja", "ko", "ru", "fr", "de", "id", "pt", "es")
YES = ("1", "true", "yes", "y", "on")
NO = ("0", "false", "no", "n", "off")


@dataclass(frozen=True)
class Number:
    """A range of numbers from `least` to `most`, inclusive; `whole` allows integers only."""

    least: int
    most: int
    whole: bool = False

    def __str__(self) -> str:
        return f"a {'whole ' if self.whole else ''}number from {self.least} to {self.most}"

    def allows(self, value: float) -> bool:
        """Return whether `value` is allowed; False for NaN and infinities."""
        return self.least <= value <= self.most and not (self.whole and value % 1)

    def read(self, value: Json) -> float:
        """Return a JSON number or numeric string as a float. Raises ValueError, worded to follow the setting's name."""
        found = nan if isinstance(value, bool) else _number(value)
        if not self.allows(found):
            raise ValueError(f"must be {self}")
        return float(found)


FLAGS: Mapping[str, bool] = {
    "sandbox": False,
    "media_delete": False,
    "public_hosts_agreed": False,
    "probe_video_url": True,
}
NUMBERS: Mapping[str, Number] = {
    "limit_usd_per_job": Number(0, 1_000_000),
    "limit_usd_per_day": Number(0, 1_000_000),
    "limit_purchases_per_run": Number(0, 1_000_000, whole=True),
    "limit_usd_per_project": Number(0, 1_000_000),
    "ask_above_usd": Number(0, 1_000_000),
    "keep_usd": Number(0, 1_000_000),
    "wait_seconds": Number(1, 1_000_000),
    "jobs_at_once": Number(1, 10_000, whole=True),
}


def flag(value: Json) -> bool:
    """Return a JSON flag, or a word for one in any case. Raises ValueError, worded to follow the setting's name."""
    word = str(value).strip().lower()
    if word not in (*YES, *NO):
        raise ValueError(f"must be {_choice(YES)}, or {_choice(NO)}")
    return word in YES


def language(value: Json) -> str:
    """Return one of `LANGUAGES`. Raises ValueError, worded to follow the setting's name."""
    code = str(value).strip().lower()
    if code not in LANGUAGES:
        raise ValueError(f"must be {_choice(LANGUAGES)}")
    return code


def hosts(value: Json) -> tuple[str, ...]:
    """Return the host names of a comma-separated list. Raises ValueError, worded to follow the setting's name."""
    names = tuple(one.strip().lower() for one in text(value).split(",") if one.strip())
    if not all(HOST.fullmatch(name) for name in names):
        raise ValueError("must be a comma-separated list of host names, for example clips.example.com, *.example.com")
    return names


def text(value: Json) -> str:
    """Return a text, stripped. Raises ValueError, worded to follow the setting's name."""
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value.strip()


def project(value: Json) -> str:
    """Return the name of a project. Raises ValueError, worded to follow the setting's name."""
    return project_name(text(value))


def _number(value: Json) -> float:
    try:
        return value if isinstance(value, (int, float)) else float(value) if isinstance(value, str) else nan
    except ValueError:
        return nan


def _choice(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
