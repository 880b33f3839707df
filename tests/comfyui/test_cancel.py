"""A real ComfyUI whose Cancel ends the waiting, at once and for the next prompt, and never the job."""

from __future__ import annotations

import itertools
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from apimart.flow.media import content_of_video
from clips import repeated, write_video
from comfy_events import Events
from comfy_server import ComfyServer, Json
from comfyui.test_media import fitted, frames, load
from comfyui.test_money import CHARACTER, bought, motion, shown, sora, status, wait_for
from sandboxed import Sandbox

SLOW_SECONDS = 20  # of what hangs at the provider; nothing here waits for it before the next prompt has ended
COLORS = itertools.count(1)

Recorder = Callable[[str, object], None]


def holds_nothing(folder: Path) -> bool:
    return not any(found.is_file() for found in folder.rglob("*"))


def has_questions(scratch: Path) -> bool:
    """Whether a folder is there that a question keeps its media in."""
    with suppress(FileNotFoundError):  # it goes while we look
        return any(scratch.glob("*/*"))
    return False


def quick_prompt() -> Json:
    """A prompt that ComfyUI has not in its cache."""
    size = {"width": 64, "height": 64, "batch_size": 1, "color": next(COLORS)}
    return {
        "8": {"class_type": "EmptyImage", "inputs": size},
        "9": {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}},
    }


def sold_clip(seller: Sandbox) -> bytes:
    """The video of the last job, as the provider has it."""
    key = {"Authorization": f"Bearer {seller.key}"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{seller.url}/v1/tasks/{seller.tasks[-1]['id']}", headers=key)
    ) as answer:
        [url] = json.load(answer)["data"]["result"]["videos"][0]["url"]
    with urllib.request.urlopen(url) as answer:
        content: bytes = answer.read()
        return content


def sold_content(seller: Sandbox, folder: Path) -> str:
    """What the video of the last job shows; the kept one holds a receipt beside it."""
    sold = folder / "sold.mp4"
    sold.write_bytes(sold_clip(seller))
    return content_of_video(sold)


class Cancelling:
    """One ComfyUI with its provider, as a person meets them who presses Cancel and queues something else at once."""

    def __init__(self, comfy: ComfyServer, provider: Sandbox, seller: Sandbox, record: Recorder) -> None:
        self.comfy, self.seller = comfy, seller
        self._provider, self._record = provider, record
        self._before = set(self.clips)

    def cancel(self, graph: Json, under_way: Callable[[Events], object], *, gives_up: bool = False) -> Events:
        """Cancel `graph` when it is `under_way`; what the page heard until another prompt, queued next, had ended.

        With `gives_up` until the job was given up as well.
        """
        self.comfy.run(quick_prompt())  # ComfyUI then collects its garbage, which takes it up to a second, not later
        with self.comfy.events() as events:
            prompt_id = self.comfy.submit(graph, client_id=events.client_id)
            wait_for(lambda: under_way(events))
            pressed = time.monotonic()
            self.comfy.interrupt()
            other_id = self.comfy.submit(quick_prompt(), client_id=events.client_id)
            events.wait("execution_interrupted", lambda data: data["prompt_id"] == prompt_id)
            self._record("seconds from Cancel to the interrupt", f"{time.monotonic() - pressed:.2f}")
            events.wait("execution_success", lambda data: data["prompt_id"] == other_id)
            self._record("seconds from Cancel to the end of the next prompt", f"{time.monotonic() - pressed:.2f}")
            if gives_up:
                events.wait("apimart.job", lambda told: told.get("ended"))
        assert not events.heard("execution_error")
        return events

    @property
    def clips(self) -> list[Path]:
        return sorted(self.comfy.output.joinpath("apimart").glob("*.mp4"))

    @property
    def new_clips(self) -> list[Path]:
        return sorted(set(self.clips) - self._before)

    @property
    def polls(self) -> int:
        """How many were answered."""
        return int(self._provider.state()["polls_total"])

    @property
    def downloads(self) -> int:
        """How many began."""
        return int(self._provider.state()["downloads"])

    def asked(self, path: str) -> bool:
        return any(one["path"].startswith(path) for one in self.seller.requests)


@pytest.fixture
def cancelling(
    comfy: ComfyServer, provider: Sandbox, seller: Sandbox, record_property: Recorder
) -> Iterator[Cancelling]:
    yield Cancelling(comfy, provider, seller, record_property)
    wait_for(lambda: not has_questions(comfy.home / "scratch"))


@pytest.fixture(scope="module")
def long_clip(comfy: ComfyServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Half a minute of 360p in the input folder."""
    short = tmp_path_factory.mktemp("clips") / "short.mp4"
    write_video(short, frames=8, width=640, height=360, options={"g": "1"})
    return repeated(short, comfy.input / "long.mp4", 90).name


def linked_motion(link: str, node: str = "5", **inputs: object) -> Json:
    graph: Json = motion(["3", 0], None, node, video_url=link, **inputs)
    del graph[node]["inputs"]["video"]
    return graph


def is_read(comfy: ComfyServer, node: str, name: str) -> Callable[[Events], bool]:
    """Whether `node` runs and ComfyUI has that file of its input folder open."""

    def holds(events: Events) -> bool:
        if not any(data["node"] == node for data in events.heard("executing")):
            return False
        return any(Path(one.path).name == name for one in psutil.Process(comfy.process.pid).open_files())

    return holds


def interrupted_at(events: Events) -> str:
    """The node that was still at work; one that had ended would leave the interrupt to the next."""
    [told] = events.heard("execution_interrupted")
    return str(told["node_id"])


# Cancel while something is slow: the next prompt ends while it still is.


def test_cancel_during_an_upload(cancelling: Cancelling, seller: Sandbox) -> None:
    seller.behave("upload", "slow", seconds=SLOW_SECONDS)
    graph = {**CHARACTER, **sora("upload", image=["3", 0])}
    events = cancelling.cancel(graph, lambda _: cancelling.asked("/v1/uploads/images"), gives_up=True)
    assert seller.uploads == 0
    last = events.heard("apimart.job")[-1]
    assert (last["job"]["state"], last["line"], last["awaited"]) == ("dropped", "", False)
    wait_for(lambda: seller.uploads)
    assert seller.sold == 0


def test_cancel_during_a_held_submit(cancelling: Cancelling, seller: Sandbox) -> None:
    """What is sent may be bought, so it is brought home although nobody asks for it again."""
    seller.behave("submit", "slow", seconds=SLOW_SECONDS)
    cancelling.cancel(sora("submit"), lambda _: cancelling.asked("/v1/videos/generations"))
    assert seller.sold == 0
    wait_for(lambda: cancelling.new_clips)
    assert seller.sold == 1


def test_cancel_during_a_poll_that_hangs(cancelling: Cancelling, seller: Sandbox) -> None:
    seller.behave("poll", "slow", seconds=SLOW_SECONDS)
    polls = cancelling.polls
    events = cancelling.cancel(sora("poll"), lambda _: cancelling.asked("/v1/tasks/"))
    assert cancelling.polls == polls
    assert any("the job continues" in text.lower() for _, text in events.texts)
    wait_for(lambda: cancelling.new_clips)
    assert seller.sold == 1


def test_cancel_during_a_stalled_download(cancelling: Cancelling, seller: Sandbox, tmp_path: Path) -> None:
    """Queued again while the download trickles, the clip is whole, packet for packet."""
    seller.behave("download", "slow", seconds=SLOW_SECONDS)
    downloads = cancelling.downloads
    cancelling.cancel(sora("download"), lambda _: cancelling.downloads > downloads)
    assert cancelling.new_clips == []
    bought(cancelling.comfy, sora("download"))
    assert seller.sold == 1
    [clip] = cancelling.new_clips
    sold = tmp_path / "sold.mp4"
    sold.write_bytes(sold_clip(seller))
    assert content_of_video(clip) == content_of_video(sold)


def test_cancel_during_the_decoding_of_a_long_clip(cancelling: Cancelling, comfy: ComfyServer, long_clip: str) -> None:
    decoded = {**load(long_clip), **frames({"max_side": 64})}
    events = cancelling.cancel(decoded, is_read(comfy, "2", long_clip))
    assert interrupted_at(events) == "2"


def test_cancel_during_a_fit(cancelling: Cancelling, comfy: ComfyServer, long_clip: str) -> None:
    temporary = comfy.base / "temp" / "apimart"
    fit = {**load(long_clip), **fitted(length=9.0)}
    events = cancelling.cancel(fit, lambda _: any(temporary.glob("reference_*.part")))
    assert interrupted_at(events) == "5"
    wait_for(lambda: holds_nothing(temporary))


def test_cancel_while_a_link_is_read(cancelling: Cancelling, seller: Sandbox, tmp_path: Path) -> None:
    link = seller.host(write_video(tmp_path / "motion.mp4", frames=80, width=352, height=352))
    seller.behave("media", "slow", seconds=SLOW_SECONDS)
    linked = {**CHARACTER, **linked_motion(link)}
    cancelling.cancel(linked, lambda _: cancelling.asked("/f/media/"))
    assert seller.sold == 0
    bought(cancelling.comfy, linked)
    assert seller.sold == 1


def test_cancel_while_a_trimmed_video_is_written_out(
    cancelling: Cancelling, comfy: ComfyServer, seller: Sandbox, long_clip: str
) -> None:
    trim = {"start_time": 1.0, "duration": 6.0, "strict_duration": False}
    trimmed = {**load(long_clip), "7": {"class_type": "Video Slice", "inputs": {"video": ["1", 0], **trim}}}
    scratch = comfy.home / "scratch"
    cancelling.cancel({**CHARACTER, **trimmed, **motion(["3", 0], ["7", 0])}, lambda _: has_questions(scratch))
    assert has_questions(scratch)
    wait_for(lambda: not has_questions(scratch))
    assert seller.sold == 0


# What was sent comes home.


def test_a_cancelled_job_that_nobody_asks_for_again_is_in_the_output_folder_when_it_ends(
    cancelling: Cancelling, seller: Sandbox
) -> None:
    seller.control(job_seconds=4)
    cancelling.cancel(sora("never again"), lambda _: seller.sold)
    assert cancelling.new_clips == []
    wait_for(lambda: cancelling.new_clips)
    assert seller.sold == 1


def test_four_nodes_with_one_link_read_it_once(comfy: ComfyServer, seller: Sandbox, tmp_path: Path) -> None:
    link = seller.host(write_video(tmp_path / "motion.mp4", frames=81, width=352, height=352))
    seller.behave("media", "slow", seconds=2)
    graph = dict(CHARACTER)
    for take in range(4):
        graph.update(linked_motion(link, f"{5 + take}", take=take))
    history = bought(comfy, graph)
    assert len({name for take in range(4) for name in shown(history, f"{5 + take}")}) == 4
    assert seller.sold == 4
    whole = [one for one in seller.requests if one["path"].startswith("/f/media/") and "Range" not in one["headers"]]
    assert len(whole) == 1
    wait_for(lambda: not has_questions(comfy.home / "scratch"))


# What was bought is in the folder of whoever asks.


SAVED = {"video": ["1", 0], "filename_prefix": "saved", "format": "auto", "codec": "auto"}
DOWNSTREAM = {
    "nothing": {},
    "a saved video": {"2": {"class_type": "SaveVideo", "inputs": SAVED}},
    "a preview of frames": {"2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 1]}}},
}


@pytest.mark.parametrize("downstream", DOWNSTREAM)
def test_a_deleted_clip_is_noticed_although_comfyui_has_the_node_in_its_cache(
    comfy: ComfyServer, seller: Sandbox, downstream: str
) -> None:
    graph = {**sora(f"deleted, {downstream}"), **DOWNSTREAM[downstream]}
    [name] = shown(bought(comfy, graph))
    clip = comfy.output / "apimart" / name
    whole = content_of_video(clip)
    clip.unlink()
    assert shown(bought(comfy, graph)) == [name]
    assert content_of_video(clip) == whole
    assert seller.sold == 1
    with comfy.events() as events:
        prompt_id = comfy.submit(graph, client_id=events.client_id)
        events.wait_for_end(prompt_id)
        [cached] = events.heard("execution_cached")
    assert "1" in cached["nodes"]
    assert status(comfy.finished(prompt_id)) == "success"


def test_two_comfyuis_with_one_data_folder_both_get_their_clip(
    comfy: ComfyServer, provider: Sandbox, seller: Sandbox, tmp_path: Path
) -> None:
    """Each has an output folder of its own; what one of them bought, or is buying, the other does not buy."""
    account = {**comfy.environment, "APIMART_HOME": str(comfy.home)}
    [first] = shown(bought(comfy, sora("one data folder")))
    with ComfyServer(comfy.comfyui, tmp_path / "other", environment=account) as other:
        assert shown(bought(other, sora("one data folder"))) == [first]
        assert content_of_video(other.output / "apimart" / first) == sold_content(seller, tmp_path)
        seller.control(job_seconds=3)
        prompts = [(server, server.submit(sora("both at once"))) for server in (comfy, other)]
        names = [shown(server.finished(prompt_id)) for server, prompt_id in prompts]
    assert names[0] == names[1]
    assert seller.sold == 2
    for server in (comfy, other):
        assert content_of_video(server.output.joinpath("apimart", *names[0])) == sold_content(seller, tmp_path)


def test_a_changed_output_folder_finds_what_was_bought(comfy: ComfyServer, seller: Sandbox, tmp_path: Path) -> None:
    [name] = shown(bought(comfy, sora("moved")))
    before = comfy.options
    comfy.options = (*before, "--output-directory", str(tmp_path / "elsewhere"))
    comfy.restart()
    try:
        assert shown(bought(comfy, sora("moved"))) == [name]
    finally:
        comfy.options = before
        comfy.restart()
    assert content_of_video(tmp_path / "elsewhere" / "apimart" / name) == sold_content(seller, tmp_path)
    assert seller.sold == 1
