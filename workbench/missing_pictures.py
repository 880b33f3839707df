"""The pictures that nobody has taken yet: a family is whole without them until somebody with ComfyUI comes by."""

from __future__ import annotations

from collections.abc import Iterable

import pack

LIST = "workbench/missing_pictures.txt"


def listed() -> set[str]:
    """Their paths in the repository, one a line of the list."""
    return {*(pack.ROOT / LIST).read_text("utf-8").split()}


def add(*paths: str) -> None:
    _write(listed() | {*paths})


def taken(path: str) -> None:
    """A picture is there now."""
    _write(listed() - {path})


def _write(paths: Iterable[str]) -> None:
    (pack.ROOT / LIST).write_text("".join(f"{path}\n" for path in sorted(paths)), "utf-8", newline="\n")
