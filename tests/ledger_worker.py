"""Processes that do things with a ledger: `ledger_worker.py PLACE [[COMMAND, ARGUMENT...], ...]`.

It says "ready", waits for a line, does what it is told, says the outcome as a line of JSON, and stands still until
killed. Told several things, it does each in a process of its own, all at once.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pack

pack.load()

from apimart.flow.errors import PackError  # noqa: E402  # the pack is a package only from here on
from apimart.flow.ledger import Intent, Ledger, new_owner  # noqa: E402
from apimart.flow.model import Ticket  # noqa: E402
from apimart.flow.settings import Limits  # noqa: E402

QUESTION: dict[str, Any] = {"realm": "live", "family": "F", "model": "m", "account": "key-1"}


def ask(ledger: Ledger, fingerprint: str, usd_per_day: str = "") -> list[Any]:
    """[entry id, whether we made it], or ["refused"]."""
    limits = Limits(usd_per_day=float(usd_per_day) if usd_per_day else None)
    try:
        intent = Intent(**QUESTION, fingerprint=fingerprint, estimate_usd=1.0)
        entry, made = ledger.intend(intent, limits=limits, since=0.0)
    except PackError as error:
        return [type(error).__name__.lower()]
    return [entry.id, made]


def rekey(ledger: Ledger, earlier: str, fingerprint: str) -> list[Any]:
    """As a run looks its question up: [entry id, whether we made it]."""
    ledger.rekey("live", earlier, fingerprint)
    return ask(ledger, fingerprint)


def ask_many(ledger: Ledger, prefix: str, count: str) -> list[list[Any]]:
    """Different questions, every one in a thread of its own, taken all the way to their files."""
    with ThreadPoolExecutor(int(count)) as threads:
        return list(threads.map(lambda number: whole_journey(ledger, f"{prefix}-{number}"), range(int(count))))


def whole_journey(ledger: Ledger, fingerprint: str) -> list[Any]:
    entry_id, made = ask(ledger, fingerprint)
    owner = new_owner()
    assert ledger.lease(entry_id, owner, 60) and ledger.mark_sent(entry_id, owner)
    ledger.ticket(entry_id, Ticket(f"task of {fingerprint}"))
    ledger.release(entry_id, owner)
    return [entry_id, made]


def mark_sent(ledger: Ledger, entry_id: str) -> bool | None:
    return ledger.mark_sent(entry_id, new_owner())


def mark_sent_within(ledger: Ledger, entry_id: str, limit: str, most: str) -> bool | str | None:
    """Mark under one limit, or "refused"."""
    try:
        return ledger.mark_sent(entry_id, new_owner(), limits=Limits(**{limit: int(most)}))
    except PackError as error:
        return type(error).__name__.lower()


def mark_sent_in_turn(ledger: Ledger, entry_id: str, at_most: str) -> bool | None:
    owner = new_owner()
    assert ledger.lease(entry_id, owner, 60)
    return ledger.mark_sent(entry_id, owner, at_most_in_flight=int(at_most))


def lease(ledger: Ledger, entry_id: str) -> bool:
    return ledger.lease(entry_id, new_owner(), 600)


def half_write(ledger: Ledger, entry_id: str) -> None:
    """Stand still in the middle of a transaction that has written."""
    with ledger.store.writing(alone=True) as connection:
        connection.exec_driver_sql("UPDATE apimart_entries SET state = 'fetched'")
        say("inside")
        sys.stdin.readline()


def ask_with_little_room(ledger: Ledger, fingerprint: str) -> list[Any]:
    """Ask where no file may grow beyond 500 kB, as on a disk that is nearly full."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
    entry_id, _ = ask(ledger, fingerprint)
    try:
        ledger.mark_sent(entry_id, "me")
    except PackError as error:
        return [type(error).__name__.lower(), entry_id, str(error)]
    return ["sent"]


TOLD = (ask, rekey, ask_many, mark_sent, mark_sent_within, mark_sent_in_turn, lease, half_write, ask_with_little_room)
COMMANDS: dict[str, Callable[..., Any]] = {one.__name__: one for one in TOLD}


def say(outcome: Any) -> None:
    """One write, so that the lines of several processes do not mix."""
    os.write(1, json.dumps(outcome).encode() + b"\n")


def each_in_its_own(place: str, orders: list[list[str]]) -> None:
    """Fork per order; all start when one pipe closes, answer [number, outcome], and live until another closes."""
    if "://" in place:
        import_module("sqlalchemy.dialects.postgresql.psycopg").dialect.import_dbapi()  # once, not in every fork
    starts, end = os.pipe(), os.pipe()
    for number, (command, *arguments) in enumerate(orders):
        if os.fork() == 0:
            os.close(starts[1])
            os.close(end[1])
            os.read(starts[0], 1)
            try:
                say([number, COMMANDS[command](Ledger.open(place), *arguments)])
            except Exception:  # noqa: BLE001  # whatever it was goes back to the test
                say([number, traceback.format_exc()])
            os.read(end[0], 1)
            os._exit(0)
    print("ready", flush=True)
    sys.stdin.readline()
    os.close(starts[1])
    sys.stdin.readline()


def alone(place: str, command: str, *arguments: str) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    say(COMMANDS[command](Ledger.open(place), *arguments))
    sys.stdin.readline()


if __name__ == "__main__":
    told = json.loads(sys.argv[2])
    each_in_its_own(sys.argv[1], told) if len(told) > 1 else alone(sys.argv[1], *told[0])
