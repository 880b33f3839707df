"""Runs the example workflows in a real ComfyUI, headless on the CPU, buying in the sandbox."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pack
from apimart.flow.media import encode_image
from comfy_server import ComfyServer, Json, Rejected
from sandboxed import Sandbox
from scenery import motion_clip, picture
from workflows import api_prompt

EXAMPLES = pack.ROOT / "example_workflows"
LOADERS = {"LoadImage": "image", "LoadVideo": "file"}
CLIP_SECONDS = 4.0
PROMPT_SECONDS = 600
SHOWN = 2  # saved files that are named in a line


def run_examples(comfyui: Path, output: Path, job_seconds: float) -> int:
    """A line per workflow with what it saved; the files go to `output`. 0 when all of them ran to their end."""
    files = sorted(EXAMPLES.glob("*.json"))
    with Sandbox(seconds=job_seconds) as sandbox, tempfile.TemporaryDirectory(prefix="apimart-demo-") as folder:
        account = {"APIMART_SANDBOX": "1", "APIMART_BASE_URL": sandbox.url, "APIMART_API_KEY": sandbox.key}
        print(f"Starting {comfyui}", flush=True)
        with ComfyServer(comfyui, Path(folder), environment=account) as server:
            ran = [_run(server, file) for file in files]
        shutil.copytree(server.output, output, dirs_exist_ok=True)
    print(f"\n{sum(ran)} of {len(files)} workflows ran; what they saved is in {output}")
    return 0 if files and all(ran) else 1


def _run(server: ComfyServer, file: Path) -> bool:
    started = time.monotonic()
    try:
        prompt = api_prompt(json.loads(file.read_text("utf-8")), server.object_info())
        lay_out_inputs(server, prompt)
        history = server.run(prompt, PROMPT_SECONDS)
    except (Rejected, ValueError, TimeoutError) as error:
        print(f"{file.stem:<36} refused: {error}", flush=True)
        return False
    status, saved = history["status"]["status_str"], list(saved_files(history["outputs"]))
    more = f" and {len(saved) - SHOWN} more" if len(saved) > SHOWN else ""
    what = ", ".join(saved[-SHOWN:]) + more
    print(f"{file.stem:<36} {status} in {time.monotonic() - started:.1f} s  {what}", flush=True)
    for kind, said in history["status"]["messages"]:
        if kind == "execution_error":
            print(f"  {said['node_type']}: {said['exception_message']}", flush=True)
    return bool(status == "success" and saved)


def lay_out_inputs(server: ComfyServer, prompt: Json) -> None:
    """A generated picture or clip under each name that a loader of the workflow asks for."""
    for node in prompt.values():
        name = node["inputs"].get(LOADERS.get(node["class_type"], ""))
        if not isinstance(name, str) or (server.input / name).exists():
            continue
        if node["class_type"] == "LoadVideo":
            motion_clip(server.input / name, CLIP_SECONDS)
        else:
            made = encode_image(picture(), ("png",), 1 << 30, server.base)
            made.path.replace(server.input / name)


def saved_files(outputs: dict[str, Any]) -> Iterator[str]:
    """The files that nodes saved into ComfyUI's output folder."""
    for shown in outputs.values():
        for files in shown.values():
            for one in files if isinstance(files, list) else ():
                if isinstance(one, dict) and one.get("type") == "output":
                    yield f"{one['subfolder']}/{one['filename']}".lstrip("/")
