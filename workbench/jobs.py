"""Lists what was bought, newest first, as CSV where that is asked for; `jobs collect TASK_ID` brings a job home."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from apimart.flow.errors import PackError
from apimart.flow.jobs import Account, Progress, Runner, purchases_csv
from apimart.flow.ledger import Entry, Ledger
from apimart.flow.settings import Settings, default_home, read


def main(words: Sequence[str]) -> int:
    told = _told(words)
    try:
        settings = read(told.home)
        ledger = Ledger.open(settings.ledger_url or told.home / "ledger.sqlite")
        if told.action == "collect":
            return asyncio.run(_collect(settings, ledger, told.task_id, told.output))
        if told.csv:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # it is a text file
            sys.stdout.writelines(purchases_csv(ledger, settings.realm, told.project))
            return 0
        return _list(ledger, told.limit, told.project)
    except PackError as error:
        print(error, file=sys.stderr)
        return 1


def _told(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py jobs", description=__doc__)
    parser.add_argument("--home", type=Path, default=default_home(), help="the data folder; default: APIMART_HOME")
    parser.add_argument("--limit", type=int, default=50, help="how many jobs to list")
    parser.add_argument("--project", help="only what was bought for this project; '' is without one")
    parser.add_argument("--csv", action="store_true", help="write every purchase as CSV instead")
    actions = parser.add_subparsers(dest="action")
    collect = actions.add_parser("collect", help="wait for a job of this account and download its clips; costs nothing")
    collect.add_argument("task_id")
    collect.add_argument("--output", type=Path, default=Path.cwd(), help="where the clips go; default: here")
    return parser.parse_args(words)


def _list(ledger: Ledger, limit: int, project: str | None) -> int:
    entries = ledger.entries(limit=limit, project=project)
    for entry in entries:
        print(_line(entry))
    if not entries:
        print("No job was bought from here yet. In ComfyUI the data folder is user/__apimart: name it with --home.")
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
