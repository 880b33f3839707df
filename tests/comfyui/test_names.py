"""A real ComfyUI offers the provider's new names without a purchase, and still does when it starts without network."""

from __future__ import annotations

import time

from comfy_server import ComfyServer
from sandboxed import Sandbox

KLING_3 = "APIMartKling3"


def offers(comfy: ComfyServer, model: str) -> bool:
    [info] = comfy.get(f"/object_info/{KLING_3}").values()
    return model in repr(info["input"]["required"]["model"])


def wait_until_offered(comfy: ComfyServer, model: str) -> None:
    deadline = time.monotonic() + 60
    while not offers(comfy, model):
        assert time.monotonic() < deadline, comfy.log[-4000:]
        time.sleep(0.1)


def test_new_names_are_in_the_list_from_the_first_page_on(comfy: ComfyServer, provider: Sandbox) -> None:
    provider.control(added_models={"kling-v3.1": "kling-v3"})
    asked_at_start = list(provider.requests)
    assert not offers(comfy, "kling-v3.1")
    comfy.post("/apimart/models/ask", {})
    wait_until_offered(comfy, "kling-v3.1")
    provider.behave("any", "drop_before", times=-1)
    comfy.restart()
    wait_until_offered(comfy, "kling-v3.1")
    assert (asked_at_start, provider.sold) == ([], 0)
