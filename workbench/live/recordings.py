"""What the provider answered, as files: written without secrets as it is heard, and kept as facts for the tests."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pack
from apimart.flow.errors import redact
from apimart.flow.files import written_whole
from apimart.flow.wire import Call

FACTS = pack.ROOT / "tests" / "facts" / "recordings"
KINDS = {
    "/v1/balance": "balance",
    "/v1/models": "models",
    "/v1/model-schema": "schema",
    "/api/pricing/models/all": "prices",
    "/v1/uploads/images": "upload",
    "/v1/usage": "usage",
    "/v1/logs/export": "export",
    "/v1/tasks/": "task",
}
HEADERS = ("content-type", "retry-after", "x-apimart-response-version", "idempotency-replayed", "x-usage-cache")
A_SCHEMA = ("input_schema", "parameters")  # what stands in them are a model's parameters, not the answer's shape
PERSONAL = ("balance", "usage", "export")  # what somebody has, used and did: only their shape is kept
UNLIMITED = -1
A_NUMBER = re.compile(r"\d+(\.\d+)?")
KEPT_OF_AN_EXPORT = re.compile(r"task_\w+|https?://\S+|[A-Za-z_]+(,[A-Za-z_]+)+")  # ids, links, names of columns
MOST_CHARACTERS = 4000  # of an answer that is no JSON


@dataclass(frozen=True)
class Recording:
    """One request and its answer. `kind` is the endpoint, with the task's status or the HTTP status of a refusal.

    `source` says who answered, and when.
    """

    kind: str
    source: str
    method: str
    path: str
    query: Mapping[str, str]
    sent: Any
    status: int
    headers: Mapping[str, str]
    answer: Any

    @property
    def shape(self) -> frozenset[str]:
        return shape_of(self.answer)


class Recorder:
    """Hears every call of a provider and writes one file for each kind of answer, and each shape of it, into `folder`.

    A schema is kept for each model. What a stopped run left in the folder stays and counts.
    """

    def __init__(self, folder: Path, base_url: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.last: Call | None = None
        self.submits = 0
        self._folder, self._host = folder, urlsplit(base_url).hostname
        self._lock = threading.Lock()
        self._seen = {_key(one) for one in read_all(folder)}

    def __call__(self, call: Call) -> None:
        found = _recorded(call, f"{self._host}, {datetime.now(timezone.utc):%Y-%m-%d}")
        with self._lock:
            self.last = call
            self.submits += call.method == "POST" and call.path.startswith("/v1/videos/")
            if _key(found) not in self._seen:
                self._seen.add(_key(found))
                self._keep(found)

    def _keep(self, found: Recording) -> None:
        try:
            write(self._folder, found)
        except OSError as error:  # the answer may be that of a submit, which must not be lost with its record
            print(f"An answer could not be written down: {error}", file=sys.stderr, flush=True)


def _key(found: Recording) -> tuple[str, frozenset[str]]:
    return _name(found), found.shape


def _name(found: Recording) -> str:
    model = found.query.get("model", "") if found.kind == "schema" else ""
    return re.sub(r"[^A-Za-z0-9.\-]+", "_", f"{found.kind} {model}".strip())


def _recorded(call: Call, source: str) -> Recording:
    kind = kind_of(call.path, call.answer.status, call.answer.json)
    said = call.answer.text[:MOST_CHARACTERS] if call.answer.json is None else call.answer.json
    headers = {name.lower(): redact(text) for name, text in call.answer.headers.items() if name.lower() in HEADERS}
    return Recording(
        kind,
        source,
        call.method,
        redact(call.path),
        redacted(dict(call.query)),
        redacted(call.body),
        call.answer.status,
        headers,
        redacted(_without_person(said, kind) if kind in PERSONAL else said),
    )


def _without_person(value: Any, kind: str) -> Any:
    """The same shape with 1 for every amount; of an export, which holds what a person did, hardly any text."""
    if isinstance(value, dict):
        return {name: one if name == "code" else _without_person(one, kind) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_person(one, kind) for one in value]
    if isinstance(value, str):
        text = (value.splitlines() or [""])[0]
        is_kept = kind != "export" or KEPT_OF_AN_EXPORT.fullmatch(text)
        return "1" if A_NUMBER.fullmatch(value) else text if is_kept else "text"
    return value if isinstance(value, bool) or value in (None, UNLIMITED) else type(value)(1)


def kind_of(path: str, status: int, answer: Any) -> str:
    """What was asked (balance, schema, submit ...), with the status of a task or else the HTTP status of a refusal."""
    kind = next((name for start, name in KINDS.items() if path.startswith(start)), "submit")
    if status >= 300:
        return f"{kind}-{status}"
    return f"task-{_status_of(answer)}" if kind == "task" else kind


def _status_of(answer: Any) -> str:
    task = answer.get("data", answer) if isinstance(answer, Mapping) else None
    return str(task.get("status", "unknown")) if isinstance(task, Mapping) else "unknown"


def redacted(value: Any) -> Any:
    """A JSON value without keys, and without the signed part of any address, inside texts that hold JSON as well."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [redacted(one) for one in value]
    if isinstance(value, dict):
        return {redact(name): redacted(one) for name, one in value.items()}
    return value


def shape_of(value: Any, place: str = "answer") -> frozenset[str]:
    """Each place of a JSON value with the type that stands there: `answer.data.result.videos[].expires_at: number`."""
    return frozenset(_places(value, place))


def _places(value: Any, place: str) -> Iterator[str]:
    yield f"{place}: {_type_of(value)}"
    if place.endswith(A_SCHEMA):
        return
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _places(one, f"{place}.{name}")
    if isinstance(value, list):
        for one in value:
            yield from _places(one, f"{place}[]")


def _type_of(value: Any) -> str:
    names = {str: "text", bool: "flag", int: "number", float: "number", list: "list", dict: "object"}
    return names.get(type(value), "null")


def read_all(folder: Path) -> list[Recording]:
    """Every recording of a folder, in the order of the file names. Raises ValueError for a file that is none."""
    return [read(file) for file in sorted(folder.glob("*.json"))]


def read(file: Path) -> Recording:
    try:
        return Recording(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{file} is no recording: {error}.") from error


def write(folder: Path, found: Recording) -> Path:
    """A new file for a recording: balance.json, balance-2.json and so on."""
    name, number = _name(found), 1
    while (file := folder / f"{name}{f'-{number}' if number > 1 else ''}.json").exists():
        number += 1
    with written_whole(file) as part:
        part.write_text(json.dumps(asdict(found), indent=1, ensure_ascii=True) + "\n", "utf-8")
    return file


def adopt(folder: Path, into: Path = FACTS) -> list[Path]:
    """The files that were written into the facts: what is there in this shape already is not kept again.

    Lists keep one element of each shape. Raises ValueError for a folder that holds no recording.
    """
    found = read_all(folder)
    if not found:
        raise ValueError(f"{folder} holds no recordings.")
    into.mkdir(parents=True, exist_ok=True)
    known = {(one.kind, one.shape) for one in read_all(into)}
    files = []
    for one in found:
        fact = replace(one, answer=_shortened(one.answer))
        if (fact.kind, fact.shape) not in known:
            known.add((fact.kind, fact.shape))
            files.append(write(into, fact))
    return files


def _shortened(value: Any) -> Any:
    """Lists with the first element of each shape."""
    if isinstance(value, dict):
        return {name: one if name in A_SCHEMA else _shortened(one) for name, one in value.items()}
    if isinstance(value, list):
        return list({shape_of(one): _shortened(one) for one in reversed(value)}.values())[::-1]
    return value


def contradictions(recorded: list[Recording], pretended: Any) -> list[str]:
    """Where an answer of the sandbox has another shape than all recordings of its kind, a sentence each.

    It says nothing that the provider never said, and leaves out nothing that the provider always says.
    """
    shapes = [one.shape for one in recorded]
    ever, always, said = frozenset().union(*shapes), frozenset.intersection(*shapes), shape_of(pretended)
    invented = [f"{place}: said by the sandbox, recorded nowhere" for place in sorted(said - ever)]
    return invented + [f"{place}: always recorded, not said by the sandbox" for place in sorted(always - said)]
