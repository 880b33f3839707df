"""A table of shots is read as people paste it, and every bad row is named with its line before anything runs."""

from __future__ import annotations

import pytest
from apimart.flow.errors import Refused
from apimart.flow.request.shot_list import MOST_ROWS, file_name, read_shots

PLAIN = "name,prompt,seconds\nshot_010,a door,4\nshot_020,a hall,6\n"


def refusal(table: str, rows: str = "", **more: object) -> str:
    with pytest.raises(Refused) as caught:
        read_shots(table, rows, **more)  # type: ignore[arg-type]  # what a test gives
    return str(caught.value)


@pytest.mark.parametrize(
    "table", [PLAIN, PLAIN.replace(",", "\t"), PLAIN.replace(",", ";"), "\ufeff" + PLAIN.replace("\n", "\r\n")]
)
def test_commas_tabs_and_what_a_spreadsheet_writes_are_read_alike(table: str) -> None:
    first, second = read_shots(table).shots
    assert (first.name, first.prompt, first.seconds, first.seed, first.take, first.image) == (
        "shot_010",
        "a door",
        4,
        -1,
        0,
        "",
    )
    assert (second.line, second.prompt) == (3, "a hall")


def test_a_prompt_may_hold_commas_quotes_and_lines() -> None:
    table = 'prompt,seconds\n"A door, ""open"",\nand light",4\nnext,5\n'
    first, second = read_shots(table).shots
    assert first.prompt == 'A door, "open",\nand light'
    assert (first.line, second.line) == (2, 4)


def test_names_of_columns_are_read_in_any_case_and_unknown_ones_are_passed_over() -> None:
    found = read_shots("Prompt,Negative Prompt,Director\na door,fog,somebody\n")
    assert (found.shots[0].negative_prompt, found.passed_over) == ("fog", ("director",))


def test_a_shot_without_a_name_has_its_number() -> None:
    assert [one.name for one in read_shots("prompt\na\nb\n").shots] == ["shot_001", "shot_002"]


def test_rows_are_chosen() -> None:
    table = "prompt\n" + "\n".join("abcdef")
    assert [one.prompt for one in read_shots(table, "1-2, 5").shots] == ["a", "b", "e"]
    for rows in ("0", "7", "3-2", "x", "1,,2", "1-"):
        assert "selects no rows" in refusal(table, rows)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "is empty"),
        ("director\nsomebody\n", "no known column name"),
        ("prompt\n", "no rows below"),
        ("prompt,prompt\na,b\n", "contains prompt more than once"),
        ("prompt,seconds\na\n", "Line 2: it has 1 cells, but there are 2"),
        ("prompt,seconds\na,4,x\n", "Line 2: it has 3 cells"),
        ("prompt,seconds\na,five\n", "Line 2: seconds 'five' is not a whole number from 1 to 600"),
        ("prompt,seed\na,1\n\nb,2.5\n", "Line 4: seed '2.5'"),
        ("prompt,take\na,-1\n", "Line 2: take '-1'"),
        ("prompt,name\n,x\n", "Line 2: it has neither a prompt nor an image"),
        ("prompt\n" + "a\n" * 10_000, f"10000 rows; one run allows {MOST_ROWS}"),
    ],
)
def test_what_cannot_be_read_is_named(table: str, words: str) -> None:
    assert words in refusal(table)


def test_a_missing_image_is_named_with_its_line() -> None:
    said = refusal("prompt,image\na,here.png\nb,gone.png\n", is_there=lambda name: name == "here.png")
    assert "Line 3: the image 'gone.png' is not in the input folder" in said


def test_every_bad_row_is_named_up_to_ten() -> None:
    said = refusal("prompt,seconds\n" + "a,x\n" * 14)
    assert "Line 2:" in said and "Line 11:" in said and "And 4 more." in said


def test_a_few_rows_of_a_long_table_are_read() -> None:
    assert len(read_shots("prompt\n" + "a\n" * 10_000, "9000-9003").shots) == 4


@pytest.mark.parametrize(
    ("project", "name", "path"),
    [
        ("film", "shot_010", "film/shot_010/shot_010"),
        ("", "shot_010", "shot_010/shot_010"),
        ("../../etc", "/root", "_.._etc/_root/_root"),
        ("C:\\film", "a:b", "C_film/a_b/a_b"),
        ("..", "..", ""),
    ],
)
def test_a_name_is_no_way_out_of_the_output_folder(project: str, name: str, path: str) -> None:
    assert file_name(project, name) == path
    assert ".." not in file_name(project, name).split("/")
