"""Parses a shot list pasted from a spreadsheet: one row per shot, column names in the first row."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO

from ..errors import Refused

MOST_ROWS = 200  # of one run
MOST_PROBLEMS = 10  # that are named at once
TEXTS = ("name", "prompt", "negative_prompt", "image")
NUMBERS = {"seconds": (1, 600), "seed": (-1, 2**31 - 1), "take": (0, 1_000_000)}
UNSAID = {"seconds": 5, "seed": -1, "take": 0}
KNOWN = (*TEXTS, *NUMBERS)


@dataclass(frozen=True)
class ShotRow:
    """One shot; `line` is its line in the table, `image` a file name, empty for none."""

    line: int
    name: str
    prompt: str
    negative_prompt: str
    seconds: int
    seed: int
    take: int
    image: str


@dataclass(frozen=True)
class ShotList:
    """The selected shots; `passed_over` are the unknown columns."""

    shots: tuple[ShotRow, ...]
    passed_over: tuple[str, ...] = ()


def read_shots(table: str, rows: str = "", is_there: Callable[[str], bool] = lambda name: True) -> ShotList:
    """The shots of a CSV or tab-separated `table`; `rows` selects some (`1-3, 5`; empty: all).

    `is_there` says whether there is a file of that name. Raises Refused with every bad row by its line.
    """
    lines = _lines(table)
    if not lines:
        raise Refused(
            "The shot list is empty: its first row must contain the column names.", next_step=f"Name {_listed(KNOWN)}."
        )
    columns = _columns(lines[0][1])
    chosen = _chosen(lines[1:], rows)
    shots, problems = [], []
    for number, line, cells in chosen:
        found = dict(zip(columns, cells, strict=False))
        wrong = [*_problems_of_row(columns, cells), *_problems(found, is_there)]
        problems += [f"Line {line}: {one}" for one in wrong]
        if not wrong:
            shots.append(_shot(number, line, found))
    if problems:
        more = len(problems) - MOST_PROBLEMS
        said = [*problems[:MOST_PROBLEMS], *([f"And {more} more."] if more > 0 else [])]
        raise Refused(" ".join(said), next_step="Correct the table.")
    return ShotList(tuple(shots), tuple(one for one in columns if one not in KNOWN and one))


def file_name(project: str, name: str) -> str:
    """The filename_prefix for Save Video, `project/shot_010/shot_010`; invalid characters become underscores."""
    parts = [_part(one) for one in (project, name, name)]
    return "/".join(one for one in parts if one)


def _part(text: str) -> str:
    return re.sub(r"[^\w .\-]+", "_", text).strip(" .")


def _lines(table: str) -> list[tuple[int, list[str]]]:
    """The rows that hold something, with the number of the line on which each begins."""
    text = table.removeprefix("\ufeff")
    first = text.lstrip().partition("\n")[0]
    separator = next((one for one in ("\t", ",", ";") if one in first), ",")
    reader = csv.reader(StringIO(text), delimiter=separator, skipinitialspace=True)
    found, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Refused(f"Line {reader.line_num} of the shot list cannot be read ({error}).") from None
    return found


def _columns(names: list[str]) -> list[str]:
    columns = [re.sub(r"[\s\-]+", "_", name.strip().lower()) for name in names]
    while columns and not columns[-1]:
        columns.pop()
    twice = sorted({one for one in columns if one and columns.count(one) > 1})
    if twice:
        raise Refused(f"The first row of the shot list contains {_listed(twice)} more than once.")
    if not {*columns} & {*KNOWN}:
        raise Refused(
            "The first row of the shot list contains no known column name.", next_step=f"Name {_listed(KNOWN)}."
        )
    return columns


def _chosen(lines: list[tuple[int, list[str]]], rows: str) -> list[tuple[int, int, list[str]]]:
    """Number (from 1), line and cells of the rows to use."""
    numbers = range(1, len(lines) + 1) if not rows.strip() else list(_numbers(rows, len(lines)))
    if len(numbers) > MOST_ROWS:
        raise Refused(
            f"The shot list has {len(numbers)} rows; one run allows {MOST_ROWS}.",
            next_step=f"Select some in rows, for example 1-{MOST_ROWS}.",
        )
    if not numbers:
        raise Refused("The shot list has no rows below the column names.")
    return [(number, *lines[number - 1]) for number in numbers]


def _numbers(rows: str, count: int) -> Iterator[int]:
    for part in rows.split(","):
        found = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last <= count:
            raise Refused(
                f"rows '{part.strip()}' selects no rows: the shot list has rows 1 to {count}; write for example 1-3, 5."
            )
        yield from range(first, last + 1)


def _problems_of_row(columns: list[str], cells: list[str]) -> Iterator[str]:
    held = len(cells)
    while held > len(columns) and not cells[held - 1]:
        held -= 1
    if held != len(columns):
        yield f"it has {held} cells, but there are {len(columns)} columns."


def _problems(found: dict[str, str], is_there: Callable[[str], bool]) -> Iterator[str]:
    for name, (least, most) in NUMBERS.items():
        text = found.get(name, "")
        if text and not (re.fullmatch(r"-?\d{1,10}", text) and least <= int(text) <= most):
            yield f"{name} '{text[:40]}' is not a whole number from {least} to {most}."
    if not found.get("prompt") and not found.get("image"):
        yield "it has neither a prompt nor an image."
    image = found.get("image", "")
    if image and not is_there(image):
        yield f"the image '{image[:80]}' is not in the input folder."


def _shot(number: int, line: int, found: dict[str, str]) -> ShotRow:
    seconds, seed, take = (int(found.get(name) or UNSAID[name]) for name in NUMBERS)
    return ShotRow(
        line=line,
        name=found.get("name") or f"shot_{number:03}",
        prompt=found.get("prompt", ""),
        negative_prompt=found.get("negative_prompt", ""),
        seconds=seconds,
        seed=seed,
        take=take,
        image=found.get("image", ""),
    )


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)
