"""A real ComfyUI buys what the workflow needs, once: not what nothing hangs on, and nothing that is paid already."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from apimart.flow.media import read_metadata
from comfy_server import ComfyServer, Json, Rejected
from comfyui.test_money import bought, last_error, shown, sora, status
from PIL import Image
from sandboxed import Sandbox
from workflows import with_ends

RERUN = "--force-output-rerun"  # since ComfyUI 0.34


def lone(prompt: str, node: str = "1", **inputs: object) -> Json:
    """A node with nothing behind it."""
    found: Json = {node: sora(prompt, node, **inputs)[node]}
    return found


def saved(node: str, name: str = "save") -> Json:
    given = {"video": [node, 0], "filename_prefix": name, "format": "auto", "codec": "auto"}
    return {name: {"class_type": "SaveVideo", "inputs": given}}


def switched(to_second: bool) -> Json:
    """Two of our nodes, and a lazy switch that takes one of them."""
    choice = {"switch": to_second, "on_false": ["1", 0], "on_true": ["2", 0]}
    switch = {"7": {"class_type": "ComfySwitchNode", "inputs": choice}}
    return {**lone("a first way"), **lone("a second way", "2"), **switch, **saved("7")}


def chained(third: str) -> Json:
    """Three shots, each begun with the last frame of the one before."""
    links = {"2": {"image": ["1", 5]}, "3": {"image": ["2", 5]}}
    texts = {"1": "a door", "2": "a hall", "3": third}
    nodes = {node: lone(text, node, **links.get(node, {}))[node] for node, text in texts.items()}
    return {**nodes, **saved("3")}


def test_a_branch_that_a_lazy_switch_does_not_take_is_not_bought(comfy: ComfyServer, seller: Sandbox) -> None:
    bought(comfy, switched(to_second=True))
    assert [one["body"]["prompt"] for one in seller.tasks] == ["a second way"]


def test_a_node_that_nothing_hangs_on_is_not_bought(comfy: ComfyServer, seller: Sandbox) -> None:
    bought(comfy, {**lone("alone", "2"), **lone("needed"), **saved("1")})
    with pytest.raises(Rejected, match="no outputs"):
        comfy.submit(lone("alone"))
    assert [one["body"]["prompt"] for one in seller.tasks] == ["needed"]


def test_running_to_here_buys_only_what_is_there_and_nothing_twice(comfy: ComfyServer, seller: Sandbox) -> None:
    graph = {**lone("here"), **saved("1", "first"), **lone("there", "2"), **saved("2", "second")}
    for _ in range(2):
        asked = {"prompt": graph, "client_id": "a", "partial_execution_targets": ["first"]}
        history = comfy.finished(comfy.post("/prompt", asked)["prompt_id"])
        assert status(history) == "success"
    assert [one["body"]["prompt"] for one in seller.tasks] == ["here"]
    bought(comfy, graph)
    assert seller.sold == 2


@pytest.mark.parametrize("options", [(), ("--cache-none",), (RERUN,)], ids=["as it is", "no cache", "outputs again"])
def test_a_graph_that_runs_again_costs_nothing(
    provider: Sandbox, seller: Sandbox, tmp_path: Path, options: tuple[str, ...]
) -> None:
    comfyui = Path(os.environ["COMFYUI_PATH"])
    if RERUN in options and RERUN not in (comfyui / "comfy" / "cli_args.py").read_text("utf-8"):
        pytest.skip(f"this ComfyUI has no {RERUN}")
    account = {"APIMART_API_KEY": provider.key, "APIMART_BASE_URL": provider.url}
    with ComfyServer(comfyui, tmp_path, *options, environment=account) as comfy:
        for _ in range(2):
            bought(comfy, {**lone("again"), **saved("1")})
    assert seller.sold == 1


def test_a_preview_stays_on_the_node_when_it_is_answered_by_comfyuis_cache(comfy: ComfyServer, seller: Sandbox) -> None:
    if not comfy.object_info()["APIMartSora2"].get("has_intermediate_output"):
        pytest.skip("this ComfyUI has no intermediate outputs")
    graph = {**lone("previewed"), **saved("1")}
    first = shown(bought(comfy, graph))
    assert shown(bought(comfy, graph)) == first


def test_three_shots_are_chained_by_last_frames_and_another_third_buys_only_the_third(
    comfy: ComfyServer, seller: Sandbox
) -> None:
    bought(comfy, chained("a window"))
    assert seller.sold == 3
    bought(comfy, chained("a mirror"))
    assert [one["body"]["prompt"] for one in seller.tasks] == ["a door", "a hall", "a window", "a mirror"]


def test_the_last_frame_is_one_picture_of_the_clip(comfy: ComfyServer, seller: Sandbox) -> None:
    preview = {"4": {"class_type": "PreviewImage", "inputs": {"images": ["1", 5]}}}
    assert len(shown(bought(comfy, {**lone("its end"), **preview}), "4")) == 1


def test_a_run_that_is_answered_from_the_ledger_says_so(comfy: ComfyServer, seller: Sandbox) -> None:
    bought(comfy, with_ends(lone("told")))
    with comfy.events() as events:
        again = {**with_ends(lone("told")), **saved("1", "again"), **saved("1", "and again")}
        comfy.post("/free", {"unload_models": False, "free_memory": True})
        comfy.finished(comfy.submit(again, client_id=events.client_id))
        events.wait("progress_text", lambda data: "Already paid: reused the take of" in data["text"])
    assert seller.sold == 1


def clip_of(comfy: ComfyServer, history: Json, node: str = "1") -> Path:
    [found] = history["outputs"][node]["images"]
    return comfy.output / found["subfolder"] / found["filename"]


def test_a_kept_clip_carries_the_workflow_and_the_receipt_and_no_secret(
    comfy: ComfyServer, provider: Sandbox, seller: Sandbox
) -> None:
    graph = {**lone(f"found again, {provider.key}, {comfy.output}/here"), **saved("1")}
    asked = {"prompt": graph, "extra_data": {"extra_pnginfo": {"workflow": {"nodes": [{"id": 1, "type": "X"}]}}}}
    history = comfy.finished(comfy.post("/prompt", asked)["prompt_id"])
    clip = clip_of(comfy, history)
    texts = read_metadata(clip)
    assert json.loads(texts["workflow"]) == {"nodes": [{"id": 1, "type": "X"}]}
    assert json.loads(texts["prompt"])["1"]["class_type"] == "APIMartSora2"
    assert json.loads(texts["apimart"])["task_id"] == seller.tasks[0]["id"]
    ours = [texts[name] for name in ("prompt", "workflow", "apimart")]  # the sandbox itself repeats its prompt
    for secret in (provider.key, str(comfy.base), str(Path.home())):
        assert not any(secret in text for text in ours)
    assert "[key], [folder]/here" in texts["prompt"]


def test_no_metadata_is_written_where_comfyui_runs_without(provider: Sandbox, seller: Sandbox, tmp_path: Path) -> None:
    account = {"APIMART_API_KEY": provider.key, "APIMART_BASE_URL": provider.url}
    with ComfyServer(Path(os.environ["COMFYUI_PATH"]), tmp_path, "--disable-metadata", environment=account) as comfy:
        clip = clip_of(comfy, bought(comfy, with_ends(lone("without"))))
    assert not {"prompt", "workflow", "apimart"} & {*read_metadata(clip)}


def test_two_nodes_of_a_run_are_approved_together_by_a_page(comfy: ComfyServer, seller: Sandbox) -> None:
    comfy.post("/apimart/settings", {"ask_above_usd": 0.5})
    try:
        with comfy.events() as events:
            graph = {**with_ends(lone("approved")), **with_ends(lone("as well", "2"))}
            prompt_id = comfy.submit(graph, client_id=events.client_id)
            asked = events.wait("apimart.approval")["approval"]
            assert (len(asked["jobs"]), asked["usd"], seller.sold) == (2, 0.64, 0)
            comfy.post(f"/apimart/approvals/{asked['id']}", {"approve": True})
            assert status(comfy.finished(prompt_id)) == "success"
            events.wait("apimart.approval", lambda data: data["approval"]["decision"] == "approved")
    finally:
        comfy.post("/apimart/settings", {"ask_above_usd": None})
    assert seller.sold == 2


def test_a_declined_run_says_so_on_its_node_and_buys_nothing(comfy: ComfyServer, seller: Sandbox) -> None:
    comfy.post("/apimart/settings", {"ask_above_usd": 0})
    try:
        with comfy.events() as events:
            prompt_id = comfy.submit(with_ends(lone("declined")), client_id=events.client_id)
            asked = events.wait("apimart.approval")["approval"]
            comfy.post(f"/apimart/approvals/{asked['id']}", {"approve": False})
            history = comfy.finished(prompt_id)
    finally:
        comfy.post("/apimart/settings", {"ask_above_usd": None})
    assert "This purchase was declined" in last_error(history)["exception_message"]
    assert seller.sold == 0


SHOTS = "name,prompt,seconds,image\n" + "".join(f"s{number},shot {number},4,\n" for number in range(1, 6))


def listed(table: str, if_it_fails: str = "skip", rows: str = "") -> Json:
    """A shot list whose rows are bought and saved under their names."""
    given = {"table": table, "file": "", "rows": rows, "project": "film"}
    node = lone("", if_it_fails=if_it_fails)
    node["1"]["inputs"]["prompt"] = ["9", 1]
    graph: Json = {"9": {"class_type": "APIMartShotList", "inputs": given}, **node, **saved("1")}
    graph["save"]["inputs"]["filename_prefix"] = ["9", 0]
    return graph


def test_a_failing_row_of_a_list_blocks_only_itself_and_is_tried_again(comfy: ComfyServer, seller: Sandbox) -> None:
    seller.control(fail_jobs={"reason": "moderation", "times": 1})
    with comfy.events() as events:
        history = comfy.finished(comfy.submit(listed(SHOTS), client_id=events.client_id))
        assert not events.heard("execution_error")
        assert any("Skipped: The provider ended the job" in text for _, text in events.texts)
    assert status(history) == "success"
    assert len(shown(history, "save")) == 4
    assert {one["subfolder"].partition("/")[0] for one in history["outputs"]["save"]["images"]} == {"film"}
    again = bought(comfy, listed(SHOTS))
    assert len(shown(again, "save")) == 5
    assert seller.sold == 6


def test_a_bad_row_is_named_with_its_line_before_anything_runs(comfy: ComfyServer, seller: Sandbox) -> None:
    with pytest.raises(Rejected, match="Line 3: the image"):
        comfy.submit(listed("name,prompt,image\na,one,\nb,two,gone.png\n"))
    assert seller.requests == []


def test_the_images_of_a_shot_list_are_those_of_the_input_folder(comfy: ComfyServer) -> None:
    Image.new("RGB", (64, 48), "teal").save(comfy.input / "here.png")
    table = "prompt\timage\na\there.png\n"
    (comfy.input / "shots.tsv").write_text(table, "utf-8")
    given = {"table": "", "file": "shots.tsv", "rows": "", "project": ""}
    preview = {"class_type": "PreviewImage", "inputs": {"images": ["9", 6]}}
    history = comfy.run({"9": {"class_type": "APIMartShotList", "inputs": given}, "2": preview})
    assert len(shown(history, "2")) == 1
