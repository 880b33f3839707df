"""The provider's model list and schemas, fetched at most once a day; a failed request never fails a job."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .errors import PackError, Refused, log
from .ledger import Ledger
from .model import Choice, Family, Json, Question
from .prices import DAY_SECONDS, RETRY_SECONDS, PriceList, in_our_keys
from .wire import Provider

KEPT_SECONDS = 90 * DAY_SECONDS  # how long a model list is kept while the provider cannot be reached
MOST_GONE = 1000
MOST_NEW = 20  # per family; a longer list would bury the models that were checked
GIVE_NO_VIDEO = ("MiniMax-H3-Context-IR",)  # its result is text, according to its page, 2026-10
CHANNEL = "-ext"  # suffix of a model that goes through the provider's own channel
ANY_ADDRESS = "https://example.com/file"
TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def models_of(family: Family) -> tuple[str, ...]:
    """Return the models that a family declares; empty for the family that accepts any model."""
    declared = family.input("model")
    return tuple(str(one) for one in declared.options) if isinstance(declared, Choice) else ()


def doubts_about(question: Question, provider: Provider, ledger: Ledger, now: float) -> tuple[str, ...]:
    """Return warnings if the provider no longer lists the requested model, or if the pack does not check it."""
    remembered = listed_models(provider, ledger, now)
    gone = what_is_gone(question.model, remembered, models_of(question.family))
    is_new = question.model in question.family.unchecked
    new = f"{question.model} is new at the provider. This pack does not check its limits or price."
    return (*((gone,) if gone else ()), *((new,) if is_new else ()))


def listed_models(provider: Provider, ledger: Ledger, now: float) -> Any:
    """Return the model list for `what_is_gone`, fetched at most daily; the previous one if the provider gives none."""
    remembered = known_models(provider.base_url, ledger)
    before = remembered if isinstance(remembered, dict) else {}
    if before.get("next_at", 0.0) > now:
        return before
    listed = _listed(provider, now, before)
    after = {**(listed or before), "next_at": now + (DAY_SECONDS if listed else RETRY_SECONDS)}
    ledger.cache.remember(_models_cached_as(provider.base_url), after, now + KEPT_SECONDS)
    return after


def known_models(base_url: str, ledger: Ledger) -> Any:
    """Return the cached model list of the provider at `base_url`, for `what_is_gone`; None if it is not cached."""
    return ledger.cache.recall(_models_cached_as(base_url))


def what_is_gone(model: str, remembered: Any, others: Iterable[str] = ()) -> str:
    """Return a sentence, with the closest listed model, if the cached list does not contain `model`; else empty."""
    listed = remembered.get("ids") if isinstance(remembered, Mapping) else None
    if not model or not isinstance(listed, list) or not listed or model in listed:
        return ""
    near = nearest(model, others, [str(one) for one in listed])
    what = f"{model} is not in the provider's list of {remembered.get('day')}."
    if since := gone_since(model, remembered):
        what = f"{model} has not been in the provider's list since {since}."
    return f"{what} The closest one is {near}." if near else what


def gone_since(model: str, remembered: Any) -> str:
    """Return the UTC day (YYYY-MM-DD) on which the provider was first seen not to list `model`; empty if never."""
    gone = remembered.get("gone") if isinstance(remembered, Mapping) else None
    return str(gone.get(model, "")) if isinstance(gone, Mapping) else ""


def nearest(model: str, others: Iterable[str], living: Sequence[str]) -> str:
    """Return the closest model in `living`; empty if there is none.

    That is one of the `others` of its family, else the one of the same product line (same first word in its name) that
    shares the most words with it.
    """
    found = next((one for one in others if one in living), "")
    line = [one for one in living if _words(one)[0] == _words(model)[0]]
    return found or max(line, key=lambda one: _likeness(model, one), default="")


def _words(model: str) -> list[str]:
    return re.findall(r"[a-z]+|[0-9.]+", model.lower()) or [model]


def _likeness(one: str, other: str) -> float:
    """Return the fraction of the words of two names that are in both, 0..1."""
    words, others = {*_words(one)}, {*_words(other)}
    return len(words & others) / len(words | others)


def new_models(families: Iterable[Family], remembered: Any) -> dict[str, tuple[str, ...]]:
    """Return models in the cached list that no family declares, by the node id of the family that can submit them.

    That is the family with the most similar model name in the same product line, if it can send every parameter that
    the new model takes. A model whose parameters the provider does not list is left out.
    """
    listed = remembered.get("parameters") if isinstance(remembered, Mapping) else None
    if not isinstance(listed, Mapping):
        return {}
    owners = {model: family for family in families for model in models_of(family)}
    lines: dict[str, list[str]] = {}
    for model in owners:
        lines.setdefault(_words(model)[0], []).append(model)
    found: dict[str, list[str]] = {}
    for name in sorted(remembered["ids"]):
        line, takes = lines.get(_words(name)[0], []), listed.get(name)
        is_known = name in owners or name.removesuffix(CHANNEL) in owners or name in GIVE_NO_VIDEO
        if line and takes and not is_known:
            near = max(line, key=lambda one: _likeness(name, one))
            if {*takes} <= _sent_by(owners[near], listed):
                found.setdefault(owners[near].node_id, []).append(name)
    return {node_id: tuple(names[:MOST_NEW]) for node_id, names in found.items()}


def _sent_by(family: Family, listed: Mapping[str, Any]) -> set[str]:
    """Return the parameters that a family can send: its own, and those last listed by the provider for its models."""
    takes = {name for model in models_of(family) for name in listed.get(model) or ()}
    return {one.parameter for one in family.inputs} | takes


def living_models(families: Iterable[Family]) -> tuple[str, ...]:
    """Return every model that a family declares and that is not marked as retired."""
    return tuple(model for family in families for model in models_of(family) if model not in family.retired)


def held_against_schema(question: Question, provider: Provider, ledger: Ledger, now: float) -> tuple[str, ...]:
    """Return warnings from the provider's own schema, for a model that no declaration covers; else none.

    Raises Refused if the schema does not allow the request.
    """
    if not question.family.any_model and question.model not in question.family.unchecked:
        return ()
    schema = _schema(question.model, provider, ledger, now)
    wrong, doubtful = faults_by_schema(question.body([ANY_ADDRESS] * len(question.media)), schema)
    if wrong:
        raise Refused(" ".join(wrong), next_step="Change parameters, or the widgets that name the media parameters.")
    return tuple(doubtful)


def faults_by_schema(body: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return, as sentences, violations of a JSON schema, and parameters that it neither defines nor forbids."""
    known = schema.get("properties")
    if not isinstance(known, Mapping) or not known:
        return [], []
    required = schema.get("required")
    named = [name for name in (required if isinstance(required, list) else []) if isinstance(name, str)]
    missing = [name for name in named if name not in body]
    wrong = [f"{name} is missing." for name in missing]
    wrong += [fault for name, value in body.items() for fault in _faults(name, value, known.get(name))]
    strange = [f"The provider's schema has no parameter {name}." for name in body if name not in known]
    return ([*wrong, *strange], []) if schema.get("additionalProperties") is False else (wrong, strange)


def drift(
    families: Iterable[Family], prices: PriceList, listed: Iterable[str], live: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """Return the differences between our tables and the provider's live responses, one line each."""
    ours = {model for family in families for model in models_of(family)}
    theirs = {*listed}
    lines = [f"new    {model}: listed, in no family" for model in sorted(theirs - ours)]
    lines += [f"gone   {model}: in a family, not listed" for model in sorted(ours - theirs)]
    unpriced = sorted(model for model in ours if not prices.rows.get(model))
    lines += [f"price  {model}: not in prices.json" for model in unpriced]
    for model in sorted(ours & {*live}):
        lines += _price_drift(model, prices.rows.get(model, {}), live[model])
    return lines


def _price_drift(model: str, ours: Mapping[str, float], live: Mapping[str, float]) -> list[str]:
    changed = {key: usd for key, usd in in_our_keys(live, ours).items() if abs(ours.get(key, -1) - usd) > 1e-9}
    return [f"price  {model} {key}: ours {ours.get(key, 'none')}, theirs {usd}" for key, usd in sorted(changed.items())]


def _models_cached_as(base_url: str) -> str:
    return f"models: {base_url}"


def _listed(provider: Provider, now: float, before: Mapping[str, Any]) -> dict[str, Json]:
    """Return the fetched model list; empty if the request fails or the provider lists no model at all."""
    try:
        takes = provider.parameters_of_models()
    except PackError as error:
        log.info("The model list is not available: %s", error.what)
        return {}
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    known = {str(model): day for model in before.get("ids", ())} | dict(before.get("gone", {}))
    gone: dict[str, Json] = {model: since for model, since in known.items() if model not in takes}
    gone = dict([*gone.items()][-MOST_GONE:])
    earlier = {model: names for model, names in before.get("parameters", {}).items() if model in gone}
    parameters: dict[str, Json] = {**earlier, **{model: [*names] for model, names in takes.items()}}
    return {"ids": [*takes], "day": day, "parameters": parameters, "gone": gone} if takes else {}


def _schema(model: str, provider: Provider, ledger: Ledger, now: float) -> Mapping[str, Any]:
    name = f"schema: {provider.base_url} {model}"
    remembered = ledger.cache.recall(name)
    if isinstance(remembered, dict):
        return remembered
    try:
        found = provider.schema(model).get("input_schema")
    except PackError as error:
        log.info("The schema of %s is not available: %s", model, error.what)
        found = None
    schema: dict[str, Json] = dict(found) if isinstance(found, Mapping) else {}
    ledger.cache.remember(name, schema, now + (DAY_SECONDS if schema else RETRY_SECONDS))
    return schema


def _faults(name: str, value: Any, declared: Any) -> list[str]:
    if not isinstance(declared, Mapping):
        return []
    is_type = TYPES.get(str(declared.get("type")))
    if is_type and not is_type(value):
        return [f"{name} must be of type {declared['type']}."]
    allowed = declared.get("enum")
    if isinstance(allowed, list) and value not in allowed:
        return [f"{name} is {value!r}; {', '.join(map(str, allowed))} are accepted."]
    size = len(value) if isinstance(value, (list, str)) else value if TYPES["number"](value) else None
    return [] if size is None else _faults_of_size(name, size, declared)


def _faults_of_size(name: str, size: float, declared: Mapping[str, Any]) -> list[str]:
    least = [declared[key] for key in ("minimum", "minItems", "minLength") if TYPES["number"](declared.get(key))]
    most = [declared[key] for key in ("maximum", "maxItems", "maxLength") if TYPES["number"](declared.get(key))]
    broken = [limit for limit in least if size < limit] + [limit for limit in most if size > limit]
    return [f"{name} is {size}; the limit is {limit}." for limit in broken]
