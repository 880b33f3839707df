"""Tells where our tables differ from the provider's pages as they were read, and from its live answers."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import facts
from apimart import nodes
from apimart.flow.catalogue import drift
from apimart.flow.errors import PackError
from apimart.flow.prices import printed_prices, rows_of
from apimart.flow.settings import read
from apimart.flow.wire import Provider


def main(words: list[str]) -> int:
    """0 when nothing differs, 1 when something does, 2 when the provider did not answer.

    What the pages disagree about is listed, and is no difference. The key comes from APIMART_API_KEY.
    """
    if words:
        print("catalogue takes no words", file=sys.stderr)
        return 2
    families, prices = nodes.families(), printed_prices()
    print("\n".join(facts.unresolved()))
    lines = facts.differences(families, prices)
    try:
        with tempfile.TemporaryDirectory() as home:
            settings = read(Path(home))
        provider = Provider(settings.base_url, settings.require_key())
        lines += drift(families, prices, provider.models(), rows_of(provider.prices()))
    except PackError as error:
        print("\n".join([*lines, str(error)]), file=sys.stderr)
        return 2
    print("\n".join(lines) if lines else "Nothing differs.")
    return int(bool(lines))
