"""A family's declaration as ComfyUI's schema."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..model import Audio, Choice, Clip, Family, Flag, Input, Number, Picture, Socket, Text, socket_names

CATEGORY = "APIMart/Video"
SOCKETS = {Picture: io.Image, Clip: io.Video, Audio: io.Audio}
TAKE_HELP = (
    "The same request is bought once and then comes from the books. Raise this number to buy another take of it."
)


def schema_of(family: Family) -> io.Schema:
    return io.Schema(
        node_id=family.node_id,
        display_name=family.title,
        category=CATEGORY,
        description=family.description,
        search_aliases=["apimart", *family.search_aliases],
        inputs=[*(_input(one) for one in family.inputs), take()],
        outputs=outputs(family.gives_several),
        hidden=[io.Hidden.unique_id, io.Hidden.prompt, io.Hidden.extra_pnginfo],
        is_output_node=True,
    )


def outputs(several: bool) -> list[io.Output]:
    """What every node that buys or collects gives, in the order that workflows rely on."""
    return [
        io.Video.Output(
            "video", display_name="video", is_output_list=several, tooltip="The clip, a file in the output folder."
        ),
        io.Image.Output(
            "frames",
            display_name="frames",
            is_output_list=several,
            tooltip="All frames, RGB 0..1; decoded only when connected.",
        ),
        io.Audio.Output(
            "audio", display_name="audio", is_output_list=several, tooltip="The sound; silence for a silent clip."
        ),
        io.Float.Output("fps", display_name="fps", is_output_list=several, tooltip="Frames per second of the clip."),
        io.String.Output(
            "job",
            display_name="job",
            is_output_list=several,
            tooltip="JSON: task_id, model, status, cost_usd, billed_seconds, file, request.",
        ),
    ]


def take() -> io.Input:
    return io.Int.Input(
        "take",
        default=0,
        min=0,
        max=1_000_000,
        control_after_generate=False,
        tooltip=TAKE_HELP,
    )


def _input(declared: Input) -> io.Input:
    about = {"tooltip": declared.help, "advanced": declared.advanced or None}
    if isinstance(declared, Text):
        return io.String.Input(
            declared.id,
            default=declared.default,
            multiline=declared.multiline,
            optional=declared.optional,
            placeholder=declared.placeholder or None,
            **about,
        )
    if isinstance(declared, Choice):
        return io.Combo.Input(declared.id, options=list(declared.options), default=declared.default, **about)
    if isinstance(declared, Number):
        # Unless told not to, the front end randomises an input called `seed` after each run, which would buy again.
        return io.Int.Input(
            declared.id,
            default=declared.default,
            min=declared.minimum,
            max=declared.maximum,
            control_after_generate=False,
            **about,
        )
    if isinstance(declared, Flag):
        return io.Boolean.Input(declared.id, default=declared.default, **about)
    if isinstance(declared, Socket):
        return _socket(declared, about)
    raise TypeError(f"no widget for {type(declared).__name__}")


def _socket(declared: Socket, about: dict[str, Any]) -> io.Input:
    kind = SOCKETS[type(declared)]
    if not declared.many:
        is_replaceable = isinstance(declared, Clip) and bool(declared.url_input)
        return kind.Input(declared.id, optional=is_replaceable or not declared.required, **about)
    template = kind.Input(declared.id, optional=not declared.required, tooltip=declared.help)
    names = io.Autogrow.TemplateNames(template, socket_names(declared), min=1 if declared.required else 0)
    return io.Autogrow.Input(declared.id, names, optional=not declared.required, tooltip=declared.help)
