"""Finds out with your key what is true: free checks first; --spend 0.50 then submits the cheapest jobs, up to that sum.

A run that was stopped continues when it is started again; what is already paid is not charged again. --adopt turns what
was recorded into facts for the tests.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pack
from apimart import nodes
from apimart.flow.catalogue import models_of
from apimart.flow.errors import PackError, Refused
from apimart.flow.jobs import Account, Runner
from apimart.flow.ledger import Ledger
from apimart.flow.model import GENERATIONS, Family
from apimart.flow.settings import NUMBERS, Settings, default_home, read
from apimart.flow.wire import Provider, Transfer
from demo import chosen
from family_gaps import module_of
from scenery import picture

from . import checks
from .plan import Plan
from .recordings import FACTS, Recorder, adopt
from .spending import Spending
from .table import Table

OUTPUT = pack.ROOT / "live_output"
STOPPED = 130
EXCHANGES = "exchanges"


def main(words: Sequence[str]) -> int:
    """0 when nothing differs, 1 when something does, 2 when it could not be begun, 130 when it was stopped."""
    told = _told(words)
    try:
        return _adopted(told.adopt, told.into) if told.adopt else _found_out(told)
    except PackError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Started again it continues: what is already paid is not charged again.", file=sys.stderr)
        return STOPPED


def _told(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py live", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these families only: sora_2; default: all")
    parser.add_argument(
        "--spend", metavar="USD", help="submit the cheapest job of each family until this sum is reached"
    )
    parser.add_argument("--round", type=int, default=1, help="another number starts again, with a sum of its own")
    parser.add_argument("--home", type=Path, default=default_home(), help="the data folder; default: APIMART_HOME")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where all goes; default: live_output/")
    parser.add_argument("--adopt", type=Path, metavar="FOLDER", help="keep the exchanges of a run as facts")
    parser.add_argument("--into", type=Path, default=FACTS, help="with --adopt; default: tests/facts/recordings/")
    return parser.parse_args(words)


def _adopted(folder: Path, into: Path) -> int:
    try:
        files = adopt(folder, into)
    except ValueError as error:
        raise Refused(str(error), next_step=f"Name the folder {EXCHANGES}/ that a run left.") from None
    print(*files, sep="\n")
    print(f"{len(files)} new shapes. Read the files before you share them, then run `dev.py test -k recordings`.")
    return 0


def _found_out(told: argparse.Namespace) -> int:
    families, spend = chosen(told.names), _sum(told.spend)
    settings = _settings(told.home, spend)
    try:
        recorder = Recorder(told.output / EXCHANGES, settings.base_url)
    except ValueError as error:
        raise Refused(str(error), next_step="Move it away, or name another folder with --output.") from None
    provider = Provider(settings.base_url, settings.require_key(), language=settings.language, on_call=recorder)
    with Runner() as runner, tempfile.TemporaryDirectory(prefix="apimart-live-") as folder:
        account = _account(settings, told, runner, recorder)
        plan = None
        if spend is not None:
            plan = Plan(account, provider, families, Path(folder), told.round)
            plan.require(provider, spend)
        balance = checks.balance(provider)  # first: a key that is not valid ends it
        table = Table(told.output / "table.txt")
        table.add("balance", lambda: balance)
        _check(table, provider, recorder, families, Path(folder))
        if plan is not None:
            Spending(account, runner, provider, recorder, table, plan).buy_all()
    table.say(f"{table.summary}. This table: {told.output / 'table.txt'}")
    table.say(f"What was answered, to be kept with --adopt: {told.output / EXCHANGES}")
    return int(table.differs)


def _sum(said: str | None) -> float | None:
    try:
        return None if said is None else NUMBERS["limit_usd_per_project"].read(said)
    except ValueError as error:
        raise Refused(f"--spend {error}, and it is {said!r}.", next_step="Give dollars, like 0.50.") from None


def _settings(home: Path, spend: float | None) -> Settings:
    """The settings, with the sum as the limit per project; a lower limit that the person set stays."""
    settings = read(home)
    if settings.sandbox:
        raise Refused("APIMART_SANDBOX is on, and this asks the provider itself.", next_step="Turn it off for this.")
    settings.require_key()
    if spend is None:
        return settings
    own = settings.limits.usd_per_project
    os.environ["APIMART_LIMIT_USD_PER_PROJECT"] = str(spend if own is None else min(own, spend))
    return read(home)


def _account(settings: Settings, told: argparse.Namespace, runner: Runner, recorder: Recorder) -> Account:
    ledger = Ledger.open(settings.ledger_url or told.home / "ledger.sqlite")
    retired = {model: why for family in nodes.families() for model, why in family.retired.items()}
    return Account(settings, ledger, told.output, runner.owner, retired=retired, on_call=recorder)


def _check(table: Table, provider: Provider, recorder: Recorder, families: Sequence[Family], folder: Path) -> None:
    """Every check that costs nothing."""
    everything = nodes.families()
    named = [family for family in families if models_of(family) and family.path == GENERATIONS]
    transfer = Transfer((provider.base_url,))
    table.add("model list", lambda: checks.models(provider, everything))
    for family in named:
        table.add(f"{module_of(family)}: schema", partial(checks.schema, provider, family))
    table.add("idempotency keys", lambda: checks.keys(provider, (one for each in named for one in models_of(each))))
    table.add("prices", lambda: checks.prices(provider, everything))
    table.add("uploaded image", lambda: checks.upload(provider, transfer, picture(), folder))
    table.add("refused submit", lambda: checks.refusal(provider, recorder))
    table.add("usage", lambda: checks.usage(provider))
    table.add("log export", lambda: checks.export(provider, recorder))
