"""The ledger: every change to a purchase is one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from os import PathLike, fspath
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from ..errors import NotSet, Refused
from ..model import Address, Json, Standing, Ticket
from ..settings import Limits
from . import transitions
from .addresses import Addresses
from .approvals import Approvals, is_approved, run_usd_of
from .entry import ADOPTED, Changes, Contradiction, Entry, Intent
from .leases import LONGEST_LEASE_SECONDS, held_at
from .limits import NO_LIMITS, Planned, enforce, midnight
from .link_contents import Links
from .migrations import migrate
from .provider_cache import Cache
from .queries import Queries, jobs_in_flight
from .rows import add, change, current_entry, entry_of_task, one_entry, replace_files
from .schema import ENTRIES
from .store import Store
from .users import Users

_PROMPT_CHARACTERS = 200
_ASKED_AGAIN = ("account", "estimate_usd", "billed_units", "queue_run", "project", "asked_at")


class Ledger(Queries):
    """All purchases and their states, in one database.

    `cache` holds provider responses, `addresses` where content was published, `links` what the links that people
    entered contain, `approvals` the approval requests, `users` who queued which job.

    Methods block for short transactions, one for each change: call them in a thread. All raise `NotSet` if the database
    cannot be read or written, and `Contradiction` if the entry does not exist or its state does not allow the change.
    Repeating a change is harmless. Unless documented otherwise, changes return the updated entry.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.cache = Cache(store)
        self.addresses = Addresses(store)
        self.links = Links(store)
        self.approvals = Approvals(store)
        self.users = Users(store)

    @classmethod
    def open(cls, place: str | Path, *, now: Callable[[], float] = time.time) -> Ledger:
        """Open the ledger at a path or address (`postgresql://...`), creating it or updating its schema if necessary.

        `now` is its clock, in Unix seconds. Raises `NotSet` if the database cannot be opened, read or written, or is
        newer than this pack.
        """
        store = Store.open(place, now=now)
        try:
            migrate(store)
        except BaseException:
            store.close()
            raise
        return cls(store)

    def close(self) -> None:
        """Close every database connection."""
        self.store.close()

    def intend(self, intent: Intent, *, limits: Limits = NO_LIMITS, since: float | None = None) -> tuple[Entry, bool]:
        """Return the current entry for a request, and whether this call created it.

        A failed or dropped entry is superseded by a new one with a new idempotency key. A sent entry, or an unsent one
        under a valid lease, is returned unchanged; any other must pass `limits`, whose day begins at Unix time `since`
        (by default local midnight). Raises `Refused` if a limit would be exceeded.
        """
        since = midnight(self.now()) if since is None else since
        with self.store.writing(alone=True) as connection:
            found = current_entry(connection, intent.realm, intent.fingerprint)
            if found is not None and not found.over and not self._free_to_take(found):
                return found, False
            entry_id = found.id if found is not None and found.unsent else ""
            planned = Planned(intent.realm, intent.estimate_usd, intent.queue_run, intent.project, entry_id)
            enforce(connection, limits, planned, since=since, now=self.now(), counts_intents=True)
            return self._written(connection, found, intent)

    def rekey(self, realm: str, earlier: str, fingerprint: str) -> None:
        """Move the current entry of the fingerprint `earlier` to `fingerprint`, which now identifies the same request.

        If both have an entry, that of `fingerprint` counts, unless it is over: then it is superseded.
        """
        if self.find(realm, earlier) is None:
            return
        with self.store.writing(alone=True) as connection:
            found, known = (current_entry(connection, realm, one) for one in (earlier, fingerprint))
            if found is None or (known is not None and not known.over):
                return
            if known is not None:
                change(connection, known.id, {"superseded_at": self.now()})
            change(connection, found.id, {"fingerprint": fingerprint})

    def adopt(self, realm: str, task_id: str, *, account: str = "") -> Entry:
        """Return the entry of a provider's job, creating one if the job was made elsewhere.

        A dropped job is revived: somebody wants its result. What was paid elsewhere counts toward no day's spending.
        """
        with self.store.writing(alone=True) as connection:
            found = entry_of_task(connection, realm, task_id)
            if found is not None:
                revived = {"state": "ticketed"} if found.state == "dropped" and found.current else {}
                return change(connection, found.id, revived)
            job = {"state": "ticketed", "task_id": task_id, "ticketed_at": self.now(), "resolution": ADOPTED}
            blank = {"fingerprint": f"task:{task_id}", "family": "", "model": "", "prompt": ""}
            return add(connection, self.now(), {"realm": realm, "account": account, **job, **blank})

    def write_body(
        self,
        entry_id: str,
        body: Mapping[str, Json],
        addresses: Iterable[Address] = (),
        billed_units: float | None = None,
        estimate_usd: float | None = None,
    ) -> Entry:
        """Record the body to submit, and the addresses it contains; units and USD that are None stay unchanged.

        The body may be rewritten only while the entry is unsent.
        """
        places = tuple(addresses)
        return self._change(
            entry_id, lambda entry: transitions.with_body(entry, body, places, billed_units, estimate_usd)
        )

    def mark_sent(
        self,
        entry_id: str,
        owner: str,
        *,
        limits: Limits = NO_LIMITS,
        at_most_in_flight: int | None = None,
        queue_run: str | None = None,
    ) -> bool | None:
        """Mark an entry as sent; return True to exactly one caller, who may then submit it, False if already marked.

        Return None, marking nothing, if `at_most_in_flight` jobs of the account are already in flight. An unsent job
        must pass `limits` here, whatever it passed as an intent; it counts toward `queue_run`, or else the run of the
        intent. Raises `Refused` if a limit would be exceeded or approval is missing, `Contradiction` if there is
        nothing left to send, `NotSet` if the disk has no room for a ticket; nothing is marked then, either.
        """
        if self.store.file is not None:
            self.store.file.keep_reserve()
        with self.store.writing(alone=True) as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            transitions.require_sendable(entry)
            if not entry.unsent:
                return False
            run = queue_run or entry.queue_run
            planned = Planned(entry.realm, entry.estimate_usd, run, entry.project, entry_id)
            since = midnight(self.now())
            enforce(connection, limits, planned, since=since, now=self.now(), counts_intents=False)
            _require_approval(connection, limits, entry, run)
            if at_most_in_flight is not None and self._in_flight(connection, entry) >= at_most_in_flight:
                return None
            change(connection, entry_id, {"sent_at": self.now(), "sent_by": owner, "queue_run": run})
            return True

    def unsend(self, entry_id: str) -> Entry:
        """Undo `mark_sent`. Call this only when it is proven that no submission of the entry was ever executed."""
        return self._change(entry_id, transitions.unsent)

    def indeterminate(self, entry_id: str) -> Entry:
        """Record that the provider cannot tell what became of the submission, so that resubmitting is useless."""
        return self._change(entry_id, transitions.indeterminate)

    def ticket(self, entry_id: str, ticket: Ticket) -> Entry:
        """Record what was purchased, even for a dropped job. On a full disk, the reserve is freed to make room."""

        def ticketed(entry: Entry) -> Changes:
            return transitions.ticketed(entry, ticket, self.now())

        try:
            return self._change(entry_id, ticketed)
        except NotSet:
            if self.store.file is not None:
                self.store.file.spend_reserve()
        try:
            return self._change(entry_id, ticketed)
        except NotSet as error:
            raise _ticket_not_written(ticket, error) from error

    def progress(self, entry_id: str, standing: Standing) -> Entry:
        """Record the status of the job; a response that is late or contains nothing new changes nothing."""
        entry = self.by_id(entry_id)
        if entry.state == "ticketed" and not transitions.is_progress(entry, standing):
            return transitions.same_task(entry, standing)
        return self._change(entry_id, lambda entry: transitions.progressed(entry, standing))

    def end(self, entry_id: str, standing: Standing) -> Entry:
        """Record the final status: `ended` if the job completed, else `failed`. The cost is the actual charge."""
        return self._change(entry_id, lambda entry: transitions.ended(entry, standing, self.now()))

    def keep(self, entry_id: str, files: Iterable[str | PathLike[str]]) -> Entry:
        """Record that the result is on this machine, as these files in the provider's order."""
        paths = [fspath(one) for one in files]
        with self.store.writing() as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            changes = transitions.kept(entry, paths, self.now())
            replace_files(connection, entry_id, paths, self.now())
            return change(connection, entry_id, changes)

    def drop(self, entry_id: str, reason: str) -> Entry:
        """Drop the job, so that its request may be purchased again. Raises `Contradiction` for an unknown outcome."""
        return self._change(entry_id, lambda entry: transitions.dropped(entry, reason))

    def mark_purchased(self, entry_id: str, task_id: str) -> Entry:
        """Resolve an unknown outcome: a person found the job at the provider. An entry adopted for it is superseded."""
        with self.store.writing(alone=True) as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            changes = transitions.purchased(entry, task_id, self.now())
            if changes:
                _supersede_adopted(connection, entry, task_id, self.now())
            return change(connection, entry_id, changes)

    def mark_not_purchased(self, entry_id: str) -> Entry:
        """Resolve an unknown outcome: a person verified that nothing was purchased."""
        return self._change(entry_id, transitions.not_purchased)

    def lease(self, entry_id: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease, for at most `LONGEST_LEASE_SECONDS`; return False if another owner's is valid."""
        with self.store.writing() as connection:
            entry = one_entry(connection, entry_id, to_change=True)
            if entry.lease_owner != owner and held_at(self.now())(entry.lease_owner, entry.lease_until):
                return False
            change(connection, entry_id, {"lease_owner": owner, "lease_until": self._end_of_lease(seconds)})
            return True

    def renew(self, owner: str, seconds: float) -> int:
        """Extend all leases of `owner` until `seconds` from now, capped as in `lease`; return how many there are."""
        renewing = update(ENTRIES).where(ENTRIES.c.lease_owner == owner)
        # Alone, because PostgreSQL aborts a transaction that locks rows in another order than a concurrent one.
        with self.store.writing(alone=True) as connection:
            return connection.execute(renewing.values(lease_until=self._end_of_lease(seconds))).rowcount

    def release(self, entry_id: str, owner: str) -> bool:
        """End a lease; return False if `owner` no longer holds it."""
        mine = (ENTRIES.c.id == entry_id) & (ENTRIES.c.lease_owner == owner)
        with self.store.writing() as connection:
            releasing = update(ENTRIES).where(mine).values(lease_owner=None, lease_until=None)
            return connection.execute(releasing).rowcount == 1

    def _end_of_lease(self, seconds: float) -> float:
        return self.now() + min(seconds, LONGEST_LEASE_SECONDS)

    def _in_flight(self, connection: Connection, entry: Entry) -> int:
        return jobs_in_flight(connection, entry.realm, entry.account, self.now())

    def _free_to_take(self, found: Entry) -> bool:
        return found.unsent and not held_at(self.now())(found.lease_owner, found.lease_until)

    def _written(self, connection: Connection, found: Entry | None, intent: Intent) -> tuple[Entry, bool]:
        facts = {**asdict(intent), "prompt": _short(intent.prompt), "asked_at": self.now()}
        if found is not None and found.unsent:
            return change(connection, found.id, {name: facts[name] for name in _ASKED_AGAIN}), False
        if found is not None:
            change(connection, found.id, {"superseded_at": self.now()})
        return add(connection, self.now(), facts), True

    def _change(self, entry_id: str, decide: Callable[[Entry], Changes]) -> Entry:
        with self.store.writing() as connection:
            return change(connection, entry_id, decide(one_entry(connection, entry_id, to_change=True)))


def _require_approval(connection: Connection, limits: Limits, entry: Entry, run: str | None) -> None:
    """Raise `Refused` for an unapproved job if its price is unknown or takes its run above `ask_above_usd`."""
    if limits.ask_above_usd is None or is_approved(connection, entry, run):
        return
    run_usd = run_usd_of(connection, entry.realm, run, leave_out=[entry.id]) if run else 0.0
    if entry.estimate_usd is None or run_usd + entry.estimate_usd > limits.ask_above_usd + 1e-6:
        raise Refused("This purchase was not approved.", next_step="Queue again to be asked for approval.")


def _supersede_adopted(connection: Connection, entry: Entry, task_id: str, now: float) -> None:
    """Supersede an entry that was adopted by task ID before the task was known to belong to `entry`."""
    same = (ENTRIES.c.realm == entry.realm) & (ENTRIES.c.task_id == task_id) & ENTRIES.c.superseded_at.is_(None)
    for found in connection.execute(select(ENTRIES.c.id, ENTRIES.c.resolution).where(same)).all():
        if found.resolution != ADOPTED:
            raise Contradiction(f"Task {task_id} is already the job {found.id}.", task_id=task_id)
        gone = {"state": "dropped", "cost_usd": None, "estimate_usd": None, "superseded_at": now}
        change(connection, found.id, {**gone, "reason": f"joined to {entry.id}"})


def _ticket_not_written(ticket: Ticket, error: NotSet) -> NotSet:
    return NotSet(
        f"The job was submitted, but its task ID could not be recorded. {error.what}",
        spent="The job continues at the provider and will be billed.",
        next_step=f"{error.next_step} Then mark the job in the sidebar as purchased, with this task ID.",
        task_id=ticket.task_id,
        request_id=ticket.request_id,
    )


def _short(prompt: str) -> str:
    return " ".join(prompt.split())[:_PROMPT_CHARACTERS]
