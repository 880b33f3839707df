"""A real ComfyUI that buys in a sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from comfy_server import ComfyServer
from sandboxed import Sandbox


@pytest.fixture(scope="module")
def provider() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def comfy(provider: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyServer]:
    """ComfyUI with the pack and a key that the sandbox takes."""
    account = {"APIMART_API_KEY": provider.key, "APIMART_BASE_URL": provider.url}
    base = tmp_path_factory.mktemp("comfyui")
    with ComfyServer(Path(os.environ["COMFYUI_PATH"]), base, environment=account) as server:
        yield server


@pytest.fixture
def seller(provider: Sandbox) -> Sandbox:
    """The provider, counting from nothing."""
    provider.control(reset=True, forget=True)
    return provider
