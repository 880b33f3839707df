"""The families that this process offers, by node id; the pack's entry point passes them in."""

from __future__ import annotations

from ..model import Family

FAMILIES: dict[str, Family] = {}
# Models that the provider lists and no family declares, by node id, as last found by `Runtime.learn_models`.
NEW_MODELS: dict[str, tuple[str, ...]] = {}


def offered(family: Family) -> Family:
    """Return the family with the models that the provider added, if any are known."""
    return family.with_unchecked(NEW_MODELS.get(family.node_id, ()))
