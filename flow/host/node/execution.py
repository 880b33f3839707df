"""Execution of model nodes and Collect Job: request a job from the runner, wait for it, and return its videos."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import folder_paths
from comfy_api.latest import io, ui
from comfy_execution.graph_utils import ExecutionBlocker
from comfy_execution.utils import get_executing_context
from server import PromptServer

from ...errors import PAID_AND_KEPT, NotSet, PackError, Unreadable
from ...jobs import NOT_SUBMITTED, Account, Job, Runner
from ...ledger import Entry
from ...media import rate_of
from ...model import IF_IT_FAILS, SKIP, VIDEO_OUTPUTS, Family, Json, Selection, Values
from ...prices import printed_prices
from ...request import problems_of_widgets
from ...stopping import Stopped
from ..runtime import runtime
from ..web.open_pages import language_of
from . import missing_files
from .links import linked_outputs
from .metadata import metadata_of
from .progress import NodeProgress, left_today, until_interrupted
from .sockets import audio_of, cuts_of, frames_tensor, values_of, video_of

LAST_FRAME = Selection(skip_first_frames=-1)


class NodeRun:
    """One execution of a node. It waits for a job that the runner owns; Cancel ends the wait, not the job."""

    def __init__(
        self,
        node_id: str,
        prompt: Mapping[str, Any] | None,
        more: Mapping[str, Any] | None,
        *,
        gives_several: bool,
    ) -> None:
        self._node_id, self._prompt, self._gives_several = node_id, prompt, gives_several
        self._linked = linked_outputs(node_id, prompt)
        self._notes: list[str] = []
        self._runtime = runtime()
        self._progress = NodeProgress(node_id, self._runtime, (more or {}).get("workflow"))
        self._more = more
        self._language = language_of(PromptServer.instance.client_id)
        self._job: Job | None = None

    async def purchase(self, family: Family, given: dict[str, Any]) -> io.NodeOutput:
        """Return the outputs of a family node: of an existing job for the same request, else of a new one."""
        self._progress.widgets = widgets_of(given)

        async def purchased() -> io.NodeOutput:
            account = await self._account()
            context = get_executing_context()
            purchase = await self._runner.local(
                lambda stopped: account.purchase(
                    self._runtime.offered(family, given.get("model")),
                    lambda folder: values_of(family, given, folder, stopped),
                    queue_run=context.prompt_id if context else None,
                    project=given.get("project") or "",
                    metadata=metadata_of(self._runtime, self._prompt, self._more),
                    stopped=stopped,
                )
            )
            return await self._outputs(self._runner.ask(purchase, account, language=self._language), account)

        try:
            return await until_interrupted(purchased(), self._say_what_is_left)
        except PackError as error:
            if given.get(IF_IT_FAILS.id) != SKIP:
                raise
            self._progress.say(f"Skipped: {error}")
            missing_files.run_again(self._node_id, self._prompt)
            # No message: ComfyUI reports each blocker's message to the page as a failure of the whole prompt.
            return io.NodeOutput(*[ExecutionBlocker(None)] * len(VIDEO_OUTPUTS))

    async def collect(self, task_id: str) -> io.NodeOutput:
        """Return the outputs of Collect Job: the videos of any job of the account."""

        async def collected() -> io.NodeOutput:
            account = await self._account()
            entry = await self._runner.local(lambda _: account.adopt(task_id))
            return await self._outputs(self._runner.resume(entry, account, language=self._language), account)

        return await until_interrupted(collected(), self._say_what_is_left)

    @property
    def _runner(self) -> Runner:
        return self._runtime.runner

    async def _account(self) -> Account:
        account = await self._runner.local(lambda _: self._runtime.account())
        self._progress.is_sandbox = account.settings.sandbox
        return account

    async def _outputs(self, job: Job, account: Account) -> io.NodeOutput:
        self._job = job
        outcome = await job.wait(self._progress.show, seconds=account.settings.wait_seconds)
        with _paid(outcome.entry):
            rows = [await self._runner.local(partial(self._row, outcome.entry, path)) for path in outcome.files.paths]
        left = "" if outcome.is_reused else await self._runner.local(lambda _: left_today(account))
        self._progress.end(outcome, left, *self._notes)
        missing_files.remember(self._node_id, self._prompt, outcome.files.paths)
        outputs = [list(column) for column in zip(*rows, strict=True)] if self._gives_several else list(rows[0])
        return io.NodeOutput(*outputs, ui=ui.PreviewVideo([_shown(path) for path in outcome.files.paths]))

    def _row(self, entry: Entry, path: Path, stopped: Stopped) -> tuple[Any, ...]:
        frames = frames_tensor(path, stopped=stopped)[0] if "frames" in self._linked else None
        last = frames_tensor(path, LAST_FRAME, stopped)[0] if "last_frame" in self._linked else None
        audio = audio_of(path, self._notes.append, stopped) if "audio" in self._linked else None
        return video_of(path), frames, audio, float(rate_of(path)), job_json(entry, path), last

    def _say_what_is_left(self) -> None:
        what = "Stopped waiting."
        self._progress.say(str(self._job.left(what)) if self._job else f"{what} {NOT_SUBMITTED}")


@contextmanager
def _paid(entry: Entry) -> Iterator[None]:
    """Make every Unreadable and NotSet of the block say that the job is paid and its file is kept."""
    try:
        yield
    except (Unreadable, NotSet) as error:
        raise type(error)(error.what, spent=PAID_AND_KEPT, next_step=error.next_step, task_id=entry.task_id) from None


def problems(family: Family, given: dict[str, Any]) -> list[str]:
    """Return problems with the widget values; linked widgets have no value yet and are checked when the node runs."""
    family = runtime().offered(family, given["model"]) if isinstance(given.get("model"), str) else family
    held = {**given, **cuts_of(family, given)}
    return problems_of_widgets(family, Values(held), {name for name, value in held.items() if value is not None})


def job_json(entry: Entry, path: Path) -> str:
    """Return the `job` output as JSON; `units` is what was billed, each a `unit` ("second" or "clip")."""
    return json.dumps(
        {
            "task_id": entry.task_id,
            "model": entry.model,
            "status": entry.status,
            "cost_usd": entry.cost_usd,
            "units": entry.billed_units or None,
            "unit": printed_prices().unit(entry.model) or None,
            "file": str(path),
            "request": entry.fingerprint,
        }
    )


def widgets_of(given: Mapping[str, Any]) -> dict[str, Json]:
    """Return the values of a node's widgets, by the names that the page uses."""
    held = {name: value for name, value in given.items() if isinstance(value, (str, int, float))}
    grown = {name: value for name, value in given.items() if isinstance(value, Mapping)}
    inner = {(name, one): value for name, values in grown.items() for one, value in values.items()}
    kept = {pair: value for pair, value in inner.items() if isinstance(value, (str, int, float))}
    return {**held, **{name if one == name else f"{name}.{one}": value for (name, one), value in kept.items()}}


def _shown(path: Path) -> ui.SavedResult:
    inside = path.relative_to(folder_paths.get_output_directory())
    return ui.SavedResult(inside.name, inside.parent.as_posix(), io.FolderType.output)
