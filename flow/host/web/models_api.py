"""Model names for the page: which models the provider offers beyond the pack's, and which it no longer lists."""

from __future__ import annotations

from contextlib import suppress

from ...catalogue import gone_since, known_models, models_of, what_is_gone
from ...errors import PackError
from ...model import Family, Json
from ..families import NEW_MODELS
from ..runtime import Runtime

MOST_SUGGESTED = 1000  # for the node that accepts any model; a longer menu would be useless


def names(runtime: Runtime, families: tuple[Family, ...]) -> dict[str, Json]:
    """Return `new` models that the pack has not checked, by node, and the `gone` models of families with the day since.

    `listed` is what the provider offers, for the node that accepts any model. All is from the cache; sends no request.
    """
    remembered = None
    with suppress(PackError):  # nodes are shown even if the ledger cannot be read
        runtime.learn_models()
        remembered = known_models(runtime.base_url, runtime.ledger)
    listed = remembered.get("ids", []) if isinstance(remembered, dict) else []
    day = str(remembered.get("day", "")) if isinstance(remembered, dict) else ""
    ours = [model for family in families for model in models_of(family)]
    gone: dict[str, Json] = {one: gone_since(one, remembered) or day for one in ours if what_is_gone(one, remembered)}
    new: dict[str, Json] = {node_id: [*found] for node_id, found in NEW_MODELS.items()}
    return {"new": new, "gone": gone, "listed": sorted(listed)[:MOST_SUGGESTED]}
