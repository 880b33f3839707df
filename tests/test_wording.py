"""Texts that people read use ComfyUI's words, and the check names what does not, with the better word."""

from __future__ import annotations

from pathlib import Path

import pytest
import wording
from pack import ROOT


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_no_text_of_the_pack_holds_an_avoided_word() -> None:
    assert wording.faults(ROOT) == []


def test_a_fault_names_the_file_the_line_and_the_better_word(tmp_path: Path) -> None:
    write(tmp_path, "nodes/luma.py", 'HELP = (\n    "The picture the video "\n    "starts with."\n)\n')
    write(tmp_path, "docs/farm.md", "One ledger.\nIt knows what was bought.\n")
    assert wording.faults(tmp_path) == [
        "nodes/luma.py:2: 'picture' in a text; better: image",
        "docs/farm.md:2: 'bought' in a text; better: purchase, charge or already paid",
    ]


def test_a_private_word_in_a_name_is_a_fault(tmp_path: Path) -> None:
    write(
        tmp_path, "flow/tongues.py", "class NewsGate:\n    def unwanted(self, desk):\n        self.books = voices = 1\n"
    )
    assert words_of(tmp_path) == ["tongues", "news", "gate", "desk", "books", "voices"]


def words_of(root: Path) -> list[str]:
    return [fault.split("'")[1] for fault in wording.faults(root)]


def test_what_an_f_string_says_counts(tmp_path: Path) -> None:
    write(tmp_path, "flow/media/fit.py", 'SAID = f"The clip of {seconds} s."\n')
    assert words_of(tmp_path) == ["clip"]


@pytest.mark.parametrize(
    "source",
    [
        '"""The clip."""\n',
        'def f():\n    """A clip as it is bought."""\n',
        'ID = "clip_url"\n',
        'ID = "sounds"\n',
        'HELP = "Optional: connect `the clip` or clip_url."\n',
        'STATE = "declared not bought"\n',
    ],
    ids=["module", "function", "name", "input", "code", "ledger"],
)
def test_docstrings_names_and_recorded_values_are_no_texts(source: str, tmp_path: Path) -> None:
    write(tmp_path, "nodes/luma.py", source)
    assert wording.faults(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("with sound", "audio"),
        ("Take last_frame away.", "disconnect or remove"),
        ("They exclude each other.", "cannot be combined with"),
        ("The model needs an image.", "requires"),
        ("Billed by the seconds asked for.", "requested"),
        ("Queue the same graph again.", "workflow"),
    ],
)
def test_the_words_of_the_list_are_found(text: str, better: str) -> None:
    assert [one for _, one in wording.avoided(text)] == [better]
