"""What the ledger remembers beside purchases: addresses, cached answers, lists and sums; and how its schema grows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from apimart.flow.errors import NotSet
from apimart.flow.ledger import Ledger, Spent, migrations, schema
from apimart.flow.ledger.migrations import MIGRATIONS, Migration, migrate
from apimart.flow.model import GENERATIONS, Address, Ticket, Values
from apimart.flow.request import ask
from journeys import FAMILIES, defaults
from ledgers import Clock, asked, completed, ended, failed, go_back, intended, sent, ticketed
from sqlalchemy import insert, inspect, select

pytest_plugins = ["ledger_fixtures"]

UNUSED = {"standing", "etag", "last_modified", "length"}  # columns that only earlier versions wrote
NEXT = MIGRATIONS[-1].number + 1
FIRST_LEDGER = Path(__file__).with_name("facts") / "ledger_1.sql"


def address(url: str = "https://host.example/a.png", **changes: object) -> Address:
    facts = {"content": "hash-a", "expires_at": 2e9, "source": "apimart"}
    return Address(url, **{**facts, **changes})  # type: ignore[arg-type]  # the changes name its fields


def test_an_address_is_found_by_its_content_while_it_lives(ledger: Ledger) -> None:
    ledger.addresses.remember(address())
    assert ledger.addresses.known("hash-a", 2e9) == address()
    assert ledger.addresses.known("hash-a", 2e9 + 1) is None
    assert ledger.addresses.known("hash-b", 0) is None


def test_the_address_that_lives_longest_is_preferred(ledger: Ledger) -> None:
    for end in (1e9, 3e9, 2e9):
        ledger.addresses.remember(address(f"https://host.example/{end}", expires_at=end))
    assert ledger.addresses.known("hash-a", 0) == address("https://host.example/3000000000.0", expires_at=3e9)
    lasting = address("https://host.example/lasting", expires_at=None, source="s3")
    ledger.addresses.remember(lasting)
    assert ledger.addresses.known("hash-a", 9e9) == lasting


def test_an_address_is_remembered_anew_and_forgotten(ledger: Ledger) -> None:
    ledger.addresses.remember(address())
    ledger.addresses.remember(address(content="hash-b"))
    assert ledger.addresses.known("hash-a", 0) is None
    assert ledger.addresses.known("hash-b", 0) == address(content="hash-b")
    ledger.addresses.forget(address().url)
    assert ledger.addresses.known("hash-b", 0) is None
    ledger.addresses.forget(address().url)


def test_a_signed_address_may_be_very_long(ledger: Ledger) -> None:
    url = "https://host.example/a.mp4?signature=" + "".join(f"{number:x}" for number in range(20_000))
    ledger.addresses.remember(address(url))
    found = ledger.addresses.known("hash-a", 0)
    assert found is not None and found.url == url


def test_an_answer_is_recalled_until_it_is_too_old(ledger: Ledger, clock: Clock) -> None:
    for value in ({"sora-2": {"720P": 0.08}}, True, False, 7, "text", [1, None]):
        ledger.cache.remember("prices", value, clock() + 60)
        assert ledger.cache.recall("prices") == value
    clock.jump(60)
    assert ledger.cache.recall("prices") is None
    assert ledger.cache.recall("never asked") is None


def test_an_answer_that_is_too_old_takes_no_room(ledger: Ledger, clock: Clock) -> None:
    ledger.cache.remember("prices of the sandbox at port 1", {}, clock() + 60)
    clock.jump(60)
    ledger.cache.remember("prices of the sandbox at port 2", {}, clock() + 60)
    with ledger.store.reading() as connection:
        names = connection.execute(select(schema.FACTS.c.name)).scalars().all()
    assert names == ["prices of the sandbox at port 2"]


def test_entries_are_listed_newest_first_whatever_the_clock_says(ledger: Ledger, clock: Clock) -> None:
    for number in range(5):
        clock.jump(-86400)
        intended(ledger, f"{number}")
    ended(ledger, "5", realm="sandbox")
    assert [one.fingerprint for one in ledger.entries("live")] == ["4", "3", "2", "1", "0"]
    assert [one.fingerprint for one in ledger.entries("live", limit=2, offset=1)] == ["3", "2"]
    assert [one.fingerprint for one in ledger.entries(states=["ended", "failed"])] == ["5"]
    assert len(ledger.entries()) == 6


def test_lists_carry_the_files_of_each_job(ledger: Ledger) -> None:
    for name in ("one", "two"):
        ledger.keep(ended(ledger, name).id, [f"/out/{name}-1.mp4", f"/out/{name}-2.mp4"])
    two, one = ledger.entries()
    assert one.files == ("/out/one-1.mp4", "/out/one-2.mp4")
    assert two.files == ("/out/two-1.mp4", "/out/two-2.mp4")


def test_totals_are_sums_per_day_and_model(ledger: Ledger, clock: Clock) -> None:
    began = clock()
    days = [datetime.fromtimestamp(began + days * 86400).date().isoformat() for days in (0, 1)]
    ended(ledger, "one", cost=0.5)
    ended(ledger, "two", cost=0.25)
    free = ticketed(ledger, "three")
    ledger.end(free.id, failed(free))
    intended(ledger, "never sent")
    ledger.adopt("live", "made elsewhere")
    ended(ledger, "pretended", realm="sandbox", cost=9.0)
    clock.jump(86400)
    sent(ledger, "four", model="kling", estimate_usd=2.0)
    assert ledger.totals("live", began) == [Spent(days[0], "sora-2", 0.75, 3), Spent(days[1], "kling", 2.0, 1)]
    assert ledger.totals("live", clock()) == [Spent(days[1], "kling", 2.0, 1)]


def test_how_long_a_model_takes_is_the_median_of_its_last_twenty(ledger: Ledger) -> None:
    assert ledger.typical_seconds("live", "sora-2") is None
    for number in range(25):
        entry = ticketed(ledger, f"{number}")
        ledger.end(entry.id, completed(entry, actual_seconds=1000.0 if number < 5 else 60.0 + number))
    slow = ticketed(ledger, "failed")
    ledger.end(slow.id, failed(slow, actual_seconds=1.0))
    assert ledger.typical_seconds("live", "sora-2") == 74.5
    assert ledger.typical_seconds("live", "kling") is None


def test_the_tables_are_as_the_code_sees_them(ledger: Ledger) -> None:
    found = inspect(ledger.store.engine)
    for table in schema.METADATA.sorted_tables:
        made = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        seen = {column.name: column.nullable for column in table.columns}
        assert set(made) - UNUSED == set(seen)
        assert {name for name, empty in seen.items() if not empty and made[name]} <= {"number", "name", "url_hash"}


def test_opening_again_applies_nothing_again(place: str, ledger: Ledger) -> None:
    entry = intended(ledger)
    again = Ledger.open(place)
    assert again.by_id(entry.id) == entry
    with again.store.reading() as connection:
        applied = connection.execute(schema.MIGRATIONS_APPLIED.select()).mappings().all()
    assert [one["number"] for one in applied] == [one.number for one in MIGRATIONS]
    again.close()


def test_a_migration_is_applied_once_and_keeps_what_is_there(ledger: Ledger) -> None:
    entry = intended(ledger)
    more = Migration(NEXT, "a column", ("ALTER TABLE apimart_entries ADD COLUMN colour TEXT",))
    migrate(ledger.store, (*MIGRATIONS, more))
    migrate(ledger.store, (*MIGRATIONS, more))
    with ledger.store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id, colour FROM apimart_entries").all()
    assert [tuple(row) for row in rows] == [(entry.id, None)]


def test_a_migration_that_breaks_leaves_nothing_behind(ledger: Ledger) -> None:
    entry = intended(ledger)
    broken = Migration(NEXT, "broken", ("ALTER TABLE apimart_entries ADD COLUMN colour TEXT", "ALTER TABLE nowhere X"))
    with pytest.raises(NotSet, match="cannot be used"):
        migrate(ledger.store, (*MIGRATIONS, broken))
    columns = {column["name"] for column in inspect(ledger.store.engine).get_columns("apimart_entries")}
    assert "colour" not in columns
    migrate(ledger.store)
    assert ledger.by_id(entry.id) == entry


def test_a_ledger_without_paths_gets_the_one_that_its_submits_went_to(ledger: Ledger) -> None:
    entry = sent(ledger)
    go_back(ledger, 1)
    migrate(ledger.store)
    assert ledger.by_id(entry.id) == entry
    assert entry.path == GENERATIONS


def test_a_ledger_of_the_first_schema_still_answers_for_what_it_bought(tmp_path: Path) -> None:
    """The file was written before paths were kept, by the questions that are put again here."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_LEDGER.read_text("utf-8"))
    sora = FAMILIES["APIMartSora2"]
    finished, lost = (
        ask(sora, Values({**defaults(sora), "prompt": prompt}), lambda clip: clip)
        for prompt in ("a finished cat", "a lost cat")
    )
    opened = Ledger.open(path)
    assert [one.state for one in opened.entries()] == ["intended", "fetched"]
    for question in (finished, lost):
        opened.rekey("live", question.earlier, question.fingerprint)
    kept, unknown = (opened.find("live", question.fingerprint) for question in (finished, lost))
    opened.close()
    assert kept is not None and kept.files == ("/out/1.mp4",)
    assert unknown is not None and unknown.unknown
    assert (unknown.path, (unknown.body or {})["prompt"]) == (GENERATIONS, "a lost cat")


def test_a_ledger_of_a_newer_version_is_left_alone(place: str, ledger: Ledger) -> None:
    newer = {"number": NEXT, "name": "from the future", "applied_at": 0.0}
    with ledger.store.writing() as connection:
        connection.execute(insert(schema.MIGRATIONS_APPLIED).values(**newer))
    with pytest.raises(NotSet, match="newer version of this pack") as caught:
        Ledger.open(place)
    assert "Update the pack" in str(caught.value)


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [one.number for one in migrations.MIGRATIONS] == list(range(1, len(migrations.MIGRATIONS) + 1))


def test_a_made_up_question_finds_nothing(ledger: Ledger) -> None:
    assert ledger.find("live", asked().fingerprint) is None
    assert ledger.by_task("live", Ticket("nowhere").task_id) is None
