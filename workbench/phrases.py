"""The texts of nodes and help pages in the languages that the pack speaks.

`phrases/<language>.json` holds a translation for every English phrase: `names` for inputs and outputs, `texts` for the
rest, in the order in which they are met. A text that was reworded stands empty among them, and under `stale` with what
it was and how that was translated; until it is translated again, people read it in English. English needs no file: the
declarations are written in it, and names are the API's own.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "phrases"
ENGLISH = "en"
LANGUAGES = (ENGLISH, "ko", "ja", "zh")
ALIKE = 0.6  # of difflib's ratio: so much of an earlier text stands in the one that it was reworded to

Earlier = dict[str, str]


class Language:
    """Says English phrases in a language, and keeps those it was `asked`; what has no translation stays English."""

    def __init__(self, code: str) -> None:
        self.code = code
        found = {} if code == ENGLISH else json.loads((FOLDER / f"{code}.json").read_text("utf-8"))
        self.names: dict[str, str] = found.get("names", {})
        self.texts: dict[str, str] = found.get("texts", {})
        self.stale: dict[str, Earlier] = found.get("stale", {})
        self.asked_names: dict[str, None] = {}
        self.asked_texts: dict[str, None] = {}

    def written(self) -> str:
        """The file of this language, as of what it was asked: new phrases stand empty, those not asked are gone."""
        kept = {
            "names": {name: self.names.get(name, "") for name in self.asked_names},
            "texts": {text: self.texts.get(text, "") for text in self.asked_texts},
        }
        stale = {"stale": found} if (found := self._reworded()) else {}
        return json.dumps({**kept, **stale}, ensure_ascii=False, indent=1) + "\n"

    def _reworded(self) -> dict[str, Earlier]:
        """For each text without a translation, the one that it replaced, if it is much alike."""
        gone = {
            text: self.stale.get(text) or {"was": text, "said": said}
            for text, said in self.texts.items()
            if text not in self.asked_texts and (said or text in self.stale)
        }
        untold = [text for text in self.asked_texts if not self.texts.get(text)]
        closest = {text: get_close_matches(text, gone, 1, ALIKE) for text in untold if text not in self.stale}
        kept = {text: self.stale[text] for text in untold if text in self.stale}
        return {**kept, **{text: gone[one] for text, [*found] in closest.items() for one in found}}

    def say(self, text: str, **values: object) -> str:
        """`text` in this language; with values given, its `{fields}` are filled in."""
        self.asked_texts[text] = None
        said = self.texts.get(text) or text
        return said.format(**values) if values else said

    def name(self, name: str, number: int | None = None) -> str:
        """What an input or output is called; `number` counts the sockets of one that grows."""
        self.asked_names[name] = None
        if self.code == ENGLISH:
            return name if number is None else f"{name}_{number}"
        said = self.names.get(name) or name
        return said if number is None else f"{said} {number}"
