"""Jobs outlive whoever asked for them: waiting ends, work goes on, and what was not sent is given up."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading

import pytest
from apimart.flow.errors import Declined, PackError, Refused, Unfinished, Unreachable
from apimart.flow.jobs import Ended, Progress, runner
from apimart.flow.media import content_of_video
from apimart.flow.model import Values
from journeys import FAMILIES, Person, asked, defaults, picture, until

pytest_plugins = ["journey_fixtures"]

SORA = "APIMartSora2"
KLING = "APIMartKlingMotionControl"

# Ends as ComfyUI does by Ctrl-C, while a poll hangs, so that threads are waited for, and another job goes on.
STOPPED_COMFYUI = """
import asyncio, logging, pathlib, sys
import pack
pack.load()
from journeys import Person, until
logging.basicConfig()
home, output = sys.argv[1:]
person = Person(pathlib.Path(home), pathlib.Path(output))
process = person.process()

async def prompt():
    nodes = [asyncio.ensure_future(process.buy("APIMartSora2", {"prompt": str(n)}, person._hear)) for n in range(2)]
    polling = lambda: sum(one.fraction is not None for one in person.heard) >= 3  # one is answered
    await asyncio.to_thread(until, polling)
    for one in nodes:
        one.cancel()
    await asyncio.gather(*nodes, return_exceptions=True)

asyncio.run(prompt())
"""


def entries(process):
    return process.ledger.entries()


def polled(seller):
    return [one for one in seller.requests if one["path"].startswith("/v1/tasks/")]


def waiting(person, process, when, *asked_for):
    """Wait for these nodes in a prompt of their own and cancel it as soon as `when()` holds; what each was told."""

    async def prompt():
        nodes = [asyncio.ensure_future(process.buy(node, inputs, person._hear)) for node, inputs in asked_for]
        await asyncio.to_thread(until, when)
        for one in nodes:
            one.cancel()
        return await asyncio.gather(*nodes, return_exceptions=True)

    return asyncio.run(prompt())


def test_a_job_that_nobody_waits_for_any_more_is_brought_home(person, seller):
    seller.control(job_seconds=600)
    with person.process() as process:
        [stopped] = waiting(person, process, lambda: polled(seller), (SORA, {"prompt": "x"}))
        seller.control(finish_now=True)
        until(lambda: entries(process)[0].state == "fetched")
        [entry] = entries(process)
    assert isinstance(stopped, Unfinished)
    assert stopped.task_id == entry.task_id
    assert (person.output / "apimart").joinpath(entry.files[0]).is_file()
    assert seller.sold == 1


def test_a_job_that_waits_for_the_provider_to_slow_down_is_given_up_with_nothing_spent(person, seller):
    seller.behave("submit", "429", times=-1, retry_after=30)
    with person.process() as process:
        [stopped] = waiting(
            person,
            process,
            lambda: any("slow down" in one.line for one in person.heard),
            (SORA, {"prompt": "x"}),
        )
        until(lambda: entries(process)[0].state == "dropped")
    assert "Nothing was submitted" in str(stopped)
    seller.control(clear_behaviours=True)
    assert person.buy(SORA, prompt="x").files.paths
    assert seller.sold == 1


def test_a_job_that_still_uploads_is_given_up_and_the_next_one_starts_anew(person, seller):
    seller.behave("upload", "slow", seconds=1.5)
    with person.process() as process:
        said = lambda: any(one.line == "Uploading" for one in person.heard)  # noqa: E731 - it is asked for, not kept
        [stopped] = waiting(person, process, said, (SORA, {"prompt": "x", "image": picture()}))
        again = asyncio.run(process.buy(SORA, {"prompt": "x", "image": picture()}, person._hear))
    assert "Nothing was submitted" in str(stopped)
    assert again.files.paths[0].is_file()
    assert seller.sold == 1


def test_one_of_two_that_wait_may_leave_before_anything_is_sent(person, seller):
    seller.behave("submit", "429", retry_after=1)
    with person.process() as process:

        async def prompt():
            leaving, staying = (
                asyncio.ensure_future(process.buy(SORA, {"prompt": "x"}, person._hear)) for _ in range(2)
            )
            await asyncio.to_thread(until, lambda: any("slow down" in one.line for one in person.heard))
            leaving.cancel()
            return await staying

        outcome = asyncio.run(prompt())
    assert outcome.files.paths[0].is_file()
    assert seller.sold == 1


def test_the_same_question_twice_in_a_process_is_one_job(person, seller):
    seller.control(job_seconds=1)
    with person.process() as process:
        both = asyncio.run(_gather(*(process.buy(SORA, {"prompt": "x"}, person._hear) for _ in range(2))))
    assert both[0] is both[1]
    assert len({one["path"] for one in polled(seller)}) == seller.sold == 1


async def _gather(*work):
    return await asyncio.gather(*work)


def test_a_stalled_download_that_is_asked_for_again_is_one_download_and_whole(person, seller):
    seller.behave("download", "slow", times=1, seconds=0.3)
    with person.process() as process:
        fetching = lambda: any(one["path"].startswith("/f/") for one in seller.requests)  # noqa: E731 - as above
        waiting(person, process, fetching, (SORA, {"prompt": "x"}))
        outcome = asyncio.run(process.buy(SORA, {"prompt": "x"}, person._hear))
    fetched = [one for one in seller.requests if one["path"].startswith("/f/")]
    whole = Person(person.home.parent / "other home", person.output.parent / "other output")
    assert len(fetched) == 1
    again = whole.collect(outcome.entry.task_id)
    assert content_of_video(outcome.files.paths[0]) == content_of_video(again.files.paths[0])
    assert [one.name for one in outcome.files.paths[0].parent.iterdir()] == [outcome.files.paths[0].name]


def test_a_429_is_waited_for_in_the_providers_words_and_no_longer_than_the_person_waits(person, seller, monkeypatch):
    monkeypatch.setenv("APIMART_WAIT_SECONDS", "1")
    seller.behave("submit", "429", times=-1, retry_after=0.4, message="quota of this minute is used up")
    with pytest.raises(Unfinished, match="quota of this minute") as caught:
        person.buy(SORA, prompt="x")
    assert "Nothing was submitted" in str(caught.value)
    with person.ledger() as ledger:
        assert ledger.entries()[0].state == "dropped"
    assert seller.sold == 0


def test_a_purchase_that_nobody_takes_any_more_leaves_nothing_in_scratch(person):
    """Cancelled while its media are written out, which goes on to its end."""
    is_written, goes_on = threading.Event(), threading.Event()

    def values_in(folder):
        (folder / "motion.mp4").write_bytes(b"written out")
        is_written.set()
        goes_on.wait()
        return Values({**defaults(FAMILIES[SORA]), "prompt": "x"})

    with person.process() as process:

        async def prompt():
            asking = asyncio.ensure_future(
                process.runner.local(lambda _: process.account.purchase(FAMILIES[SORA], values_in))
            )
            await asyncio.to_thread(is_written.wait)
            asking.cancel()
            goes_on.set()

        asyncio.run(prompt())
        until(lambda: not [*(person.home / "scratch").iterdir()])


def test_limits_hold_for_a_body_that_was_written_before_they_were_set(person, seller, monkeypatch):
    with person.process() as process:
        process.written(SORA, {"prompt": "x"})
    monkeypatch.setenv("APIMART_LIMIT_USD_PER_JOB", "0.10")
    with pytest.raises(Refused, match=r"0\.32 USD for this job would exceed your limit"):
        person.buy(SORA, prompt="x")
    assert seller.sold == 0


@pytest.mark.parametrize("limit", ["USD_PER_JOB", "USD_PER_DAY", "PURCHASES_PER_RUN"])
def test_limits_that_are_set_while_a_job_waits_for_the_provider_hold_for_it(person, seller, monkeypatch, limit):
    seller.behave("submit", "429", times=1, retry_after=1)
    person.on_progress = lambda: (
        monkeypatch.setenv(f"APIMART_LIMIT_{limit}", "0") if "slow down" in person.heard[-1].line else None
    )
    with pytest.raises(Refused, match="limit"):
        person.buy(SORA, prompt="x")
    assert seller.sold == 0


def test_a_running_job_keeps_its_lease_in_every_process(person, seller, monkeypatch):
    monkeypatch.setattr(runner, "RENEW_SECONDS", 0.05)
    seller.control(job_seconds=600)
    until_when = []

    def is_renewed():
        until_when.extend(one.lease_until for one in entries(process) if polled(seller))
        return len(set(until_when)) > 1

    with person.process() as process:
        waiting(person, process, is_renewed, (SORA, {"prompt": "x"}))
    assert until_when == sorted(until_when)


def test_every_job_in_the_line_is_told_that_it_waits_for_a_place(person, seller, monkeypatch):
    monkeypatch.setenv("APIMART_JOBS_AT_ONCE", "1")
    seller.control(job_seconds=600)
    told = []
    with person.process() as process:
        process.runner.on_event = told.append

        def is_each_told():
            waits = {
                one.entry.id
                for one in told
                if isinstance(one, Progress) and one.line.startswith("Waiting: running jobs")
            }
            return len(waits) == 5

        waiting(person, process, is_each_told, *((SORA, {"prompt": str(number)}) for number in range(6)))
    assert seller.sold == 1


def test_what_a_node_does_for_itself_never_waits_for_jobs_whose_calls_hang(person, monkeypatch):
    monkeypatch.setattr(runner, "THREADS", 2)
    answered = threading.Event()
    with person.process() as process:
        for _ in range(2):
            process.runner.start(answered.wait)
        try:
            decoding = process.runner.local(lambda stopped: "decoded")
            assert asyncio.run(asyncio.wait_for(decoding, 10)) == "decoded"
        finally:
            answered.set()


def test_a_vanished_task_ends_its_own_job_only(person, seller):
    seller.control(job_seconds=600)
    person.queue((SORA, {"prompt": "kept"}), stops=True)
    seller.control(finish_now=True)
    with person.process() as process:
        account = process.account.settings.account
        process.ledger.adopt("live", "task_01NOBODYKNOWSTHIS0000000000", account=account)
        process.runner.use(process.account)
        until(lambda: any(one.state == "fetched" for one in entries(process)))
        assert [one.state for one in entries(process)] == ["ticketed", "fetched"]


def test_everybody_is_told_how_a_job_ended_that_nobody_waited_for(person, seller):
    seller.control(job_seconds=600)
    told = []
    with person.process() as process:
        process.runner.on_event = told.append
        waiting(person, process, lambda: polled(seller), (SORA, {"prompt": "x"}))
        seller.control(finish_now=True)
        until(lambda: any(isinstance(one, Ended) for one in told))
    [end] = [one for one in told if isinstance(one, Ended)]
    assert (end.entry.state, end.error, end.is_awaited) == ("fetched", None, False)


@pytest.mark.parametrize(("do", "state", "is_unknown"), [("401", "dropped", False), ("drop_after", "intended", True)])
def test_everybody_is_told_as_what_a_job_without_a_video_was_left(person, seller, do, state, is_unknown):
    seller.behave("submit", do)
    told = []
    with person.process() as process:
        process.runner.on_event = told.append
        with pytest.raises(PackError):
            asyncio.run(process.buy(SORA, {"prompt": "x"}, person._hear))
        until(lambda: told and isinstance(told[-1], Ended))
    assert (told[-1].entry.state, told[-1].entry.unknown) == (state, is_unknown)


@pytest.mark.slow
def test_a_process_that_is_stopped_leaves_its_jobs_without_a_word(person, seller):
    seller.control(job_seconds=3)
    seller.behave("poll", "slow", times=1, seconds=8)
    command = [sys.executable, "-c", STOPPED_COMFYUI, str(person.home), str(person.output)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    with person.ledger() as ledger:
        assert {entry.state for entry in ledger.entries()} <= {"ticketed", "ended"}


def test_two_comfyuis_on_one_data_folder_both_have_the_video_in_their_own_output_folder(person, seller, tmp_path):
    one = person.buy(SORA, prompt="x").files.paths[0]
    other = Person(person.home, tmp_path / "another output").buy(SORA, prompt="x").files.paths[0]
    assert other.is_relative_to(tmp_path / "another output")
    assert other.read_bytes() == one.read_bytes()
    assert person.buy(SORA, prompt="x").files.paths[0] == one
    assert len([each for each in seller.requests if each["path"].startswith("/f/")]) == 1


def test_a_file_name_is_the_same_in_every_time_zone(person, seller, monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        east = person.buy(SORA, prompt="x")
        monkeypatch.setenv("TZ", "Pacific/Niue")
        time.tzset()
        east.files.paths[0].unlink()
        assert person.buy(SORA, prompt="x").files == east.files
    finally:
        monkeypatch.undo()
        time.tzset()


def test_warnings_are_said_before_the_upload_and_stand_beside_the_reason_of_a_failure(person, seller, motion_url):
    seller.control(fail_jobs={"reason": "upstream error", "times": 1})
    inputs = {**asked(KLING, motion_url), "image": picture(200, 1200)}
    with pytest.raises(Declined) as caught:
        person.buy(KLING, **inputs)
    first = next(one for one in person.heard if one.warnings)
    assert seller.uploads == 1
    assert person.heard.index(first) < next(n for n, one in enumerate(person.heard) if one.line == "Uploading")
    assert first.warnings[0] in str(caught.value)


def test_a_dead_link_of_a_fresh_job_names_the_task_and_what_to_do(person, seller):
    seller.behave("download", "500", times=-1)
    with pytest.raises(Unreachable) as caught:
        person.buy(SORA, prompt="x")
    assert seller.tasks[0]["id"] in str(caught.value)
    assert "take" in str(caught.value)


def test_a_job_ends_no_thread_of_the_prompt_and_no_loop_outlives_it(person, seller):
    seller.control(job_seconds=600)
    with person.process() as process:
        before = {one.name for one in threading.enumerate()}
        waiting(person, process, lambda: polled(seller), (SORA, {"prompt": "x"}))
        ours = {one.name for one in threading.enumerate()} - before
    assert all(name.startswith("apimart") for name in ours)
