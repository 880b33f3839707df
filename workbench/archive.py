"""Packs what the ComfyUI registry would hold: the files of the repository without those that .comfyignore names."""

from __future__ import annotations

import argparse
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pack

OUT = pack.ROOT / "demo_output" / "archive.zip"
MOST_BYTES = 8_000_000


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py archive", description=__doc__)
    parser.add_argument("--output", type=Path, default=OUT, help="where the archive goes; default: demo_output/")
    out: Path = parser.parse_args(words).output
    names = shipped()
    write_archive(out, names)
    print(*names, sep="\n")
    size = out.stat().st_size
    print(f"{len(names)} files, {size / 1e6:.1f} of at most {MOST_BYTES / 1e6:.0f} MB: {out}")
    return int(size > MOST_BYTES)


def shipped() -> list[str]:
    """The paths in the archive, as comfy-cli chooses them. Raises RuntimeError outside a git checkout."""
    left_out = set(_listed("--cached", "--ignored", f"--exclude-from={pack.ROOT / '.comfyignore'}"))
    return sorted(name for name in _listed("--cached") if name not in left_out and (pack.ROOT / name).is_file())


def write_archive(out: Path, names: Sequence[str]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.write(pack.ROOT / name, name)


def _listed(*words: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z", *words], cwd=pack.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"git knows nothing of this folder: {done.stderr.strip()}")
    return [name for name in done.stdout.split("\0") if name]
