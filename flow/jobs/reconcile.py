"""Compares the ledger with what the provider charged, at most daily unless requested, and remembers the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import PackError, log
from ..ledger import Entry, Ledger
from ..prices import DAY_SECONDS, RETRY_SECONDS
from ..settings import Settings
from ..wire import LoggedJob, MayNotRead, Provider
from .bill_differences import Row, compared, day_of
from .export import table_of

MOST_DAYS = 31  # the most that the provider returns at once
DATA_SINCE = 1_777_248_000  # 2026-04-27, when the provider's data begin
SETTLING_SECONDS = 3600.0  # after midnight (UTC), until a day's charges count as complete
SUBMIT_TO_LOG_SECONDS = (-300.0, 7200.0)
OTHERS = (
    "Charges that are not known here are mostly those of another machine or program with the same key. Several "
    "ComfyUIs that share a ledger (APIMART_LEDGER_URL) know each other's jobs."
)
COLUMNS = ("day_utc", "model", "charged_usd", "charged_jobs", "booked_usd", "booked_jobs", "difference", "usd")


@dataclass(frozen=True)
class Report:
    """The result of comparing the ledger with the bill, for the UTC days `first` to `last` (`2026-11-24`).

    `state` is "compared"; "denied" if the key may not read the bill; "silent" if the bill is empty and the ledger is
    not, which proves nothing; "nothing" if no day since the first purchase is over yet. `checked_at` is in Unix
    seconds. `perhaps` maps IDs of entries of unknown outcome to task IDs in the provider's log that may be theirs.
    """

    state: str
    checked_at: float
    first: str = ""
    last: str = ""
    rows: tuple[Row, ...] = ()
    perhaps: Mapping[str, tuple[str, ...]] | None = None

    @property
    def differences(self) -> tuple[Row, ...]:
        """The rows that differ, latest first."""
        return tuple(reversed([row for row in self.rows if row.kind]))


def reconcile(provider: Provider, ledger: Ledger, settings: Settings, now: float, *, asks_log: bool = False) -> Report:
    """Compare the ledger with the provider's bill now, and return and remember the report.

    With `asks_log`, the provider's log is searched for jobs of unknown outcome. Raises MayNotRead if the key may not
    read what was charged, Unreachable and other errors if it cannot be determined.
    """
    try:
        report = _compared(provider, ledger, settings, now)
        if asks_log and report.state == "compared":
            report = replace(report, perhaps=_perhaps(provider, ledger, settings, now))
    except MayNotRead:
        _remember(provider.base_url, ledger, settings, Report("denied", now), now + DAY_SECONDS)
        raise
    _remember(provider.base_url, ledger, settings, report, now + DAY_SECONDS)
    return report


def reconcile_daily(provider: Provider, ledger: Ledger, settings: Settings, now: float) -> None:
    """Call `reconcile` if a day has passed since the last time; warn once if the key may not read what was charged.

    After any other error it is tried again an hour later, without a warning. Raises NotSet if the ledger cannot be read
    or written.
    """
    remembered = _remembered(provider.base_url, ledger, settings)
    if remembered.get("next_at", 0.0) > now:
        return
    try:
        reconcile(provider, ledger, settings, now)
    except MayNotRead as error:
        if remembered.get("state") != "denied":
            log.warning("%s", error)
    except PackError as error:
        log.info("The ledger was not held against APIMart's bill: %s", error.what)
        kept = {**remembered, "next_at": now + RETRY_SECONDS}
        ledger.cache.remember(_cached_as(provider.base_url, settings), kept, now + MOST_DAYS * DAY_SECONDS)


def known_report(base_url: str, ledger: Ledger, settings: Settings) -> Report | None:
    """Return the last report; None if there is none, or only an outdated one. Sends no request."""
    found = _remembered(base_url, ledger, settings)
    if "state" not in found:
        return None
    rows = tuple(Row(**{**row, "entries": tuple(row["entries"])}) for row in found["rows"])
    perhaps = {entry: tuple(tasks) for entry, tasks in (found["perhaps"] or {}).items()}
    return Report(found["state"], found["checked_at"], found["first"], found["last"], rows, perhaps)


def report_csv(report: Report) -> Iterator[str]:
    """Return the lines of a CSV table: the column names, then every day and model, oldest first."""
    return table_of(COLUMNS, (_cells(row) for row in report.rows))


def _cells(row: Row) -> tuple[str | float, ...]:
    sums = row.charged_usd, row.charged_jobs, row.booked_usd, row.booked_jobs
    return row.day, row.model, *sums, row.kind, row.usd


def _compared(provider: Provider, ledger: Ledger, settings: Settings, now: float) -> Report:
    began = ledger.first_sent_at(settings.realm, settings.account)
    end = _midnight(now - SETTLING_SECONDS)
    start = max(end - MOST_DAYS * int(DAY_SECONDS), DATA_SINCE, _midnight(began or now))
    if began is None or start >= end:
        return Report("nothing", now)
    charged = provider.usage(start, end)
    booked = ledger.bookings(settings.realm, settings.account, start - DAY_SECONDS)
    first, last = day_of(start), day_of(end - 1)
    rows = compared(charged, booked, first, last)
    is_silent = not charged and any(row.kind == "not charged" for row in rows)
    if is_silent:
        return Report("silent", now, first, last)
    return Report("compared", now, first, last, rows)


def _perhaps(provider: Provider, ledger: Ledger, settings: Settings, now: float) -> dict[str, tuple[str, ...]]:
    """Return, for each job of unknown outcome, logged jobs of its model that began soon after it and have no entry."""
    since = now - MOST_DAYS * DAY_SECONDS
    open_ones = ledger.bookings(settings.realm, settings.account, since)
    unknown = [ledger.by_id(one.entry_id) for one in open_ones if one.is_unknown]
    if not unknown:
        return {}
    earliest = min(one.sent_at or now for one in unknown)
    try:
        logged = provider.logged_jobs(int(earliest + SUBMIT_TO_LOG_SECONDS[0]), int(now))
    except PackError:
        return {}
    near = {entry.id: [one.task_id for one in logged if _may_be(one, entry)] for entry in unknown}
    fresh = {
        entry_id: tuple(one for one in tasks if ledger.by_task(settings.realm, one) is None)
        for entry_id, tasks in near.items()
    }
    return {entry_id: tasks for entry_id, tasks in fresh.items() if tasks}


def _may_be(logged: LoggedJob, entry: Entry) -> bool:
    least, most = SUBMIT_TO_LOG_SECONDS
    is_near = logged.at is not None and least <= logged.at - (entry.sent_at or 0.0) <= most
    return logged.model == entry.model and is_near


def _midnight(moment: float) -> int:
    """Return the beginning of the UTC day, in Unix seconds."""
    return int(moment // DAY_SECONDS * DAY_SECONDS)


def _remember(base_url: str, ledger: Ledger, settings: Settings, report: Report, next_at: float) -> None:
    kept = {**asdict(report), "next_at": next_at}
    ledger.cache.remember(_cached_as(base_url, settings), kept, report.checked_at + MOST_DAYS * DAY_SECONDS)


def _remembered(base_url: str, ledger: Ledger, settings: Settings) -> dict[str, Any]:
    found = ledger.cache.recall(_cached_as(base_url, settings))
    return found if isinstance(found, dict) else {}


def _cached_as(base_url: str, settings: Settings) -> str:
    """Return a cache name for each account: what one key was charged says nothing about another."""
    return f"bill: {base_url} {settings.account}"
