"""The texts of nodes and help pages in the languages that the pack speaks.

`phrases/<language>.json` holds a translation for every English phrase: `names` for inputs and outputs, `texts` for the
rest, in the order in which they are met. English needs no file: the declarations are written in it, and names are the
API's own.
"""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "phrases"
ENGLISH = "en"
LANGUAGES = (ENGLISH, "ko", "ja", "zh")


class Language:
    """Says English phrases in a language, and keeps those it was `asked`; what has no translation stays English."""

    def __init__(self, code: str) -> None:
        self.code = code
        found = {} if code == ENGLISH else json.loads((FOLDER / f"{code}.json").read_text("utf-8"))
        self.names: dict[str, str] = found.get("names", {})
        self.texts: dict[str, str] = found.get("texts", {})
        self.asked_names: dict[str, None] = {}
        self.asked_texts: dict[str, None] = {}

    def written(self) -> str:
        """The file of this language, as of what it was asked: new phrases stand empty, those not asked are gone."""
        kept = {
            "names": {name: self.names.get(name, "") for name in self.asked_names},
            "texts": {text: self.texts.get(text, "") for text in self.asked_texts},
        }
        return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"

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
