"""What ComfyUI's page shows on nodes, in each language: `locales/<language>/nodeDefs.json`."""

from __future__ import annotations

from collections.abc import Iterator

from apimart import nodes
from apimart.flow.model import (
    VIDEO_OUTPUTS,
    Family,
    Input,
    MediaInput,
    Output,
    Shots,
    Utility,
    node_inputs,
    shot_names,
    socket_names,
)
from phrases import Language

Shown = dict[str, str]


def labels(language: Language) -> dict[str, dict[str, object]]:
    """Title, description, inputs and outputs of every node, by node id."""
    families = {one.node_id: _node(one, node_inputs(one), VIDEO_OUTPUTS, language) for one in nodes.families()}
    return families | {one.node_id: _node(one, one.inputs, one.outputs, language) for one in nodes.utilities()}


def _node(
    declared: Family | Utility, inputs: tuple[Input, ...], outputs: tuple[Output, ...], language: Language
) -> dict[str, object]:
    shown = {key: value for one in inputs for key, value in _input(one, language).items()}
    return {
        "display_name": language.say(declared.title),
        "description": language.say(declared.description),
        "inputs": shown,
        "outputs": {str(place): _shown(one.id, one.help, language) for place, one in enumerate(outputs)},
    }


def _input(declared: Input, language: Language) -> dict[str, Shown]:
    """An input's label; for one that grows, that of each part too, under the key that ComfyUI makes of its name."""
    shown = {declared.id: _shown(declared.id, declared.help, language)}
    for name, tooltip in _parts(declared):
        plain, _, number = name.rpartition("_")
        shown[f"{declared.id}_{name}"] = {
            "name": language.name(plain, int(number)),
            "tooltip": language.say(tooltip),
        }
    return shown


def _parts(declared: Input) -> Iterator[tuple[str, str]]:
    """The name and the help of everything that an input can grow."""
    if isinstance(declared, MediaInput) and declared.many:
        yield from ((name, declared.help) for name in socket_names(declared))
    if isinstance(declared, Shots):
        for number in range(1, declared.most + 1):
            yield from zip(shot_names(number), (declared.prompt_help, declared.seconds_help), strict=True)


def _shown(name: str, tooltip: str, language: Language) -> Shown:
    return {"name": language.name(name), "tooltip": language.say(tooltip)}
