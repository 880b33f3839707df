"""Validation of requests: only from pages of this ComfyUI, only small JSON objects with known fields."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from ...errors import redact

MAX_BODY_BYTES = 16 * 1024
ENTRY_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
TASK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\-]{3,127}", re.ASCII)
PAGE_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
# Comma-separated origins set by the owner, for a reverse proxy that forwards neither Host nor X-Forwarded-Host.
OWN_ORIGINS = "APIMART_ORIGINS"
DEFAULT_PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"[A-Za-z0-9_]{1,64}(\.[A-Za-z0-9_]{1,64})?", re.ASCII)


class Denied(Exception):
    """The request is rejected before it has any effect; `status` and `text` are the response's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def answer(content: Any, status: int = 200) -> web.Response:
    """Return a JSON response that no cache stores and no other site may embed."""
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return web.json_response(content, status=status, headers=headers)


def error_answer(status: int, text: str, **more: Any) -> web.Response:
    return answer({"error": redact(text), **more}, status)


def require_same_origin(request: web.Request) -> None:
    """Raise Denied for a page of another site; programs other than browsers send neither header and are let in.

    Browsers send Sec-Fetch-Site only over https and to this machine. Otherwise, the page's Origin must be the requested
    host, as given by the request or the reverse proxy (other sites cannot set X-Forwarded-Host), or an origin that the
    owner named in APIMART_ORIGINS.
    """
    site = request.headers.get("Sec-Fetch-Site")
    allowed = ("same-origin", "none") if request.method in ("GET", "HEAD") else ("same-origin",)
    if site is not None and site.lower() not in allowed:
        raise Denied(403, "Only pages of this ComfyUI can send this request.")
    origin = request.headers.get("Origin")
    if origin is not None and site is None and not _is_own(origin, request.headers):
        raise Denied(
            403,
            "Only pages of this ComfyUI can send this request. Behind a reverse proxy, forward Host or "
            f"X-Forwarded-Host, or start ComfyUI with the environment variable {OWN_ORIGINS} set to the address of "
            "this page, for example http://comfy.example:8080.",
        )


def require_page_or_this_machine(request: web.Request) -> None:
    """Raise Denied for a program on another machine that tries to change something.

    Browsers name the page with every POST. ComfyUI does not authenticate anyone: without this check, whoever reaches
    its port could set a key and limits with one command.
    """
    says_page = "Origin" in request.headers or "Sec-Fetch-Site" in request.headers
    if request.method in ("GET", "HEAD") or says_page or _is_this_machine(request.remote):
        return
    raise Denied(403, "Only pages of this ComfyUI, and programs on the same machine, can make changes.")


async def json_body(request: web.Request) -> dict[str, Any]:
    """Return the JSON object that was sent. Raises Denied for anything else."""
    if request.content_type != "application/json" or request.headers.get("Content-Encoding"):
        raise Denied(415, "Send application/json.")
    raw = await _bounded(request)
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Denied(400, "The request is not JSON.") from None
    if not isinstance(found, dict):
        raise Denied(400, "The request must be a JSON object.")
    return found


def require_fields(body: Mapping[str, Any], *allowed: str) -> None:
    unknown = sorted(set(body) - set(allowed))
    if unknown:
        raise Denied(400, f"Unknown field: {', '.join(one[:40] for one in unknown[:5])}.")


def text_field(body: Mapping[str, Any], name: str, most: int, pattern: re.Pattern[str] | None = None) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise Denied(400, f"{name} must be text of at most {most} characters.")
    if pattern is not None and not pattern.fullmatch(value):
        raise Denied(400, f"{name} is not valid.")
    return value


def flag_field(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise Denied(400, f"{name} must be true or false.")
    return value


def whole_number(request: web.Request, name: str, default: int, most: int) -> int:
    """Return a whole number, 0 to `most`, from the query string. Raises Denied for anything else."""
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) > most:
        raise Denied(400, f"{name} must be a whole number from 0 to {most}.")
    return int(text)


def query_text(request: web.Request, name: str, most: int) -> str | None:
    """Return a text from the query string; None if it is missing. Raises Denied if too long or not printable."""
    text = request.query.get(name)
    if text is not None and (len(text) > most or not text.isprintable()):
        raise Denied(400, f"{name} must be text of at most {most} characters.")
    return text


def entry_id(request: web.Request) -> str:
    found = request.match_info["id"]
    if not ENTRY_ID.fullmatch(found):
        raise Denied(404, "This job does not exist.")
    return found


async def _bounded(request: web.Request) -> bytes:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Denied(413, f"At most {MAX_BODY_BYTES} bytes.")
    raw = bytearray()
    async for chunk in request.content.iter_chunked(4096):
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            raise Denied(413, f"At most {MAX_BODY_BYTES} bytes.")
    return bytes(raw)


def _is_own(origin: str, headers: Mapping[str, str]) -> bool:
    try:
        scheme, asked = urlsplit(origin).scheme.lower(), _place(origin)
        forwarded = headers.get("X-Forwarded-Host", "").split(",")[0].strip()
        hosts = [host for host in (headers.get("Host", ""), forwarded) if host]
        named = [one for one in re.split(r"[\s,]+", os.environ.get(OWN_ORIGINS, "")) if one]
        return asked in {_place(f"{scheme}://{host}") for host in hosts} | {_place(one) for one in named}
    except ValueError:
        return False


def _place(origin: str) -> tuple[str, str, int]:
    """Return scheme, host and port. Raises ValueError if `origin` is not an origin."""
    parts = urlsplit(origin)
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(origin)
    return scheme, parts.hostname, parts.port or DEFAULT_PORTS[scheme]


def _is_this_machine(remote: str | None) -> bool:
    """Return whether an address is this machine's; also True without one, since only a Unix socket has none."""
    if not remote:
        return True
    address = ipaddress.ip_address(remote.split("%")[0])
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _no_constant(name: str) -> None:
    raise ValueError(name)
