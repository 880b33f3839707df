"""Runs in processes of their own that can be killed (-9) at the call or the return of any function of the journey.

A server imports the pack once, and forks for every run while it has no threads: a run has its own number, environment
and death, and none of the seconds that importing takes. `python killed.py FD` is that server.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# A library's threads would be lost in the forks.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Forks:
    """The server, as the tests talk to it."""

    def __init__(self):
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **ONE_THREAD},
            )

    def run(self, **told):
        """Start a run of `told`: home, output, environment, node, clip, job, seed, ledger, point.

        `point` is [file, function, event, nth].
        """
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._orders, [b"."], [theirs.fileno()])
        ours.sendall(json.dumps(told).encode() + b"\n")
        return Fork(ours)

    def end(self):
        self._orders.close()
        self._server.wait()


class Fork:
    """One run, until it has ended."""

    def __init__(self, connection):
        self._connection = connection

    def ended(self):
        """How it exited, negative for a signal, and what it said last: a result, an error, or None."""
        with self._connection, self._connection.makefile() as lines:
            *said, status = [json.loads(line) for line in lines]
        return status, (said or [None])[-1]


def load_pack():
    spec = importlib.util.spec_from_file_location(
        "apimart", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = sys.modules["apimart"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def die_at(file, function, event, nth):
    """Kill this process the nth time `function` of `file` is called or returns, in whatever thread."""
    [owner] = owners_of(file, function)
    work, left = getattr(owner, function), itertools.count(nth - 1, -1)

    @functools.wraps(work)
    def watched(*words, **more):
        is_last = next(left) == 0
        if is_last and event == "call":
            os.kill(os.getpid(), signal.SIGKILL)
        result = work(*words, **more)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, function, watched)


def owners_of(file, function):
    """The module of the pack, or the classes in it, that define this function."""
    [module] = [one for one in tuple(sys.modules.values()) if str(getattr(one, "__file__", "")).endswith(file)]
    classes = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    return [one for one in (module, *classes) if function in vars(one)]


def serve(orders):
    """Fork for each connection that comes, until nobody is left to send one."""
    while True:
        _, [*connections], _, _ = socket.recv_fds(orders, 1, 1)
        if not connections:
            return
        with socket.socket(fileno=connections[0]) as connection:
            in_a_fork(lambda connection=connection: watch(connection))
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def in_a_fork(work):
    """The number of a process that does `work` and nothing else."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def watch(connection):
    """One run in a fork of its own; how it ended is said after what it said."""
    told = json.loads(connection.makefile().readline())
    _, status = os.waitpid(in_a_fork(lambda: say(connection, outcome(told))), 0)
    say(connection, os.waitstatus_to_exitcode(status))


def say(connection, value):
    connection.sendall(json.dumps(value).encode() + b"\n")


def outcome(told):
    try:
        return queued(**told)
    except BaseException:  # noqa: BLE001 - whatever it was goes back to the test
        return {"failed": traceback.format_exc()}


def queued(home, output, environment, node, clip="", job="", seed=0, ledger="", point=None):
    import journeys

    os.environ.clear()
    os.environ.update(environment)
    person = journeys.Person(Path(home), Path(output), ledger_url=ledger)
    inputs = journeys.asked(node, clip, seed, job)
    if point:
        die_at(*point)
    [result] = person.queue((node, inputs))
    if isinstance(result, BaseException):
        return {"error": type(result).__name__, "text": str(result)}
    return {"task_id": result.entry.task_id, "files": [str(path) for path in result.files.paths]}


if __name__ == "__main__":
    load_pack()
    sys.path.append(str(HERE))
    import journeys  # noqa: F401 - before the first fork, so that none of them has to

    with socket.socket(fileno=int(sys.argv[1])) as told_here:
        serve(told_here)
