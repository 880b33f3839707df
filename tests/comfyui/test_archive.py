"""What the registry would hold, unpacked into a fresh ComfyUI: an example runs in the sandbox, without a key."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive import shipped, write_archive
from comfy_server import ComfyServer
from workflows import api_prompt


@pytest.fixture
def unpacked(tmp_path: Path) -> Iterator[ComfyServer]:
    def unpack(place: Path) -> Path:
        write_archive(tmp_path / "archive.zip", shipped())
        with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
            archive.extractall(place)
        return place

    comfyui = Path(os.environ["COMFYUI_PATH"])
    sandbox = {"APIMART_SANDBOX": "1"}
    with ComfyServer(comfyui, tmp_path / "base", environment=sandbox, install=unpack) as server:
        yield server


def test_an_example_of_the_archive_runs_in_its_sandbox(unpacked: ComfyServer) -> None:
    file = unpacked.pack / "example_workflows" / "sora_2.json"
    ended = unpacked.run(api_prompt(json.loads(file.read_text("utf-8")), unpacked.object_info()))
    assert ended["status"]["status_str"] == "success", ended["status"]["messages"]
    assert len(list((unpacked.output / "apimart").glob("*.mp4"))) == 1
    assert not (unpacked.pack / "tests").exists()
