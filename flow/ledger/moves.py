"""How a purchase moves on: one transaction per move, allowed only from where it makes sense."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from os import PathLike, fspath
from typing import Any, overload

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from ..errors import NotSet
from ..model import Address, Json, Standing, Ticket
from .books import Books, jobs_in_flight, one_entry
from .entry import ADOPTED, Contradiction, Entry, as_json
from .schema import ENTRIES, FILES

Changes = dict[str, Any]


class Moves(Books):
    """Each move returns the entry as it is afterwards, and says `Contradiction` when it is not possible.

    Repeating a move that was made is harmless.
    """

    def write_body(
        self,
        entry_id: str,
        body: Mapping[str, Json],
        addresses: Iterable[Address] = (),
        billed_units: float | None = None,
        estimate_usd: float | None = None,
    ) -> Entry:
        """What will be sent. It may be rewritten only while nothing went out: the key stands for one body."""
        fields = {
            "body": dict(body),
            "addresses": as_json(addresses),
            "billed_units": billed_units,
            "estimate_usd": estimate_usd,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        return self._move(entry_id, lambda entry: given if entry.unsent else _impossible(entry, "have a new body"))

    @overload
    def mark_sent(self, entry_id: str, owner: str) -> bool: ...

    @overload
    def mark_sent(self, entry_id: str, owner: str, *, at_most_in_flight: int) -> bool | None: ...

    def mark_sent(self, entry_id: str, owner: str, *, at_most_in_flight: int | None = None) -> bool | None:
        """True for exactly one caller, who may then send the submit; False when it went out before.

        None when so many jobs of the account are in flight already, and nothing was marked.
        Raises `Contradiction` when there is nothing left to send, `NotSet` when the disk has no room for a ticket.
        """
        if self.file is not None:
            self.file.keep_reserve()
        with self.writing(alone=True) as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            if entry.state != "intended" or not entry.current:
                _impossible(entry, "be sent")
            if not entry.unsent:
                return False
            if at_most_in_flight is not None and _busy(connection, entry, self.now()) >= at_most_in_flight:
                return None
            _write(connection, entry_id, {"sent_at": self.now(), "sent_by": owner})
            return True

    def unsend(self, entry_id: str) -> Entry:
        """Take back `mark_sent`, where it is proved that no submit of this entry was ever executed."""
        return self._move(entry_id, _unsent)

    def ticket(self, entry_id: str, ticket: Ticket) -> Entry:
        """Write down what was bought, even for a job that was given up. On a full disk the reserve makes room."""
        try:
            return self._move(entry_id, lambda entry: _ticketed(entry, ticket, self.now()))
        except NotSet:
            if self.file is not None:
                self.file.spend_reserve()
        try:
            return self._move(entry_id, lambda entry: _ticketed(entry, ticket, self.now()))
        except NotSet as error:
            raise NotSet(
                f"The job was bought and its task id could not be written down. {error.what}",
                spent="The job goes on at the provider and will be billed.",
                next_step=f"{error.next_step} Then declare the job bought, with this task id.",
                task_id=ticket.task_id,
                request_id=ticket.request_id,
            ) from error

    def progress(self, entry_id: str, standing: Standing) -> Entry:
        """How the job stands; an answer that comes late or says nothing new changes nothing."""
        entry = self.by_id(entry_id)
        if entry.state == "ticketed" and not _new(entry, standing):
            return _same_task(entry, standing)
        return self._move(entry_id, lambda entry: _progressed(entry, standing))

    def end(self, entry_id: str, standing: Standing) -> Entry:
        """The provider's last word: `ended` with a result, `failed` without. The cost is the real one."""
        return self._move(entry_id, lambda entry: _ended(entry, standing, self.now()))

    def keep(self, entry_id: str, files: Iterable[str | PathLike[str]]) -> Entry:
        """The result is on this machine, as these files in the provider's order."""
        paths = [fspath(one) for one in files]
        with self.writing() as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            state = _kept(entry, paths)
            _write_files(connection, entry_id, paths, self.now())
            _write(connection, entry_id, {"state": state, "fetched_at": self.now()})
            return one_entry(connection, entry_id)

    def drop(self, entry_id: str, reason: str) -> Entry:
        """Give the job up: the same question may be bought again. An unknown one cannot be given up like this."""
        return self._move(entry_id, lambda entry: _dropped(entry, reason))

    def declare_bought(self, entry_id: str, task_id: str) -> Entry:
        """A person found the job of an unknown submit at the provider."""
        with self.writing(alone=True) as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            if entry.task_id == task_id and not entry.over:
                return entry
            if not entry.unknown:
                _impossible(entry, "be declared bought")
            _join(connection, entry, task_id, self.now())
            bought = {"state": "ticketed", "task_id": task_id, "ticketed_at": self.now(), "status": "submitted"}
            _write(connection, entry_id, {**bought, "resolution": "declared bought"})
            return one_entry(connection, entry_id)

    def declare_not_bought(self, entry_id: str) -> Entry:
        """A person made sure that an unknown submit bought nothing."""
        return self._move(entry_id, _not_bought)

    def _move(self, entry_id: str, decide: Callable[[Entry], Changes]) -> Entry:
        with self.writing() as connection:
            changes = decide(one_entry(connection, entry_id, to_change=True))
            if changes:
                _write(connection, entry_id, changes)
            return one_entry(connection, entry_id)


def _busy(connection: Connection, entry: Entry, now: float) -> int:
    return jobs_in_flight(connection, entry.realm, entry.account, now)


def _unsent(entry: Entry) -> Changes:
    if entry.state != "intended" or not entry.current:
        _impossible(entry, "be taken back")
    return {"sent_at": None, "sent_by": None}


def _ticketed(entry: Entry, ticket: Ticket, now: float) -> Changes:
    if entry.task_id == ticket.task_id:
        return {}
    if entry.task_id is not None:
        raise Contradiction(
            f"The provider gave task {ticket.task_id} for a job that already is task {entry.task_id}.",
            next_step=f"Collect task {ticket.task_id} by its id.",
            task_id=ticket.task_id,
            request_id=ticket.request_id,
        )
    return {
        "state": "ticketed" if entry.current else entry.state,
        "sent_at": now if entry.sent_at is None else entry.sent_at,
        "ticketed_at": now,
        "task_id": ticket.task_id,
        "request_id": ticket.request_id,
        "status": ticket.status,
    }


def _progressed(entry: Entry, standing: Standing) -> Changes:
    _same_task(entry, standing)
    return _seen(entry, standing) if entry.state == "ticketed" else {}


def _ended(entry: Entry, standing: Standing, now: float) -> Changes:
    _same_task(entry, standing)
    if standing.ended is None:
        _impossible(entry, "end while the provider goes on with it")
    facts = {
        **_seen(entry, standing),
        "ended_at": now if entry.ended_at is None else entry.ended_at,
        "cost_usd": entry.cost_usd if standing.cost_usd is None else standing.cost_usd,
        "actual_seconds": standing.actual_seconds or entry.actual_seconds,
        "urls": list(standing.urls or entry.urls),
        "expires_at": standing.expires_at or entry.expires_at,
        "reason": standing.reason or entry.reason,
    }
    if entry.state == "fetched" or not entry.current:
        return facts
    return {**facts, "state": "ended" if standing.ended == "completed" else "failed"}


def _seen(entry: Entry, standing: Standing) -> Changes:
    return {
        "status": standing.status,
        "progress": entry.progress if standing.progress is None else standing.progress,
        "estimated_seconds": standing.estimated_seconds or entry.estimated_seconds,
        "standing": dict(standing.raw),
    }


def _new(entry: Entry, standing: Standing) -> bool:
    """Whether an answer says what the entry does not hold; each write is a wait for the disk."""
    changes = _seen(entry, standing)
    return any(changes[name] != getattr(entry, name) for name in ("status", "progress", "estimated_seconds"))


def _kept(entry: Entry, paths: list[str]) -> str:
    if not paths:
        _impossible(entry, "be kept as no file at all")
    if entry.state not in ("ended", "fetched") and entry.current:
        _impossible(entry, "be kept")
    return "fetched" if entry.current else entry.state


def _dropped(entry: Entry, reason: str) -> Changes:
    if entry.over:
        return {}
    if entry.unknown:
        raise Contradiction(
            "It is not known whether this job was bought.",
            spent="The provider may have started and billed it.",
            next_step="Declare it bought, with its task id, or not bought.",
            request_id=entry.request_id,
        )
    if entry.state == "fetched":
        _impossible(entry, "be given up: its result is kept, and a new take buys another")
    return {"state": "dropped", "reason": reason}


def _not_bought(entry: Entry) -> Changes:
    if entry.state == "dropped" and entry.task_id is None:
        return {}
    if not entry.unknown:
        _impossible(entry, "be declared not bought")
    return {"state": "dropped", "resolution": "declared not bought", "reason": "declared not bought"}


def _same_task(entry: Entry, standing: Standing) -> Entry:
    if entry.task_id != standing.task_id:
        raise Contradiction(
            f"An answer about task {standing.task_id} came for the job {entry.id}, which is task {entry.task_id}.",
            task_id=standing.task_id,
        )
    return entry


def _impossible(entry: Entry, wish: str) -> Changes:
    state = "unknown" if entry.unknown else entry.state
    raise Contradiction(f"The job {entry.id} is {state} and cannot {wish}.", task_id=entry.task_id)


def _join(connection: Connection, entry: Entry, task_id: str, now: float) -> None:
    """Let `entry` take over a job that was adopted by its task id before it was known whose it is."""
    same = (ENTRIES.c.realm == entry.realm) & (ENTRIES.c.task_id == task_id) & ENTRIES.c.superseded_at.is_(None)
    for found in connection.execute(select(ENTRIES.c.id, ENTRIES.c.resolution).where(same)).all():
        if found.resolution != ADOPTED:
            raise Contradiction(f"Task {task_id} is already the job {found.id}.", task_id=task_id)
        moved = {"state": "dropped", "cost_usd": None, "estimate_usd": None, "superseded_at": now}
        _write(connection, found.id, {**moved, "reason": f"joined to {entry.id}"})


def _write(connection: Connection, entry_id: str, changes: Changes) -> None:
    connection.execute(update(ENTRIES).where(ENTRIES.c.id == entry_id).values(**changes))


def _write_files(connection: Connection, entry_id: str, paths: list[str], now: float) -> None:
    connection.execute(delete(FILES).where(FILES.c.entry_id == entry_id))
    rows = [
        {"entry_id": entry_id, "position": position, "path": path, "kept_at": now}
        for position, path in enumerate(paths)
    ]
    connection.execute(insert(FILES), rows)
