"""What each open page reported about itself, by ComfyUI's client id; kept in memory."""

from __future__ import annotations

from dataclasses import dataclass

from .users import THE_ONE, User

MOST_PAGES = 1000


@dataclass(frozen=True)
class OpenPage:
    """What a page reported; `language` is empty if it reported none."""

    language: str = ""
    user: User = THE_ONE


_pages: dict[str, OpenPage] = {}


def remember(page: str, language: str, user: User = THE_ONE) -> None:
    """Store what a page reported; above MOST_PAGES, the page that reported longest ago is dropped."""
    _pages.pop(page, None)
    _pages[page] = OpenPage(language, user)
    if len(_pages) > MOST_PAGES:
        _pages.pop(next(iter(_pages)), None)


def language_of(page: str | None) -> str:
    """Return the language of a page; empty if it reported none, or if a program queued without a page."""
    return _pages.get(page or "", OpenPage()).language


def user_of_page(page: str | None) -> User | None:
    """Return the user of a page; None if it reported nothing, or if a program queued without a page."""
    found = _pages.get(page or "")
    return found.user if found else None


def pages_of(names: frozenset[str]) -> list[str]:
    """Return the open pages of these users and of the owner."""
    return [page for page, found in tuple(_pages.items()) if found.user.is_owner or found.user.name in names]
