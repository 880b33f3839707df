"""Reading the clip behind an address: once for all who ask at the same time, and without a trace."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import clips
import pytest
from apimart.flow.errors import Refused, Unfinished, Unreachable
from apimart.flow.ledger import Ledger
from apimart.flow.media import content_of_video, measure
from apimart.flow.model import VideoData
from apimart.flow.request import Reader
from apimart.flow.wire import Transfer
from standin import StandIn, answer
from stops import Stop


@pytest.fixture
def host():
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def reader(host, tmp_path):
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    yield Reader(Transfer((host.url,)), ledger)
    ledger.close()


@pytest.fixture
def clip(tmp_path):
    return clips.write_video(tmp_path / "clip.mp4", audio_seconds=2)


class Crowd:
    """Several threads that ask for the same address, of a host that answers nobody before `let_go`."""

    def __init__(self, reader, host, clip, pool, scratch, *, status=200):
        self._reader, self._pool, self._scratch = reader, pool, scratch
        self._ends, self._looked_up = threading.Event(), threading.Condition()
        self._waiting = set()
        content = clip.read_bytes()

        def slowly(handler):
            self._ends.wait(20)
            answer(handler, status, content, "video/mp4")

        self.footage = VideoData(url=host.act("/clip.mp4", slowly))

    def ask(self, stopped=lambda: False):
        def looked_up():
            with self._looked_up:
                self._waiting.add(threading.get_ident())
                self._looked_up.notify()
            return stopped()

        return self._pool.submit(self._reader.identify, self.footage, self._scratch, looked_up)

    def gather(self, number):
        """Wait until so many of them wait, whether for the host or for another."""
        with self._looked_up:
            assert self._looked_up.wait_for(lambda: len(self._waiting) == number, 20)

    def let_go(self):
        self._ends.set()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_four_nodes_with_the_same_link_read_it_once(reader, host, clip, pool, scratch):
    crowd = Crowd(reader, host, clip, pool, scratch)
    asked = [crowd.ask() for _ in range(4)]
    crowd.gather(4)
    crowd.let_go()
    found = [one.result(20) for one in asked]
    assert found == [VideoData(url=crowd.footage.url, content=content_of_video(clip), measure=measure(clip))] * 4
    assert len(host.paths()) == 2  # a look, and the file
    assert list(scratch.iterdir()) == []


def test_a_link_that_is_dead_is_dead_for_all_of_them(reader, host, clip, pool, scratch):
    crowd = Crowd(reader, host, clip, pool, scratch, status=404)
    asked = [crowd.ask() for _ in range(4)]
    crowd.gather(4)
    crowd.let_go()
    for one in asked:
        with pytest.raises(Refused, match="HTTP 404"):
            one.result(20)
    assert len(host.paths()) == 1
    assert list(scratch.iterdir()) == []


def test_the_others_get_the_clip_when_the_one_that_reads_it_is_stopped(reader, host, clip, pool, scratch):
    crowd, stop = Crowd(reader, host, clip, pool, scratch), threading.Event()
    first = crowd.ask(stop.is_set)
    crowd.gather(1)
    others = [crowd.ask() for _ in range(2)]
    crowd.gather(3)
    stop.set()
    crowd.let_go()
    with pytest.raises(Unfinished):
        first.result(20)
    assert {one.result(20).content for one in others} == {content_of_video(clip)}
    assert list(scratch.iterdir()) == []


def test_reading_a_link_is_stopped_wherever_it_is(reader, host, clip, scratch):
    footage, whole = VideoData(url=host.serve("/clip.mp4", clip.read_bytes())), Stop()
    reader.identify(footage, scratch, whole)
    for nth in {1, 2, 3, 5, 8, 13, whole.asked // 2, whole.asked - 20}:
        with pytest.raises(Unfinished):
            reader.identify(footage, scratch, Stop(nth))
        assert list(scratch.iterdir()) == []


def test_a_file_that_breaks_off_leaves_nothing(reader, host, clip, scratch):
    def break_off(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(clip.read_bytes()[:1000])

    with pytest.raises(Unreachable):
        reader.identify(VideoData(url=host.act("/clip.mp4", break_off)), scratch)
    assert list(scratch.iterdir()) == []


def test_a_clip_on_this_machine_is_hashed_until_it_is_stopped(reader, clip, scratch):
    assert reader.identify(VideoData(path=clip), scratch).content == content_of_video(clip)
    with pytest.raises(Unfinished):
        reader.identify(VideoData(path=clip), scratch, Stop(5))
