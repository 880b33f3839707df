"""The design, held by reading the imports: what may know what, and which library has which owner."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from pack import ROOT

pytestmark = pytest.mark.xdist_group("architecture")  # each file is parsed once

ORDER = (
    "errors",
    "files",
    "stopping",
    "single_flight",
    "model",
    "settings",
    "wire",
    "ledger",
    "media",
    "prices",
    "catalogue",
    "request",
    "publish",
    "jobs",
    "host",
)
OWNERS = {
    "requests": ["wire"],
    "urllib3": ["wire"],
    "sqlalchemy": ["ledger"],
    "psycopg": ["ledger"],
    "cv2": ["media"],
    "PIL": ["media"],
    "av": ["media"],
    "fsspec": ["publish"],
    "torch": ["host"],
    "comfy": ["host"],
    "comfy_api": ["host"],
    "comfy_execution": ["host"],
    "folder_paths": ["host"],
    "server": ["host"],
    "aiohttp": ["host"],
}
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
MOST_LINES = 40
HEAVY = ("cv2", "av", "numpy", "PIL", "requests", "sqlalchemy", "fsspec", "torch")


@dataclass(frozen=True)
class Import:
    """One import: the module that says it, the dotted name it reaches from the pack's root or outside, its line."""

    file: str
    line: int
    name: str
    is_ours: bool

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.name}"


def python_files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


PACK = [ROOT / "__init__.py", *python_files("flow", "nodes")]
EVERYTHING = [*PACK, ROOT / "dev.py", *python_files("sandbox", "workbench", "benchmarks", "tests")]


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


@cache
def imports(file: Path) -> tuple[Import, ...]:
    """Every import of a file, wherever it stands; relative ones as dotted names from the pack's root."""
    return tuple(found_imports(file))


def found_imports(file: Path) -> Iterator[Import]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield Import(place(file), node.lineno, one.name, False)
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                yield from_import(file, node, one.name)


def from_import(file: Path, node: ast.ImportFrom, what: str) -> Import:
    if not node.level:
        return Import(place(file), node.lineno, node.module or "", False)
    package = file.relative_to(ROOT).parts[:-1]
    above = package[: len(package) - node.level + 1]
    return Import(place(file), node.lineno, ".".join([*above, *filter(None, [node.module]), what]), True)


def stage(dotted: str) -> str:
    """The stage of the journey that a module of flow/ belongs to: a folder counts as one stage."""
    return dotted.split(".")[1]


def stage_of_file(file: Path) -> str:
    return file.relative_to(ROOT / "flow").parts[0].removesuffix(".py")


def breaches(found: Iterator[Import] | list[Import]) -> list[str]:
    return [str(one) for one in found]


def flow_files() -> list[Path]:
    return [file for file in python_files("flow") if file != ROOT / "flow" / "__init__.py"]


def test_every_stage_of_the_journey_has_its_place_in_the_order() -> None:
    assert {stage_of_file(file) for file in flow_files()} == set(ORDER)


def test_a_stage_imports_only_what_stands_before_it() -> None:
    ours = [(file, one) for file in flow_files() for one in imports(file) if one.is_ours]
    assert not breaches([one for _, one in ours if not one.name.startswith("flow.")])
    assert not breaches([one for file, one in ours if ORDER.index(stage(one.name)) > ORDER.index(stage_of_file(file))])


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_has_one_owner(library: str) -> None:
    users = [(file, one) for file in PACK for one in imports(file) if not one.is_ours and one.package == library]
    strangers = [one for file, one in users if "flow" not in file.parts or stage_of_file(file) not in OWNERS[library]]
    assert not breaches(strangers)


def test_what_we_offer_imports_only_the_vocabulary_and_what_stands_beside_it() -> None:
    offered = [file for file in python_files("nodes") if file.name != "__init__.py"]
    found = [one for file in offered for one in imports(file)]
    assert offered
    assert not breaches([one for one in found if not one.name.startswith(("flow.model.", "nodes.", "__future__"))])


def test_nobody_but_the_door_imports_the_families() -> None:
    others = [file for file in PACK if file.parent != ROOT / "nodes" and file != ROOT / "__init__.py"]
    assert not breaches([one for file in others for one in imports(file) if one.is_ours and one.package == "nodes"])


def test_nobody_imports_the_sandbox_and_it_imports_nobody() -> None:
    strangers = [file for file in EVERYTHING if ROOT / "sandbox" not in file.parents]
    assert not breaches([one for file in strangers for one in imports(file) if one.package == "sandbox"])
    own = [one for file in python_files("sandbox") for one in imports(file)]
    assert not breaches([one for one in own if one.package in ("apimart", "flow", "nodes")])
    assert not breaches([one for one in own if one.is_ours and one.package != "sandbox"])


def test_the_door_imports_only_when_it_is_opened() -> None:
    door = tree(ROOT / "__init__.py")
    assert not [node.lineno for node in door.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def test_the_pack_imports_itself_relatively() -> None:
    found = [one for file in PACK for one in imports(file) if not one.is_ours]
    assert not breaches([one for one in found if one.package in ("apimart", "flow", "nodes")])


def test_a_module_says_in_a_line_what_it_is() -> None:
    said = {place(file): (ast.get_docstring(tree(file)) or "").partition("\n")[0] for file in EVERYTHING}
    assert not {file: line for file, line in said.items() if not line.endswith((".", ":", "`"))}


def test_a_module_is_plain_ascii() -> None:
    assert not [place(file) for file in EVERYTHING if not file.read_bytes().isascii()]


def test_a_function_can_be_read_without_scrolling() -> None:
    lines = {
        f"{place(file)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file in EVERYTHING
        for node in ast.walk(tree(file))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    # A schema is one value said at length.
    assert not {name: length for name, length in lines.items() if length > MOST_LINES and "define_schema" not in name}


def test_modules_are_nouns_of_the_trade() -> None:
    assert not [place(file) for file in EVERYTHING if {file.stem, file.parent.name} & NO_NAMES]


def test_opening_the_door_loads_nothing_heavy() -> None:
    opened = "import sys, pack; pack.load(); print(*(name for name in sys.argv[1:] if name in sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", opened, *HEAVY], cwd=ROOT / "workbench", capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == []


def test_knowing_the_families_loads_nothing_heavy() -> None:
    opened = (
        "import sys, pack; pack.load(); from apimart import nodes; assert nodes.families();"
        "print(*(name for name in sys.argv[1:] if name in sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", opened, *HEAVY], cwd=ROOT / "workbench", capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == []


def test_no_plugin_replaces_the_fixture_of_another() -> None:
    """Plugins reach every test collected after them, so that of two fixtures with one name the order would choose."""
    defined = [
        node.name
        for file in Path(__file__).parent.glob("*_fixtures.py")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef) and any("fixture" in ast.unparse(one) for one in node.decorator_list)
    ]
    assert len(defined) > 10
    assert sorted(defined) == sorted(set(defined))
