"""The process is really killed before and after each write, send and receive; the next run pays nothing twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

pytest_plugins = ["journey_fixtures"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="what is killed is forked")]

FAMILIES = ["APIMartSora2", "APIMartVeo31", "APIMartKlingMotionControl"]

BEFORE_SENDING = [
    ("ledger/ledger.py", "intend", "call"),
    ("ledger/ledger.py", "intend", "return"),
    ("wire/provider.py", "upload_image", "call"),
    ("wire/provider.py", "upload_image", "return"),
    ("ledger/addresses.py", "remember", "return"),
    ("ledger/ledger.py", "write_body", "call"),
    ("ledger/ledger.py", "write_body", "return"),
    ("ledger/ledger.py", "mark_sent", "call"),
]
WHILE_SENDING = [
    ("ledger/ledger.py", "mark_sent", "return"),
    ("wire/provider.py", "submit", "call"),
    ("wire/provider.py", "_submitted", "call"),
    ("wire/provider.py", "submit", "return"),
    ("ledger/ledger.py", "ticket", "call"),
]
AFTER_THE_TICKET = [
    ("ledger/ledger.py", "ticket", "return"),
    ("wire/provider.py", "task", "call"),
    ("wire/provider.py", "task", "return"),
    ("ledger/ledger.py", "end", "call"),
    ("ledger/ledger.py", "end", "return"),
    ("wire/transfer.py", "download", "call"),
    ("wire/transfer.py", "_write", "return"),
    ("wire/transfer.py", "download", "return"),
    ("ledger/ledger.py", "keep", "call"),
    ("ledger/ledger.py", "keep", "return"),
    ("jobs/download.py", "_fetched", "return"),
]
ANSWERED = WHILE_SENDING[2:]
# An extension goes to another path; what is killed around it beyond the submit is the same code as above.
AROUND_AN_EXTENSION = [("ledger/ledger.py", "write_body", "return"), ("ledger/ledger.py", "ticket", "return")]


class Machine:
    """A person's folders on one machine, and processes that run there."""

    def __init__(self, forks, folder, seller, node, clip, ledger, job=""):
        self._forks = forks
        self.told = {
            "home": str(folder / "home"),
            "output": str(folder / "output"),
            "node": node,
            "clip": clip if node == "APIMartKlingMotionControl" else "",
            "ledger": ledger,
            "job": job,
            "environment": {
                **{name: value for name, value in os.environ.items() if not name.startswith("APIMART_")},
                "APIMART_API_KEY": seller.key,
                "APIMART_BASE_URL": seller.url,
            },
        }

    def start(self, point=None):
        return self._forks.run(**self.told, point=[*point, 1] if point else None)

    def run(self, point=None):
        run = self.start(point)
        if not point:
            return self.ended(run)
        status, said = run.ended()
        assert status == -signal.SIGKILL, f"{point} was not reached: {said}"
        return None

    def ended(self, run):
        """What a run came to that nobody killed."""
        status, said = run.ended()
        assert status == 0 and "failed" not in said, said
        return said


@pytest.fixture(params=FAMILIES)
def machine(request, forks, tmp_path, seller, motion_url, ledger_address):
    return Machine(forks, tmp_path, seller, request.param, motion_url, ledger_address)


def named(points):
    return pytest.mark.parametrize("point", points, ids=lambda point: f"{point[1]}-{point[2]}")


@named(BEFORE_SENDING + AFTER_THE_TICKET)
def test_killed_away_from_the_submit_the_next_run_ends_with_one_purchase(machine, seller, point):
    machine.run(point)
    result = machine.run()
    assert seller.sold == 1
    assert all(Path(file).is_file() for file in result["files"])


@named(WHILE_SENDING)
def test_killed_around_the_submit_a_provider_that_honours_keys_sells_once(machine, seller, point):
    seller.control(honour_idempotency=True)
    machine.run(point)
    result = machine.run()
    assert seller.sold == 1
    assert result["files"]


@named(WHILE_SENDING)
def test_killed_around_the_submit_a_provider_that_ignores_keys_is_not_asked_again(machine, seller, point):
    machine.run(point)
    result = machine.run()
    assert result["error"] == "Unknown"
    assert seller.sold == (1 if point in ANSWERED else 0)


@pytest.fixture
def extending(forks, tmp_path, seller):
    """A machine that extends a finished clip that somebody else bought."""
    original = seller.sell(model="veo3.1-fast", prompt="a sea")
    return Machine(forks, tmp_path, seller, "APIMartVeo31Extend", "", "", original)


@named(AROUND_AN_EXTENSION)
def test_an_extension_killed_away_from_its_submit_ends_with_one_purchase(extending, seller, point):
    extending.run(point)
    result = extending.run()
    assert [one["extends"] for one in seller.tasks] == ["", extending.told["job"]]
    assert all(Path(file).is_file() for file in result["files"])


@named(WHILE_SENDING)
def test_an_extension_killed_around_its_submit_is_not_asked_for_again(extending, seller, point):
    """The provider declares that it honours keys; that it does not do so at this path, nobody knows."""
    seller.control(honour_idempotency=True)
    extending.run(point)
    assert extending.run()["error"] == "Unknown"
    assert seller.sold == (2 if point in ANSWERED else 1)


@named(WHILE_SENDING[:1] + ANSWERED[:1])
def test_nor_is_it_asked_for_again_where_the_key_would_count(extending, seller, point):
    seller.control(honour_idempotency=True, honour_idempotency_at_remix=True)
    extending.run(point)
    assert extending.run()["error"] == "Unknown"
    assert seller.sold == (2 if point in ANSWERED else 1)
