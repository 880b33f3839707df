"""Databases to test on: a PostgreSQL server of our own in a temporary folder, and a schema of it for each test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

START_SECONDS = 60


def postgres_binaries() -> Path | None:
    """The folder of initdb and pg_ctl, the newest server first; None where there is none."""
    found = shutil.which("pg_ctl")
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    folders = [Path(found).resolve().parent] if found else []
    return next((one for one in folders + packaged if (one / "initdb").is_file()), None)


@contextmanager
def private_postgres() -> Iterator[str]:
    """The URL of a server that listens on a socket in a temporary folder only, and is gone afterwards.

    Raises FileNotFoundError where PostgreSQL is not installed.
    """
    binaries = postgres_binaries()
    if binaries is None:
        raise FileNotFoundError("PostgreSQL is not installed: no pg_ctl and initdb")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path has room for 107 bytes
    data, log = folder / "data", folder / "log"
    try:
        as_user = _server_user(folder)
        _run(as_user, binaries / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=1000"
        _run(as_user, binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-t", START_SECONDS, "-o", options, "start")
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            _run(as_user, binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restart(server_url: str) -> None:
    """Let a server of `private_postgres` fall over, and start it again."""
    folder = Path(parse_qs(urlsplit(server_url).query)["host"][0])
    binaries = postgres_binaries()
    assert binaries is not None
    words = ("-D", folder / "data", "-l", folder / "log", "-m", "immediate", "-w", "-t", START_SECONDS, "restart")
    _run(_server_user(folder), binaries / "pg_ctl", *words)


@contextmanager
def own_schema(server_url: str) -> Iterator[str]:
    """The URL of an empty schema of that server, dropped afterwards."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    try:
        yield f"{server_url}{'&' if '?' in server_url else '?'}options=-csearch_path%3D{name}"
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def _server_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the words that run a command as somebody else, who then owns `folder`."""
    if os.geteuid() != 0:
        return []
    import pwd

    known = {one.pw_name for one in pwd.getpwall()}
    user = next(name for name in ("postgres", "nobody") if name in known)
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


def _run(as_user: list[str], *words: object) -> None:
    """Output goes to a file: the server inherits it and would hold a pipe open for ever."""
    with tempfile.TemporaryFile() as said:
        done = subprocess.run([*as_user, *map(str, words)], stdout=said, stderr=said, cwd="/", check=False)
        said.seek(0)
        if done.returncode:
            raise RuntimeError(f"{words[0]} failed: {said.read().decode(errors='replace')}")


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())


if __name__ == "__main__":
    # `python tests/databases.py pytest ...` runs a command with APIMART_TEST_POSTGRES_URL set.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # the server must not stay behind
    with private_postgres() as address:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "APIMART_TEST_POSTGRES_URL": address}).returncode)
