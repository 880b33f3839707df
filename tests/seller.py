"""What one test asks of the sandbox that many share."""

from __future__ import annotations

from typing import Any

from sandboxed import Sandbox


class Seller:
    """The shared sandbox as one test sees it: what was sold since the test began."""

    def __init__(self, running: Sandbox) -> None:
        self._running = running
        self.key, self.url = running.key, running.url
        self.control, self.behave = running.control, running.behave
        self.host, self.finish = running.host, running.finish
        self._began = running.state()

    @property
    def sold(self) -> int:
        return len(self.tasks)

    @property
    def uploads(self) -> int:
        return int(self._running.state()["uploads"] - self._began["uploads"])

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The jobs that were sold, in order: id, body, idempotency_key and what became of them."""
        return list(self._running.state()["tasks"][len(self._began["tasks"]) :])

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every request, in order: method, path and headers."""
        return list(self._running.state()["requests"][len(self._began["requests"]) :])
