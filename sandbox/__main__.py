"""Runs the sandbox: `python -m sandbox`; prints one JSON line with its url and pid once it listens."""

from __future__ import annotations

import argparse
import json
import os
import runpy
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

if not __package__:  # started as a file, as by a Python that does not look for packages where it stands
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    runpy.run_module("sandbox", run_name="__main__", alter_sys=True)
    sys.exit()

from .control import Settings
from .journal import Journal
from .provider import Provider
from .server import Server


def main() -> None:
    """Serve until told to stop; without --state everything is forgotten at the end."""
    options = _options()
    state: Path | None = options.state
    folder = state.with_name(state.name + ".files") if state else Path(tempfile.mkdtemp(prefix="sandbox-"))
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        job_seconds=options.seconds, clip_small=options.small, honour_idempotency=options.honour_idempotency
    )
    provider = Provider(folder, Journal(state), settings, tuple(options.key))
    with suppress(SystemExit, KeyboardInterrupt):
        _serve(Server((options.host, options.port), provider), options.exit_with_parent)
    provider.tasks.close()
    if state is None:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()
    os._exit(0)  # a clip that is still being drawn would hold the interpreter back


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A pretend APIMart that sells nothing.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--state", type=Path, help="keep tasks in this file across restarts")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long a job takes")
    parser.add_argument("--key", action="append", default=[], help="accept only these keys; default: any")
    parser.add_argument("--small", action="store_true", help="draw clips at an eighth of their size")
    parser.add_argument("--honour-idempotency", action="store_true", help="honour Idempotency-Key")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when stdin is closed")
    return parser.parse_args()


def _serve(server: Server, exit_with_parent: bool) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    if exit_with_parent:
        threading.Thread(target=_watch_parent, args=(stop,), daemon=True).start()
    print(json.dumps({"url": server.url, "pid": os.getpid()}), flush=True)
    while not stop.wait(0.5):
        pass


def _watch_parent(stop: threading.Event) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    stop.set()


if __name__ == "__main__":
    main()
