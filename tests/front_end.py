"""Front ends of ComfyUI other than the one it would serve, from PyPI."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "comfyui-frontend-package"
# Inside the environment that dev.py makes, so that nothing else on the machine is touched.
KEPT = Path(sys.prefix) / "front-ends"


def front_end(version: str) -> Path:
    """The folder that main.py takes as --front-end-root; downloaded once. `newest` asks PyPI each time.

    Raises RuntimeError with pip's words where there is no such version.
    """
    kept = KEPT / version
    if version == "newest" or not kept.is_dir():
        KEPT.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as folder:
            wheel = _downloaded(version, Path(folder))
            kept = KEPT / wheel.name.split("-")[1]
            _unpack(wheel, kept)
    return kept / "comfyui_frontend_package" / "static"


def _downloaded(version: str, folder: Path) -> Path:
    requirement = PACKAGE if version == "newest" else f"{PACKAGE}=={version}"
    words = ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(folder), requirement]
    done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"pip found no front end {version}:\n{done.stderr}")
    return next(folder.glob("*.whl"))


def _unpack(wheel: Path, kept: Path) -> None:
    """Under its name only as a whole; another process may have been faster."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(wheel.parent / "unpacked")
    if not kept.is_dir():
        (wheel.parent / "unpacked").rename(kept)
