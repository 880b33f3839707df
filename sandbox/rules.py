"""The rules between fields that models.json can state, each as one small sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .documents import Body, Rule


def rule_of(written: dict[str, Any]) -> Rule:
    """The rule behind one entry, e.g. {"exclusive": ["file_url", "link_url"]}."""
    name, details = next(iter(written.items()))
    return KINDS[name](details)


def _given(body: Body, name: str) -> bool:
    return body.get(name) not in (None, "", [], {}, False)


def _matches(body: Body, conditions: dict[str, list[Any]]) -> bool:
    return all(
        _given(body, name) if values == ["*"] else body.get(name) in values for name, values in conditions.items()
    )


def _exclusive(names: list[str]) -> Rule:
    def rule(body: Body) -> str | None:
        given = [name for name in names if _given(body, name)]
        return f"{' and '.join(given)} are mutually exclusive" if len(given) > 1 else None

    return rule


def _needs(pair: list[Any]) -> Rule:
    """[a, [b, c]]: a may come only with b or c."""
    name, others = pair

    def rule(body: Body) -> str | None:
        if _given(body, name) and not any(_given(body, other) for other in others):
            return f"{name} needs {' or '.join(others)}"
        return None

    return rule


def _any_of(names: list[str]) -> Rule:
    def rule(body: Body) -> str | None:
        return None if any(_given(body, name) for name in names) else f"{' or '.join(names)} is required"

    return rule


def _when(details: dict[str, Any]) -> Rule:
    """{"if": {field: [values]}, "then": {field: [values]}}; a value "*" means that the field is there."""

    def rule(body: Body) -> str | None:
        then = {name: values for name, values in details["then"].items() if values == ["*"] or name in body}
        if _matches(body, details["if"]) and not _matches(body, then):
            return f"with {details['if']} the request needs {details['then']}"
        return None

    return rule


def _count(details: dict[str, Any]) -> Rule:
    """{"of": [fields], "in": [numbers], "code": text}, perhaps "if" or "unless": how many items there are in all."""

    def rule(body: Body) -> str | None:
        if not _matches(body, details.get("if", {})) or ("unless" in details and _matches(body, details["unless"])):
            return None
        found = sum(len(body.get(name, [])) for name in details["of"])
        return None if found in details["in"] else f"{details['code']}: {found} given, allowed {details['in']}"

    return rule


def _shots_sum(_: Any) -> Rule:
    """The shots of a multi-shot request last as long as the clip in all."""

    def rule(body: Body) -> str | None:
        shots = body.get("multi_prompt")
        if not shots:
            return None
        faults = (_shot_fault(shot) for shot in shots)
        fault = next(filter(None, faults), None)
        if fault:
            return fault
        total = sum(int(shot["duration"]) for shot in shots)
        return None if total == body.get("duration", 5) else f"multi_prompt durations sum to {total}, not to duration"

    return rule


def _shot_fault(shot: dict[str, Any]) -> str | None:
    if not isinstance(shot.get("index"), int) or not isinstance(shot.get("prompt"), str):
        return "multi_prompt items need index and prompt"
    if len(shot["prompt"]) > 512:
        return "multi_prompt prompt exceeds 512 characters"
    seconds = str(shot.get("duration", ""))
    return None if seconds.isdigit() and int(seconds) >= 1 else "multi_prompt duration must be at least 1"


def _one_kind(kinds: list[list[str]]) -> Rule:
    """Fields of one kind exclude those of the others."""

    def rule(body: Body) -> str | None:
        given = [[name for name in names if _given(body, name)] for names in kinds]
        mixed = [names for names in given if names]
        return f"{' and '.join(names[0] for names in mixed)} are mutually exclusive" if len(mixed) > 1 else None

    return rule


def _tagged(names: list[str]) -> Rule:
    """Every item has a tag of its own that begins with @ and stands in the prompt."""

    def rule(body: Body) -> str | None:
        tags = [item.get("tag") for name in names for item in body.get(name, [])]
        for tag in tags:
            if not isinstance(tag, str) or not tag.startswith("@"):
                return f"invalid tag: {tag}, tags begin with @"
            if tag not in body["prompt"]:
                return f"tag {tag} does not appear in the prompt"
        return None if len({*tags}) == len(tags) else "tags must differ"

    return rule


def _shown_inside(name: str) -> Rule:
    """Items have a picture, and a time inside the clip; -1 leaves the time open."""

    def rule(body: Body) -> str | None:
        for item in body.get(name, []):
            if not isinstance(item.get("image_url"), str):
                return f"{name} items need an image_url"
            second = item.get("time_stamp", -1)
            if type(second) is not int or not (second == -1 or 0 < second < body.get("duration", 5)):
                return f"invalid time_stamp: {second}, allowed -1 or a second inside the clip"
        return None

    return rule


def _roles(allowed: list[str]) -> Rule:
    def rule(body: Body) -> str | None:
        for item in body.get("image_with_roles", []):
            if not isinstance(item.get("url"), str):
                return "image_with_roles items need a url"
            if item.get("role") not in allowed:
                return f"invalid image_with_roles role: {item.get('role')}, allowed: {', '.join(allowed)}"
        return None

    return rule


def _frames_need(conditions: dict[str, list[Any]]) -> Rule:
    """With a first or last frame among the roles, every field named is one of its values (or left out)."""

    def rule(body: Body) -> str | None:
        framed = any(item.get("role") in ("first_frame", "last_frame") for item in body.get("image_with_roles", []))
        for name, values in conditions.items():
            if framed and body.get(name, values[0]) not in values:
                return f"first_frame and last_frame need {name} {' or '.join(values)}"
        return None

    return rule


def _frames_exclude(names: list[str]) -> Rule:
    """A first or last frame among the roles goes together with none of these fields."""

    def rule(body: Body) -> str | None:
        framed = any(item.get("role") in ("first_frame", "last_frame") for item in body.get("image_with_roles", []))
        given = [name for name in names if _given(body, name)]
        return f"first_frame and last_frame exclude {' and '.join(given)}" if framed and given else None

    return rule


def _pair_needs(details: dict[str, Any]) -> Rule:
    """{"of": field, "then": {field: [values]}}: two items or more need these values, or the fields left out."""

    def rule(body: Body) -> str | None:
        then = {name: values for name, values in details["then"].items() if name in body}
        if len(body.get(details["of"], [])) > 1 and not _matches(body, then):
            return f"two {details['of']} need {details['then']}"
        return None

    return rule


def _longest(details: dict[str, int]) -> Rule:
    """{field: characters}."""

    def rule(body: Body) -> str | None:
        for name, limit in details.items():
            if len(body.get(name, "")) > limit:
                return f"{name} exceeds {limit} characters"
        return None

    return rule


KINDS: dict[str, Callable[[Any], Rule]] = {
    "exclusive": _exclusive,
    "needs": _needs,
    "any_of": _any_of,
    "when": _when,
    "count": _count,
    "shots_sum": _shots_sum,
    "one_kind": _one_kind,
    "tagged": _tagged,
    "shown_inside": _shown_inside,
    "roles": _roles,
    "frames_need": _frames_need,
    "frames_exclude": _frames_exclude,
    "pair_needs": _pair_needs,
    "longest": _longest,
}
