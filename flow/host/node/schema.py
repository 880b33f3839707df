"""Converts the declaration of a family or utility into a ComfyUI V3 schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

from comfy_api.latest import io

from ...model import (
    VIDEO_OUTPUTS,
    AudioInput,
    Choice,
    Family,
    Flag,
    ImageInput,
    Input,
    MediaInput,
    Number,
    Output,
    Seconds,
    Shots,
    Text,
    Utility,
    VideoInput,
    node_inputs,
    shot_names,
    socket_names,
)
from ..families import offered

CATEGORY = "APIMart/Video"
SOCKETS = {ImageInput: io.Image, VideoInput: io.Video, AudioInput: io.Audio}
OUTPUTS = {
    "VIDEO": io.Video,
    "IMAGE": io.Image,
    "AUDIO": io.Audio,
    "FLOAT": io.Float,
    "INT": io.Int,
    "STRING": io.String,
}
# Since ComfyUI 0.19, a node that is not an output node can keep its preview across page reloads.
PREVIEW: Mapping[str, Any] = {
    name: True for name in ("has_intermediate_output",) if name in signature(io.Schema).parameters
}


def schema_of(family: Family) -> io.Schema:
    family = offered(family)
    return io.Schema(
        node_id=family.node_id,
        display_name=family.title,
        category=CATEGORY,
        description=family.description,
        search_aliases=["apimart", *family.search_aliases],
        inputs=[_input(one) for one in node_inputs(family)],
        outputs=_outputs(VIDEO_OUTPUTS, family.gives_several),
        hidden=[io.Hidden.unique_id, io.Hidden.prompt, io.Hidden.extra_pnginfo],
        **PREVIEW,
    )


def schema_of_utility(utility: Utility, **more: Any) -> io.Schema:
    return io.Schema(
        node_id=utility.node_id,
        display_name=utility.title,
        category=CATEGORY,
        description=utility.description,
        search_aliases=["apimart", *utility.search_aliases],
        inputs=[_input(one) for one in utility.inputs],
        outputs=_outputs(utility.outputs, utility.gives_several),
        **more,
    )


def _outputs(declared: Sequence[Output], several: bool) -> list[io.Output]:
    return [
        OUTPUTS[one.kind].Output(one.id, display_name=one.id, is_output_list=several, tooltip=one.help)
        for one in declared
    ]


def _input(declared: Input) -> io.Input:
    about = {"tooltip": declared.help, "advanced": declared.advanced or None, "optional": declared.may_be_missing}
    if isinstance(declared, Text):
        return io.String.Input(
            declared.id,
            default=declared.default,
            multiline=declared.multiline,
            placeholder=declared.placeholder or None,
            **about,
        )
    if isinstance(declared, Choice):
        return io.Combo.Input(declared.id, options=list(declared.options), default=declared.default, **about)
    if isinstance(declared, Number):
        # By default, the front end randomizes an input named `seed` after each run, and each run would be charged.
        return io.Int.Input(
            declared.id,
            default=declared.default,
            min=declared.minimum,
            max=declared.maximum,
            control_after_generate=io.ControlAfterGenerate.fixed if declared.has_control else False,
            **about,
        )
    if isinstance(declared, Seconds):
        return io.Float.Input(declared.id, default=declared.default, min=0.0, max=declared.maximum, step=0.1, **about)
    if isinstance(declared, Flag):
        return io.Boolean.Input(declared.id, default=declared.default, **about)
    if isinstance(declared, Shots):
        return _shots(declared)
    if isinstance(declared, MediaInput):
        return _socket(declared, about)
    raise TypeError(f"no widget for {type(declared).__name__}")


def _shots(declared: Shots) -> io.Input:
    """Return a combo that reveals the widgets of the chosen number of shots."""
    options = [
        io.DynamicCombo.Option(how, [one for number in range(1, count + 1) for one in _shot(declared, number)])
        for how, count in declared.choices.items()
    ]
    return io.DynamicCombo.Input(declared.id, options=options, tooltip=declared.help)


def _shot(declared: Shots, number: int) -> tuple[io.Input, io.Input]:
    prompt, seconds = shot_names(number)
    return (
        io.String.Input(prompt, default="", multiline=True, tooltip=declared.prompt_help),
        io.Int.Input(seconds, default=declared.seconds, min=1, max=declared.longest, tooltip=declared.seconds_help),
    )


def _socket(declared: MediaInput, about: dict[str, Any]) -> io.Input:
    kind = SOCKETS[type(declared)]
    if not declared.many:
        is_replaceable = isinstance(declared, VideoInput) and bool(declared.url_input)
        return kind.Input(declared.id, **{**about, "optional": is_replaceable or not declared.required})
    template = kind.Input(declared.id, optional=not declared.required, tooltip=declared.help)
    names = io.Autogrow.TemplateNames(template, socket_names(declared), min=1 if declared.required else 0)
    return io.Autogrow.Input(declared.id, names, optional=not declared.required, tooltip=declared.help)
