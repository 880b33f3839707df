"""A multipart form with one file, streamed from disk."""

from __future__ import annotations

import secrets
from pathlib import Path
from types import TracebackType

from ..stopping import Stopped, never, raise_if_stopped


class Form:
    """A request body for `requests`: text fields, then one file, never held in memory as a whole.

    The file is sent under a neutral name, so that local file names stay private. Reading raises Unfinished as soon as
    `stopped` returns True.
    """

    def __init__(
        self,
        field: str,
        path: Path,
        mime: str,
        *,
        name: str = "",
        fields: dict[str, str] | None = None,
        stopped: Stopped = never,
    ) -> None:
        self._stopped = stopped
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        texts = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in (fields or {}).items()
        )
        file_name = name or f"reference{path.suffix}"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{file_name}"\r\n'
            f"Content-Type: {mime}\r\n\r\n"
        )
        self._pending = (texts + head).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._length = len(self._pending) + path.stat().st_size + len(self._tail)
        self._file = path.open("rb")

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1) -> bytes:
        raise_if_stopped(self._stopped)
        count = 1 << 20 if size < 0 else size
        if not self._pending:
            self._pending = self._file.read(count)
        if not self._pending:
            self._pending, self._tail = self._tail, b""
        chunk, self._pending = self._pending[:count], self._pending[count:]
        return chunk

    def __enter__(self) -> Form:  # Self needs Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
