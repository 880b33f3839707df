"""CSV tables for spreadsheets, in which text that a person wrote is never taken for a formula."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO

from ..ledger import Entry, Ledger
from ..prices import printed_prices

COLUMNS = ("date", "project", "model", "prompt", "seconds", "estimate_usd", "cost_usd", "task_id", "file")
EXECUTED = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection
BYTE_ORDER_MARK = "\ufeff"  # tells Excel that the file is UTF-8


def purchases_csv(ledger: Ledger, realm: str, project: str | None = None, user: str | None = None) -> Iterator[str]:
    """Return the lines of a CSV table: the column names, then every purchase, oldest first.

    Only those of `project` and `user` are included, if given. Dates are local, money is in USD. `seconds` is empty if a
    job is not billed by the second and requests no duration. Text that a spreadsheet would execute is prefixed with an
    apostrophe.
    """
    return table_of(COLUMNS, (_cells(entry) for entry in ledger.purchases(realm, project, user)))


def table_of(columns: tuple[str, ...], rows: Iterable[tuple[str | float | None, ...]]) -> Iterator[str]:
    """Yield CSV lines, the column names first; text that a spreadsheet would execute is prefixed with an apostrophe."""
    yield BYTE_ORDER_MARK + _line(columns)
    for row in rows:
        yield _line(tuple(map(_cell, row)))


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return _harmless(value)
    return "" if value is None else f"{value:g}"


def _cells(entry: Entry) -> tuple[str | float | None, ...]:
    sent = datetime.fromtimestamp(entry.sent_at or entry.created_at).isoformat(" ", "seconds")
    numbers = _seconds(entry), entry.estimate_usd, entry.cost_usd
    files = " ".join(file.replace("\\", "/").rpartition("/")[2] for file in entry.files)
    return sent, entry.project, entry.model, entry.prompt, *numbers, entry.task_id or "", files


def _seconds(entry: Entry) -> float | None:
    if entry.billed_units and printed_prices().unit(entry.model) == "second":
        return entry.billed_units
    asked = (entry.body or {}).get("duration")
    return float(asked) if isinstance(asked, (int, float)) and not isinstance(asked, bool) else None


def _harmless(text: str) -> str:
    is_executed = unicodedata.normalize("NFKC", text[:1]).startswith(EXECUTED)
    return f"'{text}" if is_executed else text


def _line(cells: tuple[str, ...]) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
