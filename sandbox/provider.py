"""The provider behind the socket: who may ask, what the answer is, and what goes wrong on purpose."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from . import catalogue, extension, mishaps
from .answers import Answer, Refusal, as_json, as_xml_denied
from .checks import check_body
from .clock import Clock
from .control import Behaviours, Counts, Settings
from .documents import Model
from .files import Files
from .hosted import Host
from .inputs import USER_AGENT, Unusable, examine
from .journal import Journal
from .keys import Keys
from .tasks import Task, Tasks
from .usage import EXPORT, Bill
from .views import view_submitted, view_task

VERSION_HEADER = "X-APIMart-Response-Version"
RESPONSE_VERSION = "2026-07-27"
LOWEST_BALANCE = 0.05
TASK_ID = re.compile(r"task_[0-9A-Za-z]+")


@dataclass(frozen=True)
class Visit:
    """One request as it came in; header names compare without case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: bytes
    base_url: str
    peer: str
    request_id: str

    @property
    def key(self) -> str:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def json(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except (ValueError, UnicodeDecodeError) as error:
            raise Refusal(400, "invalid JSON in request body") from error
        if not isinstance(value, dict):
            raise Refusal(400, "request body must be a JSON object")
        return value


def new_request_id(now: float) -> str:
    return f"{int(now * 1000)}{secrets.token_hex(8)}"


class Provider:
    """Answers visits; knows nothing of sockets."""

    def __init__(self, folder: Path, journal: Journal, settings: Settings, keys: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.settings, self.opening = settings, deepcopy(settings)
        self.counts, self.clock = Counts(), Clock()
        self.behaviours = Behaviours(mishaps.KNOWN)
        self.tasks = Tasks(folder, self.settings, self.counts, self.clock, journal)
        self.bill = Bill(self.tasks, self.settings, self.clock)
        self.host = Host(folder, self.clock, journal)
        self.purchases = Keys(self.clock, journal)
        self.files = Files(self.tasks, self.host, self.settings)
        self._accepted_keys = keys
        self._recall(journal.read())

    def _recall(self, entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            if "hosted" in entry:
                self.host.recall(entry["hosted"])
            elif "purchase" in entry:
                self.purchases.recall(entry["purchase"])
        self.tasks.recall([entry["task"] for entry in entries if "task" in entry])

    def forget(self) -> None:
        """Begin as on the first day: nothing was sold or charged, and nobody came. Hosted files stay."""
        self.tasks.forget()
        self.counts.forget()
        self.bill.forget()

    def answer(self, visit: Visit) -> Answer:
        """Every visit gets an answer; refusals become error bodies here."""
        self._note(visit)
        try:
            return self._answer(visit)
        except Refusal as refusal:
            self.counts.refusal(visit.path, refusal.status, refusal.message)
            return refusal.answer(self.settings.error_code_style)

    def _note(self, visit: Visit) -> None:
        if visit.path.startswith("/sandbox/") or self._is_own(visit):
            return
        names = sorted(visit.headers.keys())
        seen = {"method": visit.method, "path": visit.path, "query": dict(visit.query), "headers": names}
        self.counts.request(seen | {"key": visit.key[-4:], "at": self.clock.now()})

    @staticmethod
    def _is_own(visit: Visit) -> bool:
        return visit.headers.get("User-Agent", "") == USER_AGENT

    def _answer(self, visit: Visit) -> Answer:
        if visit.path.startswith("/f/"):
            return self._file(visit)
        stage, act = self._route(visit)
        if stage != "pricing":
            self.admit(visit)
        return self._staged(stage, visit, lambda: act(visit))

    def _route(self, visit: Visit) -> tuple[str, Callable[[Visit], Answer]]:
        get = visit.method in ("GET", "HEAD")
        if get and visit.path.startswith("/v1/tasks/"):
            return "poll", self._poll
        if get and visit.path.startswith(f"{EXPORT}/"):
            return "logs", self._exported
        if visit.method == "POST" and extension.PATH.fullmatch(visit.path):
            return "submit", self._extend
        routes: dict[tuple[str, str], tuple[str, Callable[[Visit], Answer]]] = {
            ("POST", "/v1/videos/generations"): ("submit", self._submit),
            ("POST", "/v1/uploads/images"): ("upload", self._upload),
            ("GET", "/v1/balance"): ("balance", self._balance),
            ("GET", "/v1/user/balance"): ("balance", self._balance),
            ("GET", "/balance"): ("balance", self._balance),
            ("GET", "/user/balance"): ("balance", self._balance),
            ("GET", "/v1/models"): ("models", self._models),
            ("GET", "/v1/model-schema"): ("schema", self._schema),
            ("GET", "/v1/usage"): ("usage", self._usage),
            ("GET", "/usage"): ("usage", self._usage),
            ("POST", EXPORT): ("logs", self._export),
            ("GET", "/api/pricing/models/all"): ("pricing", self._pricing),
        }
        found = routes.get((visit.method, visit.path))
        if found is None:
            raise Refusal(404, f"Invalid URL ({visit.method} {visit.path})")
        return found

    def admit(self, visit: Visit) -> None:
        """401 without a known key, 402 on everything when the account is empty."""
        if not visit.key:
            raise Refusal(401, "API key is required for this endpoint", kind="apimart_error", bare=True)
        if self._accepted_keys and visit.key not in self._accepted_keys:
            text = f"invalid API key (request id: {visit.request_id})"
            raise Refusal(401, text, code="", kind="apimart_error", param="")
        self.tasks.settle()
        if self.tasks.balance < LOWEST_BALANCE:
            raise Refusal(402, f"Insufficient account balance. current: {self.tasks.balance:.4f} USD")

    def _staged(self, stage: str, visit: Visit, act: Callable[[], Answer]) -> Answer:
        """The answer of `act`, unless a behaviour waits for this stage."""
        behaviour = None if self._is_own(visit) else self.behaviours.take(stage, _model_of(visit))
        if behaviour is None:
            return act()
        mishaps.wait(behaviour, stage)
        refusal = mishaps.refuse(behaviour)
        carried_out = behaviour.accepted or behaviour.do == "slow"
        answer = act() if carried_out else Answer()
        if refusal:
            raise refusal
        return mishaps.spoil(behaviour, answer, as_xml_denied(visit.request_id))

    def _file(self, visit: Visit) -> Answer:
        if visit.method not in ("GET", "HEAD"):
            raise Refusal(404, "not found")
        stage = "download" if visit.path.startswith("/f/video/") else "media"
        if stage == "download" and visit.method == "GET" and not self._is_own(visit):
            self.counts.add("downloads")
        now = self.clock.now()
        return self._staged(stage, visit, lambda: self.files.answer(visit.path, visit.headers, now, visit.request_id))

    def _submit(self, visit: Visit) -> Answer:
        body = visit.json()
        model = self._model(body.get("model"))
        check_body(model, body)
        return self._sell(visit, model, body, honours_keys=self.settings.honour_idempotency)

    def _extend(self, visit: Visit) -> Answer:
        body = visit.json()
        model = self._model(body.get("model"))
        match = extension.PATH.fullmatch(visit.path)
        origin = extension.check_extension(self.tasks.find(match[1]) if match else None, body)
        honours_keys = self.settings.honour_idempotency_at_remix
        return self._sell(visit, model, body, honours_keys=honours_keys, extends=origin.id)

    def _sell(
        self, visit: Visit, model: Model, body: dict[str, Any], *, honours_keys: bool, extends: str = ""
    ) -> Answer:
        key = visit.headers.get("Idempotency-Key", "")
        if not (key and honours_keys):
            return self._sold(visit, model, self._buy(visit, model, body, key, extends))
        return self._sell_once(visit, model, body, key, extends)

    def _sell_once(self, visit: Visit, model: Model, body: dict[str, Any], key: str, extends: str) -> Answer:
        purchase = self.purchases.reserve(key, f"{visit.key} {visit.path}", visit.body)
        known = self.tasks.find(purchase.task_id) if purchase.task_id else None
        if known:
            self.counts.add("replays")
            answer = self._sold(visit, model, known)
            answer.headers["Idempotency-Replayed"] = "true"
            return answer
        try:
            task = self._buy(visit, model, body, key, extends)
            self.purchases.keep(purchase, task.id)
        finally:
            self.purchases.release(purchase)
        return self._sold(visit, model, task)

    def _buy(self, visit: Visit, model: Model, body: dict[str, Any], key: str, extends: str) -> Task:
        if self.settings.media_at_submit:
            try:
                examine(model, body, self.folder, upstream_limits=self.settings.upstream_limits)
            except Unusable as error:
                raise Refusal(400, str(error)) from error
        return self.tasks.accept(model.id, body, visit.key[-4:], key, extends)

    def _sold(self, visit: Visit, model: Model, task: Task) -> Answer:
        shape = self.settings.submit_shape
        asked = visit.headers.get(VERSION_HEADER) == RESPONSE_VERSION
        if shape == "auto":
            shape = "202_object" if asked or model.always_202 else "200_array"
        answer = as_json(
            view_submitted(task, shape, visit.base_url, visit.request_id), 202 if shape.startswith("202") else 200
        )
        return _echoed(answer, visit)

    def _poll(self, visit: Visit) -> Answer:
        task_id = visit.path.removeprefix("/v1/tasks/")
        self.counts.poll(task_id)
        if not TASK_ID.fullmatch(task_id):
            raise Refusal(400, f"invalid task id: {task_id}")
        task = self.tasks.find(task_id)
        if task is None:
            raise Refusal(404, "task does not exist or expired", code="task_not_found")
        return _echoed(as_json(view_task(task, self.settings, visit.base_url, self.clock.now())), visit)

    def _upload(self, visit: Visit) -> Answer:
        file, size = self.host.take_picture(visit.headers.get("Content-Type", ""), visit.body)
        self.counts.add("uploads")
        described = {"filename": file.name, "content_type": file.type, "bytes": size, "created_at": int(file.created)}
        return as_json({"url": visit.base_url + file.address, **described})

    def _balance(self, _: Visit) -> Answer:
        left, used = round(self.tasks.balance, 6), round(self.tasks.used, 6)
        money = {"remain_balance": left, "used_balance": used, "unlimited_quota": False}
        credits = {"remain_credits": round(left * 10, 5), "used_credits": round(used * 10, 5)}
        return as_json({"success": True, **money, **credits})

    def _models(self, visit: Visit) -> Answer:
        expanded = set(visit.query.get("expand", "").split(",")) - {""}
        listed = catalogue.list_models(self.settings.retired_models, self.settings.added_models, expanded)
        if "parameters" in expanded:
            listed["data"] = [one | self._unreadable("parameters") for one in listed["data"]]
        if visit.query.get("category", "video") != "video":
            listed["data"] = []
        return as_json(listed)

    def _schema(self, visit: Visit) -> Answer:
        if visit.query.get("operation", "video_generation") != "video_generation":
            raise Refusal(400, f"unknown operation: {visit.query['operation']}", param="operation")
        model = self._model(visit.query.get("model"))
        declares = self.settings.honour_idempotency or self.settings.declare_idempotency
        found = catalogue.model_schema(model, declares)
        return as_json(found | self._unreadable("input_schema"))

    def _unreadable(self, name: str) -> dict[str, Any]:
        """What stands in the place of a schema that is to be none."""
        return {name: catalogue.UNREADABLE_SCHEMA} if self.settings.schemas_unreadable else {}

    def _model(self, name: Any) -> Model:
        return catalogue.find_model(name, self.settings.retired_models, self.settings.added_models)

    def _usage(self, visit: Visit) -> Answer:
        return self.bill.usage(visit.query, visit.key[-4:])

    def _export(self, visit: Visit) -> Answer:
        return self.bill.export(visit.json(), visit.key[-4:], visit.base_url)

    def _exported(self, visit: Visit) -> Answer:
        return self.bill.exported(visit.path.removeprefix(f"{EXPORT}/"), visit.base_url)

    def _pricing(self, _: Visit) -> Answer:
        return as_json(catalogue.price_catalogue(self.settings.retired_models))


def _echoed(answer: Answer, visit: Visit) -> Answer:
    if visit.headers.get(VERSION_HEADER) == RESPONSE_VERSION:
        answer.headers[VERSION_HEADER] = RESPONSE_VERSION
    return answer


def _model_of(visit: Visit) -> str | None:
    """The model a visit is about, for behaviours that wait for one."""
    if visit.method != "POST" or not visit.headers.get("Content-Type", "").startswith("application/json"):
        return visit.query.get("model")
    try:
        return str(visit.json().get("model"))
    except Refusal:
        return None
