"""The help pages and the reference table say what the declarations say."""

from __future__ import annotations

import re

import pages
import pytest
from journeys import FAMILIES
from pack import ROOT

WRITTEN = pages.pages()
THERE = {path.relative_to(ROOT / pages.DOCS).as_posix() for path in (ROOT / pages.DOCS).rglob("*.md")}
SCHEMA = (ROOT / "flow" / "host" / "schema.py").read_text("utf-8")
NODES = (ROOT / "flow" / "host" / "nodes.py").read_text("utf-8")


def declared_by_hand(node_id: str) -> dict[str, str]:
    """The inputs and outputs of a utility node with their tooltips, read from its class: ComfyUI is not here."""
    body = NODES.partition(f'node_id="{node_id}"')[2].partition("async def execute")[0]
    return dict(re.findall(r'io\.\w+\.(?:Input|Output)\(\s*"(\w+)".*?tooltip="([^"]+)"', body, re.DOTALL))


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_is_what_the_generator_writes(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == WRITTEN[name], "run `python3 dev.py pages`"


def test_every_node_has_one_page_and_every_page_a_node() -> None:
    assert {f"{node_id}.md" for node_id in (*FAMILIES, *pages.UTILITIES)} == THERE


def test_the_utilities_are_the_nodes_that_no_family_makes() -> None:
    named = re.findall(r'node_id="(\w+)",\s+display_name="([^"]+)"', NODES)
    assert dict(named) == pages.UTILITIES


def test_the_outputs_are_those_of_the_schema_in_its_order() -> None:
    said = re.findall(r'io\.\w+\.Output\(\s*"(\w+)".*?tooltip="([^"]+)"', SCHEMA, re.DOTALL)
    assert said == [*pages.OUTPUTS.items()]


def test_take_is_told_as_the_schema_tells_it() -> None:
    assert f'"{pages.TAKE}"' in SCHEMA


@pytest.mark.parametrize("node_id", pages.UTILITIES)
def test_a_page_by_hand_names_every_socket_and_widget_in_the_node_s_words(node_id: str) -> None:
    page = (ROOT / pages.DOCS / f"{node_id}.md").read_text("utf-8")
    rows = {cells[0]: cells[-1] for cells in re.findall(r"^\| `(\w+)` \|(?:.* \|)? (.*) \|$", page, re.MULTILINE)}
    declared = declared_by_hand(node_id)
    outputs = pages.OUTPUTS if node_id == "APIMartCollectJob" else {}
    assert rows == {**declared, **outputs}


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_page_names_every_input_model_and_rule(family) -> None:
    page = WRITTEN[f"{pages.DOCS}/{family.node_id}.md"]
    assert all(f"\n| `{one.id}` |" in page for one in family.inputs)
    assert all(f"`{model}`" in page for model in pages.models_of(family))
    assert page.count("\n- ") == len(family.rules)


def test_no_sentence_of_a_rule_is_left_with_a_hole() -> None:
    assert not [name for name, text in WRITTEN.items() if "{v" in text]


def test_the_seven_kinds_of_error_are_on_every_page() -> None:
    kinds = ["Refused", "NotSet", "Unreachable", "Unknown", "Declined", "Unfinished", "Unreadable"]
    for name, text in WRITTEN.items():
        assert name == pages.REFERENCE or re.findall(r"^\| `([A-Z]\w+)` \|", text, re.MULTILINE) == kinds


def test_what_has_no_price_says_so() -> None:
    assert "| `wan3.0-video-prime` |  | price not known |" in WRITTEN["web/docs/APIMartWan3.md"]
    assert pages.UNKNOWN_BEFORE in WRITTEN["web/docs/APIMartVideo.md"]


def test_the_pages_are_shipped() -> None:
    left_out = (ROOT / ".comfyignore").read_text("utf-8").split()
    assert not {"web", "web/", "web/docs", "web/docs/", "*.md", "MODELS.md"} & {*left_out}
