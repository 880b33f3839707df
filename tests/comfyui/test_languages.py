"""Two pages with a language of their own: each run asks the provider in that of the page that queued it."""

from __future__ import annotations

import uuid

from comfy_server import ComfyServer, Json
from sandboxed import Sandbox
from workflows import with_ends

PLAIN = {"model": "sora-2", "duration": 4, "resolution": "720p", "aspect_ratio": "16:9", "take": 0}


def sora(prompt: str) -> Json:
    return with_ends({"1": {"class_type": "APIMartSora2", "inputs": {"prompt": prompt, **PLAIN}}})


def page(comfy: ComfyServer, language: str) -> str:
    """The id of a page that has told its language."""
    client = uuid.uuid4().hex
    comfy.post("/apimart/language", {"page": client, "language": language})
    return client


def run(comfy: ComfyServer, prompt: str, client: str | None = None) -> None:
    history = comfy.finished(comfy.submit(sora(prompt), client_id=client))
    assert history["status"]["status_str"] == "success", history["status"]


def test_each_run_speaks_the_language_of_its_page(comfy: ComfyServer, provider: Sandbox) -> None:
    comfy.post("/apimart/settings", {"language": "zh"})
    korean, japanese = page(comfy, "ko"), page(comfy, "ja")
    for prompt, client in {"one": korean, "two": japanese, "three": korean, "four": None}.items():
        run(comfy, prompt, client)
    assert [provider.languages_of(task) for task in range(4)] == [{"ko"}, {"ja"}, {"ko"}, {"zh"}]


def test_another_language_is_no_reason_to_buy_again(comfy: ComfyServer, provider: Sandbox) -> None:
    run(comfy, "a clip for both", page(comfy, "ko"))
    sold = provider.sold
    run(comfy, "a clip for both", page(comfy, "ja"))
    assert provider.sold == sold
