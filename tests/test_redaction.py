"""What is logged holds no secret, tracebacks included."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable

import pytest
from apimart.flow.errors import hide, log

KEY = "a-key-that-begins-like-none-0001"
LINK = "https://bucket.example/clip.mp4?X-Amz-Signature=0123456789abcdef"
SECRETS = (KEY, "0123456789abcdef", "hunter2")


@pytest.fixture
def printed() -> object:
    """What a plain handler of somebody else's prints."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    log.addHandler(handler)
    yield out
    log.removeHandler(handler)


def plain() -> None:
    raise ValueError(f"{KEY} was sent to {LINK}")


def caused() -> None:
    try:
        plain()
    except ValueError as error:
        raise RuntimeError("postgresql://user:hunter2@host/ledger") from error


def while_handling() -> None:
    try:
        plain()
    except ValueError:
        raise KeyError(f"sk-0123456789abcdef {KEY}")  # noqa: B904 - the context is what is tested


@pytest.mark.parametrize("fails", [plain, caused, while_handling])
def test_a_traceback_holds_no_secret(
    fails: Callable[[], None], printed: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    hide(KEY)
    with caplog.at_level(logging.INFO, "apimart"):
        try:
            fails()
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            log.exception("%s failed for %s", fails.__name__, LINK)
    for text in (printed.getvalue(), caplog.text):
        assert "Traceback" in text
        assert "ValueError" in text
        assert not [secret for secret in SECRETS if secret in text]


def test_where_a_line_was_logged_from_holds_no_secret(printed: io.StringIO) -> None:
    hide("stack_info=True")
    log.warning("here", stack_info=True)
    assert "Stack (most recent call last)" in printed.getvalue()
    assert "stack_info=True" not in printed.getvalue()


def test_a_record_keeps_no_exception_for_other_handlers_to_print(caplog: pytest.LogCaptureFixture) -> None:
    hide(KEY)
    try:
        plain()
    except ValueError:
        log.exception("it failed")
    assert not [record for record in caplog.records if record.exc_info]
