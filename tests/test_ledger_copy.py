"""A ledger that moves: from a file to PostgreSQL and back, with all that is in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from apimart.flow.errors import Refused
from apimart.flow.ledger import Ledger, copy_ledger, new_owner
from apimart.flow.ledger.copying import TABLES
from apimart.flow.ledger.schema import ENTRIES
from apimart.flow.model import Address
from databases import own_schema
from ledgers import Clock, asked, ended, intended, sent
from pack import ROOT
from sqlalchemy import Table, select, text

pytest_plugins = ["ledger_fixtures"]

MANY = 100_000


@pytest.fixture
def postgres() -> Iterator[str]:
    with own_schema(os.environ["APIMART_TEST_POSTGRES_URL"]) as url:
        yield url


@pytest.fixture
def target(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "other" / "ledger.sqlite", now=clock)
    yield opened
    opened.close()


def rows(ledger: Ledger) -> dict[str, list[Any]]:
    with ledger.store.reading() as connection:
        found = {table: connection.execute(select(table)).all() for table in TABLES}
    return {table.name: sorted(map(tuple, rows), key=_key_of(table)) for table, rows in found.items()}


def _key_of(table: Table) -> Callable[[tuple[Any, ...]], Any]:
    return itemgetter(*(list(table.columns).index(column) for column in table.primary_key))


def lived_in(ledger: Ledger, tmp_path: Path) -> None:
    """A job of each kind, with everything that hangs on jobs."""
    kept = ended(ledger, "kept")
    ledger.keep(kept.id, [tmp_path / "a.mp4", tmp_path / "b.mp4"])
    ledger.users.add(kept.id, "ann")
    sent(ledger, "unknown", prompt='quotes " and \\ and \u00e9')
    never_sent = intended(ledger, "never sent", estimate_usd=1.0)
    ledger.approvals.ask([never_sent], "run-1", 0.5, 60)
    ledger.addresses.remember(Address("https://files.example/1.mp4?signed=1", "sha", 1_795_009_999.0, "result"))
    ledger.links.remember("https://files.example/2.mp4", {"content": "sha", "measure": {"seconds": 5.25}})
    ledger.cache.remember("prices", {"sora-2": 0.08}, 1_795_009_999.0)


def filled(ledger: Ledger, count: int) -> None:
    """A file with the first job and its copies, which differ in what has to differ."""
    ended(ledger, "number 0")
    same = ", ".join(one.name for one in ENTRIES.c if one.name not in ("number", "id", "fingerprint"))
    copying = f"""WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count - 1})
        INSERT INTO {ENTRIES.name} (number, id, fingerprint, {same})
        SELECT n + 1, printf('%032x', n), 'number ' || n, {same} FROM counted, {ENTRIES.name}"""
    with ledger.store.writing() as connection:
        connection.execute(text(copying))


def test_every_row_is_in_the_copy_and_the_count_goes_on(ledger: Ledger, target: Ledger, tmp_path: Path) -> None:
    lived_in(ledger, tmp_path)
    copied = copy_ledger(ledger, target)
    assert rows(target) == rows(ledger)
    assert copied["apimart_entries"] == 3
    assert all(copied.values())
    assert intended(target, "a new one").id not in {entry.id for entry in ledger.entries()}
    assert target.find("live", "kept") == ledger.find("live", "kept")


def test_the_way_back_into_any_database(target: Ledger, place: str, clock: Clock, tmp_path: Path) -> None:
    lived_in(target, tmp_path)
    with closing(Ledger.open(place, now=clock)) as back:
        copy_ledger(target, back)
        assert rows(back) == rows(target)
        sent(back, "a new one")


def test_a_ledger_with_jobs_in_it_takes_no_others(ledger: Ledger, target: Ledger) -> None:
    intended(ledger)
    intended(target, "another")
    with pytest.raises(Refused, match=r"holds 1 job\(s\) already"):
        copy_ledger(ledger, target)
    assert len(target.entries()) == 1


def test_a_job_that_somebody_works_on_keeps_the_ledger_where_it_is(ledger: Ledger, target: Ledger) -> None:
    entry, owner = sent(ledger), new_owner()
    assert ledger.lease(entry.id, owner, 60)
    with pytest.raises(Refused, match=r"working on 1 job\(s\)"):
        copy_ledger(ledger, target)
    assert ledger.release(entry.id, owner)
    copy_ledger(ledger, target)
    assert target.by_id(entry.id) == ledger.by_id(entry.id)


def test_a_lease_that_ended_stays_behind(ledger: Ledger, target: Ledger, clock: Clock) -> None:
    entry = sent(ledger)
    ledger.lease(entry.id, new_owner(), 60)
    clock.jump(61)
    copy_ledger(ledger, target)
    assert target.by_id(entry.id).lease_owner is None


@pytest.mark.slow
@pytest.mark.postgres
def test_a_hundred_thousand_jobs_move_to_postgresql_and_back(tmp_path: Path, postgres: str) -> None:
    first, last = tmp_path / "first.sqlite", tmp_path / "last.sqlite"
    with closing(Ledger.open(first)) as ledger:
        filled(ledger, MANY)
        before = rows(ledger)
    for source, target in ((str(first), postgres), (postgres, str(last))):
        assert f"{MANY} apimart_entries" in command(source, target).stdout
    with closing(Ledger.open(last)) as back:
        assert rows(back) == before
        assert back.find("live", f"number {MANY - 1}") is not None
    with closing(Ledger.open(postgres)) as server:
        assert server.intend(asked("a new one"))[1]


def test_the_command_says_why_it_copies_nothing(tmp_path: Path, clock: Clock) -> None:
    for name in ("one", "other"):
        with closing(Ledger.open(tmp_path / name)) as ledger:
            intended(ledger, name)
    done = command(str(tmp_path / "one"), str(tmp_path / "other"))
    assert done.returncode == 1
    assert "ledgers are not mixed" in done.stderr


def command(*words: str) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, str(ROOT / "workbench"), "ledger", "copy", *words)
    return subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
