"""Empty ledgers, on every database at hand. A pytest plugin of the tests that name it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from apimart.flow.ledger import Ledger
from databases import own_schema
from ledgers import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty ledger may be: a path, and a schema of the server when one is at hand."""
    if request.param == "sqlite":
        yield str(tmp_path / "data" / "ledger.sqlite")
        return
    with own_schema(os.environ["APIMART_TEST_POSTGRES_URL"]) as url:
        yield url


@pytest.fixture
def ledger(place: str, clock: Clock) -> Iterator[Ledger]:
    opened = Ledger.open(place, now=clock)
    yield opened
    opened.close()


@pytest.fixture
def file_ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "data" / "ledger.sqlite", now=clock)
    yield opened
    opened.close()
