"""OpenCV if it can be imported; otherwise a stand-in that raises NotSet with instructions when used."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING, NoReturn

from ..errors import NotSet

__all__ = ["Missing", "cv2", "what_is_missing"]

INSTALL = (
    "Run `pip install --upgrade --force-reinstall --no-deps opencv-python-headless` with ComfyUI's Python, "
    "restart ComfyUI, and queue again."
)


class Missing:
    """Stands in for OpenCV: every attribute raises NotSet, which says what to install."""

    def __init__(self, reason: Exception) -> None:
        self.reason = " ".join(str(reason).split())[:200] or type(reason).__name__

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: object, **options: object) -> NoReturn:
        raise NotSet(f"OpenCV cannot be loaded here ({self.reason}).", next_step=INSTALL)


def what_is_missing() -> str:
    """Why OpenCV cannot be used, and what to install; empty if it can be used."""
    return f"OpenCV cannot be loaded here ({cv2.reason}). {INSTALL}" if isinstance(cv2, Missing) else ""


@contextmanager
def _quietly() -> Iterator[None]:
    """NumPy prints a traceback for a module that was built against another NumPy, which the error says, too."""
    with redirect_stderr(StringIO()), _without_loader_warnings():
        yield


@contextmanager
def _without_loader_warnings(platform: str = sys.platform) -> Iterator[None]:
    """macOS warns of each class that the FFmpeg of OpenCV and that of PyAV both bring; both are used apart."""
    if platform != "darwin":
        yield
        return
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)


if TYPE_CHECKING:
    import cv2
else:
    try:
        with _quietly():
            import cv2
    except Exception as error:  # noqa: BLE001 - a missing libGL, two wheels in one folder, another NumPy: all differ
        cv2 = Missing(error)
