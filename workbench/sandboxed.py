"""The sandbox provider as a test wants it: another process, on a free port, gone when the test is."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEY = "sk-sandbox-test-key-0001"


class Sandbox:
    """A running `python -m sandbox`; small clips and short jobs unless asked otherwise."""

    def __init__(
        self,
        *,
        seconds: float = 0.2,
        small: bool = True,
        state: Path | None = None,
        port: int = 0,
        keys: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        self.key = keys[0] if keys else KEY
        self._port = port
        command = [sys.executable, "-m", "sandbox", "--exit-with-parent", "--seconds", str(seconds)]
        command += [*(["--small"] if small else []), *options]
        command += ["--state", str(state)] if state else []
        self._command = command + [part for key in keys for part in ("--key", key)]
        self._start()

    def _start(self) -> None:
        command = [*self._command, "--port", str(self._port)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        hello = json.loads(self._process.stdout.readline() or b'{"url": ""}')
        if not hello["url"]:
            raise RuntimeError("the sandbox did not start")
        self.url: str = hello["url"]
        self.pid: int = hello["pid"]
        self._port = int(self.url.rpartition(":")[2])

    def control(self, **settings: Any) -> None:
        """Change the provider; see sandbox/control.py for the names."""
        self._ask("/sandbox/control", json.dumps(settings).encode(), "application/json")

    def behave(self, on: str, do: str, **details: Any) -> None:
        """Queue one named behaviour."""
        self.control(behaviours=[{"on": on, "do": do, **details}])

    def state(self) -> dict[str, Any]:
        return self._ask("/sandbox/state")

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The jobs that were sold, in order: id, body, idempotency_key and what became of them."""
        return list(self.state()["tasks"])

    @property
    def sold(self) -> int:
        return len(self.tasks)

    @property
    def uploads(self) -> int:
        return int(self.state()["uploads"])

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests, in order: method, path and headers; of very many only the last."""
        return list(self.state()["requests"])

    def languages_of(self, task: int) -> set[str]:
        """In which languages it was asked how a job stands; jobs are numbered as they were bought."""
        path = f"/v1/tasks/{self.tasks[task]['id']}"
        return {seen["query"]["language"] for seen in self.requests if seen["path"] == path}

    def host(self, content: bytes | Path, name: str = "clip.mp4", kind: str = "video/mp4") -> str:
        """The public address of a file that the sandbox serves for the test."""
        body = content.read_bytes() if isinstance(content, Path) else content
        query = urllib.parse.urlencode({"name": name, "type": kind})
        return str(self._ask(f"/sandbox/media?{query}", body, "application/octet-stream")["url"])

    def measure(self, url: str) -> dict[str, Any]:
        """What the provider measures behind `url`; has `error` where it cannot."""
        return self._ask(f"/sandbox/measure?{urllib.parse.urlencode({'url': url})}")

    def sell(self, **body: Any) -> str:
        """The task id of a finished job that somebody else bought."""
        sold = self._ask("/v1/videos/generations", json.dumps(body).encode(), "application/json")
        self.finish()
        return str(sold["data"][0]["task_id"])

    def finish(self) -> None:
        """Let every running job end now."""
        self.control(finish_now=True)

    def kill(self) -> None:
        """End the process without a chance to tidy up."""
        self._process.kill()
        self._process.wait()
        self._close_pipes()

    def restart(self) -> None:
        """Start again with the same options and on the same port, after `kill` or `stop`."""
        self.stop()
        self._start()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _ask(self, path: str, body: bytes | None = None, kind: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}", **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=90) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
