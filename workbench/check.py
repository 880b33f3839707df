"""Ruff, mypy --strict over the pack, mypy over what tests and benchmarks annotate, and the words that texts avoid."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pack
import wording

STRICT = ("__init__.py", "dev.py", "flow", "nodes", "sandbox", "workbench")
ANNOTATED = ("tests", "benchmarks")


def main(words: Sequence[str]) -> int:
    """Every check, so that one run names everything; 0 when all of them passed."""
    if words:
        sys.exit("check takes no arguments")
    results = [
        _run("ruff", "check", cwd=pack.ROOT),
        _run("ruff", "format", "--check", cwd=pack.ROOT),
        _mypy("strict", STRICT),
        _mypy("annotated", ANNOTATED),
        _wording(),
    ]
    return int(any(results))


def _wording() -> int:
    print("wording", flush=True)
    faults = wording.faults(pack.ROOT)
    print("\n".join(faults) or "No avoided word in any text or name.")
    return int(bool(faults))


def _mypy(how: str, parts: Sequence[str]) -> int:
    """The pack's folder may have any name, so mypy sees it through a link named as the tests name it."""
    with tempfile.TemporaryDirectory() as folder:
        linked = pack.link(Path(folder) / "apimart")
        bases = [folder, *(str(linked / part) for part in ("tests", "workbench", "benchmarks"))]
        options = ["--config-file", "apimart/pyproject.toml", "--cache-dir", str(pack.ROOT / ".mypy_cache" / how)]
        strict = ["--strict"] if how == "strict" else []
        sources = [f"apimart/{part}" for part in parts if _has_python(pack.ROOT / part)]
        return _run("mypy", *options, *strict, *sources, cwd=Path(folder), MYPYPATH=os.pathsep.join(bases))


def _has_python(part: Path) -> bool:
    return part.is_file() or any(part.glob("*.py"))


def _run(tool: str, *words: str, cwd: Path, **environment: str) -> int:
    print(f"{tool} {' '.join(words)}", flush=True)
    return subprocess.run([sys.executable, "-m", tool, *words], cwd=cwd, env={**os.environ, **environment}).returncode
