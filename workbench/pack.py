"""Loads the pack the way ComfyUI loads a custom node: by its file, under a name of the loader's choice."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent


def load(name: str = "apimart") -> ModuleType:
    """The pack as package `name`, loaded once; its folder never goes on sys.path, where `nodes` is ComfyUI's."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def link(place: Path) -> Path:
    """A link at `place` to the pack's folder; on Windows a junction, which asks for no rights."""
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateJunction(str(ROOT), str(place))
    else:
        place.symlink_to(ROOT, target_is_directory=True)
    return place
