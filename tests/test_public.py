"""This ComfyUI as a media store: the one route that is meant for the world."""

from __future__ import annotations

import os

import pytest
from aiohttp import web
from apimart.flow.errors import Unreachable
from apimart.flow.host.web.public_files import add_routes
from apimart.flow.publish.self_hosted import ThisComfyUI, public_folder
from ledgers import Clock
from stores import clip_bytes, look, media_file, web_app

DAY = 24 * 3600


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def data(tmp_path):
    """A data folder with a key in it, beside the folder of published clips."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "key").write_text("sk-a-real-key-1234")
    return folder


@pytest.fixture
def door(data, clock):
    """The address of a server with nothing but our route."""
    routes = web.RouteTableDef()
    add_routes(routes, lambda: data, clock)
    with web_app(routes) as url:
        yield url


@pytest.fixture
def store(door, data, clock):
    return ThisComfyUI(f"{door}/", data, now=clock)


@pytest.fixture
def address(store, tmp_path):
    return store.put(media_file(tmp_path / "My Film.mp4"))


def test_a_published_clip_is_there_for_whoever_has_the_link(address):
    status, body, headers = look(address.url)
    assert (status, body) == (200, clip_bytes())
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("video/mp4", "nosniff")
    assert headers["Accept-Ranges"] == "bytes"


def test_a_published_clip_is_served_in_pieces(address):
    status, body, headers = look(address.url, Range="bytes=4-7")
    assert (status, body, headers["Content-Range"]) == (206, b"ftyp", f"bytes 4-7/{len(clip_bytes())}")
    assert look(address.url, Range="bytes=-10")[1] == clip_bytes()[-10:]
    assert look(address.url, Range="bytes=99999-")[0] == 416


def test_a_head_request_tells_the_length(address):
    status, body, headers = look(address.url, method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(clip_bytes())))


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [(".mov", "video/quicktime"), (".webm", "video/webm"), (".MKV", "video/x-matroska"), (".html", "video/mp4")],
)
def test_a_clip_is_served_as_what_it_is_and_never_as_a_page(suffix, kind, store, tmp_path):
    address = store.put(media_file(tmp_path / f"clip{suffix}"))
    assert look(address.url)[2]["Content-Type"] == kind


def test_the_name_tells_nothing_and_is_another_each_time(address, store, tmp_path):
    other = store.put(media_file(tmp_path / "My Film.mp4"))
    assert "Film" not in address.url
    assert other.url != address.url


def test_when_its_time_is_over_a_clip_is_gone_from_the_web_and_from_the_disk(address, clock, data):
    assert address.expires_at == clock() + DAY
    clock.jump(DAY - 1)
    assert look(address.url)[0] == 200
    clock.jump(1)
    assert look(address.url)[0] == 404
    assert list(public_folder(data).iterdir()) == []


def test_publishing_clears_away_what_nobody_asked_for_any_more(address, store, clock, data, tmp_path):
    half = address.url.rsplit("/", 1)[-1] + ".0123456789ab.part"
    (public_folder(data) / half).write_bytes(b"of a process that was killed")
    clock.jump(DAY)
    store.put(media_file(tmp_path / "another.mp4"))
    assert len(list(public_folder(data).iterdir())) == 1


def test_a_clip_that_was_taken_back_is_gone(address, store):
    store.delete(address)
    assert look(address.url)[0] == 404
    store.delete(address)


def test_what_is_served_is_what_was_published_whatever_becomes_of_the_source(address, tmp_path):
    (tmp_path / "My Film.mp4").write_bytes(b"another film")
    assert look(address.url)[1] == clip_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "key",
        "../key",
        "..%2fkey",
        "%2e%2e%2fkey",
        "..%5ckey",
        "%2fetc%2fpasswd",
        "....//key",
        "other.mp4",
        "{name}.part",
        "{name}%00",
        "{name}%0a",
        "{name}/",
        "./{name}%2f..%2f..%2fkey",
        "{upper}",
        "{earlier}",
        "9999999999-{secret}.html",
    ],
)
def test_nothing_but_published_names_is_served(name, address, door, data):
    published = address.url.rsplit("/", 1)[-1]
    (public_folder(data) / "other.mp4").write_bytes(b"not published")
    (public_folder(data) / f"{published}.part").write_bytes(b"half")
    tricky = name.format(
        name=published,
        upper=published.upper(),
        earlier=f"{int(published[:10]) - 1}{published[10:]}",
        secret=published[11:-4],
    )
    status, body, _ = look(f"{door}/apimart/public/{tricky}")
    assert status == 404
    assert b"sk-a-real-key" not in body


def test_a_link_out_of_the_folder_is_not_followed(door, data, clock):
    public_folder(data).mkdir()
    name = f"{int(clock()) + 60}-{'a' * 43}.mp4"
    os.symlink(data / "key", public_folder(data) / name)
    assert look(f"{door}/apimart/public/{name}")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_door_gives_and_never_takes(method, address):
    assert look(address.url, method=method)[0] == 405
    assert look(address.url)[0] == 200


def test_a_full_or_forbidden_disk_is_said_so(store, data, tmp_path):
    public_folder(data).write_text("a file where the folder should be")
    with pytest.raises(Unreachable, match=r"could not be made available.*Nothing new was charged"):
        store.put(media_file(tmp_path / "clip.mp4"))
