"""What the door handed in: the families that this process offers, by node id."""

from __future__ import annotations

from ..model import Family

FAMILIES: dict[str, Family] = {}
