"""The front end's modules: their own tests under node, and the rules that every pack's page scripts keep to."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pack import ROOT

WEB = ROOT / "web"
SCRIPTS = sorted(WEB.rglob("*.js"))
FACE = WEB / "js" / "apimart.js"
PAGE = WEB / "js" / "comfyui.js"
NODE = shutil.which("node")
COMFYUI_SCRIPTS = {"../../../scripts/app.js", "../../../scripts/api.js"}
FORBIDDEN = {
    "writes a global": r"\b(?:window|globalThis|self)\.[\w$.]+\s*=(?!=)",
    "patches a prototype": r"\.prototype\b|__proto__|setPrototypeOf",
    "listens to the whole document": r"\b(?:document|window)\.(?:add|remove)EventListener",
    "adds to the shared page": r"document\.(?:body|head)\.append",
    "writes HTML": r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write",
    "runs text": r"\beval\s*\(|new Function\b|setTimeout\(\s*[\"'`]",
    "draws on the canvas": r"onDraw(?:Foreground|Background)|\.drawNode\b",
    "adds a widget": r"addWidget|addDOMWidget|addCustomWidget",
    "names the pack's folder": r"/extensions/[\w-]+",
    "uses what ComfyUI deprecates": r"/scripts/ui|extensions/core",
    "keeps more than the session": r"localStorage|indexedDB|document\.cookie",
    "talks to another host": r"https?://(?!www\.w3\.org/2000/svg)",
    "prints": r"\bconsole\.",
}
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def node(*words: str | Path) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run([NODE, *map(str, words)], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


def code(script: Path) -> str:
    """The script without its comments."""
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", script.read_text("utf-8"), flags=re.DOTALL)


def named(script: Path) -> str:
    return script.relative_to(WEB).as_posix()


@needs_node
def test_the_modules_pass_their_own_tests() -> None:
    """All in one process: `node --test` starts one for each file."""
    files = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))
    run = node("--input-type=module", "--eval", "".join(f"await import({file.as_uri()!r});" for file in files))
    assert run.returncode == 0, run.stdout[-6000:]
    [passed] = re.findall(r"^# pass (\d+)$", run.stdout, re.MULTILINE)
    assert int(passed) >= sum(file.read_text("utf-8").count("\ntest(") for file in files) > 0


@needs_node
def test_every_script_parses() -> None:
    """All in one process, as modules that are never linked."""
    parsing = "new SourceTextModule(readFileSync(name, 'utf8'), { identifier: name });"
    program = f"""import {{ readFileSync }} from "node:fs"; import {{ SourceTextModule }} from "node:vm";
        for (const name of process.argv.slice(1)) {parsing}"""
    run = node("--experimental-vm-modules", "--input-type=module", "--eval", program, "--", *SCRIPTS)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_a_script_leaves_the_page_as_it_is(script: Path) -> None:
    text = code(script)
    strings = script.parent.name == "strings"
    rules = {what: rule for what, rule in FORBIDDEN.items() if not (strings and what == "talks to another host")}
    assert {what: found[0] for what, rule in rules.items() if (found := re.search(rule, text))} == {}


@pytest.mark.parametrize("script", [one for one in SCRIPTS if one != FACE], ids=named)
def test_a_module_does_nothing_by_itself(script: Path) -> None:
    """ComfyUI loads every script of the folder: only the face may act when it is loaded."""
    starts = ("import ", "export ", "const ", "function ", "async function ", "class ", "}", "]", ")", " ")
    acting = [line for line in code(script).splitlines() if line.strip() and not line.startswith(starts)]
    assert acting == []


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_a_script_imports_its_neighbours_and_one_of_them_comfyui(script: Path) -> None:
    allowed = COMFYUI_SCRIPTS if script == PAGE else set()
    beside = [one for one in imports(script) if one not in allowed]
    assert all(one.startswith("./") and (script.parent / one).is_file() for one in beside)


@pytest.mark.parametrize("script", [one for one in SCRIPTS if one != PAGE], ids=named)
def test_no_other_script_reaches_into_comfyuis_page(script: Path) -> None:
    assert re.findall(r"\bglobalThis\b|\bwindow\.(?!open\()|\bextensionManager\b|\bapp\.", code(script)) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_a_script_is_small_enough_to_read(script: Path) -> None:
    assert len(script.read_text("utf-8").splitlines()) <= 300


def test_everything_is_named_after_the_pack() -> None:
    text = "".join(code(script) for script in SCRIPTS)
    ids = re.findall(r"\bid: [\"'`]([\w.]+)", text) + re.findall(r"\bname: \"(apimart[\w.]*|Comfy[\w.]*)\"", text)
    assert ids
    assert all(one.startswith("apimart.") for one in ids)
    assert all(one.startswith((".apimart", ".is-")) for one in re.findall(r"\.[a-z][\w-]+(?=[\s,.:>{\[])", selectors()))


def test_every_text_is_used_and_every_used_text_exists() -> None:
    keys = set(re.findall(r"^  \"([\w.]+)\":", (WEB / "js" / "strings" / "en.js").read_text("utf-8"), re.MULTILINE))
    text = "".join(code(script) for script in SCRIPTS if script.parent.name != "strings")
    plain = {one for one in re.findall(r"\"([a-z]+\.[\w.]+)\"", text) if one.partition(".")[0] in roots(keys)}
    begun = set(re.findall(r"`([a-z]+\.(?:[a-z]+\.)?)\$\{", text)) | {"limit.", "agreed.", "delete.", "probe.", "wait."}
    begun |= {"once.", "language.", "opening.", "store.", "sandbox.", "key.", "ask.", "keep.", "project.", "away."}
    assert {one for one in plain if one not in keys and f"{one}.name" not in keys} - {"apimart.job"} == set()
    assert {one for one in keys if one not in plain and not any(one.startswith(part) for part in begun)} == set()


def test_the_package_file_only_says_that_these_are_modules() -> None:
    assert json.loads((WEB / "package.json").read_text("utf-8")) == {"type": "module", "private": True}


def imports(script: Path) -> list[str]:
    return re.findall(r"\b(?:from|import) \"([^\"]+)\"", code(script))


def selectors() -> str:
    """What the style sheet speaks of, without what it says of it."""
    text = re.sub(r"/\*.*?\*/", "", (WEB / "js" / "apimart.css").read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"\{[^}]*\}", "{}", text)


def roots(keys: set[str]) -> set[str]:
    return {key.partition(".")[0] for key in keys}
