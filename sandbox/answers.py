"""What goes back over the wire: answers, refusals and the provider's several ways to word an error."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "payment_required",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "server_error",
    502: "bad_gateway",
    503: "service_unavailable",
}
CODE_STYLES = ("documented", "int", "string", "empty", "absent")


@dataclass
class Answer:
    """One HTTP answer; `file` from `start`, `length` bytes long, stands in for `body`."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    file: Path | None = None
    start: int = 0
    length: int = 0
    cut: bool = False
    drop: bool = False
    trickle_seconds: float = 0.0
    length_known: bool = True

    @property
    def size(self) -> int:
        return self.length if self.file else len(self.body)


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """`value` as a JSON answer; header names are given with underscores for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **named})


def as_html(status: int) -> Answer:
    """The page a gateway puts in the way."""
    page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
    return Answer(status, page.encode(), {"Content-Type": "text/html; charset=UTF-8"})


def as_xml_denied(request_id: str) -> Answer:
    """What the file host says when a link has expired."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'
        f"<Message>Access Denied</Message><RequestId>{request_id}</RequestId></Error>"
    )
    return Answer(403, text.encode(), {"Content-Type": "application/xml", "X-Cache": "Error from cloudfront"})


class Refusal(Exception):
    """The provider says no: becomes an error body in the wording that is switched on."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | int | None = None,
        kind: str | None = None,
        param: str | None = None,
        bare: bool = False,
        fixed: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.kind = kind or KINDS.get(status, "apimart_error")
        self.param = param
        self.bare = bare
        self.fixed = fixed
        self.retry_after = retry_after

    def answer(self, style: str = "documented") -> Answer:
        """The error body; `bare` bodies have no code at all, `fixed` ones keep theirs in every style."""
        error: dict[str, Any] = {"code": self._code(style), "message": self.message, "type": self.kind}
        if self.param is not None:
            error["param"] = self.param
        if error["code"] is None:
            del error["code"]
        headers = {} if self.retry_after is None else {"Retry_After": f"{self.retry_after:g}"}
        return as_json({"error": error}, self.status, **headers)

    def _code(self, style: str) -> str | int | None:
        if self.fixed:
            return self.code
        if style == "documented":
            return None if self.bare else self.status if self.code is None else self.code
        styled: dict[str, str | int] = {"int": self.status, "string": self.kind, "empty": ""}
        return styled.get(style)
