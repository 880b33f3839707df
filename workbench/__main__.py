"""Runs one of dev.py's commands inside its environment: `python workbench COMMAND ...`."""

from __future__ import annotations

import sys
from importlib import import_module

import pack

if __name__ == "__main__":
    pack.load()
    sys.exit(import_module(sys.argv[1].replace("-", "_")).main(sys.argv[2:]))
