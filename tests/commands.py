"""The commands of dev.py as a test runs them: in this process, since importing the pack anew takes a second."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import BytesIO, TextIOWrapper
from unittest.mock import patch


def command(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """What `dev.py NAME ...` prints and returns; what it sets in the environment is gone afterwards."""
    printed, said = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    with patch.dict(os.environ), redirect_stdout(printed), redirect_stderr(said):
        code = _ended_with(name, words)
    return subprocess.CompletedProcess([name, *words], code, _text(printed), _text(said))


def _ended_with(name: str, words: tuple[str, ...]) -> int:
    """The exit status, as the interpreter makes it of what a program ends with."""
    try:
        code = import_module(name).main(words)
    except SystemExit as end:
        code = end.code
    if isinstance(code, str):
        print(code, file=sys.stderr)
        return 1
    return int(code or 0)


def _text(written: TextIOWrapper) -> str:
    """As `subprocess` reads a text: every line ends with a line feed."""
    written.flush()
    return written.buffer.getvalue().decode().replace("\r\n", "\n")  # type: ignore[attr-defined]  # it is a BytesIO
