"""Giving the clips of a request their addresses: never twice, never unseen, never left behind."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web
from apimart.flow.errors import NotSet, Refused, Unfinished, Unreachable
from apimart.flow.host.web.public_files import add_routes
from apimart.flow.ledger import Ledger
from apimart.flow.model import Address, Attachment, Body, Medium, Question, Request, Values, VideoData, VideoInput
from apimart.flow.publish import Publisher
from apimart.flow.publish.self_hosted import ThisComfyUI, public_folder
from apimart.flow.publish.temporary_hosts import Litterbox
from apimart.flow.wire import Provider, Transfer
from apimart.nodes import families
from ledgers import Clock, intended
from standin import StandIn
from stops import Stop
from stores import clip_bytes, media_file, web_app

KLING = next(family for family in families() if family.node_id == "APIMartKlingMotionControl")
VIDEO = next(one for one in KLING.inputs if isinstance(one, VideoInput))
DAY = 24 * 3600


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def host():
    """A temporary host; what it answers to an upload is told by the test."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def ledger(tmp_path, clock):
    opened = Ledger.open(tmp_path / "ledger.sqlite", now=clock)
    yield opened
    opened.close()


@pytest.fixture
def pauses():
    """How long the publisher waited each time; what a test adds to `meanwhile` happens in the first pause."""
    return Pauses()


class Pauses(list):
    def __init__(self):
        self.meanwhile = {}

    def pass_by(self, host):
        def pause(seconds):
            self.append(seconds)
            host.acts.update(self.meanwhile)

        return pause


@pytest.fixture
def publisher(host, ledger, clock, pauses):
    transfer = Transfer((host.url,))
    store = Litterbox(transfer, f"{host.url}/upload", now=clock)
    return publishing(ledger, transfer, lambda: store, clock, pauses.pass_by(host))


def publishing(ledger, transfer, open_store, clock, pause=lambda seconds: None):
    provider = Provider("http://127.0.0.1:1", "sk-nobody-1234")
    return Publisher(provider, ledger, transfer, open_store, now=clock, pause=pause)


def request_for(file=None, url="", content=""):
    attachment = Attachment(VIDEO, content or (file.content if file else ""), file, url)
    medium = Medium(VIDEO, VideoData(file.path if file else None, url), attachment.content)
    question = Question(KLING, Values({}), "kling", {"model": "kling"}, (medium,), 0, "a question")
    return Request(question, (attachment,), 5.0, 1.0)


@pytest.fixture
def file(tmp_path):
    return media_file(tmp_path / "clip.mp4")


@pytest.fixture
def link(host):
    """Where the host keeps the clip that it was given."""
    url = host.serve("/kept.mp4", clip_bytes())
    host.say("/upload", 200, url.encode())
    return url


def uploads(host):
    return len(host.paths("POST"))


def test_a_clip_is_put_into_the_store_and_named_in_the_body(publisher, file, link):
    body = publisher.publish(request_for(file))
    assert body.json == {"model": "kling", VIDEO.parameter: link}
    assert [address.source for address in body.addresses] == ["litterbox"]


def test_the_same_bytes_are_not_uploaded_again_while_their_address_lives(publisher, file, link, host):
    assert publisher.publish(request_for(file)).json == publisher.publish(request_for(file)).json
    assert uploads(host) == 1


def test_another_process_with_the_same_ledger_does_not_upload_again_either(publisher, ledger, clock, file, link, host):
    publisher.publish(request_for(file))
    transfer = Transfer((host.url,))
    publishing(ledger, transfer, lambda: Litterbox(transfer, f"{host.url}/upload"), clock).publish(request_for(file))
    assert uploads(host) == 1


def test_an_address_that_will_not_outlive_the_job_is_not_used_again(publisher, file, link, host, clock):
    publisher.publish(request_for(file))
    clock.jump(DAY - 3599)
    publisher.publish(request_for(file))
    assert uploads(host) == 2


def test_an_address_that_died_early_is_forgotten(publisher, ledger, file, link, host, clock):
    publisher.publish(request_for(file))
    host.say("/kept.mp4", 404)
    other = host.serve("/again.mp4", clip_bytes())
    host.say("/upload", 200, other.encode())
    assert publisher.publish(request_for(file)).json[VIDEO.parameter] == other
    assert ledger.addresses.known(file.content, clock()).url == other


def test_a_clip_that_came_from_one_of_our_jobs_needs_no_store(ledger, file, host, clock):
    url = host.serve("/f/video/result.mp4", clip_bytes())
    ledger.addresses.remember(Address(url, file.content, clock() + DAY, "result"))
    publisher = publishing(ledger, Transfer((host.url,)), lambda: None, clock)
    assert publisher.publish(request_for(file)).json[VIDEO.parameter] == url


def test_many_runs_that_need_the_same_clip_at_once_upload_it_once(publisher, file, link, host):
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: publisher.publish(request_for(file)).json, range(8)))
    assert bodies == [bodies[0]] * 8
    assert uploads(host) == 1


def test_different_clips_do_not_wait_for_each_other(publisher, tmp_path, host):
    both = threading.Barrier(2, timeout=20)
    kept = host.serve("/kept.mp4", clip_bytes())

    def together(handler):
        both.wait()
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(kept.encode())

    host.act("/upload", together)
    files = [media_file(tmp_path / f"{seed}.mp4", clip_bytes(seed=seed)) for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(lambda one: publisher.publish(request_for(one)), files))) == 2


def test_a_broken_upload_is_tried_again_a_little_later(publisher, file, link, host, pauses):
    pauses.meanwhile = {"/upload": host.acts["/upload"]}
    host.say("/upload", 502)
    assert publisher.publish(request_for(file)).json[VIDEO.parameter] == link
    assert sum(pauses) == 2.0


def test_an_upload_that_stays_broken_is_given_up_and_has_cost_nothing(publisher, file, host):
    host.say("/upload", 502)
    with pytest.raises(Unreachable, match="Nothing new was charged"):
        publisher.publish(request_for(file))
    assert uploads(host) == 3


def test_a_run_that_is_stopped_anywhere_can_be_queued_again(publisher, file, link, host):
    whole = Stop()
    publisher.publish(request_for(file), whole)
    for nth in range(1, whole.asked + 1):
        content = clip_bytes(seed=nth)
        host.serve("/kept.mp4", content)
        other = media_file(file.path.with_name(f"{nth}.mp4"), content)
        with pytest.raises(Unfinished):
            publisher.publish(request_for(other), Stop(nth))
        assert publisher.publish(request_for(other)).json[VIDEO.parameter] == link


def test_a_pause_between_two_tries_is_stopped(publisher, file, host, pauses):
    host.say("/upload", 502)
    with pytest.raises(Unfinished):
        publisher.publish(request_for(file), lambda: len(pauses) > 2)
    assert (uploads(host), sum(pauses)) == (1, 0.75)


def test_a_run_that_waits_for_the_upload_of_another_is_stopped_alone(publisher, file, link, host):
    began, ends, upload = threading.Event(), threading.Event(), host.acts["/upload"]

    def slowly(handler):
        began.set()
        ends.wait(20)
        upload(handler)

    host.act("/upload", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(publisher.publish, request_for(file))
        assert began.wait(20)
        with pytest.raises(Unfinished):
            publisher.publish(request_for(file), lambda: True)
        ends.set()
        assert first.result(20).json[VIDEO.parameter] == link
    assert uploads(host) == 1


def test_a_host_that_needs_a_moment_to_show_the_clip_gets_it(publisher, file, link, host, pauses):
    pauses.meanwhile = {"/kept.mp4": host.acts["/kept.mp4"]}
    host.say("/kept.mp4", 503)
    publisher.publish(request_for(file))
    assert (uploads(host), sum(pauses)) == (1, 2.0)


PAGE = b"<!DOCTYPE html><html><title>Log in</title></html>"


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (200, PAGE, "text/html", "a web page"),
        (200, PAGE.ljust(5000), "video/mp4", "a web page"),
        (200, clip_bytes(4999), "video/mp4", "4999 bytes instead of 5000"),
        (200, b"", "video/mp4", "0 bytes instead of 5000"),
        (200, b'{"error":"expired"}'.ljust(5000), "application/json", "not a video"),
        (403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml", "HTTP 403"),
        (404, b"", "text/plain", "HTTP 404"),
    ],
)
def test_an_address_that_does_not_serve_the_clip_is_refused(
    status, body, kind, said, publisher, ledger, file, host, clock
):
    host.say("/upload", 200, host.say("/kept.mp4", status, body, kind).encode())
    with pytest.raises(Refused, match=said):
        publisher.publish(request_for(file))
    assert ledger.addresses.known(file.content, clock()) is None


def test_an_address_that_leads_on_to_a_login_page_is_refused(publisher, file, host):
    host.say("/login", 200, PAGE, "text/html")
    host.say("/upload", 200, host.redirect("/kept.mp4", "/login").encode())
    with pytest.raises(Refused, match="a web page"):
        publisher.publish(request_for(file))


def test_an_address_that_leads_on_into_a_private_network_is_refused(publisher, file, host):
    with StandIn() as inner:
        inner.serve("/clip.mp4", clip_bytes())
        host.say("/upload", 200, host.redirect("/kept.mp4", f"{inner.url}/clip.mp4").encode())
        with pytest.raises(Refused, match="private network"):
            publisher.publish(request_for(file))
        assert inner.visits == []


def test_a_clip_without_a_home_is_answered_with_the_four_ways_out(ledger, file, clock):
    with pytest.raises(NotSet) as refusal:
        publishing(ledger, Transfer(), lambda: None, clock).publish(request_for(file))
    ways = [line[:2] for line in str(refusal.value).splitlines()[1:]]
    assert ways == ["1.", "2.", "3.", "4."]
    assert "Nothing was charged" in str(refusal.value)


def test_a_wrongly_set_store_troubles_only_those_who_need_it(ledger, file, host, clock):
    def broken():
        raise NotSet("There is no media store 'dropbox'.")

    publisher = publishing(ledger, Transfer((host.url,)), broken, clock)
    url = host.serve("/mine.mp4", clip_bytes())
    assert publisher.publish(request_for(url=url, content="x")).json[VIDEO.parameter] == url
    publisher.withdraw(Body({}, (Address(url, "x", None, "litterbox"),)))
    with pytest.raises(NotSet, match="dropbox"):
        publisher.publish(request_for(file))


def test_a_private_address_of_the_person_is_refused(publisher):
    with pytest.raises(Refused, match="private network"):
        publisher.publish(request_for(url="http://192.168.1.5/clip.mp4", content="x"))


@pytest.fixture
def at_home(tmp_path, clock, ledger):
    """A publisher whose store is this ComfyUI, and the folder of its clips."""
    routes = web.RouteTableDef()
    add_routes(routes, lambda: tmp_path, clock)
    with web_app(routes) as url:
        store = ThisComfyUI(url, tmp_path, now=clock)
        yield publishing(ledger, Transfer((url,)), lambda: store, clock), public_folder(tmp_path)


def test_a_clip_that_is_not_needed_any_more_can_be_withdrawn(at_home, ledger, file, clock):
    publisher, folder = at_home
    body = publisher.publish(request_for(file))
    publisher.withdraw(body)
    assert list(folder.iterdir()) == []
    assert ledger.addresses.known(file.content, clock()) is None


def test_a_clip_that_another_job_still_needs_is_not_withdrawn(at_home, ledger, file):
    publisher, folder = at_home
    body = publisher.publish(request_for(file))
    other = intended(ledger, "another question")
    ledger.write_body(other.id, body.json, body.addresses)
    publisher.withdraw(body)
    assert len(list(folder.iterdir())) == 1
    ledger.drop(other.id, "changed my mind")
    publisher.withdraw(body)
    assert list(folder.iterdir()) == []


def test_what_a_stopped_upload_left_in_the_store_is_taken_out(at_home, file):
    publisher, folder = at_home
    with pytest.raises(Unfinished):
        publisher.publish(request_for(file), lambda: any(folder.glob("*.mp4")))
    assert list(folder.iterdir()) == []


def test_what_a_refused_upload_left_in_the_store_is_taken_out(at_home, file):
    publisher, folder = at_home
    with pytest.raises(Refused, match="5000 bytes instead of 4000"):
        publisher.publish(request_for(dataclasses.replace(file, bytes=4000)))
    assert list(folder.iterdir()) == []
