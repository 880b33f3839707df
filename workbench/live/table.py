"""The table of what was found out: a line for each check, printed and written down as soon as it is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from apimart.flow.errors import PackError, redact

EXPECTED, DIFFERS, UNKNOWN = "as expected", "differs", "not known"
MOST_NAMED = 6


class Verdict(NamedTuple):
    """What a check found: one of the three words, and one sentence."""

    word: str
    sentence: str


class Table:
    """Prints rows, and appends them to `file`, so that a run that is stopped leaves what it knows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._words: Counter[str] = Counter()
        file.write_text("", "utf-8")

    def add(self, what: str, check: Callable[[], Verdict]) -> None:
        """A row; what the check cannot find out is not known."""
        try:
            found = check()
        except PackError as error:
            found = Verdict(UNKNOWN, str(error))
        self._words[found.word] += 1
        self.say(f"{found.word:<11}  {what:<34}  {redact(' '.join(found.sentence.split()))}")

    def say(self, line: str) -> None:
        """A line that is no row."""
        print(line, flush=True)
        with self._file.open("a", encoding="utf-8") as out:
            out.write(f"{line}\n")

    @property
    def summary(self) -> str:
        return ", ".join(f"{self._words[word]} {word}" for word in (EXPECTED, DIFFERS, UNKNOWN))

    @property
    def differs(self) -> bool:
        return self._words[DIFFERS] > 0


def none_or(lines: list[str], fine: str) -> Verdict:
    """As expected where there is no line of what differs, else the first of them."""
    if not lines:
        return Verdict(EXPECTED, fine)
    more = f"; and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else ""
    return Verdict(DIFFERS, f"{'; '.join(lines[:MOST_NAMED])}{more}.")
