"""Translate database errors into messages with a cause and a next step."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..errors import NotSet

_NO_WRITE = "Nothing is submitted while the ledger cannot be written."
_FULL = ("cannot be written: the disk is full.", "Free some space and queue again.")
_READ_ONLY = (
    "cannot be written: its file or folder is read-only.",
    "Make it writable, or set another data folder, and queue again.",
)
_DAMAGED = (
    "is damaged.",
    "It is left unchanged, because it records what was purchased. Restore it from a backup, or move it away to start "
    "an empty ledger, which would charge again for what is already paid.",
)
_DISK = (
    "cannot be read or written.",
    "Check the disk (it may be full, over quota or disconnected), then queue again.",
)
_BUSY = (
    "was locked by another program for too long.",
    "Close other programs that use it, or wait, then queue again.",
)
_SHUT = (
    "cannot be opened.",
    "Check that the folder exists and is writable, or set another data folder.",
)
_AWAY = (
    "cannot be reached.",
    "Check that the database server is running and that the ledger address is correct, then queue again.",
)
_FORBIDDEN = (
    "refused the login.",
    "Check the user, password and permissions in the ledger address.",
)
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_OTHER = ("cannot be used.", "Queue again; if the error persists, see the cause above.")

# Message texts of SQLite, https://www.sqlite.org/rescode.html; Python 3.10 does not expose the error code.
_SQLITE = {
    "disk is full": _FULL,
    "readonly database": _READ_ONLY,
    "malformed": _DAMAGED,
    "not a database": _DAMAGED,
    "locked": _BUSY,
    "disk I/O": _DISK,
    "unable to open": _SHUT,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; matched by prefix.
_SQLSTATE = {
    "53100": _FULL,
    "25006": _READ_ONLY,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "55P03": _BUSY,
    "57": _AWAY,
    "08": _AWAY,
    "28": _FORBIDDEN,
    "42501": _FORBIDDEN,
    "3D000": _AWAY,
}


@contextmanager
def as_not_set(ledger: str) -> Iterator[None]:
    """Raise database errors of the block as `NotSet`. `ledger` is the name to show, without a password."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error, ledger) from error


def explain(error: Exception, ledger: str) -> NotSet:
    """Return a `NotSet` that describes an error of SQLAlchemy, sqlite3 or psycopg."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    what, next_step = _kind(error, original)
    cause = " ".join(str(original).split()) or type(original).__name__
    return NotSet(f"The ledger {ledger} {what} ({cause}) {_NO_WRITE}", next_step=next_step)


def damaged(ledger: str, cause: str) -> NotSet:
    """Return a `NotSet` that describes what SQLite's own check found."""
    what, next_step = _DAMAGED
    return NotSet(f"The ledger {ledger} {what} ({cause}) {_NO_WRITE}", next_step=next_step)


def unwritable(ledger: str, error: OSError) -> NotSet:
    """Return a `NotSet` that describes a file system error."""
    what, next_step = _FULL if error.errno in _NO_SPACE else _SHUT
    if error.errno in _NOT_ALLOWED:
        what, next_step = _READ_ONLY
    return NotSet(f"The ledger {ledger} {what} ({error.strerror}) {_NO_WRITE}", next_step=next_step)


def _kind(error: Exception, original: BaseException) -> tuple[str, str]:
    if isinstance(error, PoolTimeout):
        return _BUSY
    if isinstance(original, sqlite3.Error):
        return next((said for words, said in _SQLITE.items() if words in str(original)), _OTHER)
    state = getattr(original, "sqlstate", None)
    if state is None:
        return _AWAY if isinstance(error, DBAPIError) else _OTHER
    return next((said for code, said in _SQLSTATE.items() if state.startswith(code)), _OTHER)
