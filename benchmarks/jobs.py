"""The sidebar's first page with 100 and with 100,000 jobs in the ledger, on SQLite and on PostgreSQL.

python benchmarks/jobs.py [repeats]; a PostgreSQL server of its own is started where one is installed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import bench
import pack

pack.load()
sys.path.append(str(pack.ROOT / "tests"))  # where a private PostgreSQL is
from apimart.flow.host.runtime import Runtime  # noqa: E402 - the pack has its name only now
from apimart.flow.host.web import jobs_api  # noqa: E402
from apimart.flow.host.web.users import THE_ONE  # noqa: E402
from apimart.flow.ledger import Intent, Ledger  # noqa: E402
from apimart.flow.ledger.schema import ENTRIES, FILES  # noqa: E402
from databases import own_schema, private_postgres  # noqa: E402
from sqlalchemy import insert, select, text  # noqa: E402

FEW, MANY = 100, 100_000
A_DAY = 100  # jobs; so the many are those of three years
PROJECTS = ("", "Harbour", "Night train", "Tests")
MODELS = ("sora-2", "kling-v3", "veo3.1-fast-official", "MiniMax-H3")
THINGS = ("a harbour at dawn", "a dancer in the rain", "a train at night", "a retriever on the beach")
PAGE, DAYS = 50, 30
RARE = "number 77"


def fill(ledger: Ledger, count: int) -> None:
    """Finished jobs, each with a file that is not there, evenly over the days until now."""
    asked = {"family": "APIMartSora2", "model": "sora-2", "account": "nobody", "estimate_usd": 0.32}
    entry, _ = ledger.intend(Intent(realm="live", fingerprint="number 0", **asked))  # type: ignore[arg-type]  # mixed
    now = time.time()
    with ledger.store.writing() as connection:
        [row] = connection.execute(select(ENTRIES).where(ENTRIES.c.id == entry.id))
        connection.execute(ENTRIES.delete())
        plain = {**row._mapping, "state": "fetched", "status": "completed", "cost_usd": 0.32}
        for begin in range(0, count, 5000):
            numbers = range(begin, min(begin + 5000, count))
            rows = [{**plain, **_job(number, now - (count - number) * 86400 / A_DAY)} for number in numbers]
            connection.execute(insert(ENTRIES), rows)
            files = [{"entry_id": one["id"], "position": 0, "path": f"/away/{one['id']}.mp4"} for one in rows]
            connection.execute(insert(FILES), [{**one, "kept_at": now} for one in files])
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))  # as the server does by itself; SQLite never does


def _job(number: int, sent_at: float) -> dict[str, Any]:
    times = dict.fromkeys(("created_at", "asked_at", "sent_at", "ticketed_at"), sent_at)
    return {
        **times,
        "number": number + 1,
        "id": f"{number:032x}",
        "fingerprint": f"number {number}",
        "idempotency_key": f"key {number}",
        "prompt": f"{THINGS[number % 4]}, number {number % 1000}, " + "and so on " * 12,
        "model": MODELS[number // 4 % 4],
        "project": PROJECTS[number // 16 % 4],
        "task_id": f"task_{number:026d}",
        "body": {"model": "sora-2", "prompt": THINGS[number % 4], "duration": 4},
        "urls": ["https://files.example/1.mp4"],
        "ended_at": sent_at + 60,
        "actual_seconds": 60.0,
        "fetched_at": sent_at + 61,
    }


@contextmanager
def runtime(place: str, count: int) -> Iterator[Runtime]:
    """A ComfyUI's own, with `count` jobs in the ledger at `place`."""
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(place)) as ledger:
        fill(ledger, count)
        made = _Placed(Path(folder), Path(folder) / "output", {}, lambda event: None)
        made.place = place
        try:
            yield made
        finally:
            made.close()


class _Placed(Runtime):
    """One whose ledger is named by a test, not by the environment."""

    place = ""

    @property
    def settings(self) -> Any:
        os.environ["APIMART_LEDGER_URL"] = self.place
        return super().settings


def ways(found: Runtime) -> dict[str, Callable[[], object]]:
    one = THE_ONE

    def opening() -> None:
        jobs_api.page(found, one, 0, PAGE, "")
        jobs_api.totals(found, one, DAYS)
        jobs_api.projects(found, one)

    return {
        "opening the sidebar: these three": opening,
        "the first page of jobs": lambda: jobs_api.page(found, one, 0, PAGE, ""),
        "the totals": lambda: jobs_api.totals(found, one, DAYS),
        "the projects": lambda: jobs_api.projects(found, one),
        "the first page of failed jobs (none)": lambda: jobs_api.page(found, one, 0, PAGE, "failed"),
        "the first page of a project": lambda: jobs_api.page(found, one, 0, PAGE, "", "Harbour"),
        "the totals of a project": lambda: jobs_api.totals(found, one, DAYS, "Harbour"),
        "how long a model takes that never ran": lambda: found.ledger.typical_seconds("live", "none"),
        "a search that finds a page": lambda: jobs_api.page(found, one, 0, PAGE, "", None, "harbour kling"),
        "a search that finds few": lambda: jobs_api.page(found, one, 0, PAGE, "", None, f"dancer {RARE}"),
        "a search that finds nothing": lambda: jobs_api.page(found, one, 0, PAGE, "", None, "nowhere"),
    }


def measure(database: str, places: Mapping[int, str], repeats: int) -> None:
    with ExitStack() as opened:
        found = {count: ways(opened.enter_context(runtime(place, count))) for count, place in places.items()}
        both = {(name, count): run for count, each in found.items() for name, run in each.items()}
        for run in both.values():
            run()
        spent = bench.interleaved_seconds(both, repeats)  # type: ignore[arg-type, var-annotated]  # any key will do
    rows = []
    for name in next(iter(found.values())):
        few, many = (1000 * spent[name, count] for count in (FEW, MANY))  # type: ignore[index]  # as above
        rows.append((name, f"{few:.1f} ms", f"{many:.1f} ms", f"{many / few:.2f}"))
    bench.print_table(database, ("what", f"{FEW} jobs", f"{MANY:,} jobs", "times as long"), rows)


def main(repeats: int) -> None:
    print(f"{bench.machine()}; {repeats} interleaved runs, medians")
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", {count: f"{folder}/{count}.sqlite" for count in (FEW, MANY)}, repeats)
    with ExitStack() as opened:
        server = opened.enter_context(private_postgres())
        measure("PostgreSQL", {count: opened.enter_context(own_schema(server)) for count in (FEW, MANY)}, repeats)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 9)
