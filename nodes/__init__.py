"""The nodes of the pack: one data file each, with a `FAMILY` (model node) or a `UTILITY` (free of charge)."""

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
    """Every node of this folder that is free of charge, in the order of their titles."""
    found: Iterator[Utility] = (file.UTILITY for file in _files() if hasattr(file, "UTILITY"))
    return tuple(sorted(found, key=lambda one: one.title))


def faults() -> dict[str, str]:
    """Why a file of this folder does not load, by its module's name; empty when all of them load."""
    return {name: file for name, file in _tried().items() if isinstance(file, str)}


def _files() -> list[ModuleType]:
    return [file for file in _tried().values() if isinstance(file, ModuleType)]


@cache
def _tried() -> dict[str, ModuleType | str]:
    return {one.name: _loaded(one.name) for one in iter_modules(__path__)}


def _loaded(name: str) -> ModuleType | str:
    """One file; the reason for one that fails, which is logged and left out, so that the others still load."""
    try:
        return import_module(f".{name}", __name__)
    except Exception as error:  # noqa: BLE001  # whatever a data file does wrong
        reason = f"{type(error).__name__}: {error}"
        log.error("nodes/%s.py does not load, its node is missing: %s", name, reason)
        return reason
