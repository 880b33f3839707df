"""The node classes. Modules that submit or decode are imported on first use, so that ComfyUI starts fast."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import Parameter, Signature
from typing import Any, ClassVar

from comfy_api.latest import ComfyExtension, io

from ...errors import PackError
from ...model import Family, Utility, Work
from ..families import FAMILIES
from ..web.routes import register
from ..web.validation import TASK_ID
from .links import DECODED_OUTPUTS, linked_outputs
from .missing_files import losses
from .schema import PREVIEW, schema_of, schema_of_utility


def _what_runs(node: type[io.ComfyNode]) -> str:
    """Return what, besides the inputs, makes ComfyUI run a node again: which outputs are connected, and lost files."""
    node_id = str(node.hidden.unique_id)
    decoded = sorted(linked_outputs(node_id) & DECODED_OUTPUTS)
    return f"with {decoded}, {losses(node_id)} lost"


def _run_of(node: type[io.ComfyNode], gives_several: bool) -> Any:
    hidden = node.hidden
    more = hidden.extra_pnginfo
    return _loaded("execution").NodeRun(str(hidden.unique_id), hidden.prompt, more, gives_several=gives_several)


def _loaded(module: str) -> Any:
    """Import a module of this package that loads OpenCV, requests and the database."""
    return import_module(f".{module}", __package__)


class FamilyNode(io.ComfyNode):
    """Base class of the model nodes, one per family; all differences are in the family's declaration."""

    FAMILY: ClassVar[Family]

    @classmethod
    def define_schema(cls) -> io.Schema:
        return schema_of(cls.FAMILY)

    @classmethod
    def fingerprint_inputs(cls, **given: Any) -> str:
        return _what_runs(cls)

    @classmethod
    async def execute(cls, **given: Any) -> io.NodeOutput:
        output: io.NodeOutput = await _run_of(cls, cls.FAMILY.gives_several).purchase(cls.FAMILY, given)
        return output


class UtilityNode(io.ComfyNode):
    """Base class of the utility nodes; there is a subclass for each `work` that a utility can name."""

    UTILITY: ClassVar[Utility]

    @classmethod
    def define_schema(cls) -> io.Schema:
        return schema_of_utility(cls.UTILITY)


class CollectJob(UtilityNode):
    """Waits for a job of this account and returns its videos."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return schema_of_utility(cls.UTILITY, hidden=[io.Hidden.unique_id, io.Hidden.prompt], **PREVIEW)

    @classmethod
    def validate_inputs(cls, task_id: str | None) -> bool | str:
        is_fine = task_id is None or TASK_ID.fullmatch(task_id.strip())
        return (
            bool(is_fine)
            or "task_id is empty or not a task ID: paste the ID of a job, for example task_01K8SGYNNNVBQT..."
        )

    @classmethod
    def fingerprint_inputs(cls, **given: Any) -> str:
        return _what_runs(cls)

    @classmethod
    async def execute(cls, task_id: str) -> io.NodeOutput:
        output: io.NodeOutput = await _run_of(cls, cls.UTILITY.gives_several).collect(task_id.strip())
        return output


class ShotListNode(UtilityNode):
    """Returns the rows of a table as lists."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return schema_of_utility(cls.UTILITY, hidden=[io.Hidden.unique_id])

    @classmethod
    def validate_inputs(cls, table: str | None, file: str | None, rows: str | None) -> bool | str:
        if table is None or file is None or rows is None:
            return True  # linked: the value is known only when the node runs
        try:
            _loaded("shot_list").shots_of(table, file, rows)
        except PackError as error:
            return str(error)
        return True

    @classmethod
    def fingerprint_inputs(cls, table: str = "", file: str = "", rows: str = "", **more: Any) -> str:
        return str(_loaded("shot_list").state_of(table or "", file or "", rows or ""))

    @classmethod
    async def execute(cls, table: str, file: str, rows: str, project: str) -> io.NodeOutput:
        node_id = str(cls.hidden.unique_id)
        output: io.NodeOutput = await _loaded("shot_list").give(node_id, table, file, rows, project)
        return output


class VideoFrames(UtilityNode):
    """Decodes the selected frames of a video, and its audio if connected."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return schema_of_utility(cls.UTILITY, hidden=[io.Hidden.unique_id, io.Hidden.prompt])

    @classmethod
    def fingerprint_inputs(cls, **given: Any) -> str:
        names = [one.id for one in cls.UTILITY.outputs]
        linked = linked_outputs(str(cls.hidden.unique_id), names=names)
        return "with audio" if "audio" in linked else "without audio"

    @classmethod
    async def execute(cls, video: Any, **selection: int) -> io.NodeOutput:
        node_id = str(cls.hidden.unique_id)
        with_audio = "audio" in linked_outputs(node_id, cls.hidden.prompt, [one.id for one in cls.UTILITY.outputs])
        output: io.NodeOutput = await _loaded("video_frames").select(video, selection, with_audio, node_id)
        return output


class ReferenceVideo(UtilityNode):
    """Fits a video to the limits of motion control that the utility declares."""

    @classmethod
    async def execute(
        cls, video: Any, character_orientation: str, start: float, length: float, keep_sound: bool
    ) -> io.NodeOutput:
        output: io.NodeOutput = await _loaded("reference_video").fit(
            cls.UTILITY.limits, video, character_orientation, start, length, keep_sound
        )
        return output


WORKS: dict[Work, type[UtilityNode]] = {
    "collect a job": CollectJob,
    "select frames": VideoFrames,
    "read a shot list": ShotListNode,
    "fit a motion reference": ReferenceVideo,
}


class Extension(ComfyExtension):
    """The extension that ComfyUI loads."""

    def __init__(self, families: tuple[Family, ...], utilities: tuple[Utility, ...]) -> None:
        self._families, self._utilities = families, utilities
        FAMILIES.update({family.node_id: family for family in families})

    async def on_load(self) -> None:
        register(self._families)

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [*map(node_of, self._families), *map(utility_node_of, self._utilities)]


def node_of(family: Family) -> type[FamilyNode]:
    members = {"FAMILY": family, "__doc__": family.description}
    if family.judged_widgets:
        members["validate_inputs"] = classmethod(_validation_of(family))
    return type(family.node_id, (FamilyNode,), members)


def utility_node_of(utility: Utility) -> type[UtilityNode]:
    members = {"UTILITY": utility, "__doc__": utility.description}
    return type(utility.node_id, (WORKS[utility.work],), members)


def _validation_of(family: Family) -> Callable[..., bool | str]:
    """Return a `validate_inputs` with the judged widgets as parameters: ComfyUI passes these and checks all others."""

    def validate_inputs(cls: type[FamilyNode], **given: Any) -> bool | str:
        return " ".join(_loaded("execution").problems(family, given)) or True

    names = ("cls", *family.judged_widgets)
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    validate_inputs.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # functions may carry one
    return validate_inputs
