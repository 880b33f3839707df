"""What `dev.py live` makes of answers that are not as expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from apimart.flow.wire import Provider
from journeys import FAMILIES
from live import checks
from live.recordings import Recorder
from live.table import DIFFERS, EXPECTED, UNKNOWN, Table, Verdict
from standin import StandIn

KEY = "sk-a-key-of-nobody-0001"
SORA = FAMILIES["APIMartSora2"]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["model", "prompt"],
    "properties": {
        "model": {"type": "string"},
        "prompt": {"type": "string"},
        "duration": {"type": "integer", "enum": [4, 8, 12, 16, 20]},
        "resolution": {"type": "string", "enum": ["720p", "1024p", "1080p"]},
        "aspect_ratio": {"type": "string", "enum": ["16:9", "9:16"]},
        "image_urls": {"type": "array", "maxItems": 1},
    },
}


def schema(**changes: Any) -> Verdict:
    """What is found when the provider's schema has other properties, or more of them."""
    properties = {name: one for name, one in {**SCHEMA["properties"], **changes}.items() if one is not None}
    required = [*SCHEMA["required"], *(name for name, one in changes.items() if one and one.get("is_required"))]
    return said_of({"model": "sora-2", "input_schema": {**SCHEMA, "properties": properties, "required": required}})


def said_of(answer: Any) -> Verdict:
    with StandIn() as host:
        host.say("/v1/model-schema", 200, json.dumps(answer).encode(), "application/json")
        return checks.schema(Provider(host.url, KEY), SORA)


def test_a_schema_that_says_the_same_is_as_expected() -> None:
    assert schema() == (EXPECTED, "2 of 2 models.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"duration": {"enum": [4, 8, 12]}}, "duration: offered [12, 16, 20, 4, 8], in the schema [12, 4, 8]."),
        ({"image_urls": {"maxItems": 3}}, "image_urls: 1 sockets, up to 3 in the schema."),
        ({"seed": {"type": "integer"}}, "seed: in the schema, never sent."),
        ({"aspect_ratio": None}, "aspect_ratio: sent, in no schema."),
        ({"seed": {"is_required": True}}, "seed: in the schema, never sent; seed: required, never sent."),
    ],
)
def test_what_a_schema_says_otherwise_is_named(changes: dict[str, Any], said: str) -> None:
    assert schema(**changes) == (DIFFERS, said)


@pytest.mark.parametrize("said", ["a page", {}, {"properties": ["prompt"]}, {"properties": {"prompt": "text"}}, None])
def test_what_is_no_schema_is_not_known(said: Any) -> None:
    found = said_of({"model": "sora-2", "input_schema": said})
    assert found == (UNKNOWN, "what comes for sora-2, sora-2-pro is no JSON Schema with properties.")


def refused(folder: Path, status: int, answer: Any, models: tuple[str, ...] = ()) -> tuple[Verdict, int]:
    """What is found when the provider answers so to a body that cannot be bought, and how often it was sent."""
    with StandIn() as host:
        listed = {"data": [{"id": model} for model in models]}
        host.say("/v1/models", 200, json.dumps(listed).encode(), "application/json")
        host.say("/v1/videos/generations", status, json.dumps(answer).encode(), "application/json")
        recorder = Recorder(folder / "exchanges", host.url)
        table = checks.refusal(Provider(host.url, KEY, on_call=recorder), recorder)
        return table, len(host.paths("POST"))


def test_a_refusal_in_a_known_shape_is_as_expected(tmp_path: Path) -> None:
    answer = {"error": {"code": "", "message": "no such model", "type": "apimart_error"}}
    assert refused(tmp_path, 400, answer) == ((EXPECTED, "HTTP 400 (code '', type 'apimart_error'): no such model"), 1)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (400, {"detail": "no"}, "HTTP 400 with an error in no known shape"),
        (503, {"error": {"message": "no channel"}}, "reads like one that may have been charged"),
        (200, {"data": [{"task_id": "task_1"}]}, "was taken as task_1"),
    ],
)
def test_any_other_answer_to_it_differs(status: int, answer: Any, said: str, tmp_path: Path) -> None:
    (word, sentence), sent = refused(tmp_path, status, answer)
    assert (word, sent) == (DIFFERS, 1)
    assert said in sentence


def test_a_model_that_exists_after_all_is_not_asked_for(tmp_path: Path) -> None:
    (word, sentence), sent = refused(tmp_path, 200, {}, ("sora-2", "no-such-model"))
    assert (word, sent) == (UNKNOWN, 0)
    assert "nothing was sent" in sentence


def test_a_row_is_one_line_without_links(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(tmp_path / "table.txt")
    table.add("a check", lambda: Verdict(DIFFERS, "two\nlines of https://x.example/a?signature=1"))
    line = "differs      a check                             two lines of https://x.example/a?[query]\n"
    assert capsys.readouterr().out == line == (tmp_path / "table.txt").read_text("utf-8")
