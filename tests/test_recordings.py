"""What the provider was heard to answer: kept without secrets, read by the client, and said alike by the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apimart.flow.errors import PackError, Refused, hide
from apimart.flow.model import GENERATIONS, MediaFile, Ticket
from apimart.flow.wire import Answer, Call, Provider
from live.recordings import FACTS, Recorder, Recording, adopt, contradictions, read_all, shape_of
from sandbox_visits import Visitor, picture
from sandboxed import Sandbox
from standin import StandIn

pytest_plugins = ["sandbox_fixtures"]

KEY = "sk-a-key-of-nobody-0123456789"
RECORDED = read_all(FACTS)
NOWHERE = "task_00000000000000000000000000"
COMPLETED = ("completed", "success", "succeeded")
FAILED = ("failed", "failure", "fail", "error")
ENDED = (*COMPLETED, *FAILED, "cancelled")


def named(one: Recording) -> str:
    return f"{one.kind} {one.source}"


def image_file(folder: Path) -> MediaFile:
    file = folder / "image.png"
    file.write_bytes(picture())
    return MediaFile(file, "image/png", file.stat().st_size, "content")


def task_id(recorded: Recording) -> str:
    return recorded.path.rpartition("/")[2]


CALLS: dict[str, Callable[[Provider, Recording, Path], Any]] = {
    "balance": lambda provider, recorded, folder: provider.balance_usd(),
    "models": lambda provider, recorded, folder: provider.models(),
    "schema": lambda provider, recorded, folder: provider.schema(recorded.query["model"]),
    "prices": lambda provider, recorded, folder: provider.prices(),
    "upload": lambda provider, recorded, folder: provider.upload_image(image_file(folder)).url,
    "usage": lambda provider, recorded, folder: provider.usage(
        int(recorded.query["start"]), int(recorded.query["end"])
    ),
    "export": lambda provider, recorded, folder: provider.logged_jobs(0, 86400, lambda seconds: None),
    "submit": lambda provider, recorded, folder: provider.submit(recorded.sent, "key-1", recorded.path),
    "task": lambda provider, recorded, folder: provider.task(task_id(recorded)),
}


def call_of(recorded: Recording) -> Callable[[Provider, Recording, Path], Any]:
    return CALLS[recorded.kind.partition("-")[0]]


def replayed(recorded: Recording, folder: Path) -> Any:
    """What the client makes of a recorded answer; an error as a value."""
    body = recorded.answer if isinstance(recorded.answer, str) else json.dumps(recorded.answer)
    kind = recorded.headers.get("content-type", "application/json")
    with StandIn() as host:
        host.say(recorded.path, recorded.status, body.encode(), kind)
        try:
            return call_of(recorded)(Provider(host.url, KEY), recorded, folder)
        except PackError as error:
            return error


def is_understood(recorded: Recording, found: Any) -> bool:
    """Whether the client found in the answer what a reader finds in it."""
    if recorded.status >= 300:
        return isinstance(found, PackError) and recorded.answer["error"]["message"] in found.what
    if isinstance(found, PackError):
        return False
    if recorded.kind == "submit":
        return isinstance(found, Ticket) and found.task_id in json.dumps(recorded.answer)
    if recorded.kind.startswith("task-"):
        return is_read(recorded, found)
    return recorded.kind == "export" or found is None or bool(found)


def is_read(recorded: Recording, standing: Any) -> bool:
    links = json.dumps(recorded.answer)
    word = standing.status.lower()
    if word in COMPLETED:
        return standing.ended == "completed" and bool(standing.urls) and all(one in links for one in standing.urls)
    if word in FAILED:
        return standing.ended == "failed" and bool(standing.reason)
    return standing.ended is None or word.startswith("cancel")


@pytest.mark.parametrize("recorded", RECORDED, ids=named)
def test_the_client_understands_what_was_recorded(recorded: Recording, tmp_path: Path) -> None:
    assert "127.0.0.1" not in recorded.source
    assert is_understood(recorded, replayed(recorded, tmp_path))


def pretended(kind: str, recorded: Recording, sandbox: Sandbox, folder: Path) -> Recording:
    """What the sandbox answers where the provider answered with this kind of recording."""
    if kind.startswith("task-"):
        recorded = replace(recorded, path=f"/v1/tasks/{task_like(kind.removeprefix('task-'), sandbox)}")
    if kind.endswith(("-400", "-402", "-403", "-429", "-500", "-503")):
        sandbox.behave("any", kind.rpartition("-")[2])
    key = "sk-a-key-that-it-does-not-know" if kind.endswith("-401") else sandbox.key
    recorder = Recorder(folder / "pretended", sandbox.url)
    try:
        call_of(recorded)(Provider(sandbox.url, key, on_call=recorder), recorded, folder)
    except PackError:
        assert recorded.status >= 300 or kind == "task-failed"
    [answer] = read_all(folder / "pretended")
    return answer


def task_like(status: str, sandbox: Sandbox) -> str:
    """A job of the sandbox with this status, in the provider's words."""
    if status == "404":
        return NOWHERE
    if status.startswith("cancel"):
        sandbox.control(fail_jobs="cancelled")
    elif status in FAILED:
        sandbox.control(fail_jobs="not_found", failed_status=status)
    elif status in COMPLETED:
        sandbox.control(done_status=status)
    else:
        sandbox.control(statuses=[status], job_seconds=1000)
    body = json.dumps({"model": "veo3.1-fast-official", "prompt": "a door", "duration": 4}).encode()
    [sold] = Visitor(sandbox).submit(body).json()["data"]
    if status in ENDED:
        sandbox.finish()
    return str(sold["task_id"])


KINDS = sorted({one.kind for one in RECORDED})


@pytest.mark.parametrize("kind", KINDS)
def test_the_sandbox_answers_in_the_recorded_shape(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    recorded = [one for one in RECORDED if one.kind == kind]
    answer = pretended(kind, recorded[0], sandbox, tmp_path)
    assert answer.kind == kind
    assert contradictions(recorded, answer.answer) == []


@pytest.fixture
def heard(sandbox: Sandbox, tmp_path: Path) -> tuple[Provider, Path]:
    """A provider, and the folder where its answers are kept."""
    folder = tmp_path / "exchanges"
    return Provider(sandbox.url, sandbox.key, on_call=Recorder(folder, sandbox.url)), folder


def test_two_recorded_shapes_are_adopted_once_and_replayed(heard: tuple[Provider, Path], tmp_path: Path) -> None:
    provider, folder = heard
    provider.balance_usd()
    with pytest.raises(Refused):
        provider.submit({"model": "no-such-model"}, "key-1", GENERATIONS)
    adopted = adopt(folder, tmp_path / "facts")
    assert [file.name for file in adopted] == ["balance.json", "submit-404.json"]
    assert adopt(folder, tmp_path / "facts") == []
    balance, refusal = read_all(tmp_path / "facts")
    assert replayed(balance, tmp_path) == 1.0
    assert is_understood(refusal, replayed(refusal, tmp_path))


def test_what_a_person_has_is_not_kept(heard: tuple[Provider, Path], sandbox: Sandbox) -> None:
    provider, folder = heard
    sandbox.control(balance=123.45)
    assert provider.balance_usd() == 123.45
    [kept] = folder.iterdir()
    assert "123" not in kept.read_text("utf-8")


def test_an_answer_in_another_shape_is_kept_beside_the_first(heard: tuple[Provider, Path], sandbox: Sandbox) -> None:
    provider, folder = heard
    for shape in ("202_object", "200_array", "202_object"):
        sandbox.control(submit_shape=shape)
        provider.submit({"model": "sora-2", "prompt": "a door"}, f"key {shape}".replace(" ", "-"), GENERATIONS)
    assert sorted(file.name for file in folder.iterdir()) == ["submit-2.json", "submit.json"]


def test_the_schema_of_each_model_is_kept(heard: tuple[Provider, Path]) -> None:
    provider, folder = heard
    for model in ("sora-2", "kling-v3", "sora-2"):
        provider.schema(model)
    assert sorted(file.name for file in folder.iterdir()) == ["schema_kling-v3.json", "schema_sora-2.json"]


def test_nothing_secret_is_written_down(tmp_path: Path) -> None:
    hide(KEY)
    link = "https://bucket.example/clip.mp4?X-Amz-Date=1&X-Amz-Signature=0123456789abcdef"
    inner = json.dumps({"error": {"message": f"cannot read {link} with Bearer {KEY}"}})
    said = {"code": 200, "data": {"status": "failed", "error": {"message": inner}, KEY: link}}
    answer = Answer(200, said, json.dumps(said), {"Set-Cookie": "session=0123456789abcdef", "Content-Type": "a/b"})
    Recorder(tmp_path, "https://api.apimart.ai")(
        Call("POST", GENERATIONS, {"callback": link}, {"image_urls": [link], "model": KEY}, answer)
    )
    [kept] = tmp_path.iterdir()
    assert not [secret for secret in (KEY, "0123456789abcdef", "session") if secret in kept.read_text("utf-8")]
    [recording] = read_all(tmp_path)
    assert json.loads(recording.answer["data"]["error"]["message"])["error"]["message"].startswith("cannot read https")


def test_an_answer_that_cannot_be_written_down_is_not_lost(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder = Recorder(tmp_path / "exchanges", sandbox.url)
    (tmp_path / "exchanges").rmdir()
    (tmp_path / "exchanges").write_text("a file", "utf-8")
    provider = Provider(sandbox.url, sandbox.key, on_call=recorder)
    assert isinstance(provider.submit({"model": "sora-2", "prompt": "a door"}, "key-1", GENERATIONS), Ticket)
    assert "could not be written down" in capsys.readouterr().err


def test_a_shape_is_each_place_with_its_type() -> None:
    value = {"data": [{"url": ["https://x.org"], "cost": 0.5}, {"url": "https://x.org", "free": True, "gone": None}]}
    assert shape_of(value) == {
        "answer: object",
        "answer.data: list",
        "answer.data[]: object",
        "answer.data[].url: list",
        "answer.data[].url[]: text",
        "answer.data[].cost: number",
        "answer.data[].url: text",
        "answer.data[].free: flag",
        "answer.data[].gone: null",
    }


def test_an_answer_contradicts_what_it_alone_says_and_what_it_alone_leaves_out() -> None:
    first, second = (
        Recording("balance", "somewhere", "GET", "/v1/balance", {}, None, 200, {}, answer)
        for answer in ({"left": 1.0, "used": 2.0}, {"left": 1.0, "credits": 10})
    )
    assert contradictions([first, second], {"left": 3, "credits": 1}) == []
    assert contradictions([first, second], {"left": "3", "name": "x"}) == [
        "answer.left: text: said by the sandbox, recorded nowhere",
        "answer.name: text: said by the sandbox, recorded nowhere",
        "answer.left: number: always recorded, not said by the sandbox",
    ]


def test_a_file_that_is_no_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"a": 1}', "utf-8")
    with pytest.raises(ValueError, match=r"other\.json is no recording"):
        read_all(tmp_path)
