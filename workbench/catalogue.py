"""Tells where our tables and the provider's live answers differ: models and prices."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from apimart import nodes
from apimart.flow.catalogue import drift
from apimart.flow.errors import PackError
from apimart.flow.prices import printed_prices, rows_of
from apimart.flow.settings import read
from apimart.flow.wire import Provider


def main(words: list[str]) -> int:
    """The key comes from APIMART_API_KEY. 0 when nothing differs, 1 when something does, 2 when nobody answered."""
    if words:
        print("catalogue takes no words", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory() as home:
            settings = read(Path(home))
        provider = Provider(settings.base_url, settings.require_key())
        lines = drift(nodes.families(), printed_prices(), provider.models(), rows_of(provider.prices()))
    except PackError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines) if lines else "Nothing differs.")
    return int(bool(lines))
