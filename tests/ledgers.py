"""What the tests of the ledger share: a clock that stands still, entries of any state, other processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apimart.flow.ledger import Entry, Intent, Ledger
from apimart.flow.ledger.schema import MIGRATIONS_APPLIED
from apimart.flow.model import Standing, Ticket
from apimart.flow.settings import Limits
from pack import ROOT

NO_LIMITS = Limits()
WORKER = Path(__file__).with_name("ledger_worker.py")


class Clock:
    """Unix seconds that move only when told to."""

    def __init__(self) -> None:
        self.moment = 1_795_000_000.0

    def __call__(self) -> float:
        return self.moment

    def jump(self, seconds: float) -> None:
        self.moment += seconds


def asked(fingerprint: str = "a question", **changes: Any) -> Intent:
    """What somebody means to buy with some question."""
    plain: dict[str, Any] = {
        "realm": "live",
        "fingerprint": fingerprint,
        "family": "APIMartSora2",
        "model": "sora-2",
        "take": 0,
        "prompt": "a cat",
        "account": "key-1",
        "estimate_usd": 1.0,
    }
    return Intent(**{**plain, **changes})


def intended(
    ledger: Ledger,
    fingerprint: str = "a question",
    *,
    limits: Limits = NO_LIMITS,
    since: float | None = None,
    **changes: Any,
) -> Entry:
    return ledger.intend(asked(fingerprint, **changes), limits=limits, since=since)[0]


def sent(ledger: Ledger, fingerprint: str = "a question", **changes: Any) -> Entry:
    entry = intended(ledger, fingerprint, **changes)
    assert ledger.mark_sent(entry.id, "me")
    return ledger.by_id(entry.id)


def ticketed(ledger: Ledger, fingerprint: str = "a question", **changes: Any) -> Entry:
    return ledger.ticket(sent(ledger, fingerprint, **changes).id, Ticket(f"task of {fingerprint}", "req-1"))


def ended(ledger: Ledger, fingerprint: str = "a question", *, cost: float | None = 0.9, **changes: Any) -> Entry:
    entry = ticketed(ledger, fingerprint, **changes)
    return ledger.end(entry.id, completed(entry, cost_usd=cost))


def completed(entry: Entry, **changes: Any) -> Standing:
    facts: dict[str, Any] = {"progress": 100.0, "cost_usd": 0.9, "urls": ("https://files.example/1.mp4",)}
    return Standing(entry.task_id or "", "completed", "completed", **{**facts, **changes})


def failed(entry: Entry, **changes: Any) -> Standing:
    return Standing(entry.task_id or "", "failed", "failed", **{"reason": "moderated", **changes})


UNDONE = {
    7: (
        "DROP INDEX apimart_entries_by_model",
        "DROP INDEX apimart_entries_by_realm",
        "DROP INDEX apimart_entries_by_project_and_day",
        "DROP INDEX apimart_entries_by_day",
        "CREATE INDEX apimart_entries_by_day ON apimart_entries (sent_at)",
        "DROP INDEX apimart_entries_by_state",
        "CREATE INDEX apimart_entries_by_state ON apimart_entries (state)",
        "DROP INDEX apimart_entries_by_project",
        "CREATE INDEX apimart_entries_by_project ON apimart_entries (project) WHERE project <> ''",
    ),
    6: (
        "DROP INDEX apimart_entries_by_approval",
        "ALTER TABLE apimart_entries DROP COLUMN approval",
        "DROP TABLE apimart_approvals",
    ),
    5: ("DROP INDEX apimart_entries_by_project", "ALTER TABLE apimart_entries DROP COLUMN project"),
    4: ("DROP TABLE apimart_users",),
    3: (
        "INSERT INTO apimart_facts SELECT 'clip at ' || url_hash, found, until FROM apimart_link_contents",
        "DROP TABLE apimart_link_contents",
        "CREATE INDEX apimart_files_by_path ON apimart_files (path)",
    ),
    2: ("ALTER TABLE apimart_entries DROP COLUMN path",),
}


def go_back(ledger: Ledger, number: int) -> None:
    """Make the tables what they were when the schema had that number."""
    with ledger.store.writing() as connection:
        for statement in (one for later, undone in UNDONE.items() if later > number for one in undone):
            connection.exec_driver_sql(statement)
        connection.execute(MIGRATIONS_APPLIED.delete().where(MIGRATIONS_APPLIED.c.number > number))


class Worker:
    """Another process with the ledger. It is ready when made, and starts when told to go."""

    def __init__(self, place: str, *orders: Sequence[str]) -> None:
        command = [sys.executable, str(WORKER), place, json.dumps(orders)]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT / "workbench")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def go(self) -> Any:
        """Let it do what it was told; the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        return json.loads(self._line())

    def kill(self) -> None:
        """As `kill -9` does it."""
        self.process.kill()
        self.process.wait()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def all_at_once(place: str, orders: Sequence[Sequence[str]]) -> list[Any]:
    """What processes answer, in the order of `orders`, that were all let go at the same moment."""
    with Worker(place, *orders) as parent:
        answers = [parent.go(), *(parent.answer() for _ in orders[1:])]
    return [outcome for _, outcome in sorted(answers, key=lambda answer: answer[0])]
