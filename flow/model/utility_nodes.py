"""Outputs of nodes, inputs that all model nodes share, and nodes that are free of charge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .family import Family
from .inputs import Choice, Input, Number, Text
from .motion_reference import MotionReference

Work = Literal["collect a job", "select frames", "fit a motion reference", "read a shot list"]


@dataclass(frozen=True)
class Output:
    """One output of a node; `kind` is ComfyUI's name of its type."""

    id: str
    kind: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Utility:
    """A node that is free of charge. `notes` and `troubles` (what happened, what to do) are for its help page.

    `work` says which of the host's functions runs it; one that fits a motion reference does so to `limits`.
    """

    work: Work
    node_id: str
    title: str
    description: str
    search_aliases: tuple[str, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    notes: tuple[str, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    gives_several: bool = False
    limits: MotionReference | None = None


# What every node of a model, and Collect Job, give, in the order that workflows rely on.
VIDEO_OUTPUTS = (
    Output("video", "VIDEO", "The video, saved in the output folder."),
    Output("frames", "IMAGE", "All frames, RGB 0..1; decoded only when connected."),
    Output("audio", "AUDIO", "Audio track; silence if the video has none."),
    Output("fps", "FLOAT", "Frame rate of the video."),
    Output("job", "STRING", "JSON: task_id, model, status, cost_usd, units, unit, file, request."),
    Output("last_frame", "IMAGE", "Last frame, for starting the next shot; decoded only when connected."),
)
TAKE = Number(
    id="take",
    default=0,
    minimum=0,
    maximum=1_000_000,
    has_control=True,
    help="Identical requests are charged once and reused. Increase to generate, and pay for, another take; with the "
    "control set to increment, every run is charged.",
)
PROJECT = Text(
    id="project",
    multiline=False,
    optional=True,
    advanced=True,
    help="Project this purchase is recorded under, for totals, limits and the CSV export. Leave empty to use the "
    "project from the settings. Changing the project does not charge again.",
)
STOP, SKIP = "stop", "skip"
IF_IT_FAILS = Choice(
    id="if_it_fails",
    options=(STOP, SKIP),
    default=STOP,
    optional=True,
    advanced=True,
    help="stop ends the run with the error. skip shows the error on the node and blocks only the nodes that depend on "
    "it; other list rows and other nodes continue.",
)
# The last inputs of every node of a model, in the order that workflows rely on.
BUYING_INPUTS: tuple[Input, ...] = (TAKE, PROJECT, IF_IT_FAILS)


def node_inputs(family: Family) -> tuple[Input, ...]:
    """The inputs of a family's node in order; inputs added later come after those that all nodes share."""
    first, later = (tuple(one for one in family.inputs if one.added is added) for added in (False, True))
    return (*first, *BUYING_INPUTS, *later)
