"""Every text of nodes and help pages is there in the four languages, and says the same facts."""

from __future__ import annotations

import json
import re
from collections import Counter

import pages
import phrases
import pytest
from journeys import FAMILIES
from pack import ROOT
from phrases import ENGLISH, FOLDER, LANGUAGES, Language

FIELD = re.compile(r"\{\w*\}")
CODE = re.compile(r"`[^`]*`")
IDENTIFIER = re.compile(r"[A-Za-z]\w*_\w+", re.ASCII)
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
FACTS = (FIELD, CODE, IDENTIFIER, NUMBER)
TRANSLATED = [code for code in LANGUAGES if code != ENGLISH]


def labels(code: str) -> dict:
    return json.loads((ROOT / pages.LOCALES / code / "nodeDefs.json").read_text("utf-8"))


def told(tree: object) -> list[str]:
    """Every text of a tree of labels."""
    return [text for one in tree.values() for text in told(one)] if isinstance(tree, dict) else [str(tree)]


def shape(tree: object) -> object:
    return {key: shape(value) for key, value in tree.items()} if isinstance(tree, dict) else None


def lost(text: str, said: str) -> set[str]:
    """The facts of `text` that `said` does not hold; numbers in words may become figures."""
    return {fact for kind in FACTS for fact in {*kind.findall(text)} - {*kind.findall(said)}}


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_phrase_is_translated(code: str) -> None:
    """That none is missing from the files, and none left over, is held by test_pages.py."""
    language = Language(code)
    assert not [key for key, said in {**language.names, **language.texts}.items() if not said.strip()]
    assert language.stale == {}


@pytest.fixture
def korean(tmp_path, monkeypatch):
    """Writes what phrases/ko.json holds, and says what it holds after it was asked for some texts."""

    def asked(texts, held):
        (tmp_path / "ko.json").write_text(json.dumps(held), "utf-8")
        monkeypatch.setattr(phrases, "FOLDER", tmp_path)
        language = Language("ko")
        for text in texts:
            language.say(text)
        return json.loads(language.written())

    return asked


def test_a_reworded_text_keeps_its_earlier_translation_as_stale_until_it_is_redone(korean):
    old, new, newest = "Ratio of the image.", "Ratio of the video.", "Ratio of every video."
    reworded = korean([new, "Another."], {"texts": {old: "told"}})
    assert reworded["texts"] == {new: "", "Another.": ""}
    assert reworded["stale"] == {new: {"was": old, "said": "told"}}
    assert korean([new], reworded)["stale"] == reworded["stale"]
    assert korean([newest], reworded)["stale"] == {newest: {"was": old, "said": "told"}}
    assert "stale" not in korean([new], {**reworded, "texts": {new: "told anew"}})


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_changes_no_fact(code: str) -> None:
    changed = {text: lost(text, said) for text, said in Language(code).texts.items()}
    assert not {text: facts for text, facts in changed.items() if facts}
    assert not [text for text, said in Language(code).texts.items() if {*FIELD.findall(said)} - {*FIELD.findall(text)}]


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_language_is_its_own(code: str) -> None:
    """Whole sentences are never left in English."""
    copied = [text for text, said in Language(code).texts.items() if said == text and text.endswith(".")]
    copied = [text for text in copied if not text.startswith("JSON: ")]
    assert copied == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_labels_are_there_for_every_node_input_and_output(code: str) -> None:
    assert shape(labels(code)) == shape(labels(ENGLISH))
    assert FAMILIES.keys() < labels(code).keys()


def test_english_names_are_the_api_s_own() -> None:
    shown = labels(ENGLISH)["APIMartKlingOmni"]["inputs"]
    assert shown["images_image_1"]["name"] == "image_1"
    assert shown["shots_prompt_1"]["name"] == "prompt_1"
    grown = re.compile(r"_(?:image|prompt|seconds)_\d$")
    assert all(value["name"] == key for key, value in shown.items() if not grown.search(key))


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_label_holds_a_sign_that_the_page_would_read_as_a_command(code: str) -> None:
    """ComfyUI's translator (vue-i18n) knows links, fields and plurals; before 0.33 a stray sign kept the page white."""
    assert not [text for text in told(labels(code)) if re.search(r"[@{}|]", text)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_node_has_two_inputs_of_one_name(code: str) -> None:
    for node_id, node in labels(code).items():
        names = Counter(shown["name"] for shown in node["inputs"].values())
        assert not [name for name, count in names.items() if count > 1], node_id


def test_the_folder_of_phrases_holds_no_other_language() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(TRANSLATED)
