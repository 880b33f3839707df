"""The help pages and the reference table say what the declarations say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import help_pages
import missing_pictures
import pages
import pytest
from apimart import nodes
from apimart.flow.catalogue import models_of
from journeys import FAMILIES
from pack import ROOT
from phrases import ENGLISH, LANGUAGES
from PIL import Image

UTILITIES = nodes.utilities()
WRITTEN = pages.pages()
THERE = {path.relative_to(ROOT).as_posix() for path in (ROOT / pages.DOCS).rglob("*.md")}


def test_the_pages_are_what_the_generator_writes() -> None:
    stale = [name for name, text in WRITTEN.items() if (ROOT / name).read_text("utf-8") != text]
    assert not stale, "run `python3 dev.py pages`"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout")
def test_what_is_written_is_marked_as_generated_and_nothing_else() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ask = ["git", "check-attr", "--stdin", "linguist-generated"]
    said = subprocess.run(ask, cwd=ROOT, input=listed, capture_output=True, text=True, check=True).stdout
    marked = {line.split(": ")[0] for line in said.splitlines() if line.endswith(": set")}
    # A person fills the phrases in.
    assert marked == {name for name in WRITTEN if not name.startswith(pages.PHRASES)}


def test_every_node_has_a_page_in_every_language_and_every_page_a_node() -> None:
    node_ids = [*FAMILIES, *(one.node_id for one in UTILITIES)]
    endings = [".md", *(f"/{code}.md" for code in LANGUAGES if code != ENGLISH)]
    assert {f"{pages.DOCS}/{node_id}{ending}" for node_id in node_ids for ending in endings} == THERE


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_page_names_every_input_model_and_rule(family) -> None:
    page = WRITTEN[f"{pages.DOCS}/{family.node_id}.md"]
    assert all(f"\n| `{one.id}` |" in page for one in family.inputs)
    assert all(f"`{model}`" in page for model in models_of(family))
    assert page.count("\n- ") == len(family.rules)


@pytest.mark.parametrize("node_id", [*FAMILIES, *(one.node_id for one in UTILITIES)])
def test_every_page_shows_its_node(node_id: str) -> None:
    if f"{pages.DOCS}/{help_pages.PICTURES}/{node_id}.webp" in missing_pictures.listed():
        pytest.skip("its picture is on the list of what is missing")
    link = f"]({help_pages.PICTURES}/{node_id}.webp)"
    shown = [name for name, text in WRITTEN.items() if name.startswith(f"{pages.DOCS}/{node_id}") and link in text]
    assert len(shown) == len(LANGUAGES)
    file = ROOT / pages.DOCS / help_pages.PICTURES / f"{node_id}.webp"
    assert file.exists(), f"run `python3 dev.py pictures {node_id}`"
    assert file.stat().st_size <= 20_000
    with Image.open(file) as picture:
        assert picture.format == "WEBP"


def test_nothing_is_written_while_a_declaration_does_not_load(tmp_path: Path) -> None:
    for name in ("flow", "nodes", "workbench"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "__init__.py", tmp_path)
    (tmp_path / "nodes" / "luma_ray_4.py").write_text("FAMILY = (", "utf-8")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    command = [sys.executable, "-B", str(tmp_path / "workbench"), "pages"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nodes/luma_ray_4.py: SyntaxError" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")} == before
    assert not (tmp_path / "web").exists()


def test_no_picture_is_left_over_and_none_is_listed_as_missing_that_is_there() -> None:
    there = {file.stem for file in (ROOT / pages.DOCS / help_pages.PICTURES).iterdir()}
    assert there <= {*FAMILIES, *(one.node_id for one in UTILITIES)}
    assert not [path for path in missing_pictures.listed() if (ROOT / path).exists()]


def test_no_sentence_of_a_rule_is_left_with_a_hole() -> None:
    assert not [name for name, text in WRITTEN.items() if "{v." in text]


def test_every_kind_of_error_is_on_every_page_in_words() -> None:
    kinds = [(kind.__doc__ or "").split("\n")[0] for kind in help_pages.kinds_of_error()]
    assert len(kinds) == 7
    for node_id in FAMILIES:
        table = WRITTEN[f"{pages.DOCS}/{node_id}.md"].split("## When something goes wrong")[1].split("##")[0]
        assert re.findall(r"^\| ([A-Z][^|]+) \|", table, re.MULTILINE) == kinds
        assert not re.search(r"\b(NotSet|Unreachable|Unfinished|Unreadable)\b|`(Refused|Unknown|Declined)`", table)


@pytest.mark.parametrize(
    ("node_id", "row"),
    [
        ("APIMartVeo31", "| `veo3.1-fast-official` | 720p with audio | 0.08 | second |"),
        ("APIMartVeo31Channel", "| `veo3.1-fast` | 720p, 1080p | 0.14 | video |"),
        ("APIMartVeo31Extend", "| `veo3.1-fast` | 4k | 0.64 | video |"),
        ("APIMartKling3", "| `kling-v3` | std with audio | 0.1008 | second |"),
        ("APIMartKlingOmni", "| `kling-v3-omni` | pro with a video input | 0.1344 | second |"),
        ("APIMartGeminiOmni", "| `Omni-Flash-Ext` | 720p for 4 s | 0.25 | video |"),
        ("APIMartGeminiOmni", "| `Omni-Flash-Ext` | 720p with a video input | 0.08 | second |"),
        ("APIMartMiniMaxH3", "| `MiniMax-H3` | input images beyond 5 | 0.02288 | image |"),
        ("APIMartMiniMaxH3Upscale", "| `MiniMax-H3-Regeneration` | all settings | 0.03432 | second |"),
    ],
)
def test_prices_are_listed_by_the_settings_of_the_node(node_id: str, row: str) -> None:
    assert f"\n{row}\n" in WRITTEN[f"{pages.DOCS}/{node_id}.md"]


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_no_price_is_listed_by_the_raw_name_of_its_row(family) -> None:
    costs = WRITTEN[f"{pages.DOCS}/{family.node_id}.md"].split("## What it costs")[1].split("##")[0]
    listed = [line.split(" | ")[1] for line in costs.splitlines() if line.startswith("| `")]
    assert not [
        words for words in listed if re.search(r"default|extend|_|-(audio|sound|video)|\d+s$", words, re.IGNORECASE)
    ]


def test_what_has_no_price_says_so() -> None:
    assert help_pages.UNKNOWN_BEFORE in WRITTEN["web/docs/APIMartMiniMaxH3Upscale.md"]
    assert help_pages.UNKNOWN_BEFORE in WRITTEN["web/docs/APIMartVideo.md"]


def test_a_retired_model_is_marked_with_the_nearest_living_one() -> None:
    page = WRITTEN["web/docs/APIMartGeminiOmniOfficial.md"]
    assert "> **Retired** `gemini-omni-flash-preview`: " in page
    assert page.split("> **Retired**")[1].split("\n")[0].endswith("not retired: `gemini-omni-1.1-flash`.")
    assert "~~`gemini-omni-flash-preview`~~ **retired**; nearest: `gemini-omni-1.1-flash`" in WRITTEN[pages.REFERENCE]
    assert "~~`sora-2`~~ **retired**<br>" in WRITTEN[pages.REFERENCE]


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_only_retired_models_are_marked(family) -> None:
    page = WRITTEN[f"{pages.DOCS}/{family.node_id}.md"]
    assert page.count("> **Retired**") == len({*family.retired.values()})
    marked = [model for model in models_of(family) if f"~~`{model}`~~" in WRITTEN[pages.REFERENCE]]
    assert marked == [*family.retired]


def test_the_pages_are_shipped() -> None:
    left_out = (ROOT / ".comfyignore").read_text("utf-8").split()
    assert not {"web", "web/", "web/docs", "web/docs/", "*.md", "MODELS.md"} & {*left_out}
