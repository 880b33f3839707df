"""The allowed value closest to one that is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ?[ps]?", re.ASCII | re.IGNORECASE)
RATIO = re.compile(r"(\d+):(\d+)", re.ASCII)
LINES = {"2k": 1440.0, "4k": 2160.0}


def nearest_option(value: Any, options: Sequence[str | int]) -> str | int:
    """The closest option to `value`: by number, resolution or aspect ratio if both are one, else by spelling.

    The first option where nothing is alike. `options` must not be empty.
    """
    size = _size(value)
    if size is not None:
        sized = [(abs(found - size), one) for one in options if (found := _size(one)) is not None]
        if sized:
            return min(sized, key=lambda pair: pair[0])[1]
    names = {str(one): one for one in options}
    alike = get_close_matches(str(value), names, n=1, cutoff=0.0)
    return names[alike[0]] if alike else options[0]


def nearest_number(value: float, minimum: int, maximum: int) -> int:
    """The whole number from `minimum` to `maximum` that is nearest to `value`."""
    return int(min(max(value, minimum), maximum))


def _size(value: Any) -> float | None:
    """A number for what can be compared: 25, "1080p", "4K", "16:9"; None for anything else."""
    if isinstance(value, (int, float)):
        return float(value)
    ratio = RATIO.fullmatch(str(value))
    if ratio and int(ratio[2]):
        return int(ratio[1]) / int(ratio[2])
    amount = AMOUNT.fullmatch(str(value))
    return LINES.get(str(value).lower(), float(amount[1]) if amount else None)
