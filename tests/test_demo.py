"""The first thing that a newcomer runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pack import ROOT


def demo(*words: str) -> str:
    command = [sys.executable, str(ROOT / "workbench"), "demo", "--seconds", "0.2", *words]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_demo_runs_every_family_and_leaves_clips_with_a_contact_sheet_each(tmp_path: Path) -> None:
    said = demo("--small", "--output", str(tmp_path))
    clips = {file.with_suffix("") for file in tmp_path.rglob("*.mp4")}
    assert clips
    assert clips == {file.with_suffix("") for file in tmp_path.rglob("*.jpg")}
    assert f"{len(clips)} videos" in said
    assert ", 0 charged." in said.splitlines()[-1]


@pytest.mark.live
def test_the_demo_runs_the_example_workflows_in_comfyui(tmp_path: Path) -> None:
    said = demo("--output", str(tmp_path), "--comfyui", os.environ["COMFYUI_PATH"])
    examples = len(list((ROOT / "example_workflows").glob("*.json")))
    assert f"{examples} of {examples} workflows ran" in said
    assert list(tmp_path.rglob("*.mp4"))
