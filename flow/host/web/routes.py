"""The routes of the pack's pages; the modules that answer them are imported on the first request."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ...errors import Declined, NotSet, PackError, Refused, Unreachable, log
from ...model import Family, Input, MediaInput, Shots
from ...settings import LANGUAGES
from . import open_pages, validation
from .public_files import add_routes
from .users import THE_ONE, User, user_of
from .validation import Denied, answer, error_answer

if TYPE_CHECKING:
    from ..runtime import Runtime

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PAGE = 100
DAYS = 366
MAX_OFFSET = 10_000_000
MAX_KEY = 600
MAX_CONNECTED = 32
MAX_WORDS = 200
MAX_SECONDS = 86_400.0
STATUS = ((Refused, 400), (NotSet, 409), (Declined, 409), (Unreachable, 502))


def register(families: tuple[Family, ...]) -> None:
    """Add the routes to ComfyUI while it starts."""
    from server import PromptServer

    def current() -> Runtime:
        found: Runtime = _loaded("..runtime").runtime()
        return found

    def recall() -> None:
        with suppress(PackError):  # an unreadable ledger is reported where it is needed
            current().learn_models()

    async def began(app: web.Application) -> None:
        """Load the cached models in a thread, so that imports do not delay startup; sends no request."""
        threading.Thread(target=recall, name="apimart-names", daemon=True).start()

    Routes(families, current, user_of).add_to(PromptServer.instance.routes)
    PromptServer.instance.app.on_startup.append(began)


def _loaded(module: str) -> Any:
    """Import a module of this package that loads requests and the database."""
    return import_module(module, __package__)


class Routes:
    """The route handlers. `runtime` is called in a thread on every request, `user_of` returns who sent one."""

    def __init__(
        self,
        families: tuple[Family, ...],
        runtime: Callable[[], Runtime],
        user_of: Callable[[web.Request], User] = lambda request: THE_ONE,
    ) -> None:
        self._families = {family.node_id: family for family in families}
        self._runtime = runtime
        self._user_of = user_of

    def add_to(self, table: web.RouteTableDef) -> None:
        for method, path, handler in self._all():
            table.route(method, f"/apimart/{path}")(_guarded(handler))
        # Without validation: the provider's servers fetch these, not our pages, and the file name is the secret.
        add_routes(table, lambda: self._runtime().home)

    def _all(self) -> tuple[tuple[str, str, Handler], ...]:
        return (
            ("GET", "status", self.status),
            ("POST", "key", self.key),
            ("POST", "settings", self.settings),
            ("POST", "settings/set-aside", self.set_aside),
            ("POST", "language", self.language),
            ("POST", "balance", self.balance),
            ("POST", "media-store", self.media_store),
            ("GET", "families", self.families),
            ("GET", "models", self.models),
            ("POST", "models/ask", self.refresh),
            ("POST", "estimate", self.estimate),
            ("GET", "totals", self.totals),
            ("GET", "jobs", self.jobs),
            ("GET", "jobs.csv", self.export),
            ("GET", "reconcile", self.reconciled),
            ("POST", "reconcile/now", self.reconcile),
            ("GET", "bill.csv", self.reconciled_csv),
            ("GET", "projects", self.projects),
            ("GET", "approvals", self.approvals),
            ("POST", "approvals/{id}", self.approve),
            ("GET", "jobs/{id}", self.job),
            ("GET", "jobs/{id}/thumbnail", self.thumbnail),
            ("GET", "jobs/{id}/workflow", self.workflow),
            ("GET", "jobs/{id}/request", self.request),
            ("POST", "jobs/{id}/collect", self.collect),
            ("POST", "jobs/{id}/declare", self.declare),
        )

    async def status(self, request: web.Request) -> web.Response:
        return answer(await self._ask("settings_api", "status", self._user_of(request)))

    async def key(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        body = await validation.json_body(request)
        validation.require_fields(body, "key")
        return answer(await self._ask("settings_api", "keep_key", validation.text_field(body, "key", MAX_KEY)))

    async def settings(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        return answer(await self._ask("settings_api", "change_settings", await validation.json_body(request)))

    async def set_aside(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        validation.require_fields(await validation.json_body(request))
        return answer(await self._ask("settings_api", "set_aside_settings"))

    async def language(self, request: web.Request) -> web.Response:
        body = await validation.json_body(request)
        validation.require_fields(body, "page", "language")
        page, language = (
            validation.text_field(body, "page", 64, validation.PAGE_ID),
            validation.text_field(body, "language", 2),
        )
        if language not in LANGUAGES:
            raise Denied(400, "This language is not available.")
        open_pages.remember(page, language, self._user_of(request))
        return answer({"language": language})

    async def balance(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        validation.require_fields(await validation.json_body(request))
        return answer(await self._ask("settings_api", "balance"))

    async def media_store(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        validation.require_fields(await validation.json_body(request))
        return answer(await self._ask("settings_api", "try_media_store"))

    async def families(self, request: web.Request) -> web.Response:
        return answer({"families": [_about(family) for family in self._families.values()]})

    async def models(self, request: web.Request) -> web.Response:
        return answer(await self._ask("models_api", "names", tuple(self._families.values())))

    async def refresh(self, request: web.Request) -> web.Response:
        """Start what is due when a page opens: jobs that an earlier process left, and daily updates. Does not wait."""
        validation.require_fields(await validation.json_body(request))
        await asyncio.to_thread(lambda: self._runtime().refresh_soon())
        return answer({"started": True}, 202)

    async def estimate(self, request: web.Request) -> web.Response:
        body = await validation.json_body(request)
        validation.require_fields(body, "family", "widgets", "connected", "seconds", "linked")
        family = self._families.get(validation.text_field(body, "family", 64, validation.NAME))
        if family is None:
            raise Denied(404, "This node does not exist.")
        widgets, seconds = body.get("widgets"), _lengths(body.get("seconds", {}))
        connected, linked = (_names(body.get(field, []), field) for field in ("connected", "linked"))
        if not isinstance(widgets, dict) or len(widgets) > 64:
            raise Denied(400, "widgets must be an object.")
        return answer(await self._ask("estimates", "estimate", family, widgets, connected, seconds, linked))

    async def totals(self, request: web.Request) -> web.Response:
        days = max(1, validation.whole_number(request, "days", 30, DAYS))
        project = validation.query_text(request, "project", MAX_WORDS)
        return answer(await self._ask_of_jobs(request, "totals", days, project))

    async def jobs(self, request: web.Request) -> web.Response:
        offset = validation.whole_number(request, "offset", 0, MAX_OFFSET)
        limit = max(1, validation.whole_number(request, "limit", 50, PAGE))
        show = request.query.get("show", "")
        if show not in ("", "open", "done", "failed"):
            raise Denied(400, "show must be open, done or failed.")
        words = validation.query_text(request, "words", MAX_WORDS) or ""
        project = validation.query_text(request, "project", MAX_WORDS)
        return answer(await self._ask_of_jobs(request, "page", offset, limit, show, project, words))

    async def export(self, request: web.Request) -> web.Response:
        project = validation.query_text(request, "project", MAX_WORDS)
        return _csv(await self._ask_of_jobs(request, "export", project), "apimart_jobs.csv")

    async def reconciled(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        return answer(await self._ask("reconcile_api", "report"))

    async def reconcile(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        validation.require_fields(await validation.json_body(request))
        return answer(await self._ask("reconcile_api", "reconcile_now"))

    async def reconciled_csv(self, request: web.Request) -> web.Response:
        self._user_of(request).require_owner()
        return _csv(await self._ask("reconcile_api", "export"), "apimart_bill.csv")

    async def projects(self, request: web.Request) -> web.Response:
        return answer(await self._ask_of_jobs(request, "projects"))

    async def approvals(self, request: web.Request) -> web.Response:
        return answer(await self._ask("approvals_api", "waiting", self._user_of(request)))

    async def approve(self, request: web.Request) -> web.Response:
        user = self._user_of(request)
        body = await validation.json_body(request)
        validation.require_fields(body, "approve")
        is_yes = validation.flag_field(body, "approve")
        found, is_first = await self._ask("approvals_api", "decide", user, validation.entry_id(request), is_yes)
        return answer(found, 200 if is_first else 409)

    async def job(self, request: web.Request) -> web.Response:
        return answer(await self._ask_of_jobs(request, "one", validation.entry_id(request)))

    async def thumbnail(self, request: web.Request) -> web.Response:
        picture = await self._ask_of_jobs(request, "thumbnail", validation.entry_id(request))
        headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=picture, content_type="image/jpeg", headers=headers)

    async def workflow(self, request: web.Request) -> web.Response:
        return answer({"workflow": await self._ask_of_jobs(request, "workflow", validation.entry_id(request))})

    async def request(self, request: web.Request) -> web.Response:
        return answer(await self._ask_of_jobs(request, "request", validation.entry_id(request)))

    async def collect(self, request: web.Request) -> web.Response:
        validation.require_fields(await validation.json_body(request))
        await self._ask_of_jobs(request, "collect", validation.entry_id(request))
        return answer({"started": True}, 202)

    async def declare(self, request: web.Request) -> web.Response:
        body = await validation.json_body(request)
        validation.require_fields(body, "bought", "task_id")
        if validation.flag_field(body, "bought"):
            task_id = validation.text_field(body, "task_id", 128, validation.TASK_ID)
            return answer(
                await self._ask(
                    "jobs_api", "mark_purchased", self._user_of(request), validation.entry_id(request), task_id
                )
            )
        validation.require_fields(body, "bought")
        return answer(await self._ask_of_jobs(request, "mark_not_purchased", validation.entry_id(request)))

    async def _ask_of_jobs(self, request: web.Request, question: str, *arguments: Any) -> Any:
        """Call a function of `jobs_api` for the user who sent `request`."""
        return await self._ask("jobs_api", question, self._user_of(request), *arguments)

    async def _ask(self, module: str, question: str, *arguments: Any) -> Any:
        """Call a blocking function of one of the modules behind the routes, in a thread."""

        def asked() -> Any:
            return getattr(_loaded(f".{module}"), question)(self._runtime(), *arguments)

        return await asyncio.to_thread(asked)


def _guarded(handler: Handler) -> Handler:
    """Return `handler` behind the validation, with every error as JSON that says what to do and contains no secret."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            validation.require_same_origin(request)
            validation.require_page_or_this_machine(request)
            return await handler(request)
        except Denied as denied:
            return error_answer(denied.status, denied.text)
        except PackError as error:
            status = next((code for kind, code in STATUS if isinstance(error, kind)), 409)
            return error_answer(status, error.what, spent=error.spent, next_step=error.next_step)
        except web.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - anything left is a bug, and its text may contain anything
            log.exception("%s %s failed", request.method, request.path)
            return error_answer(500, f"{type(error).__name__}; see the ComfyUI console for details.")

    return guarded


def _about(family: Family) -> Mapping[str, Any]:
    return {
        "id": family.node_id,
        "title": family.title,
        "clips": [{"id": one.id, "url_input": one.url_input} for one in family.videos],
        "media": [one.id for one in family.media],
        "widgets": [*(name for one in family.inputs for name in _widgets(one)), "take"],
    }


def _widgets(declared: Input) -> tuple[str, ...]:
    if isinstance(declared, Shots):
        return declared.widget_names
    return () if isinstance(declared, MediaInput) else (declared.id,)


def _csv(text: str, name: str) -> web.Response:
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)


def _names(found: Any, field: str) -> list[str]:
    is_list = isinstance(found, list) and len(found) <= MAX_CONNECTED
    names = [one for one in found if isinstance(one, str) and validation.NAME.fullmatch(one)] if is_list else []
    if not is_list or len(names) < len(found):
        raise Denied(400, f"{field} must be a list of input names.")
    return names


def _lengths(found: Any) -> dict[str, float]:
    """Return seconds by input."""
    if not isinstance(found, dict):
        raise Denied(400, "seconds must be an object.")
    return {name: _length(found[name]) for name in _names(list(found), "seconds")}


def _length(found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found <= MAX_SECONDS:
        raise Denied(400, "seconds must be numbers from 0 to 86400.")
    return float(found)
