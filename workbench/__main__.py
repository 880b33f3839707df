"""Runs one of dev.py's commands inside its environment: `python workbench COMMAND ...`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

# The sandbox, the ComfyUI server and the loader of the pack are the tests' own.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

if __name__ == "__main__":
    sys.exit(import_module(sys.argv[1]).main(sys.argv[2:]))
