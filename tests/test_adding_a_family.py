"""What a family still lacks is said first, all at once, and a new one starts from a skeleton."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import family_gaps
import pytest
from pack import ROOT

NAME, MODELS = "luma_ray_4", "luma-ray-4,luma-ray-4-fast"


def test_no_family_lacks_anything() -> None:
    gaps = family_gaps.all_gaps()
    assert not gaps, "\n".join(["these are missing:", *gaps])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a new family touches."""
    for name in ("flow", "nodes", "sandbox", "workbench", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "web" / "docs", tmp_path / "web" / "docs")
    shutil.copy(ROOT / "__init__.py", tmp_path)
    return tmp_path


def new_family(checkout: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-B", str(checkout / "workbench"), "new-family", NAME, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_a_new_family_gets_a_place_in_every_file_and_a_list_of_what_is_to_be_typed(checkout: Path) -> None:
    status, said = new_family(checkout, "--models", MODELS)
    assert status == 0, said
    touched = said.split()
    for file in touched:
        assert (checkout / file).read_bytes() != ((ROOT / file).read_bytes() if (ROOT / file).exists() else b"")
    status, said = new_family(checkout, "--check")
    assert status == 1
    for file in [file for file in touched if file not in (family_gaps.FROZEN, family_gaps.EXAMPLES)][:-1]:
        assert f"{file}:" in said
    assert "web/docs/APIMartLumaRay4.md: run `python3 dev.py pages`" in said
    assert new_family(checkout, "--models", MODELS)[0] != 0, "it was written over"


def test_a_family_that_does_not_load_is_a_gap(checkout: Path) -> None:
    (checkout / "nodes" / f"{NAME}.py").write_text("FAMILY = (", "utf-8")
    status, said = new_family(checkout, "--check")
    assert status == 1
    assert f"nodes/{NAME}.py: does not load: SyntaxError" in said
