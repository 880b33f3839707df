"""Jobs that nobody waits for any more still cost money: their real cost is asked for before a limit is judged."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import PackError, log
from ..ledger import Entry, Ledger
from ..wire import Provider

EVERY_SECONDS = 600.0
MOST_JOBS = 20


class Settler:
    """Brings the books up to date, at most every ten minutes, by questions that cost nothing."""

    def __init__(self, ledger: Ledger, provider: Provider, realm: str, now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._provider = provider
        self._realm = realm
        self._now = now
        self._settled_at = 0.0

    def settle(self) -> None:
        """Ask how abandoned jobs ended. A provider that does not answer is left alone; nothing fails here."""
        if 0 <= self._now() - self._settled_at < EVERY_SECONDS:
            return
        self._settled_at = self._now()
        try:
            for entry in self._ledger.entries(self._realm, ("ticketed",), limit=MOST_JOBS):
                if (entry.lease_until or 0.0) < self._now():
                    self._ask(entry)
        except PackError as error:
            log.info("The books are not up to date: %s", error.what)

    def _ask(self, entry: Entry) -> None:
        standing = self._provider.task(entry.task_id or "")
        if standing.ended:
            self._ledger.end(entry.id, standing)
