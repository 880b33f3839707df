"""The developer's commands: `python3 dev.py COMMAND` needs Python 3.10 only, and makes its own environment."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TESTS = ROOT / "tests"
WORKBENCH = ROOT / "workbench"
REQUIREMENTS = WORKBENCH / "requirements.txt"
ENVIRONMENT = ROOT / ".venv-dev"
STAMP = ENVIRONMENT / "made-from"
LOCK = ROOT / ".venv-dev.lock"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")

COMMANDS = {
    "demo": "run every family against the sandbox; videos and contact sheets go to demo_output/",
    "test": "run the tests, with --quick in two minutes; what follows goes to pytest; the live part needs COMFYUI_PATH",
    "check": "run ruff and mypy, and look for words that texts and names avoid",
    "jobs": "list purchases; jobs collect TASK_ID downloads one; jobs reconcile compares them with the bill",
    "ledger": "copy a ledger into an empty one: ledger copy FROM TO, each a file or postgresql://...",
    "archive": "pack what the registry would hold, and list it",
    "new-family": "write the skeleton of a model family: new-family luma_ray_4 --models luma-ray-4; --check names gaps",
    "catalogue": "tell where our tables and the provider's live answers differ",
    "live": "check with your key that the pack and APIMart agree, free; --spend 0.50 also runs jobs; --adopt keeps it",
    "pages": "write the help pages and MODELS.md from the declarations",
    "pictures": "take the pictures of the help pages and of the README; needs COMFYUI_PATH and Chromium",
    "icon": "draw the icon and the banner of the registry's page",
    "thumbnails": "take the thumbnails of the example workflows; needs COMFYUI_PATH and Chromium",
}


def main() -> int:
    command, words = _told()
    _prepare()
    tests = [str(PROGRAMS / "pytest"), *_pytest_words(words)]
    program = tests if command == "test" else [str(PYTHON), str(WORKBENCH), command, *words]
    # The live tests and the demo look here, too, for a Python that can run ComfyUI.
    started_by = {"DEV_PYTHON": os.environ.get("DEV_PYTHON", sys.executable)}
    return subprocess.run(program, env={**os.environ, **started_by}, check=False).returncode


def _told() -> tuple[str, list[str]]:
    listed = "\n".join(f"  {name:<11} {what}" for name, what in COMMANDS.items())
    parser = argparse.ArgumentParser(
        usage="python3 dev.py COMMAND ...",
        description=f"commands:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, help=argparse.SUPPRESS)
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    told = parser.parse_args()
    return told.command, told.words


def _pytest_words(words: list[str]) -> list[str]:
    """The person's words, and all tests where none were named."""
    names_tests = any(Path(word.split("::")[0]).exists() for word in words)
    return ["-c", str(TESTS / "pytest.ini"), *words, *([] if names_tests else [str(TESTS)])]


def _origin() -> list[str]:
    """What the environment is made from: this Python in this place, and the requirements."""
    return [f"{sys.version} {ENVIRONMENT}".replace("\n", ""), hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()]


def _prepare() -> None:
    """Make the environment, or bring it up to date; two terminals may ask for that at once."""
    with _alone():
        origin = _origin()
        made = STAMP.read_text("utf-8").splitlines() if STAMP.exists() else ["", ""]
        if made == origin:
            return
        print(f"Preparing {ENVIRONMENT.name}; this takes a minute, once.", file=sys.stderr, flush=True)
        pip = _pip(anew=made[0] != origin[0])
        install = [*pip, "install", "--quiet", "--disable-pip-version-check", "--requirement", str(REQUIREMENTS)]
        if subprocess.run(install, check=False).returncode:
            sys.exit("pip could not install what workbench/requirements.txt names; its words are above.")
        STAMP.write_text("\n".join(origin), "utf-8")


@contextmanager
def _alone() -> Iterator[None]:
    """Held by one process at a time, and free again when it dies."""
    with LOCK.open("w") as held:
        if sys.platform == "win32":
            import msvcrt

            while True:
                with suppress(OSError):  # after ten seconds it gives up
                    msvcrt.locking(held.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _pip(anew: bool) -> list[str]:
    """The words that call pip for the environment, made `anew` where that is needed."""
    if not find_spec("venv") or not (find_spec("ensurepip") or find_spec("pip")):
        sys.exit(
            "This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv; then try again."
        )
    import venv  # Debian's smallest Python has none

    has_own_pip = find_spec("ensurepip") is not None
    if anew:
        venv.create(ENVIRONMENT, clear=True, symlinks=os.name != "nt", with_pip=has_own_pip)
    return [str(PYTHON), "-m", "pip"] if has_own_pip else [sys.executable, "-m", "pip", "--python", str(PYTHON)]


if __name__ == "__main__":
    if sys.version_info < (3, 10):  # noqa: UP036 - whoever starts this may have an older one
        sys.exit("dev.py needs Python 3.10 or newer.")
    sys.exit(main())
