"""The ledger held against the bill of the sandbox: what was planted is found, and nothing else."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from apimart.flow.errors import NotSet, PackError
from apimart.flow.jobs import Report, known_report, reconcile, reconcile_daily, report_csv
from apimart.flow.jobs.reconcile import DATA_SINCE, MOST_DAYS
from apimart.flow.ledger import Ledger
from apimart.flow.settings import read
from apimart.flow.wire import MayNotRead, Provider
from face import face_of
from journeys import Person, asked
from ledgers import ended

if TYPE_CHECKING:
    from sandboxed import Sandbox

pytest_plugins = ["journey_fixtures"]
pytestmark = pytest.mark.slow

DAY = 86400.0
SORA, VEO = "APIMartSora2", "APIMartVeo31"


class Account:
    """A person's ledger and the account it was bought on."""

    def __init__(self, person: Person, seller: Sandbox, ledger: Ledger) -> None:
        self.person, self.seller, self.ledger = person, seller, ledger

    def later(self, days: float = 2.5) -> None:
        """Days go by for the person, at any hour two whole ones; the provider's charges stay where they are."""
        self.person.seconds_later += days * DAY

    def reconcile(self, asks_log: bool = False) -> Report:
        settings = read(self.person.home)
        return reconcile(self.provider, self.ledger, settings, self.person.now(), asks_log=asks_log)

    def daily(self) -> None:
        reconcile_daily(self.provider, self.ledger, read(self.person.home), self.person.now())

    @property
    def provider(self) -> Provider:
        return Provider(self.seller.url, self.seller.key)

    @property
    def known(self) -> Report | None:
        return known_report(self.seller.url, self.ledger, read(self.person.home))

    def differences(self) -> list[tuple[str, str, float]]:
        return [(one.kind, one.model, one.usd) for one in self.reconcile().differences]

    @property
    def usage_asked(self) -> int:
        return sum(one["path"] == "/v1/usage" for one in self.seller.requests)


@pytest.fixture
def account(person: Person, seller: Sandbox, ledger_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Two jobs, bought and done, on an account that was charged for nothing else."""
    monkeypatch.setenv("APIMART_LEDGER_URL", ledger_address)
    person.buy(SORA, **asked(SORA))
    person.buy(VEO, **asked(VEO))
    with person.ledger() as ledger:
        yield Account(person, seller, ledger)


def plant(account: Account, usd: float = 0.41, model: str = "veo3.1-fast-official") -> None:
    account.seller.control(plant_charge={"model": model, "usd": usd, "key": account.seller.key[-4:]})


def test_what_was_bought_here_agrees_with_the_bill(account: Account) -> None:
    account.later()
    report = account.reconcile()
    assert (report.state, report.differences, len(report.rows)) == ("compared", (), 2)
    assert report.first < report.last


def test_a_charge_that_nobody_here_knows_is_found(account: Account) -> None:
    plant(account)
    account.later()
    assert account.differences() == [("unknown here", "veo3.1-fast-official", 0.41)]


def test_a_booking_that_was_not_charged_is_found(account: Account) -> None:
    account.seller.control(hide_charge=account.seller.tasks[0]["id"])
    account.later()
    assert account.differences() == [("not charged", "sora-2", -0.32)]


def test_a_price_that_moved_is_found(account: Account) -> None:
    account.seller.control(price_factors={"sora-2": 1.25})
    account.person.buy(SORA, **asked(SORA, seed=1))
    account.later()
    [(kind, model, usd)] = account.differences()
    assert (kind, model, usd) == ("price moved", "sora-2", pytest.approx(0.08))


def test_a_price_that_moved_is_found_where_tasks_do_not_tell_their_cost(account: Account) -> None:
    account.seller.control(price_factors={"sora-2": 1.25}, cost_absent=True)
    account.person.buy(SORA, **asked(SORA, seed=1))
    account.later()
    [(kind, model, usd)] = account.differences()
    assert (kind, model, usd) == ("price moved", "sora-2", pytest.approx(0.08))


def test_a_job_of_unknown_outcome_is_named_and_its_task_offered(account: Account) -> None:
    account.seller.behave("submit", "drop_after")
    with pytest.raises(PackError):
        account.person.buy(SORA, **asked(SORA, seed=1))
    account.seller.finish()
    [unknown] = [one for one in account.ledger.entries("live") if one.unknown]
    lost = account.seller.tasks[-1]["id"]
    account.later()
    [row] = account.reconcile(asks_log=True).differences
    assert (row.kind, row.usd, row.entries) == ("unknown here", 0.32, (unknown.id,))
    account.seller.control(logs_export="csv", advance_seconds=61)
    assert account.reconcile(asks_log=True).perhaps == {unknown.id: (lost,)}
    account.ledger.mark_purchased(unknown.id, lost)
    assert account.differences() == []


def test_a_job_that_was_collected_by_its_id_is_known(account: Account) -> None:
    own_ledger = str(account.person.home / "elsewhere.sqlite")
    elsewhere = Person(account.person.home / "elsewhere", account.person.output / "far", ledger_url=own_ledger)
    task = elsewhere.buy(SORA, **asked(SORA, seed=1)).entry.task_id
    account.later()
    assert account.differences() == [("unknown here", "sora-2", 0.32)]
    account.person.collect(task)
    assert account.differences() == []


@pytest.mark.parametrize("shape", ["credits", "strings", "timestamps", "bare", "own_zone", "paged"])
def test_whatever_shape_the_bill_has_it_agrees(account: Account, shape: str) -> None:
    account.seller.control(usage_shape=shape)
    account.later()
    assert (account.reconcile().state, account.differences()) == ("compared", [])


def test_a_bill_that_is_late_is_no_difference(account: Account) -> None:
    account.seller.control(hide_charge=account.seller.tasks[0]["id"])
    now = account.person.now()
    account.later((now // DAY + 1) - now / DAY + 0.1)  # two hours into tomorrow
    assert account.differences() == []
    account.later(1)
    assert account.differences() == [("not charged", "sora-2", -0.32)]


def test_an_empty_bill_says_nothing(account: Account) -> None:
    account.seller.control(usage_shape="empty")
    account.later()
    assert (account.reconcile().state, account.reconcile().differences) == ("silent", ())


def test_today_is_not_compared_and_neither_is_what_came_before_the_ledger(account: Account) -> None:
    now = account.person.now()
    for at in (now - 3 * DAY, now + 2 * DAY):
        charge = {"model": "sora-2", "usd": 1.0, "at": at, "key": account.seller.key[-4:]}
        account.seller.control(plant_charge=charge)
    account.later()
    assert account.reconcile().differences == ()


def test_charges_of_another_key_are_not_ours(account: Account) -> None:
    account.seller.control(plant_charge={"model": "sora-2", "usd": 1.0, "key": "9999"})
    account.later()
    assert account.differences() == []


def test_nothing_is_asked_before_the_first_purchase(person: Person, seller: Sandbox) -> None:
    with person.ledger() as ledger:
        account = Account(person, seller, ledger)
        assert account.reconcile().state == "nothing"
        assert account.usage_asked == 0


def test_an_old_ledger_is_compared_for_as_long_as_the_provider_tells(account: Account) -> None:
    account.later(100)
    account.reconcile()
    [asked_for] = [one["query"] for one in account.seller.requests if one["path"] == "/v1/usage"]
    start, end = int(asked_for["start"]), int(asked_for["end"])
    assert end - start == MOST_DAYS * DAY
    assert start % DAY == end % DAY == 0 and start >= DATA_SINCE


def test_it_is_asked_once_a_day_and_remembered(account: Account) -> None:
    account.later()
    account.daily()
    account.daily()
    known = account.known
    assert known is not None and (known.state, len(known.rows), account.usage_asked) == ("compared", 2, 1)
    account.later(1.01)
    account.daily()
    assert account.usage_asked == 2


def test_without_network_nothing_is_said_and_what_was_known_stays(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    account.later()
    account.daily()
    account.later(1.01)
    account.seller.behave("usage", "drop_before", times=-1)
    with caplog.at_level(logging.WARNING, "apimart"):
        account.daily()
        account.daily()
    assert caplog.records == []
    assert account.known is not None and account.known.state == "compared"
    assert account.usage_asked == 2
    account.later(0.05)
    account.daily()
    assert account.usage_asked == 3


def test_a_key_that_may_not_read_usage_is_told_so_once(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    account.seller.behave("usage", "403", times=-1, message="this API key may not read usage")
    with caplog.at_level(logging.WARNING, "apimart"):
        for _ in range(3):
            account.later(1.01)
            account.daily()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert account.known is not None and account.known.state == "denied"
    with pytest.raises(MayNotRead):
        account.reconcile()


def test_a_key_that_is_refused_is_no_denial(account: Account) -> None:
    account.later()
    account.seller.behave("usage", "401")
    with pytest.raises(NotSet):
        account.reconcile()
    assert account.known is None


def test_the_report_is_a_table_for_a_spreadsheet(account: Account) -> None:
    plant(account, model="=HYPERLINK(1)")
    account.later()
    text = "".join(report_csv(account.reconcile()))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row["model"] for row in rows} == {"'=HYPERLINK(1)", "sora-2", "veo3.1-fast-official"}
    assert [row["usd"] for row in rows if row["difference"] == "unknown here"] == ["0.41"]


def test_the_page_asks_once_and_reads_what_came_out(account: Account) -> None:
    plant(account)
    account.later()
    with face_of(account.person) as face:
        told = face.get("reconcile").json
        assert (told["state"], account.usage_asked) == ("", 0)
        asked_now = face.post("reconcile/now").json
        assert face.get("reconcile").json == asked_now
        table = face.get("bill.csv")
    [difference] = asked_now["differences"]
    assert (difference["kind"], difference["usd"], asked_now["state"]) == ("unknown here", 0.41, "compared")
    assert b"unknown here" in table.body and "attachment" in table.headers["Content-Disposition"]


def test_the_page_is_told_when_the_key_may_not_ask(account: Account) -> None:
    account.later()
    account.seller.behave("usage", "403")
    with face_of(account.person) as face:
        refused = face.post("reconcile/now")
        assert (refused.status, "does not let this key" in refused.json["error"]) == (409, True)
        assert face.get("reconcile").json["state"] == "denied"


def test_jobs_of_another_key_in_the_same_ledger_are_left_to_it(account: Account) -> None:
    ended(account.ledger, "of another key", account="key-2")
    account.later()
    assert account.differences() == []
