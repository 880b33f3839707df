"""The words that texts and names avoid, each with the better one: ComfyUI's words and the API's, no private ones.

Checked are the strings of more than one word in the sources (no docstrings, and nothing in backticks), the pages
written from them, and the names of modules, classes, functions, arguments and variables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCES = ("flow/**/*.py", "nodes/*.py", "workbench/help_pages.py", "workbench/price_rows.py", "workbench/pages.py")
NAMED = ("*.py", "flow/**/*.py", "nodes/*.py", "sandbox/*.py", "workbench/**/*.py", "tests/**/*.py", "benchmarks/*.py")
PAGES = ("*.md", "docs/*.md", "web/docs/*.md", "web/js/strings/en.js")
KEY = re.compile(r'^ *"[\w.]+": ')  # of a text of the page
# What ledgers already hold.
RECORDED = ("declared bought", "declared not bought")
MIGRATIONS = "flow/ledger/migrations.py"
INSTEAD = {
    r"clips?(?!\.\w)": "video",
    r"pictures?": "image",
    r"sound ?tracks?|(?:a|the|with|without|no|only) sounds?": "audio",
    r"bought|buys?|buying": "purchase, charge or already paid",
    r"the books": "the ledger",
    r"dear|dearer": "costs more",
    r"graphs?": "workflow",
    r"anew": "again",
    r"takes? (?:\w+ )?away|taken away": "disconnect or remove",
    r"excludes? each other|excludes": "cannot be combined with",
    r"needs": "requires",
    r"asked for(?! approval)": "requested",
    r"goes on": "continues",
    r"(?:is|are|was|were|not) taken": "accepted",
}
NAMES = {
    "desk": "runtime",
    "office": "runtime",
    "gate": "validation",
    "tongues": "languages",
    "wanted": "links",
    "voices": "audio",
    "sheets": "thumbnails",
    "moves": "transitions",
    "books": "ledger",
    "news": "progress",
    "means": "what it is",
}
AVOIDED = {re.compile(rf"\b(?:{words})\b", re.IGNORECASE): better for words, better in INSTEAD.items()}
CODE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)", re.DOTALL)

Text = tuple[int, str]


def faults(root: Path) -> list[str]:
    """Every avoided word in the texts and names of the pack at `root`, as `file:line: what`."""
    sources = [(path, strings(path.read_text("utf-8"))) for path in _found(root, SOURCES)]
    pages = [(path, lines(path.read_text("utf-8"))) for path in _found(root, PAGES)]
    return [
        f"{path.relative_to(root).as_posix()}:{line}: '{word}' in a text; better: {better}"
        for path, texts in [*sources, *pages]
        for line, text in texts
        for word, better in avoided(text)
    ] + [
        f"{path.relative_to(root).as_posix()}:{line}: '{word}' in the name {name}; better: {NAMES[word]}"
        for path in _found(root, NAMED)
        for line, name in [(1, path.stem), *names(path.read_text("utf-8"))]
        for word in re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
        if word in NAMES
    ]


def avoided(text: str) -> Iterator[tuple[str, str]]:
    """The avoided words of a text, each with the better one."""
    prose = "" if text in RECORDED else CODE.sub("", text)
    for pattern, better in AVOIDED.items():
        for found in pattern.finditer(prose):
            yield found[0], better


def strings(source: str) -> Iterator[Text]:
    """The line and the value of every string with more than one word, docstrings left out."""
    nodes = list(ast.walk(ast.parse(source)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    constants = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docstrings)
    yield from ((one.lineno, one.value) for one in constants if isinstance(one.value, str) and " " in one.value)


def lines(page: str) -> Iterator[Text]:
    """The numbered lines of a page; of the browser's texts without their keys."""
    yield from ((number, KEY.sub("", line)) for number, line in enumerate(page.splitlines(), 1))


def names(source: str) -> Iterator[Text]:
    """The line and the name of every class, function, argument and variable."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name


def _found(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for one in patterns for path in root.glob(one)} - {root / MIGRATIONS})
