"""Runs one of dev.py's commands inside its environment: `python workbench COMMAND ...`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

# The loader of the pack, the sandbox and the ComfyUI server are the tests' own.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

if __name__ == "__main__":
    import_module("pack").load()
    sys.exit(import_module(sys.argv[1]).main(sys.argv[2:]))
