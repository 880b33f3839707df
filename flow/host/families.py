"""The families that this process offers, by node id, as passed in by the pack's entry point."""

from __future__ import annotations

from ..model import Family

FAMILIES: dict[str, Family] = {}
# What the provider lists beside their models, by node id, as `Runtime.learn_models` found it last.
NEW_MODELS: dict[str, tuple[str, ...]] = {}


def offered(family: Family) -> Family:
    """The family with the models that the provider added, if any are known."""
    return family.with_unchecked(NEW_MODELS.get(family.node_id, ()))
