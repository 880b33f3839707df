"""Writing a purchase down before it is made: exactly one current entry per question."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.engine import Connection

from ..model import GENERATIONS
from ..settings import Limits
from .books import Books, current_entry, entry_of_task, one_entry
from .entry import ADOPTED, Entry
from .intent import Intent
from .limits import Planned, enforce
from .owners import held
from .schema import ENTRIES

_NO_LIMITS = Limits()
_PROMPT_CHARACTERS = 200
_ASKED_AGAIN = ("account", "estimate_usd", "billed_units", "queue_run", "asked_at")


class Purchases(Books):
    """How entries come to be."""

    def intend(self, intent: Intent, *, limits: Limits = _NO_LIMITS, since: float | None = None) -> tuple[Entry, bool]:
        """The current entry of a question, and whether this call made it.

        A failed or dropped entry is superseded by a new one with a new key. What was sent is returned as
        it is; what was never sent must still pass `limits`, whose day begins at `since` (local midnight).
        Raises `Refused` when a limit would be passed.
        """
        since = _midnight(self.now()) if since is None else since
        with self.writing(alone=True) as connection:
            found = current_entry(connection, intent.realm, intent.fingerprint)
            if found is not None and not found.over and not self._free_to_take(found):
                return found, False
            entry_id = found.id if found is not None and found.unsent else ""
            planned = Planned(intent.realm, intent.estimate_usd, intent.queue_run, entry_id)
            enforce(connection, limits, planned, since=since, now=self.now())
            return self._written(connection, found, intent)

    def rekey(self, realm: str, earlier: str, fingerprint: str) -> None:
        """Let the question that `earlier` stands for be found under the fingerprint that it has now.

        Where both are known the newer one counts, unless it is over: then it becomes history.
        """
        if self.find(realm, earlier) is None:
            return
        with self.writing(alone=True) as connection:
            found, known = (current_entry(connection, realm, one) for one in (earlier, fingerprint))
            if found is None or (known is not None and not known.over):
                return
            if known is not None:
                _change(connection, known, superseded_at=self.now())
            _change(connection, found, fingerprint=fingerprint)

    def _written(self, connection: Connection, found: Entry | None, intent: Intent) -> tuple[Entry, bool]:
        facts = {**asdict(intent), "prompt": _short(intent.prompt), "asked_at": self.now()}
        if found is not None and found.unsent:
            return _change(connection, found, **{name: facts[name] for name in _ASKED_AGAIN}), False
        if found is not None:
            _change(connection, found, superseded_at=self.now())
        return self._add(connection, **facts), True

    def adopt(
        self,
        realm: str,
        task_id: str,
        *,
        account: str = "",
        family: str = "",
        model: str = "",
        prompt: str = "",
        sent_at: float | None = None,
    ) -> Entry:
        """The entry of a provider's job, made now when the job was made elsewhere.

        A job that was given up counts again: somebody wants its result.
        Without `sent_at` (when it was made, if known) its cost counts to no day.
        """
        with self.writing(alone=True) as connection:
            found = entry_of_task(connection, realm, task_id)
            if found is not None:
                revived = found.state == "dropped" and found.current
                return _change(connection, found, state="ticketed") if revived else found
            return self._add(
                connection,
                realm=realm,
                fingerprint=f"task:{task_id}",
                state="ticketed",
                task_id=task_id,
                ticketed_at=self.now(),
                resolution=ADOPTED,
                account=account,
                family=family,
                model=model,
                prompt=_short(prompt),
                sent_at=sent_at,
            )

    def _free_to_take(self, found: Entry) -> bool:
        return found.unsent and not held(found.lease_owner, found.lease_until, self.now())

    def _add(self, connection: Connection, **fields: Any) -> Entry:
        entry_id = uuid.uuid4().hex
        blank = {
            "id": entry_id,
            "idempotency_key": f"comfyui-{uuid.uuid4().hex}",
            "path": GENERATIONS,
            "take": 0,
            "state": "intended",
            "status": "",
            "reason": "",
            "resolution": "",
            "created_at": self.now(),
            "asked_at": self.now(),
        }
        connection.execute(insert(ENTRIES).values(**{**blank, **fields}))
        return one_entry(connection, entry_id)


def _change(connection: Connection, entry: Entry, **fields: Any) -> Entry:
    connection.execute(update(ENTRIES).where(ENTRIES.c.id == entry.id).values(**fields))
    return one_entry(connection, entry.id)


def _short(prompt: str) -> str:
    return " ".join(prompt.split())[:_PROMPT_CHARACTERS]


def _midnight(now: float) -> float:
    return datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
