"""The name of the project that a purchase is recorded under; never a path."""

from __future__ import annotations

MOST_CHARACTERS = 80


def project_name(text: str) -> str:
    """The name on one line, without unprintable characters. Raises ValueError if it is too long."""
    name = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if len(name) > MOST_CHARACTERS:
        raise ValueError(f"must be at most {MOST_CHARACTERS} characters")
    return name
