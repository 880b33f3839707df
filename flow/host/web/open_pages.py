"""What each open page reported about itself, by ComfyUI's client id; kept in memory."""

from __future__ import annotations

from dataclasses import dataclass

from .users import THE_ONE, User

MOST_PAGES = 1000


@dataclass(frozen=True)
class OpenPage:
    """`language` is empty if the page did not report one."""

    language: str = ""
    user: User = THE_ONE


_pages: dict[str, OpenPage] = {}


def remember(page: str, language: str, user: User = THE_ONE) -> None:
    """Keep what a page told; the page that spoke first makes room where there are too many."""
    _pages.pop(page, None)
    _pages[page] = OpenPage(language, user)
    if len(_pages) > MOST_PAGES:
        _pages.pop(next(iter(_pages)), None)


def language_of(page: str | None) -> str:
    """Empty for a page that said nothing, and for a program that queued without one."""
    return _pages.get(page or "", OpenPage()).language


def user_of_page(page: str | None) -> User | None:
    """Who sits before a page; None for one that said nothing, and for a program that queued without one."""
    found = _pages.get(page or "")
    return found.user if found else None


def pages_of(names: frozenset[str]) -> list[str]:
    """The open pages of these users, and of the owner."""
    return [page for page, found in tuple(_pages.items()) if found.user.is_owner or found.user.name in names]
