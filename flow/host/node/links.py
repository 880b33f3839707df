"""Whether something downstream takes the frames or the audio of a node; only then are they decoded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server import PromptServer

FRAMES, AUDIO = 1, 2  # outputs of a node that gives videos
AUDIO_OF_FRAMES = 1  # output of Video Frames


def is_linked(node_id: str, output: int, prompt: Mapping[str, Any] | None = None) -> bool:
    """True when an input links to this output of `node_id` in `prompt`, else in a prompt that runs now.

    A node that no prompt names (it was made while the graph ran) counts as wanted.
    """
    prompts = [prompt] if prompt else running_prompts()
    named = [one for one in prompts if node_id in one]
    return not named or any(_links_to(one, node_id, output) for one in named)


def running_prompts() -> list[Mapping[str, Any]]:
    """The prompts in execution: the server's queue holds (number, id, prompt, ...) of each."""
    queue = PromptServer.instance.prompt_queue
    with queue.mutex:
        return [item[2] for item in queue.currently_running.values()]


def _links_to(prompt: Mapping[str, Any], node_id: str, output: int) -> bool:
    return any(
        isinstance(value, list) and len(value) == 2 and str(value[0]) == node_id and value[1] == output
        for node in prompt.values()
        for value in node.get("inputs", {}).values()
    )
