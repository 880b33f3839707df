"""What the pack offers: one data file per model family, found by its `FAMILY`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..flow.errors import log
from ..flow.model import Family


def families() -> tuple[Family, ...]:
    """Every family of this folder, in the order of their titles."""
    found = (_family(module.name) for module in iter_modules(__path__))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.title))


def _family(name: str) -> Family | None:
    """The family of one file; a file that fails is named and left out, so that the others still load."""
    try:
        return getattr(import_module(f".{name}", __name__), "FAMILY", None)
    except Exception as error:  # noqa: BLE001  # whatever a data file does wrong
        log.error("nodes/%s.py does not load, its node is missing: %s: %s", name, type(error).__name__, error)
        return None
