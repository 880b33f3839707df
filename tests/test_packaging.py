"""What is shipped, and that each of its facts is said the same everywhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from archive import MOST_BYTES, shipped, write_archive
from icon import BANNER, ICON
from pack import ROOT
from PIL import Image

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomllib", reason="tomllib came with Python 3.11")

from release import notes, problems

needs_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git checkout")
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


@needs_git
def test_what_only_developers_need_stays_out_of_the_archive() -> None:
    tops = {name.partition("/")[0] for name in shipped()}
    assert tops == {
        *("__init__.py", "flow", "nodes", "sandbox", "web", "locales", "example_workflows", "pictures"),
        *("pyproject.toml", "requirements.txt", "README.md", "MODELS.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"),
        "docs",
    }


@needs_git
def test_what_a_person_needs_is_in_the_archive() -> None:
    names = set(shipped())
    examples = {file.name for file in (ROOT / "example_workflows").iterdir()}
    assert {f"example_workflows/{name}" for name in examples} <= names
    assert {
        "__init__.py",
        "sandbox/__main__.py",
        "flow/prices.json",
        "sandbox/models.json",
        "locales/ko/nodeDefs.json",
    } <= names
    assert {name.removeprefix("web/js/") for name in names if name.endswith(".js")} >= {"apimart.js", "comfyui.js"}


@needs_git
def test_the_archive_is_small(tmp_path: Path) -> None:
    write_archive(tmp_path / "archive.zip", shipped())
    assert (tmp_path / "archive.zip").stat().st_size < MOST_BYTES


def test_the_icon_and_the_banner_have_the_shape_that_the_registry_asks_for() -> None:
    for name, size in (("icon", ICON), ("banner", BANNER)):
        with Image.open(ROOT / "pictures" / f"{name}.png") as picture:
            assert picture.size == size
        assert PROJECT["tool"]["comfy"][name.capitalize()].endswith(f"/pictures/{name}.png")
    assert ICON[0] == ICON[1] <= 400
    assert BANNER[0] * 9 == BANNER[1] * 21


RELEASE = """[project]
version = "1.2.3"
[tool.comfy]
PublisherId = "somebody"
"""


def test_a_tag_is_published_when_version_changelog_and_publisher_agree() -> None:
    changelog = "# Changelog\n\n## 1.2.3 - 2026-12-01\n\nA first line.\n\n## 1.2.2\n\nOld.\n"
    assert problems("v1.2.3", RELEASE, changelog) == []
    assert notes(changelog, "1.2.3") == "A first line."


@pytest.mark.parametrize(
    ("tag", "project", "changelog", "wrong"),
    [
        ("v1.2.4", RELEASE, "## 1.2.3\nnew", "The tag is v1.2.4"),
        ("v1.2.3", RELEASE, "## Unreleased\nnew", "nothing under '## 1.2.3'"),
        ("v1.2.3", RELEASE, "## 1.2.3\n\n## 1.2.2\nold", "nothing under '## 1.2.3'"),
        ("v1.2.3", RELEASE.replace("somebody", "publisher-to-be-set"), "## 1.2.3\nnew", "set PublisherId"),
    ],
)
def test_a_tag_that_is_not_ready_is_not_published(tag: str, project: str, changelog: str, wrong: str) -> None:
    [problem] = problems(tag, project, changelog)
    assert wrong in problem


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: str(file.stem))
def test_a_workflow_pins_what_it_uses_and_may_only_read(workflow: Path) -> None:
    text = workflow.read_text("utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) and " # v" in said for action, said in used)
    assert text.count("persist-credentials: false") == text.count("actions/checkout@")
    assert re.findall(r"^permissions:\n((?:  .*\n)+)", text, re.MULTILINE) == ["  contents: read\n"]


def test_the_live_workflow_knows_the_floor() -> None:
    floor = PROJECT["tool"]["comfy"]["requires-comfyui"].removeprefix(">=")
    assert f"v{floor}" in (ROOT / ".github" / "workflows" / "live.yml").read_text("utf-8")
