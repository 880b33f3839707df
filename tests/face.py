"""Our routes on a bare web server, and somebody who asks them in whatever way HTTP allows."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from apimart import nodes
from apimart.flow.host.office import Office
from apimart.flow.host.routes import Routes
from apimart.flow.ledger import Ledger
from apimart.flow.settings import Settings, read
from journeys import Person
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

    def __init__(self, url: str, person: Person, ledger: Ledger, collected: list[str]) -> None:
        parts = urlsplit(url)
        self.host, self.port = str(parts.hostname), int(parts.port or 0)
        self.person, self.ledger, self.collected = person, ledger, collected

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

    def everything(self) -> dict[str, bytes]:
        """Every file of the data folder but the database's own, and what the database says."""
        files = {str(path): path.read_bytes() for path in self.person.home.rglob("*") if path.is_file()}
        books = repr(self.ledger.entries(limit=1000)).encode()
        return {"books": books, **{name: text for name, text in files.items() if "ledger.sqlite" not in name}}


@contextmanager
def face_of(person: Person) -> Iterator[Face]:
    """Serve the routes; what is collected is brought home by a thread of its own, as ComfyUI's loop would."""
    ledger = Ledger.open(person.home / "ledger.sqlite", now=person.now)
    collected: list[str] = []
    threads: list[threading.Thread] = []

    def reached() -> Settings:
        return read(person.home)

    def collect(task_id: str) -> bool:
        collected.append(task_id)
        threads.append(threading.Thread(target=person.collect, args=(task_id,)))
        threads[-1].start()
        return True

    table = web.RouteTableDef()
    office = Office(person.home, person.output, reached, lambda settings: ledger, person.journey)
    Routes(FAMILIES, lambda: office, collect).add_to(table)
    try:
        with web_app(table) as url:
            yield Face(url, person, ledger, collected)
    finally:
        for thread in threads:
            thread.join(30)
        ledger.close()


def secrets_in(face: Face, *needles: str) -> list[str]:
    """Which GET routes and files hold one of `needles`; the key's own file is the one that may."""
    jobs = [f"jobs/{entry.id}" for entry in face.ledger.entries(limit=100)]
    paths = ["status", "jobs", "totals", "families", *jobs, *(f"{job}/graph" for job in jobs)]
    said = {path: face.get(path).body for path in paths}
    kept = {str(Path(name).name): text for name, text in face.everything().items() if Path(name).name != "key"}
    return [place for place, text in {**said, **kept}.items() for needle in needles if needle.encode() in text]
