"""What can be found out for nothing: each check asks the provider and holds its answer against what the pack says."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import facts
from apimart.flow.catalogue import drift, models_of
from apimart.flow.errors import PackError, Unknown
from apimart.flow.ledger import usd
from apimart.flow.media import encode_image
from apimart.flow.model import GENERATIONS, MEGABYTE, Family, ImageData, Json, Ticket
from apimart.flow.prices import printed_prices, rows_of
from apimart.flow.wire import Again, Answer, Provider, Transfer

from .recordings import Recorder
from .table import DIFFERS, EXPECTED, UNKNOWN, Verdict, none_or

DAYS = 30
DAY_SECONDS = 86400
IMPOSSIBLE: Mapping[str, Json] = {"model": "no-such-model"}
"""A body that nobody can be charged for, for two reasons: its model does not exist, and it asks for nothing."""


def balance(provider: Provider) -> Verdict:
    left = provider.balance_usd()
    return Verdict(EXPECTED, "unlimited." if left is None else f"{usd(left)} USD are left.")


def models(provider: Provider, families: Iterable[Family]) -> Verdict:
    """The provider's list against the models of all families, and those that only the facts of the tests name."""
    listed, read = provider.models(), facts.read()["named"]
    lines = [line for line in _drift(families, listed, {}, "new", "gone") if not _is_read(line, read)]
    return none_or(lines, f"{len(listed)} models, all of ours among them and none that was never read of.")


def _is_read(line: str, read: Mapping[str, Any]) -> bool:
    kind, name = line.split()[:2]
    return kind == "new" and name.rstrip(":") in read


def prices(provider: Provider, families: Iterable[Family]) -> Verdict:
    """The price catalogue against flow/prices.json."""
    live = rows_of(provider.prices())
    if not live:
        return Verdict(DIFFERS, "the catalogue holds no prices in a known shape.")
    fine = f"the prices of {len(live)} models are those of flow/prices.json."
    return none_or(_drift(families, live, live, "price"), fine)


def _drift(
    families: Iterable[Family], listed: Iterable[str], live: Mapping[str, Mapping[str, float]], *kinds: str
) -> list[str]:
    lines = drift(families, printed_prices(), listed, live)
    return [" ".join(line.split()) for line in lines if line.startswith(kinds)]


def schema(provider: Provider, family: Family) -> Verdict:
    """The schemas of a family's models against its inputs."""
    said = {model: provider.schema(model).get("input_schema") for model in models_of(family)}
    pages = {model: page_of(one) for model, one in said.items()}
    if strange := [model for model, page in pages.items() if not page]:
        return Verdict(UNKNOWN, f"what comes for {', '.join(strange)} is no JSON Schema with properties.")
    lines = [_said_of_schema(line, family) for line in facts.against_pages(family, pages)]
    unsent = [f"{name}: required, never sent" for name in _required(said.values()) if not _is_sent(family, name)]
    return none_or([*lines, *unsent], f"{len(pages)} of {len(pages)} models.")


def _said_of_schema(line: str, family: Family) -> str:
    said = line.removeprefix(f"facts {family.node_id} ")
    return said.replace("on the page", "in the schema").replace("on no page", "in no schema")


def page_of(said: Any) -> dict[str, dict[str, Any]]:
    """The properties of a JSON schema as `tests/facts/models.json` says them; none for what is no schema."""
    properties = said.get("properties") if isinstance(said, Mapping) else None
    named = properties if isinstance(properties, Mapping) else {}
    return {str(name): dict(_facts_of(one)) for name, one in named.items() if isinstance(one, Mapping)}


def _facts_of(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, key, kind in (
        ("enum", "enum", list),
        ("min", "minimum", (int, float)),
        ("max", "maximum", (int, float)),
        ("max_items", "maxItems", int),
    ):
        if isinstance(said.get(key), kind):
            yield name, said[key]


def _required(schemas: Iterable[Any]) -> list[str]:
    named = [one.get("required") for one in schemas if isinstance(one, Mapping)]
    return sorted({str(name) for one in named if isinstance(one, list) for name in one})


def _is_sent(family: Family, name: str) -> bool:
    return name == "model" or any(one.parameter == name for one in family.inputs)


def keys(provider: Provider, names: Iterable[str]) -> Verdict:
    """Which models declare that a repeated Idempotency-Key is one purchase."""
    asked = list(names)
    honoured = [model for model in asked if provider.honours_keys(model)]
    if not honoured:
        return Verdict(EXPECTED, f"none of {len(asked)} models declares it: a submit without an answer stays unknown.")
    which = "all" if len(honoured) == len(asked) else ", ".join(honoured)
    return Verdict(EXPECTED, f"declared by {len(honoured)} of {len(asked)} models ({which}).")


def upload(provider: Provider, transfer: Transfer, image: ImageData, folder: Path) -> Verdict:
    """An image goes up, and is read back from where it is said to be."""
    file = encode_image(image, ("png",), 20 * MEGABYTE, folder)
    address = provider.upload_image(file)
    back = folder / "read-back"
    transfer.download(address.url, back, max_bytes=40 * MEGABYTE)
    if back.read_bytes() == file.path.read_bytes():
        return Verdict(EXPECTED, f"{file.bytes} bytes came back as they were sent.")
    return Verdict(DIFFERS, f"{file.bytes} bytes were sent, {back.stat().st_size} other ones came back.")


def usage(provider: Provider) -> Verdict:
    """What the provider says that this key was charged in a month."""
    charged = provider.usage(*_month())
    models = {one.model for one in charged}
    return Verdict(EXPECTED, f"{usd(sum(one.usd for one in charged))} USD in {DAYS} days, of {len(models)} models.")


def export(provider: Provider, recorder: Recorder) -> Verdict:
    """Whether single calls can be had; no page describes this export."""
    logged = provider.logged_jobs(*_month())
    if logged:
        return Verdict(EXPECTED, f"{len(logged)} calls with their task ids.")
    status = recorder.last.answer.status if recorder.last else 0
    return Verdict(UNKNOWN, f"HTTP {status}, and no task ids could be read in the answer.")


def _month() -> tuple[int, int]:
    tomorrow = (int(time.time()) // DAY_SECONDS + 1) * DAY_SECONDS
    return tomorrow - DAYS * DAY_SECONDS, tomorrow


def refusal(provider: Provider, recorder: Recorder) -> Verdict:
    """How a submit is refused, by a body that cannot be charged."""
    if IMPOSSIBLE["model"] in provider.models():
        return Verdict(UNKNOWN, "the provider lists a model of the name that nothing should have: nothing was sent.")
    heard = recorder.submits
    try:
        outcome = provider.submit(IMPOSSIBLE, secrets.token_hex(16), GENERATIONS)
    except Unknown as error:
        return Verdict(DIFFERS, f"the answer reads like one that may have been charged: {error.what}")
    except PackError:
        if recorder.last is None or recorder.submits == heard:
            raise
        return _refused(recorder.last.answer)
    return _taken(outcome)


def _refused(answer: Answer) -> Verdict:
    said = answer.json.get("error") if isinstance(answer.json, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(said.get("message"), str):
        return Verdict(DIFFERS, f"HTTP {answer.status} with an error in no known shape: {answer.text[:200]}")
    named = ", ".join(f"{name} {said[name]!r}" for name in ("code", "type") if name in said)
    return Verdict(EXPECTED, f"HTTP {answer.status} ({named}): {said['message']}")


def _taken(outcome: Ticket | Again) -> Verdict:
    if isinstance(outcome, Again):
        return Verdict(UNKNOWN, f"the provider asks to wait: {outcome.reason}")
    return Verdict(DIFFERS, f"a body without a prompt for a model that does not exist was taken as {outcome.task_id}.")
