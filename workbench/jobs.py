"""Lists what was bought, newest first, as CSV where that is asked for; `jobs collect TASK_ID` brings a job home.

`jobs approve` and `jobs decline` answer for jobs that wait to be approved. `jobs reconcile` holds what was bought
against what APIMart charged.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from apimart.flow.errors import PackError
from apimart.flow.jobs import OTHERS, Account, Progress, Report, Runner, purchases_csv, reconcile, report_csv
from apimart.flow.ledger import APPROVED, DECLINED, Approval, Entry, Ledger
from apimart.flow.settings import Settings, default_home, read
from apimart.flow.wire import Provider

NOT_COMPARED = {
    "nothing": "No job was bought from here on a day that is over: there is nothing to compare yet.",
    "silent": "APIMart tells of no charge at all on these days, so nothing was compared.",
}
DECISIONS = {"approve": APPROVED, "decline": DECLINED}


def main(words: Sequence[str]) -> int:
    told = _told(words)
    try:
        settings = read(told.home)
        ledger = Ledger.open(settings.ledger_url or told.home / "ledger.sqlite")
        if told.action == "collect":
            return asyncio.run(_collect(settings, ledger, told.task_id, told.output))
        if told.action in DECISIONS:
            return _decide(ledger, settings.realm, DECISIONS[told.action], told.id)
        if told.action == "reconcile":
            return _reconcile(settings, ledger, as_csv=told.csv)
        if told.csv:
            _write_csv(purchases_csv(ledger, settings.realm, told.project))
            return 0
        _tell_who_waits(ledger.approvals.waiting(settings.realm))
        return _list(ledger, told.limit, told.project)
    except PackError as error:
        print(error, file=sys.stderr)
        return 1


def _told(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py jobs", description=__doc__)
    parser.add_argument("--home", type=Path, default=default_home(), help="the data folder; default: APIMART_HOME")
    parser.add_argument("--limit", type=int, default=50, help="how many jobs to list")
    parser.add_argument("--project", help="only jobs of this project; '' lists those without one")
    parser.add_argument("--csv", action="store_true", help="write every purchase as CSV instead")
    actions = parser.add_subparsers(dest="action")
    collect = actions.add_parser(
        "collect", help="wait for a job of this account and download its videos; free of charge"
    )
    collect.add_argument("task_id")
    collect.add_argument("--output", type=Path, default=Path.cwd(), help="where the videos go; default: here")
    held = actions.add_parser("reconcile", help="where APIMart's charges and the jobs of this ledger differ")
    held.add_argument("--csv", action="store_true", default=argparse.SUPPRESS, help="every day and model as CSV")
    for name, what in (("approve", "approve the purchases"), ("decline", "buy nothing")):
        answer = actions.add_parser(name, help=f"answer for jobs that wait for your approval: {what}")
        answer.add_argument("id", nargs="?", default="", help="how the question's id begins; without it all that wait")
    return parser.parse_args(words)


def _write_csv(lines: Iterable[str]) -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # it is a text file
    sys.stdout.writelines(lines)


def _reconcile(settings: Settings, ledger: Ledger, *, as_csv: bool) -> int:
    """Ask APIMart now; 1 where something differs."""
    provider = Provider(settings.base_url, settings.require_key())
    report = reconcile(provider, ledger, settings, time.time(), asks_log=True)
    if as_csv:
        _write_csv(report_csv(report))
    else:
        print("\n".join(_report_lines(report)))
    return int(bool(report.differences))


def _report_lines(report: Report) -> list[str]:
    if report.state != "compared":
        return [NOT_COMPARED[report.state]]
    head = f"{'day (UTC)':<10}  {'model':<30} {'charged':>16} {'in the ledger':>16}  difference"
    rows = [
        f"{row.day}  {row.model:<30} {_sum(row.charged_usd, row.charged_jobs)} {_sum(row.booked_usd, row.booked_jobs)}"
        f"  {f'{row.usd:+.4f} USD {row.kind}' if row.kind else ''}".rstrip()
        for row in report.rows
    ]
    maybe = [f"The job {entry} of unknown outcome may be {', '.join(tasks)}." for entry, tasks in _offered(report)]
    if not report.differences:
        return [head, *rows, *maybe, f"The ledger agrees with APIMart's charges from {report.first} to {report.last}."]
    others = [OTHERS] if any(row.kind == "unknown here" for row in report.differences) else []
    return [head, *rows, *maybe, *others]


def _offered(report: Report) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((report.perhaps or {}).items())


def _sum(usd: float, jobs: int) -> str:
    return f"{usd:>7.2f} USD {jobs:>4}".rjust(16)


def _decide(ledger: Ledger, realm: str, decision: str, beginning: str) -> int:
    """Answer the questions that wait; 1 where there is none, or somebody else was first."""
    asked = [one for one in ledger.approvals.waiting(realm) if one.id.startswith(beginning)]
    answers = [ledger.approvals.decide(one.id, decision, "command line") for one in asked]
    for answer, is_first in answers:
        print(f"{answer.id[:8]}  {'' if is_first else 'already '}{answer.decision}: {_priced(answer)}")
    if not answers:
        print("No job waits for your approval.", file=sys.stderr)
    return 0 if answers and all(is_first for _, is_first in answers) else 1


def _tell_who_waits(asked: Sequence[Approval]) -> None:
    for one in asked:
        print(f"{one.id[:8]}  waits for your approval (jobs approve, jobs decline): {_priced(one)}")


def _priced(approval: Approval) -> str:
    least = "at least " if approval.is_at_least else ""
    jobs = "; ".join(f"{one.model} {one.prompt[:40]!r}" for one in approval.entries)
    return f"{least}{approval.usd:.2f} USD for {len(approval.entries)} job(s): {jobs}"


def _list(ledger: Ledger, limit: int, project: str | None) -> int:
    entries = ledger.entries(limit=limit, project=project)
    for entry in entries:
        print(_line(entry))
    if not entries:
        print("No job was submitted from here yet. In ComfyUI the data folder is user/__apimart: name it with --home.")
    return 0


def _line(entry: Entry) -> str:
    asked = datetime.fromtimestamp(entry.asked_at).strftime("%Y-%m-%d %H:%M")
    state = "unknown" if entry.unknown else entry.state
    cost = f"{entry.cost_usd:.3f} USD" if entry.cost_usd is not None else f"~{entry.estimate_usd or 0:.3f} USD"
    what = ", ".join(entry.files) or entry.reason or entry.prompt
    return f"{asked}  {entry.realm:<7} {state:<9} {cost:>11}  {entry.model:<28} {entry.task_id or '-':<32} {what}"


async def _collect(settings: Settings, ledger: Ledger, task_id: str, output: Path) -> int:
    with Runner() as runner:
        account = Account(settings, ledger, output, runner.owner, retired={})
        outcome = await runner.resume(account.adopt(task_id), account).wait(_tell)
    print(*outcome.files.paths, sep="\n")
    return 0


def _tell(progress: Progress) -> None:
    print(progress.line, file=sys.stderr, flush=True)
