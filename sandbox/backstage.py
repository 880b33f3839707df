"""The sandbox's own doors under /sandbox/, which the real provider has not: control, state, hosting, measuring."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from fractions import Fraction
from typing import Any

from .answers import Answer, Refusal, as_json
from .documents import MEGABYTE
from .inputs import Unusable, fetched
from .measure import Unmeasurable, measure
from .provider import Provider, Visit
from .tasks import OPENING_BALANCE

CLIP_MAX_BYTES = 100 * MEGABYTE
LOOPBACK = ("127.", "::1", "::ffff:127.")


def answer_backstage(provider: Provider, visit: Visit) -> Answer:
    """POST control, GET state, POST media?name=&type= (the body is the file), GET measure?url=, POST files.

    `files` takes a clip as the multipart field `file`, with a key as on the provider's own paths, and answers {"url"}.
    """
    doors = {
        ("POST", "/sandbox/control"): _control,
        ("GET", "/sandbox/state"): _state,
        ("POST", "/sandbox/media"): _host,
        ("GET", "/sandbox/measure"): _measure,
        ("POST", "/sandbox/files"): _take_clip,
    }
    door = doors.get((visit.method, visit.path))
    if door is None or not visit.peer.startswith(LOOPBACK):
        return Refusal(404, "not found").answer()
    try:
        return door(provider, visit)
    except Refusal as refusal:
        return refusal.answer()
    except (ValueError, TypeError) as error:
        return Refusal(400, str(error)).answer()


def _control(provider: Provider, visit: Visit) -> Answer:
    for name, value in visit.json().items():
        _change(provider, name, value)
    return as_json({"ok": True})


def _change(provider: Provider, name: str, value: Any) -> None:
    if name == "behaviours":
        for written in value:
            provider.behaviours.add(written)
    elif name == "clear_behaviours":
        provider.behaviours.clear()
    elif name == "reset":
        provider.behaviours.clear()
        vars(provider.settings).update(vars(deepcopy(provider.opening)))
        provider.tasks.balance = OPENING_BALANCE
        provider.bill.refresh()
        provider.clock.reset()
    elif name == "balance":
        provider.tasks.balance = float(value)
    elif name == "advance_seconds":
        provider.clock.skip(float(value))
    elif name == "plant_charge":
        provider.bill.plant(**value)
    elif name == "hide_charge":
        provider.bill.hide(str(value))
    elif name == "forget":
        provider.forget()
    elif name == "finish_now":
        provider.tasks.finish_now()
    else:
        provider.settings.change(name, value)


def _state(provider: Provider, _: Visit) -> Answer:
    settings = json.loads(json.dumps(vars(provider.settings)))
    return as_json({"pid": os.getpid(), **provider.counts.state(), **provider.tasks.state(), "settings": settings})


def _host(provider: Provider, visit: Visit) -> Answer:
    kind = visit.query.get("type", "video/mp4")
    file = provider.host.keep_media(visit.query.get("name", "clip.mp4"), kind, visit.body)
    return as_json({"url": visit.base_url + file.address, "bytes": len(visit.body)})


def _take_clip(provider: Provider, visit: Visit) -> Answer:
    provider.admit(visit)
    file = provider.host.take_clip(visit.headers.get("Content-Type", ""), visit.body)
    provider.counts.add("clips")
    return as_json({"url": visit.base_url + file.address})


def _measure(provider: Provider, visit: Visit) -> Answer:
    try:
        with fetched("url", visit.query.get("url", ""), CLIP_MAX_BYTES, provider.folder) as path:
            found = measure(path)
    except (Unusable, Unmeasurable) as error:
        return as_json({"error": str(error)})
    return as_json({**vars(found), "rate": str(Fraction(found.rate))})
