"""One run in a process of its own that can be killed (-9) at the call or the return of any function of the journey.

test_killed.py calls it with one JSON word: home, output, node, job, and point = [file, function, event, nth].
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_pack():
    spec = importlib.util.spec_from_file_location(
        "apimart", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = sys.modules["apimart"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def die_at(file, function, event, nth):
    """Kill this process the nth time `function` of `file` is called or returns, in whatever thread."""
    left = [nth]

    def hook(frame, happened, _):
        code = frame.f_code
        if happened == event and code.co_name == function and code.co_filename.endswith(file):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(hook)
    sys.setprofile(hook)


def main():
    told = json.loads(sys.argv[1])
    load_pack()
    sys.path.append(str(ROOT / "tests"))
    import journeys

    person = journeys.Person(Path(told["home"]), Path(told["output"]), ledger_url=told.get("ledger", ""))
    inputs = journeys.asked(told["node"], told.get("clip", ""), told.get("seed", 0), told.get("job", ""))
    if told.get("point"):
        die_at(*told["point"])
    [result] = person.queue((told["node"], inputs))
    if isinstance(result, BaseException):
        print(json.dumps({"error": type(result).__name__, "text": str(result)}))
    else:
        files = [str(path) for path in result.files.paths]
        print(json.dumps({"task_id": result.entry.task_id, "files": files}))


if __name__ == "__main__":
    main()
