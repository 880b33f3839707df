"""How far an HTTP exchange got before it failed, as recorded by its connection."""

from __future__ import annotations

from enum import Enum
from typing import Any

from urllib3.exceptions import HTTPError

from .session import Bearer, Session, TrustingAdapter

# What `requests` can raise: its own errors (OSError), a missing certificate bundle (OSError), names that cannot be
# encoded (ValueError), and errors of urllib3 that it does not translate.
FAILURES = (OSError, ValueError, HTTPError)


class Phase(Enum):
    """The phase of an exchange. CONNECTING is all before the request's first byte: DNS, proxy, CONNECT tunnel, TLS."""

    CONNECTING = "connecting"
    SENDING = "sending"
    WAITING = "waiting"


class Exchange:
    """One request on its own connection. A failure while CONNECTING proves that nothing was sent.

    On a reused connection, a hang-up by the server would look like a lost response.
    """

    def __init__(self, bearer: Bearer | None = None) -> None:
        self.phase = Phase.CONNECTING
        self.session = Session(bearer)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _RecordingAdapter(self))

    def __enter__(self) -> Exchange:  # Self needs Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()


class _Recording:
    """Mixed into a connection class of urllib3; `connect` returns once tunnel and TLS are established."""

    exchange: Exchange

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # mixed into urllib3's connections
        self.exchange.phase = Phase.SENDING

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        self.exchange.phase = Phase.WAITING
        return super().getresponse(*args, **kwargs)  # type: ignore[misc]  # mixed into urllib3's connections


class _RecordingAdapter(TrustingAdapter):
    """Records direct, proxy and SOCKS connections: each pool manager keeps its own classes, extended here."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._record(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        self._record(manager)
        return manager

    def _record(self, manager: Any) -> None:
        classes = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: self._recorded(pool) for scheme, pool in classes.items()}

    def _recorded(self, pool: Any) -> Any:
        connection = type("Connection", (_Recording, pool.ConnectionCls), {"exchange": self._exchange})
        return type("Pool", (pool,), {"ConnectionCls": connection})
