"""Finds the connected outputs of a node, so that frames and audio are decoded only if connected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server import PromptServer

from ...model import VIDEO_OUTPUTS

NAMES = tuple(one.id for one in VIDEO_OUTPUTS)
DECODED_OUTPUTS = frozenset({"frames", "audio", "last_frame"})


def linked_outputs(
    node_id: str, prompt: Mapping[str, Any] | None = None, names: Sequence[str] = NAMES
) -> frozenset[str]:
    """Return the connected ones of `names`, the outputs of `node_id`, in `prompt` or else in the running prompts.

    Returns all `names` if the node is in no prompt, since it was created while the workflow ran.
    """
    prompts = [prompt] if prompt else running_prompts()
    named = [one for one in prompts if node_id in one]
    return frozenset(name for one in named for name in _linked(one, node_id, names)) if named else frozenset(names)


def running_prompts() -> list[Mapping[str, Any]]:
    """Return the prompts in execution; the server's queue holds (number, id, prompt, ...) for each."""
    queue = PromptServer.instance.prompt_queue
    with queue.mutex:
        return [item[2] for item in queue.currently_running.values()]


def _linked(prompt: Mapping[str, Any], node_id: str, names: Sequence[str]) -> Iterator[str]:
    for node in prompt.values():
        for value in node.get("inputs", {}).values():
            is_link = isinstance(value, list) and len(value) == 2
            if is_link and str(value[0]) == node_id and value[1] in range(len(names)):
                yield names[value[1]]
