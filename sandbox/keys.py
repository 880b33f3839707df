"""Idempotency keys: the same key and body is the same purchase, for a day, per API key and endpoint."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from typing import Any

from .answers import Refusal
from .clock import Clock
from .journal import Journal

RETENTION_SECONDS = 86400
KEY = re.compile(r"[\x21-\x7e]{1,191}")
IN_PROGRESS_SECONDS = 1


@dataclass
class Purchase:
    """What a key stands for; without a task id its first request is still under way."""

    scope: str
    digest: str
    at: float
    task_id: str = ""


class Keys:
    """Remembers which key bought what."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock, self._journal = clock, journal
        self._lock = threading.Lock()
        self._purchases: dict[str, Purchase] = {}

    def recall(self, entry: dict[str, Any]) -> None:
        self._purchases[entry["scope"]] = Purchase(**entry)

    def reserve(self, key: str, place: str, body: bytes) -> Purchase:
        """The purchase of this key at a place (API key and endpoint).

        With a task id it is to be replayed, without one it is now ours to make.
        """
        if not KEY.fullmatch(key):
            raise Refusal(400, "Idempotency-Key must be 1 to 191 visible ASCII characters", param="Idempotency-Key")
        scope = hashlib.sha256(f"{place} {key}".encode()).hexdigest()
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            known = self._purchases.get(scope)
            if known is None or self._clock.now() - known.at > RETENTION_SECONDS:
                self._purchases[scope] = known = Purchase(scope, digest, self._clock.now())
                return known
            return _known(known, digest)

    def keep(self, purchase: Purchase, task_id: str) -> None:
        purchase.task_id = task_id
        self._journal.write({"purchase": vars(purchase)})

    def release(self, purchase: Purchase) -> None:
        """Nothing was bought: the key is free again."""
        with self._lock:
            if not purchase.task_id:
                self._purchases.pop(purchase.scope, None)


def _known(known: Purchase, digest: str) -> Purchase:
    if known.digest != digest:
        raise refuse_reused()
    if not known.task_id:
        raise refuse_in_progress()
    return known


def refuse_reused() -> Refusal:
    text = "this Idempotency-Key was used with a different request body"
    return Refusal(409, text, code="idempotency_key_reused", fixed=True)


def refuse_in_progress(retry_after: float = IN_PROGRESS_SECONDS) -> Refusal:
    text = "the first request with this Idempotency-Key is still in progress"
    return Refusal(409, text, code="idempotency_in_progress", fixed=True, retry_after=retry_after)
