"""The whole journey in order; every run enters it where the ledger says the last one ended."""

from .journey import Journey
from .news import News, Tell
from .steps import Bought, Run

__all__ = ["Bought", "Journey", "News", "Run", "Tell"]
