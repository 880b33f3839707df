"""What the pack offers: one data file per node, a model family's `FAMILY` or a `UTILITY` that buys nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ..flow.errors import log
from ..flow.model import Family, Utility


def families() -> tuple[Family, ...]:
    """Every family of this folder, in the order of their titles."""
    found: Iterator[Family] = (file.FAMILY for file in _files() if hasattr(file, "FAMILY"))
    return tuple(sorted(found, key=lambda one: one.title))


def utilities() -> tuple[Utility, ...]:
    """Every node of this folder that buys nothing, in the order of their titles."""
    found: Iterator[Utility] = (file.UTILITY for file in _files() if hasattr(file, "UTILITY"))
    return tuple(sorted(found, key=lambda one: one.title))


@cache
def _files() -> tuple[ModuleType, ...]:
    return tuple(file for one in iter_modules(__path__) for file in _loaded(one.name))


def _loaded(name: str) -> Iterator[ModuleType]:
    """One file, if it loads; one that fails is named and left out, so that the others still load."""
    try:
        yield import_module(f".{name}", __name__)
    except Exception as error:  # noqa: BLE001  # whatever a data file does wrong
        log.error("nodes/%s.py does not load, its node is missing: %s: %s", name, type(error).__name__, error)
