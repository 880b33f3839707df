"""What several threads want at once is done once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from apimart.flow.errors import Refused, Unfinished
from apimart.flow.single_flight import Shared
from apimart.flow.stopping import Stopped, never


class Work:
    """Goes on until `ends`; what it did before and after, and who is waiting for it."""

    def __init__(self) -> None:
        self.shared: Shared[str] = Shared()
        self.began, self.ends = threading.Event(), threading.Event()
        self.times = 0
        self._looked_up = threading.Condition()
        self._waiting: set[int] = set()

    def __call__(self) -> str:
        self.times += 1
        self.began.set()
        assert self.ends.wait(20)
        return "done"

    def ask(self, work: Callable[[], str] | None = None, stopped: Stopped = never) -> str:

        def looked_up() -> bool:
            with self._looked_up:
                self._waiting.add(threading.get_ident())
                self._looked_up.notify()
            return stopped()

        return self.shared.do("a name", work or self, looked_up)

    def gather(self, number: int) -> None:
        """Wait until so many threads wait for another's work."""
        with self._looked_up:
            assert self._looked_up.wait_for(lambda: len(self._waiting) == number, 20)


@pytest.fixture
def work() -> Work:
    return Work()


def test_those_who_ask_meanwhile_wait_for_the_first_and_share_its_result(work: Work) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(work.ask) for _ in range(4)]
        work.gather(3)
        work.ends.set()
        assert [one.result(20) for one in asked] == ["done"] * 4
    assert work.times == 1


def test_those_who_ask_later_have_it_done_again(work: Work) -> None:
    work.ends.set()
    assert [work.ask(), work.ask()] == ["done", "done"]
    assert work.times == 2


def test_other_names_do_not_wait(work: Work) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(work.ask)
        assert work.began.wait(20)
        assert work.shared.do("another name", lambda: "something else") == "something else"
        work.ends.set()
        assert first.result(20) == "done"


def test_an_error_is_shared(work: Work) -> None:
    def refuse() -> str:
        work()
        raise Refused("No clip.")

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(work.ask, refuse) for _ in range(2)]
        work.gather(1)
        work.ends.set()
        for one in asked:
            with pytest.raises(Refused, match="No clip"):
                one.result(20)
    assert work.times == 1
    assert work.ask() == "done"


def test_one_who_waits_can_be_stopped_and_the_work_goes_on(work: Work) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(work.ask)
        assert work.began.wait(20)
        with pytest.raises(Unfinished):
            work.ask(stopped=lambda: True)
        work.ends.set()
        assert first.result(20) == "done"


def test_one_who_waits_takes_over_when_the_first_is_stopped(work: Work) -> None:
    def stop() -> str:
        work()
        raise Unfinished("Stopped.", stopped=True)

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(work.ask, stop)
        assert work.began.wait(20)
        others = [pool.submit(work.ask) for _ in range(2)]
        work.gather(2)
        work.ends.set()
        with pytest.raises(Unfinished):
            first.result(20)
        assert [one.result(20) for one in others] == ["done", "done"]
    assert work.times >= 2
