"""What our routes work with: the folders, and the settings, books and account in force at the moment of asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..ledger import Ledger
from ..run import Journey
from ..settings import Settings, read
from ..wire import Provider


@dataclass(frozen=True)
class Office:
    """`reached` are the settings with the address to talk to, which starts the sandbox where one is wanted."""

    home: Path
    output: Path
    reached: Callable[[], Settings]
    books: Callable[[Settings], Ledger]
    journey: Callable[[], Journey]

    @property
    def settings(self) -> Settings:
        return read(self.home)

    @property
    def ledger(self) -> Ledger:
        return self.books(self.settings)

    @property
    def provider(self) -> Provider:
        """The account in force. Raises NotSet without a key."""
        found = self.reached()
        return Provider(found.base_url, found.require_key(), language=found.language)
