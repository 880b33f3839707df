"""Reconciliation of the ledger with the provider's charges, for the owner: last report, new report, and CSV."""

from __future__ import annotations

from dataclasses import asdict

from ...jobs import Report, known_report, reconcile, report_csv
from ...model import Json
from ..runtime import Runtime


def report(runtime: Runtime) -> dict[str, Json]:
    """Return the last report; `state` is empty if there is none. Sends no request."""
    return _shown(_known(runtime))


def reconcile_now(runtime: Runtime) -> dict[str, Json]:
    """Return a new report. Raises MayNotRead if the key may not read charges, or another PackError."""
    found = runtime.reached()
    report = reconcile(runtime.provider, runtime.ledger_of(found), found, runtime.now(), asks_log=True)
    return _shown(report)


def export(runtime: Runtime) -> str:
    """Return the last report, every day and model, as CSV."""
    return "".join(report_csv(_known(runtime) or Report("", 0.0)))


def _known(runtime: Runtime) -> Report | None:
    found = runtime.settings
    return known_report(runtime.base_url, runtime.ledger_of(found), found)


def _shown(report: Report | None) -> dict[str, Json]:
    if report is None:
        return {"state": "", "differences": []}
    differences: list[Json] = [{**asdict(row), "entries": [*row.entries]} for row in report.differences]
    perhaps: dict[str, Json] = {entry: [*tasks] for entry, tasks in (report.perhaps or {}).items()}
    span: dict[str, Json] = {"first": report.first, "last": report.last, "checked_at": report.checked_at}
    return {"state": report.state, **span, "differences": differences, "perhaps": perhaps}
