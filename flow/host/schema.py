"""A family's declaration as ComfyUI's schema."""

from __future__ import annotations

from comfy_api.latest import io

from ..model import Choice, Clip, Family, Flag, Input, Number, Picture, Text

CATEGORY = "APIMart/Video"
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
    if isinstance(declared, Picture):
        return io.Image.Input(declared.id, optional=not declared.required, **about)
    if isinstance(declared, Clip):
        return io.Video.Input(declared.id, optional=True, **about)
    raise TypeError(f"no widget for {type(declared).__name__}")
