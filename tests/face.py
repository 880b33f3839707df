"""Our routes on a bare web server, and somebody who asks them in whatever way HTTP allows."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from apimart import nodes
from apimart.flow.host.runtime import Runtime
from apimart.flow.host.web.routes import Routes
from apimart.flow.host.web.users import THE_ONE, User
from journeys import PACE, Person
from stores import web_app

FAMILIES = nodes.families()
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Face:
    """The routes at `url`, over the folders of one person."""

    def __init__(self, url: str, person: Person, runtime: Runtime) -> None:
        parts = urlsplit(url)
        self.host, self.port = str(parts.hostname), int(parts.port or 0)
        self.person, self.ledger, self._runtime = person, runtime.ledger, runtime

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, {**SAME_SITE, **headers})

    def post(self, path: str, body: object = None) -> Answer:
        return self.ask("POST", path, json.dumps({} if body is None else body).encode())

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """One request as it is said; `body` may be an iterator, which goes out in chunks."""
        named = {"Content-Type": "application/json", **SAME_SITE} if headers is None else headers
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, f"/apimart/{path}", body, named)
            said = connection.getresponse()
            return Answer(said.status, said.read(), dict(said.headers.items()))
        finally:
            connection.close()

    @property
    def runs_jobs(self) -> bool:
        """Whether anything was asked of the runner."""
        return self._runtime._runner is not None

    def everything(self) -> dict[str, bytes]:
        """Every file of the data folder but the database's own, and what the database says."""
        files = {str(path): path.read_bytes() for path in self.person.home.rglob("*") if path.is_file()}
        entries = repr(self.ledger.entries(limit=1000)).encode()
        return {"entries": entries, **{name: text for name, text in files.items() if "ledger.sqlite" not in name}}


@contextmanager
def face_of(person: Person, user_of: Callable[[web.Request], User] = lambda request: THE_ONE) -> Iterator[Face]:
    """Serve the routes of a process with this person's folders; `user_of` says who sent a request."""
    families = {family.node_id: family for family in FAMILIES}
    runtime = Runtime(person.home, person.output, families, lambda event: None, now=person.now, pace=PACE)
    table = web.RouteTableDef()
    Routes(FAMILIES, lambda: runtime, user_of).add_to(table)
    try:
        with web_app(table) as url:
            yield Face(url, person, runtime)
    finally:
        runtime.close()


def secrets_in(face: Face, *needles: str) -> list[str]:
    """Which GET routes and files hold one of `needles`; the key's own file is the one that may."""
    jobs = [f"jobs/{entry.id}" for entry in face.ledger.entries(limit=100)]
    each = [f"{job}/{what}" for job in jobs for what in ("workflow", "request")]
    paths = ["status", "jobs", "totals", "families", *jobs, *each]
    said = {path: face.get(path).body for path in paths}
    kept = {str(Path(name).name): text for name, text in face.everything().items() if Path(name).name != "key"}
    return [place for place, text in {**said, **kept}.items() for needle in needles if needle.encode() in text]
