"""Copies a ledger into an empty one, from a file to PostgreSQL or back, while no ComfyUI uses either."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing

from apimart.flow.errors import PackError
from apimart.flow.ledger import Ledger, copy_ledger


def main(words: Sequence[str]) -> int:
    told = _told(words)
    try:
        with closing(Ledger.open(told.source)) as source, closing(Ledger.open(told.target)) as target:
            copied = copy_ledger(source, target)
    except PackError as error:
        print(error, file=sys.stderr)
        return 1
    for table, rows in copied.items():
        print(f"{rows:>9} {table}")
    print("Copied. Set APIMART_LEDGER_URL to the new one before ComfyUI starts; keep the old one as a back-up.")
    return 0


def _told(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py ledger", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    copy = actions.add_parser("copy", help="copy every job, with its files and addresses")
    copy.add_argument("source", metavar="FROM", help="a file like user/__apimart/ledger.sqlite, or postgresql://...")
    copy.add_argument("target", metavar="TO", help="an empty database, or a file that is not there yet")
    return parser.parse_args(words)
