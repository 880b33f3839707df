"""The jobs: accepted once, walked through their states by the clock, drawn in the background, billed when done."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from .catalogue import MODELS, price
from .clock import Clock
from .control import Counts, Settings
from .failures import failure_of, unusable
from .inputs import Unusable, examine
from .journal import Journal
from .material import keep, load
from .plan import billed_seconds, clip_count, plan_clip
from .render import Clip, Look, Opening, draw_clip, draw_still

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SMALL_DIVISOR = 8
EXTENDABLE_SECONDS = 8
EXTENDED_SECONDS = 15
MOST_CLIPS = 4
STILL_SUFFIX = "_0.png"
OPENING_BALANCE = 1000.0
FETCHERS = 8
DRAWERS = 2


@dataclass
class Task:
    """One accepted job; everything in it goes into the journal."""

    id: str
    model: str
    body: dict[str, Any]
    started: float
    seconds: float
    estimated: float = 0.0
    key: str = ""
    idempotency_key: str = ""
    fails: dict[str, Any] | None = None
    extends: str = ""
    names: list[str] = field(default_factory=list)
    small: bool = False
    variant: int = 0
    clip: dict[str, Any] | None = None
    billed_seconds: float = 0.0
    error: dict[str, Any] | None = None
    prepared: float | None = None
    ended: float | None = None
    cost: float = 0.0

    @property
    def due(self) -> float:
        return self.started + self.seconds

    @property
    def failed(self) -> bool:
        return self.ended is not None and self.error is not None

    def body_to_plan(self) -> dict[str, Any]:
        """What was asked for, with the seconds that an extension has: all, or with `raw` the new ones."""
        if not self.extends:
            return self.body
        seconds = EXTENDED_SECONDS - EXTENDABLE_SECONDS if self.body.get("raw") else EXTENDED_SECONDS
        return {**self.body, "duration": seconds}

    def clip_to_draw(self) -> Clip:
        assert self.clip is not None
        clip = Clip(**{**self.clip, "rate": Fraction(self.clip["rate"])})
        return clip.scaled(self.divisor)

    @property
    def divisor(self) -> int:
        return SMALL_DIVISOR if self.small else 1

    @property
    def prompt(self) -> str:
        return str(self.body.get("prompt", ""))


def new_task_id(now: float) -> str:
    """task_ and a ULID: 48 bits of milliseconds, 80 of chance."""
    number = (int(now * 1000) << 80) | secrets.randbits(80)
    return "task_" + "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -5, -5))


class Tasks:
    """Takes jobs in and knows how far each one is."""

    def __init__(self, folder: Path, settings: Settings, counts: Counts, clock: Clock, journal: Journal) -> None:
        self.folder, self._settings, self._counts = folder, settings, counts
        self._clock, self._journal = clock, journal
        self.balance, self.used = OPENING_BALANCE, 0.0
        self.lock = threading.RLock()
        self._tasks: dict[str, Task] = {}
        self._running: dict[str, Task] = {}
        self._files: dict[str, tuple[Task, int]] = {}
        self._drawn: dict[str, Future[None]] = {}
        self._fetchers = ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch")
        self._drawers = ThreadPoolExecutor(DRAWERS, thread_name_prefix="draw")

    def recall(self, entries: list[dict[str, Any]]) -> None:
        """Put back the tasks of the journal, settle the balance, and go on with what was running."""
        latest = {entry["id"]: Task(**entry) for entry in entries}
        for task in latest.values():
            self._remember(task)
            self.balance -= task.cost
            self.used += task.cost
            if task.ended is None:
                self._fetchers.submit(self._prepare, task)

    def forget(self) -> None:
        """Begin with no task; the journal still has those of before."""
        with self.lock:
            for known in (self._tasks, self._running, self._files, self._drawn):
                known.clear()
            self.balance, self.used = OPENING_BALANCE, 0.0

    def accept(self, model: str, body: dict[str, Any], key: str, idempotency_key: str, extends: str = "") -> Task:
        """Sell a job, perhaps one that extends another: from here on it counts as paid."""
        now = self._clock.now()
        seconds = self._settings.job_seconds
        task = Task(new_task_id(now), model, body, now, seconds, seconds, key, idempotency_key, extends=extends)
        task.small, task.fails = self._settings.clip_small, self._take_failure(model)
        task.names = [self._file_name(task, at) for at in range(clip_count(MODELS[model], body))]
        self._remember(task)
        self._journal.write({"task": asdict(task)})
        self._fetchers.submit(self._prepare, task)
        return task

    def _remember(self, task: Task) -> None:
        with self.lock:
            task.variant = sum((one.model, one.prompt) == (task.model, task.prompt) for one in self._tasks.values())
            self._tasks[task.id] = task
            self._files.update({name: (task, at) for at, name in enumerate(task.names)})
            if task.ended is None:
                self._running[task.id] = task
            self.settle()
            self._counts.highest("in_flight_max", len(self._running))

    def _take_failure(self, model: str) -> dict[str, Any] | None:
        with self.lock:
            failure = self._settings.fail_jobs
            if not failure or failure.get("model") not in (None, model) or failure.get("times", -1) == 0:
                return None
            if failure.get("times", -1) > 0:
                failure["times"] -= 1
            return dict(failure)

    def _file_name(self, task: Task, at: int) -> str:
        suffix = f"_{at}" if at else ""
        return f"{10**16 - int(task.started * 1000)}-{uuid.uuid4()}-video_{task.id}{suffix}.mp4"

    def _prepare(self, task: Task) -> None:
        """Fetch, measure and draw, off the request; what goes wrong here fails the task."""
        try:
            if task.fails:
                task.error = failure_of(task.fails)
            else:
                self._plan(task)
                self._draw_all(task)
        except Unusable as error:
            task.error = unusable(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of the sandbox itself must end the job, not hang it
            task.error = unusable(f"sandbox fault: {type(error).__name__}: {error}")
        task.prepared = self._clock.now()

    def _plan(self, task: Task) -> None:
        model, body = MODELS[task.model], task.body_to_plan()
        found = examine(model, body, self.folder, task.divisor, upstream_limits=self._settings.upstream_limits)
        clip = plan_clip(model, body, found)
        task.billed_seconds = billed_seconds(model, body, found)
        task.clip = {**asdict(clip), "rate": str(clip.rate)}
        keep(self.folder / task.id, found.images, found.motion, task.divisor)

    def _draw_all(self, task: Task) -> None:
        for name in task.names:
            self._drawing(name).result()

    def _drawing(self, name: str) -> Future[None]:
        with self.lock:
            if name not in self._drawn:
                self._drawn[name] = self._drawers.submit(self._draw, name)
            return self._drawn[name]

    def _draw(self, name: str) -> None:
        task, at = self._files[name]
        path = self.folder / name
        if not path.exists():
            draw_clip(path, task.clip_to_draw(), self._look(task, at), self._opening(task))

    def _opening(self, task: Task) -> Opening | None:
        """What the clip of an extension starts with: the clip that it extends."""
        if not task.extends or task.body.get("raw"):
            return None
        origin = self._tasks[task.extends]
        return Opening(origin.clip_to_draw().frames, self._look(origin, 0))

    def _look(self, task: Task, at: int) -> Look:
        material = load(self.folder / task.id, task.divisor)
        return Look(task.model, task.prompt, _words(task, at), task.variant * MOST_CLIPS + at, material)

    def file(self, name: str) -> tuple[Path, Task] | None:
        """The finished clip called `name`, or its still; drawn again when it was lost."""
        clip_name = name.removesuffix(STILL_SUFFIX)
        with self.lock:
            self.settle()
            task, at = self._files.get(clip_name, (None, 0))
        if task is None or task.ended is None or task.error:
            return None
        if clip_name != name:
            draw_still(self.folder / name, task.clip_to_draw(), self._look(task, at))
        self._drawing(clip_name).result()
        return self.folder / name, task

    def find(self, task_id: str) -> Task | None:
        with self.lock:
            self.settle()
            return self._tasks.get(task_id)

    def settle(self) -> None:
        """End every job whose time has come and whose clip is ready, and bill it."""
        now = self._clock.now()
        with self.lock:
            for task in [each for each in self._running.values() if each.prepared is not None and each.due <= now]:
                self._end(task)

    def _end(self, task: Task) -> None:
        assert task.prepared is not None
        task.ended = max(task.due, task.prepared)
        if task.error is None:
            task.cost = self._price(task)
        self.balance -= task.cost
        self.used += task.cost
        del self._running[task.id]
        self._journal.write({"task": asdict(task)})

    def _price(self, task: Task) -> float:
        usd = price(MODELS[task.model], task.body, task.billed_seconds, extends=bool(task.extends))
        return round(usd * self._settings.price_factors.get(task.model, 1.0), 6)

    def billed(self) -> list[Task]:
        """The jobs that were charged."""
        with self.lock:
            self.settle()
            return [task for task in self._tasks.values() if task.cost]

    def finish_now(self) -> None:
        """Let the time of every running job be up, and wait until they are drawn."""
        with self.lock:
            running = list(self._running.values())
            for task in running:
                task.seconds = max(0.0, self._clock.now() - task.started)
        _wait_for(lambda: all(task.prepared is not None for task in running))
        self.settle()

    def state(self) -> dict[str, Any]:
        """What was bought, by key and by model."""
        with self.lock:
            self.settle()
            tasks = list(self._tasks.values())
        return {
            "paid": len(tasks),
            "paid_by_idempotency_key": dict(Counter(task.idempotency_key for task in tasks if task.idempotency_key)),
            "paid_by_model": dict(Counter(task.model for task in tasks)),
            "in_flight": sum(task.ended is None for task in tasks),
            "billed_usd": round(self.used, 6),
            "balance": round(self.balance, 6),
            "tasks": [_summary(task) for task in tasks],
        }

    def close(self) -> None:
        self._fetchers.shutdown(wait=False, cancel_futures=True)
        self._drawers.shutdown(wait=False, cancel_futures=True)


def _words(task: Task, at: int) -> list[str]:
    """What is written beside SANDBOX: the prompt, what was bought, and the rest of what was asked for."""
    assert task.clip is not None
    size, rate = f"{task.clip['width']}x{task.clip['height']}", float(Fraction(task.clip["rate"]))
    bought = [task.model, f"{task.clip['frames'] / rate:g} s", size, f"{rate:.4g} fps"]
    several = [f"clip {at + 1} of {len(task.names)}"] if len(task.names) > 1 else []
    settings = [
        f"{key}={value}" for key, value in task.body.items() if key not in ("model", "prompt") and _is_short(value)
    ]
    sound = ["audio"] if task.clip["sound"] else []
    lines = [task.prompt, ", ".join([*bought, *sound, *several]), ", ".join([*settings, task.id])]
    return [line for line in lines if line]


def _is_short(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, str) and len(value) < 12)


def _summary(task: Task) -> dict[str, Any]:
    names = ("id", "model", "body", "extends", "idempotency_key", "billed_seconds", "cost", "error", "clip")
    return {name: getattr(task, name) for name in (*names, "started", "ended")}


def _wait_for(done: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.005)
