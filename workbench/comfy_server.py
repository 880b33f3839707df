"""A real ComfyUI with the pack in it: headless on the CPU, on a free port, in a base directory of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pack
from comfy_events import Events

START_SECONDS = 600
FOLDERS = ("custom_nodes", "input", "output", "temp", "user", "models")
CAN_RUN_COMFYUI = "import importlib.util as i, sys; sys.exit(not all(map(i.find_spec, ('torch', 'aiohttp', 'av'))))"

Json = dict[str, Any]


class Rejected(Exception):
    """ComfyUI did not take a prompt; `answer` is what it said, errors by node."""

    def __init__(self, answer: Json) -> None:
        super().__init__(json.dumps(answer))
        self.answer = answer


class ComfyServer:
    """The ComfyUI of the folder `comfyui`, working in the folder `base`; `options` go to its main.py.

    `install` lays the pack into the folder of custom nodes that it is given.

    The environment holds no APIMART_ setting but those of `environment`; the data folder of the pack is `home`.
    """

    def __init__(
        self,
        comfyui: Path,
        base: Path,
        *options: str,
        environment: Mapping[str, str] | None = None,
        python: Path | None = None,
        folder_name: str = "apimart-video",
        install: Callable[[Path], Path] = pack.link,
    ) -> None:
        self.comfyui, self.base = comfyui.resolve(), base.resolve()
        self.environment = dict(environment or {})
        self.options = options
        self._python = python or comfy_python(self.comfyui)
        for name in FOLDERS:
            (self.base / name).mkdir(parents=True, exist_ok=True)
        self.port = _free_port()  # kept over restarts, so that a page finds its server again
        self.pack = install(self.base / "custom_nodes" / folder_name)
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def input(self) -> Path:
        return self.base / "input"

    @property
    def output(self) -> Path:
        return self.base / "output"

    @property
    def home(self) -> Path:
        return Path(self.environment.get("APIMART_HOME") or self.base / "user" / "__apimart")

    @property
    def log(self) -> str:
        """Everything that the server printed, over all its starts."""
        return (self.base / "server.log").read_text("utf-8", errors="replace")

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError with the end of its log when it does not."""
        self._printing: IO[bytes] = (self.base / "server.log").open("ab")
        self.process = subprocess.Popen(
            self._command(), cwd=self.comfyui, env=self._env(), stdout=self._printing, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"ComfyUI did not start:\n{self.log[-4000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as Ctrl-C would."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._ended()

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self._ended()

    def restart(self) -> None:
        self.stop()
        self.start()

    def get(self, path: str) -> Any:
        return self._ask(path)

    def post(self, path: str, value: object) -> Any:
        return self._ask(path, json.dumps(value).encode())

    def object_info(self) -> Json:
        found: Json = self.get("/object_info")
        return found

    def submit(self, prompt: Json, *, client_id: str | None = None) -> str:
        """Queue a prompt in API form; its id. Raises Rejected when a node's validation refuses it."""
        try:
            answer = self.post("/prompt", {"prompt": prompt, "client_id": client_id or uuid.uuid4().hex})
        except urllib.error.HTTPError as error:
            raise Rejected(json.load(error)) from None
        return str(answer["prompt_id"])

    def finished(self, prompt_id: str, seconds: float = 120) -> Json:
        """The history of a prompt once it ended: `status`, `outputs` by node. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            history = self.get(f"/history/{prompt_id}")
            if history:
                found: Json = history[prompt_id]
                return found
            time.sleep(0.05)
        raise TimeoutError(f"prompt {prompt_id} goes on after {seconds} s:\n{self.log[-4000:]}")

    def run(self, prompt: Json, seconds: float = 120) -> Json:
        """Queue a prompt and wait for its end."""
        return self.finished(self.submit(prompt), seconds)

    def interrupt(self, prompt_id: str | None = None) -> None:
        self.post("/interrupt", {"prompt_id": prompt_id} if prompt_id else {})

    def events(self) -> Events:
        """What the server tells a page; pass its `client_id` to `submit`."""
        return Events(self.port)

    def _command(self) -> list[str]:
        own = ["--cpu", "--port", str(self.port), "--base-directory", str(self.base), "--disable-api-nodes"]
        database = ["--database-url", f"sqlite:///{(self.base / 'user' / 'comfyui.db').as_posix()}"]
        return [str(self._python), "main.py", *own, *database, *self.options]

    def _env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("APIMART_", "PYTHON"))}
        return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **self.environment}

    def _answers(self) -> bool:
        try:
            return bool(self.get("/system_stats"))
        except OSError:
            return False

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"} if body else {})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None

    def _ended(self) -> None:
        self.process.wait()
        self._printing.close()

    def __enter__(self) -> ComfyServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def comfy_python(comfyui: Path) -> Path:
    """A Python that can run this ComfyUI: COMFYUI_PYTHON, one in or beside its folder, or the one dev.py runs with.

    Raises FileNotFoundError when none of them has torch.
    """
    named = os.environ.get("COMFYUI_PYTHON")
    if named:
        return Path(named)
    folders = [comfyui / ".venv", comfyui / "venv", comfyui.parent / ".venv", comfyui.parent / "venv"]
    candidates = [folder / inside for folder in folders for inside in ("bin/python", "Scripts/python.exe")]
    candidates += [comfyui.parent / "python_embeded" / "python.exe", Path(os.environ.get("DEV_PYTHON", sys.executable))]
    for python in candidates:
        if python.is_file() and subprocess.run([python, "-c", CAN_RUN_COMFYUI], check=False).returncode == 0:
            return python
    raise FileNotFoundError(f"No Python with torch was found for {comfyui}: name one in COMFYUI_PYTHON")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
