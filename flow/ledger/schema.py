"""The tables as SQLAlchemy objects; `migrations` creates them.

Columns that only earlier versions wrote are omitted: `standing` of the entries; `etag`, `last_modified` and `length`
of the addresses.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class JsonText(TypeDecorator[Any]):
    """JSON in a text column: the same bytes in every database, whatever characters it contains."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Prose(TypeDecorator[str]):
    """External text; characters that not every database can store (NUL, lone surrogates) become question marks."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\0", "?").encode("utf-8", "replace").decode("utf-8")


def hash_of(url: str) -> str:
    """Return the key of a URL: signed URLs exceed the size of an index row in PostgreSQL (2704 bytes)."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


METADATA = MetaData()

ENTRIES = Table(
    "apimart_entries",
    METADATA,
    # SQLite numbers rows automatically only in a column declared INTEGER.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("family", Prose, nullable=False),
    Column("model", Prose, nullable=False),
    Column("take", BigInteger, nullable=False),
    Column("prompt", Prose, nullable=False),
    Column("state", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("queue_run", Text),
    Column("project", Prose, nullable=False),
    Column("approval", Text),
    Column("body", JsonText),
    Column("addresses", JsonText),
    Column("billed_units", Double),
    Column("estimate_usd", Double),
    Column("created_at", Double, nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("sent_at", Double),
    Column("sent_by", Text),
    Column("ticketed_at", Double),
    Column("task_id", Prose),
    Column("request_id", Prose),
    Column("status", Prose, nullable=False),
    Column("progress", Double),
    Column("estimated_seconds", Double),
    Column("ended_at", Double),
    Column("cost_usd", Double),
    Column("actual_seconds", Double),
    Column("urls", JsonText),
    Column("expires_at", Double),
    Column("reason", Prose, nullable=False),
    Column("fetched_at", Double),
    Column("lease_owner", Text),
    Column("lease_until", Double),
    Column("resolution", Prose, nullable=False),
    Column("superseded_at", Double),
)

FILES = Table(
    "apimart_files",
    METADATA,
    Column("entry_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    # As JSON, because a path on Linux may not be valid Unicode.
    Column("path", JsonText, nullable=False),
    Column("kept_at", Double, nullable=False),
)

ADDRESSES = Table(
    "apimart_addresses",
    METADATA,
    Column("url_hash", Text, primary_key=True),
    Column("url", Prose, nullable=False),
    Column("content", Text, nullable=False),
    Column("source", Prose, nullable=False),
    Column("expires_at", Double),
    Column("remembered_at", Double, nullable=False),
)

APPROVALS = Table(
    "apimart_approvals",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("realm", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("queue_run", Text, nullable=False),
    Column("above_usd", Double, nullable=False),
    Column("run_usd", Double, nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_at", Double),
    Column("decided_by", Text, nullable=False),
)

FACTS = Table(
    "apimart_facts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", JsonText),
    Column("until", Double, nullable=False),
)

LINK_CONTENTS = Table(
    "apimart_link_contents",
    METADATA,
    Column("url_hash", Text, primary_key=True),
    Column("found", JsonText, nullable=False),
    Column("until", Double, nullable=False),
)

USERS = Table(
    "apimart_users",
    METADATA,
    Column("entry_id", Text, primary_key=True),
    Column("user_id", Prose, primary_key=True),
)

MIGRATIONS_APPLIED = Table(
    "apimart_migrations",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("applied_at", Double, nullable=False),
)
