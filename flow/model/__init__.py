"""The words everything else is said in: what a family declares, and the value each stage hands on."""

from .encodings import in_role, parsed, task_of, timed_lines
from .family import Family, Price, Rule, no_extras, unshaped
from .inputs import (
    Audio,
    Choice,
    Clip,
    Flag,
    Input,
    Number,
    Picture,
    Seconds,
    Socket,
    Text,
    always,
    as_it_is,
    socket_names,
)
from .json import Json
from .media import MEGABYTE, Footage, Frames, Measure, Selection, Size, Sound, Still, several
from .stages import Address, Attachment, Body, Files, MediaFile, Medium, Question, Request, Standing, Ticket
from .utility import CLIP_OUTPUTS, TAKE, Output, Utility
from .values import Values

__all__ = [
    "CLIP_OUTPUTS",
    "MEGABYTE",
    "TAKE",
    "Address",
    "Attachment",
    "Audio",
    "Body",
    "Choice",
    "Clip",
    "Family",
    "Files",
    "Flag",
    "Footage",
    "Frames",
    "Input",
    "Json",
    "Measure",
    "MediaFile",
    "Medium",
    "Number",
    "Output",
    "Picture",
    "Price",
    "Question",
    "Request",
    "Rule",
    "Seconds",
    "Selection",
    "Size",
    "Socket",
    "Sound",
    "Standing",
    "Still",
    "Text",
    "Ticket",
    "Utility",
    "Values",
    "always",
    "as_it_is",
    "in_role",
    "no_extras",
    "parsed",
    "several",
    "socket_names",
    "task_of",
    "timed_lines",
    "unshaped",
]
