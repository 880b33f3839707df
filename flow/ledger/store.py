"""The database connection: opening it, and short transactions that raise readable errors."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from ..errors import NotSet, hide, log
from .database_errors import as_not_set, damaged
from .drives import shared_drive
from .file import LedgerFile

BUSY_SECONDS = 30
# Messages of SQLite when it cannot map the index of the write-ahead log.
NO_SHARED_MEMORY = ("disk I/O error", "unable to open database file", "locking protocol")
# An advisory lock of PostgreSQL is two numbers, known to all schemas of a database: "apim", and the table's own.
_LOCK = text("SELECT pg_advisory_xact_lock(1634756973, coalesce(to_regclass('apimart_entries')::oid::int4, 0))")


class Store:
    """An open database and a clock. `file` is set if the database is an SQLite file."""

    def __init__(
        self, engine: Engine, name: str, *, now: Callable[[], float] = time.time, file: LedgerFile | None = None
    ) -> None:
        self.engine = engine
        self.name = name
        self.now = now
        self.file = file
        self._writer = engine.execution_options(writes=True)
        self._writers = threading.Lock()

    @classmethod
    def open(cls, place: str | Path, *, now: Callable[[], float] = time.time) -> Store:
        """Open the database at a path or address (`postgresql://...`) as it is; a missing file is created.

        Raises `NotSet` if it cannot be opened, read or written. A server is not contacted until the first transaction.
        """
        address = _address(place)
        return _open_file(Path(address), now) if isinstance(address, str) else _open_server(address, now)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run the block in one transaction that only reads."""
        with as_not_set(self.name), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """Run the block in one transaction that writes. `alone` blocks every other such transaction until it ends.

        On SQLite every writer is alone; threads queue here rather than in SQLite, which would poll.
        """
        if self.file is None:
            with as_not_set(self.name), self._writer.begin() as connection:
                if alone:
                    connection.execute(_LOCK)
                yield connection
            return
        with self._one_writer(), as_not_set(self.name):
            if self.file.check():
                self.engine.dispose()
            with self._writer.begin() as connection:
                yield connection

    def upsert(self, table: Table, row: dict[str, Any]) -> Any:
        """Return an insert of `row` that replaces any row with the same primary key."""
        dialect = postgresql if self.engine.dialect.name == "postgresql" else sqlite
        adding = dialect.insert(table).values(**row)
        return adding.on_conflict_do_update(index_elements=list(table.primary_key), set_=row)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self._writers.acquire(timeout=2 * BUSY_SECONDS):
            raise NotSet(
                f"The ledger {self.name} was busy for {2 * BUSY_SECONDS} seconds.",
                next_step="Close other programs that use it, or wait, then queue again.",
            )
        try:
            yield
        finally:
            self._writers.release()


def _address(place: str | Path) -> str | URL:
    """Return a path for SQLite, a URL for PostgreSQL. Raises NotSet for anything else."""
    if isinstance(place, Path) or "://" not in place:
        return str(place)
    try:
        url = make_url(place.replace("postgres://", "postgresql://", 1) if place.startswith("postgres:") else place)
    except ArgumentError as error:
        raise NotSet("The ledger address is not valid.", next_step=_ADDRESS_FORM) from error
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise NotSet("A ledger in memory would lose the record of purchases.", next_step=_ADDRESS_FORM)
        return str(url.database)
    if url.get_backend_name() != "postgresql":
        raise NotSet(f"The ledger cannot be kept in {url.drivername}.", next_step=_ADDRESS_FORM)
    return url


_ADDRESS_FORM = "Use a file path, or postgresql://host:5432/database with user and password before the host."


def _open_file(path: Path, now: Callable[[], float]) -> Store:
    file = LedgerFile(path, shared_drive(path))
    file.make()
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=8,
        max_overflow=8,
        pool_timeout=2 * BUSY_SECONDS,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    store = Store(engine, str(path), now=now, file=file)
    try:
        _examine(store, file.drive)
    except BaseException:
        store.close()
        raise
    return store


def _set_up_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # Python's own BEGIN is deferred and comes too late
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _examine(store: Store, drive: str) -> None:
    """Check for damage, and switch to WAL where its locks are reliable; a switch does not wait for locks by itself."""
    deadline = time.monotonic() + BUSY_SECONDS
    with as_not_set(store.name), store.engine.connect() as connection:
        direct: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]  # pysqlite's
        found = direct.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(store.name, found)
        if not drive and _switched(direct, "wal", deadline):
            return
        _switched(direct, "delete", deadline)
    log.warning(
        "The ledger %s is on a drive (%s) whose locks SQLite cannot rely on for its write-ahead log: it goes without. "
        "One machine at a time may use it there; APIMART_LEDGER_URL=postgresql://... is for several.",
        store.name,
        drive or "it has no shared memory",
    )


def _switched(connection: sqlite3.Connection, mode: str, deadline: float) -> bool:
    """Switch the journal mode; return whether it is set, False if the drive does not support it."""
    while True:
        try:
            return bool(connection.execute(f"PRAGMA journal_mode={mode}").fetchone()[0] == mode)
        except sqlite3.OperationalError as error:
            if mode == "wal" and any(words in str(error) for words in NO_SHARED_MEMORY):
                return False
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _open_server(url: URL, now: Callable[[], float]) -> Store:
    if url.password:
        hide(str(url.password))
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"connect_timeout": 10},
            isolation_level="READ COMMITTED",
            pool_size=8,
            max_overflow=8,
            pool_timeout=2 * BUSY_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ImportError as error:
        raise NotSet(
            "The ledger is on PostgreSQL, but the package psycopg (3) is not installed or does not load.",
            next_step='Install it into ComfyUI\'s Python: pip install "psycopg[binary]".',
        ) from error
    event.listen(engine, "connect", _set_up_postgres)
    return Store(engine, url.render_as_string(hide_password=True), now=now)


def _set_up_postgres(connection: Any, record: object) -> None:
    """Limit waits for locks, release those of a frozen worker, and have commits wait for the server's disk."""
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{2 * BUSY_SECONDS}s'")
    if connection.execute("SHOW synchronous_commit").fetchone()[0] == "off":
        connection.execute("SET synchronous_commit = on")
    connection.autocommit = False
