"""Links of finished jobs on networks as they are: the job is paid, so every answer says so and how to go on."""

from __future__ import annotations

import socket

import pytest
from apimart.flow.errors import Refused, Unreachable
from apimart.flow.media import content_of_video
from clips import write_video
from journeys import Person
from ledgers import completed, ticketed
from standin import StandIn, answer

KEY = "sk-test-key-of-nobody-0001"


@pytest.fixture
def provider():
    """The provider's origin."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def other():
    """Any other origin of this machine, which nobody opened."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def person(home, provider, tmp_path, monkeypatch):
    monkeypatch.setenv("APIMART_BASE_URL", provider.url)
    monkeypatch.setenv("APIMART_API_KEY", KEY)
    return Person(home, tmp_path / "output")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp("video") / "v.mp4", frames=4, width=64, height=48)


@pytest.fixture(scope="module")
def video(file):
    return file.read_bytes()


def shows(outcome, file):
    """Whether the kept file, which has its receipt in it, is this video."""
    return content_of_video(outcome.files.paths[0]) == content_of_video(file)


def collect(person, url, hours_later=0.0):
    """What comes of a job that ended with this link."""
    with person.ledger() as ledger:
        entry = ticketed(ledger)
        ledger.end(entry.id, completed(entry, urls=(url,)))
    person.seconds_later = hours_later * 3600
    return person.collect(entry.task_id)


def locked(stand_in, path, video, status=401):
    """A file that is given to whoever sends the key."""

    def act(handler):
        is_let_in = handler.headers.get("Authorization") == f"Bearer {KEY}"
        answer(handler, *((200, video, "video/mp4") if is_let_in else (status, b"no", "text/plain")))

    return stand_in.act(path, act)


def keys_sent(stand_in):
    return [visit.headers["Authorization"] for visit in stand_in.visits if "Authorization" in visit.headers]


@pytest.mark.parametrize("status", [401, 403])
def test_a_link_that_wants_the_key_on_the_providers_own_origin_gets_it(status, person, provider, video, file):
    outcome = collect(person, locked(provider, "/v.mp4", video, status))
    assert shows(outcome, file)
    assert [len(keys_sent(provider)), len(provider.visits)] == [1, 2]


def test_a_link_that_wants_no_key_gets_none(person, provider, video):
    collect(person, provider.serve("/v.mp4", video))
    assert keys_sent(provider) == []


def test_the_key_does_not_follow_a_redirect_to_another_origin(person, provider, other, video):
    host = provider.act("/v.mp4", lambda handler: _redirect_with_key(handler, f"{other.url}/v.mp4"))
    other.serve("/v.mp4", video)
    with pytest.raises(Unreachable, match="The job is already paid"):
        collect(person, host)
    assert [keys_sent(provider), other.visits] == [[f"Bearer {KEY}"], []]


def _redirect_with_key(handler, to):
    if "Authorization" in handler.headers:
        answer(handler, 302, b"", "", Location=to)
    else:
        answer(handler, 401, b"", "text/plain")


@pytest.mark.parametrize("status", [400, 401, 403, 410, 451])
def test_a_link_that_stays_refused_is_asked_no_further_times(status, person, provider):
    with pytest.raises(Unreachable, match=r"The job is already paid.*not charged again") as error:
        collect(person, provider.say("/v.mp4", status))
    assert error.value.task_id
    assert len(provider.visits) == (2 if status in (401, 403) else 1)


@pytest.mark.parametrize("status", [404, 429, 503])
def test_a_fresh_link_that_may_come_to_life_is_asked_again(status, person, provider, video, file):
    def act(handler):
        answer(handler, *((status, b"", "") if len(provider.visits) < 3 else (200, video, "video/mp4")))

    assert shows(collect(person, provider.act("/v.mp4", act)), file)


def test_a_link_that_is_refused_long_after_has_ended(person, provider):
    with pytest.raises(Refused, match=r"its download link expired.*already paid"):
        collect(person, provider.say("/v.mp4", 403), hours_later=30)


@pytest.mark.parametrize("answers", [["10.0.0.5"], ["127.0.0.1"]])
def test_a_link_that_this_network_leads_into_private_says_that_the_job_is_paid(answers, person, other, monkeypatch):
    real = socket.getaddrinfo

    def resolve(name, port, *args, **kwargs):
        if name != "results.example":
            return real(name, port, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Unreachable, match="private network") as error:
        collect(person, f"http://results.example:{other.port}/v.mp4")
    assert other.visits == []
    _says_it_is_paid(error.value)


@pytest.mark.parametrize("url", ["http://192.168.1.9/v.mp4", "ftp://files.example/v.mp4", "nonsense"])
def test_a_link_that_is_not_followed_says_that_the_job_is_paid(url, person):
    with pytest.raises(Unreachable) as error:
        collect(person, url)
    _says_it_is_paid(error.value)


def _says_it_is_paid(error):
    said = str(error)
    assert error.task_id == "task of a question" and error.task_id in said
    assert "The job is already paid." in said and "not charged again" in said and "Collect Job" in said
    assert "othing was charged" not in said
