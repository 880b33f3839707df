"""What nodes give, and the nodes that buy nothing."""

from __future__ import annotations

from dataclasses import dataclass

from .inputs import Input, Number


@dataclass(frozen=True)
class Output:
    """One output of a node; `kind` is ComfyUI's name of its type."""

    id: str
    kind: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Utility:
    """A node that buys nothing. `notes` and `troubles` (what happened, what to do) are for its help page."""

    node_id: str
    title: str
    description: str
    search_aliases: tuple[str, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    notes: tuple[str, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    gives_several: bool = False


# What every node that buys or collects gives, in the order that workflows rely on.
CLIP_OUTPUTS = (
    Output("video", "VIDEO", "The clip, a file in the output folder."),
    Output("frames", "IMAGE", "All frames, RGB 0..1; decoded only when connected."),
    Output("audio", "AUDIO", "The sound; silence for a silent clip."),
    Output("fps", "FLOAT", "Frames per second of the clip."),
    Output("job", "STRING", "JSON: task_id, model, status, cost_usd, units, unit, file, request."),
)
# The last input of every node that buys.
TAKE = Number(
    id="take",
    default=0,
    minimum=0,
    maximum=1_000_000,
    help="The same request is bought once and then comes from the books. Raise this number to buy another take of it.",
)
