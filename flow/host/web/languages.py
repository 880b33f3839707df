"""Which language each open page speaks, by the id that ComfyUI knows the page by; forgotten when the process ends."""

from __future__ import annotations

MOST_PAGES = 1000
_spoken: dict[str, str] = {}


def set_language(page: str, language: str) -> None:
    """Remember it; the page that spoke first makes room where there are too many."""
    _spoken.pop(page, None)
    _spoken[page] = language
    if len(_spoken) > MOST_PAGES:
        _spoken.pop(next(iter(_spoken)), None)


def language_of(page: str | None) -> str:
    """Empty for a page that said nothing, and for a program that queued without one."""
    return _spoken.get(page or "", "")
