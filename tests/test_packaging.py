"""What is shipped, and that each of its facts is said the same everywhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from pack import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomllib", reason="tomllib came with Python 3.11")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def requirements(file: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    return [line for line in lines if line]


def test_manager_and_registry_install_the_same() -> None:
    assert requirements(ROOT / "requirements.txt") == PROJECT["project"]["dependencies"]


def test_nothing_is_pinned_and_what_comfyui_brings_is_not_listed() -> None:
    listed = PROJECT["project"]["dependencies"]
    assert all(re.fullmatch(r"[a-z0-9-]+", one) for one in listed)
    assert not {"torch", "av", "sqlalchemy", "comfyui"} & set(listed)


def test_the_tests_have_what_the_pack_requires() -> None:
    here = requirements(ROOT / "workbench" / "requirements.txt")
    assert {*here} >= set(PROJECT["project"]["dependencies"])


def test_the_registry_can_take_it() -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", PROJECT["project"]["name"])
    assert "comfyui" not in PROJECT["project"]["name"].lower()
    assert re.fullmatch(r"\d+\.\d+\.\d+", PROJECT["project"]["version"])
    assert (ROOT / PROJECT["project"]["license"]["file"]).is_file()
    assert PROJECT["tool"]["comfy"]["PublisherId"]
    assert PROJECT["tool"]["comfy"]["requires-comfyui"] == ">=0.15.0"


def test_what_only_developers_need_stays_out_of_the_archive() -> None:
    left_out = requirements(ROOT / ".comfyignore")
    assert {"tests/", "workbench/", "benchmarks/", "dev.py", ".ci/", ".github/"} <= set(left_out)


def test_the_live_workflow_knows_the_floor() -> None:
    floor = PROJECT["tool"]["comfy"]["requires-comfyui"].removeprefix(">=")
    assert f"v{floor}" in (ROOT / ".github" / "workflows" / "live.yml").read_text("utf-8")
