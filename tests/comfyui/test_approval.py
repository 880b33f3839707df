"""Runs of a real ComfyUI that wait for a person without a page: approved at the command line, or by nobody at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from comfy_server import ComfyServer
from comfyui.test_bought import lone
from comfyui.test_money import last_error, status
from sandboxed import Sandbox
from test_jobs_command import jobs
from workflows import with_ends


@contextmanager
def settings(comfy: ComfyServer, **chosen: float) -> Iterator[None]:
    comfy.post("/apimart/settings", chosen)
    try:
        yield
    finally:
        comfy.post("/apimart/settings", dict.fromkeys(chosen))


@pytest.fixture
def account(comfy: ComfyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of that ComfyUI, for the command line."""
    for name, value in comfy.environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("account")
def test_a_run_is_approved_at_the_command_line(comfy: ComfyServer, seller: Sandbox) -> None:
    graph = {**with_ends(lone("by hand")), **with_ends(lone("by hand as well", "2"))}
    with settings(comfy, ask_above_usd=0.5), comfy.events() as events:
        prompt_id = comfy.submit(graph, client_id=events.client_id)
        asked = events.wait("apimart.approval")["approval"]
        assert (seller.sold, len(asked["jobs"]), asked["usd"]) == (0, 2, 0.64)
        said = jobs(comfy.home, "approve")
        assert (said.returncode, "approved: 0.64 USD for 2 job(s)" in said.stdout) == (0, True), said.stderr
        assert status(comfy.finished(prompt_id)) == "success"
        answer = events.wait("apimart.approval", lambda data: data["approval"]["decision"])["approval"]
    assert (answer["decided_by"], seller.sold) == ("command line", 2)


def test_what_nobody_approves_is_declined_and_spends_nothing(comfy: ComfyServer, seller: Sandbox) -> None:
    with settings(comfy, ask_above_usd=0, wait_seconds=1):
        history = comfy.run(with_ends(lone("unseen")))
    assert "This purchase was not approved within 1 s" in last_error(history)["exception_message"]
    assert seller.sold == 0
    assert comfy.get("/apimart/approvals")["approvals"] == []


def test_the_node_says_what_is_left_of_the_limit_of_the_day(comfy: ComfyServer, seller: Sandbox) -> None:
    spent = comfy.get("/apimart/approvals")["today_usd"]
    with settings(comfy, limit_usd_per_day=spent + 1), comfy.events() as events:
        comfy.finished(comfy.submit(with_ends(lone("counted")), client_id=events.client_id))
        events.wait("progress_text", lambda data: f"Left today: 0.68 of {spent + 1:.2f} USD." in data["text"])
    assert seller.sold == 1
