"""Holds a tag against what a release needs: `python workbench/release.py v0.1.0 --notes FILE`; needs Python 3.11."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "publisher-to-be-set"


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tag")
    parser.add_argument("--notes", type=Path, help="where the release's part of the changelog goes")
    told = parser.parse_args(words)
    project, changelog = (ROOT / "pyproject.toml").read_text("utf-8"), (ROOT / "CHANGELOG.md").read_text("utf-8")
    found = problems(told.tag, project, changelog)
    print(*found, sep="\n", file=sys.stderr)
    if told.notes and not found:
        told.notes.write_text(notes(changelog, told.tag.removeprefix("v")), "utf-8")
    return int(bool(found))


def problems(tag: str, project: str, changelog: str) -> list[str]:
    """What stands in the way of publishing `tag`, a sentence each."""
    read = tomllib.loads(project)
    version = read["project"]["version"]
    found = [f"The tag is {tag}, and pyproject.toml says {version}."] if tag != f"v{version}" else []
    if not notes(changelog, version):
        found.append(f"CHANGELOG.md has nothing under '## {version}'.")
    if NOBODY in project:
        found.append(f"pyproject.toml still says '{NOBODY}': set PublisherId, Repository, Icon and Banner.")
    return found


def notes(changelog: str, version: str) -> str:
    """What the changelog says of a version, empty where it says nothing."""
    part = re.search(rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return part[1].strip() if part else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
