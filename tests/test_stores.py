"""Each place a clip can be put, against a real server on this machine."""

from __future__ import annotations

import dataclasses
import sys
import tracemalloc
from urllib.parse import parse_qs, urlsplit

import pytest
from apimart.flow.errors import NotSet, Unreachable
from apimart.flow.model import Address
from apimart.flow.publish import open_store, opened_origins
from apimart.flow.publish.buckets import ObjectStore
from apimart.flow.publish.temporary_hosts import Litterbox, SandboxFiles, Tmpfiles
from apimart.flow.settings import Settings
from apimart.flow.wire import Transfer
from sandboxed import Sandbox
from standin import StandIn
from stores import clip_bytes, look, media_file, s3_server

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module", params=[pytest.param("clips", marks=pytest.mark.slow)])
def s3_url(request):
    with s3_server(request.param) as url:
        yield url


@pytest.fixture
def s3(s3_url, monkeypatch):
    """An S3 server that the environment names, with the bucket `clips`."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret words")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return s3_url


@pytest.fixture
def host():
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", key="sk-nobody-1234")


def chosen(settings, store, **changes):
    return open_store(dataclasses.replace(settings, media_store=store, **changes), Transfer())


def test_nothing_set_is_no_store(settings):
    assert chosen(settings, "") is None


def test_the_sandbox_is_its_own_store_unless_one_is_set(settings, tmp_path):
    assert chosen(settings, "", sandbox=True).name == "sandbox"
    assert chosen(settings, "comfyui:https://my.public.host", sandbox=True).name == "comfyui"


@pytest.mark.parametrize(
    "store", ["dropbox", "s3:bucket", "ftp://host/x", "https://host/x", "file:///tmp", "comfyuihost"]
)
def test_a_store_that_does_not_exist_is_answered_with_the_choices(store, settings):
    with pytest.raises(NotSet, match=r"s3://bucket/prefix.*comfyui:https://.*litterbox or tmpfiles"):
        chosen(settings, store)


@pytest.mark.parametrize(
    "store", ["comfyui:", "comfyui:my.host", "comfyui:https://", "comfyui:https://h/?a=b", "comfyui:http://h:99999"]
)
def test_this_comfyui_needs_the_address_at_which_the_world_reaches_it(store, settings):
    with pytest.raises(NotSet, match=r"comfyui:https://my\.public\.host"):
        chosen(settings, store)


@pytest.mark.parametrize("store", ["litterbox", "tmpfiles"])
def test_a_public_host_is_used_only_after_consent_in_so_many_words(store, settings):
    with pytest.raises(
        NotSet, match=r"strangers could see the file there, and it cannot be deleted.*Settings > APIMart"
    ):
        chosen(settings, store)
    assert chosen(settings, store, public_hosts_agreed=True).name == store


def test_a_missing_cloud_library_is_named_when_a_clip_needs_it(settings, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    store = chosen(settings, "gs://bucket/prefix")
    with pytest.raises(NotSet, match="pip install gcsfs google-cloud-storage"):
        store.put(media_file(tmp_path / "clip.mp4"))


@pytest.mark.parametrize(
    ("store", "environment", "opened"),
    [
        ("s3://clips", {"AWS_ENDPOINT_URL": "http://minio.lan:9000"}, ("http://minio.lan:9000",)),
        ("s3://clips", {}, ()),
        ("gs://clips", {"AWS_ENDPOINT_URL": "http://minio.lan:9000"}, ()),
        (
            "comfyui:http://10.0.0.2:8188",
            {"APIMART_MEDIA_STORE": "comfyui:http://10.0.0.2:8188"},
            ("http://10.0.0.2:8188",),
        ),
        ("comfyui:http://10.0.0.2:8188", {}, ()),
        ("litterbox", {"APIMART_MEDIA_STORE": "litterbox"}, ()),
    ],
)
def test_only_the_environment_opens_a_private_store(store, environment, opened, settings):
    assert opened_origins(dataclasses.replace(settings, media_store=store), environment) == opened


def test_a_clip_in_a_bucket_is_there_for_whoever_has_the_link(s3, tmp_path):
    file = media_file(tmp_path / "My Film.mp4")
    address = ObjectStore("s3://clips/a/prefix", now=lambda: 1000.0).put(file)
    status, body, headers = look(address.url)
    assert (status, headers["Content-Type"]) == (200, "video/mp4")
    assert body == file.path.read_bytes()
    assert look(address.url, Range="bytes=4-7")[:2] == (206, b"ftyp")
    assert address.content == file.content
    assert address.expires_at == 1000.0 + 24 * 3600


def test_a_link_into_a_bucket_is_signed_for_a_day_and_nobody_guesses_its_name(s3, tmp_path):
    file = media_file(tmp_path / "My Film.mp4")
    one, other = (urlsplit(ObjectStore("s3://clips/a/prefix").put(file).url) for _ in range(2))
    assert parse_qs(one.query)["X-Amz-Expires"] == ["86400"]
    assert parse_qs(one.query)["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert one.path.startswith("/clips/a/prefix/")
    assert one.path.endswith(f"-{file.content[-32:]}.mp4")
    assert one.path != other.path
    assert "Film" not in one.path


def test_a_second_try_leaves_no_second_copy_in_the_bucket(s3, tmp_path):
    store, file = ObjectStore("s3://clips/retried"), media_file(tmp_path / "clip.mp4")
    assert urlsplit(store.put(file).url).path == urlsplit(store.put(file).url).path


def test_a_link_without_its_signature_opens_nothing(s3, tmp_path):
    address = ObjectStore("s3://clips/a/prefix").put(media_file(tmp_path / "clip.mp4"))
    assert look(address.url.partition("?")[0])[0] == 403


def test_what_was_put_into_a_bucket_is_taken_out_again_and_nothing_else(s3, tmp_path):
    file = media_file(tmp_path / "clip.mp4")
    store, neighbour = ObjectStore("s3://clips/mine"), ObjectStore("s3://clips/theirs")
    address, other = store.put(file), neighbour.put(file)
    store.delete(other)
    store.delete(Address(f"{s3}/clips/mine/../theirs/holiday.mp4", "x", None, store.name))
    assert look(other.url)[0] == look(address.url)[0] == 200
    store.delete(address)
    assert look(address.url)[0] == 404
    store.delete(address)


def test_a_large_clip_goes_up_in_parts_with_few_of_them_in_memory(s3, tmp_path):
    file = media_file(tmp_path / "clip.mp4", clip_bytes(60 * MEGABYTE))
    store = ObjectStore("s3://clips/large")
    store.put(media_file(tmp_path / "small.mp4"))
    tracemalloc.start()
    try:
        address = store.put(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert look(address.url, Range=f"bytes={59 * MEGABYTE}-")[1] == file.path.read_bytes()[59 * MEGABYTE :]
    assert peak < 40 * MEGABYTE


def test_a_bucket_that_does_not_exist_is_for_the_person_to_set(s3, tmp_path):
    with pytest.raises(NotSet, match="bucket"):
        ObjectStore("s3://nowhere/prefix").put(media_file(tmp_path / "clip.mp4"))


def test_missing_credentials_are_for_the_person_to_set(s3, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(NotSet, match="credentials"):
        ObjectStore("s3://clips/prefix").put(media_file(tmp_path / "clip.mp4"))


@pytest.mark.parametrize("address", ["s3://", "s3:///"])
def test_an_address_without_a_bucket_is_for_the_person_to_set(address, s3, tmp_path):
    with pytest.raises(NotSet, match=r"s3://bucket/prefix"):
        ObjectStore(address).put(media_file(tmp_path / "clip.mp4"))


@pytest.mark.slow
def test_a_bucket_that_cannot_be_reached_is_worth_another_try(s3, tmp_path, monkeypatch):
    with StandIn() as gone:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Unreachable, match="did not accept the file"):
        ObjectStore("s3://clips/prefix").put(media_file(tmp_path / "clip.mp4"))


def test_litterbox_is_asked_as_it_documents_it(host, tmp_path):
    file = media_file(tmp_path / "My Film.mp4")
    link = host.serve("/abc123.mp4", file.path.read_bytes())
    endpoint = host.say("/resources/internals/api.php", 200, f"{link}\n".encode())
    address = Litterbox(Transfer((host.url,)), endpoint, now=lambda: 1000.0).put(file)
    form = host.visits[-1].body
    assert b'name="reqtype"\r\n\r\nfileupload\r\n' in form
    assert b'name="time"\r\n\r\n24h\r\n' in form
    assert b'name="fileToUpload"; filename=' in form
    assert file.path.read_bytes() in form
    assert b"Film" not in form
    assert address == Address(link, file.content, 1000.0 + 24 * 3600, "litterbox")


def test_tmpfiles_gives_a_page_and_the_file_behind_it_is_taken(host, tmp_path):
    file = media_file(tmp_path / "clip.mp4")
    link = host.serve("/dl/77/reference.mp4", file.path.read_bytes())
    said = f'{{"status":"success","data":{{"url":"{host.url}/77/reference.mp4"}}}}'
    endpoint = host.say("/api/v1/upload", 200, said.encode(), "application/json")
    address = Tmpfiles(Transfer((host.url,)), endpoint, now=lambda: 1000.0).put(file)
    assert b'name="file"; filename=' in host.visits[-1].body
    assert address == Address(link, file.content, 1000.0 + 3600, "tmpfiles")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"No file was given",
        b"<!DOCTYPE html><title>Just a moment...</title>",
        b'{"data": {"url": null}}',
        b'{"data": []}',
        b'{"data": {"url": "http://127.0.0.1:1/x.mp4"}}',
        b"http://127.0.0.1:1/x.mp4",
        b"javascript:alert(1)",
        "https://files.example/\u202egp4".encode(),
        b"https://files.example/a.mp4 extra",
    ],
)
@pytest.mark.parametrize("store", [Litterbox, Tmpfiles])
def test_an_answer_that_is_no_public_link_is_not_taken_for_one(store, said, host, tmp_path):
    endpoint = host.say("/upload", 200, said)
    with pytest.raises(Unreachable, match="no link"):
        store(Transfer((host.url,)), endpoint).put(media_file(tmp_path / "clip.mp4"))


@pytest.mark.parametrize("status", [302, 403, 413, 500])
def test_a_host_that_does_not_take_the_clip_is_worth_another_try(status, host, tmp_path):
    endpoint = host.say("/upload", status, b"no", Location="/elsewhere")
    with pytest.raises(Unreachable, match=str(status)):
        Litterbox(Transfer((host.url,)), endpoint).put(media_file(tmp_path / "clip.mp4"))
    assert host.paths() == []


@pytest.mark.slow
def test_the_sandbox_takes_clips_from_those_with_a_key(tmp_path):
    file = media_file(tmp_path / "clip.mp4")
    with Sandbox(keys=["sk-the-right-key"]) as sandbox:
        transfer = Transfer((sandbox.url,))
        with pytest.raises(Unreachable, match="401"):
            SandboxFiles(sandbox.url, "sk-the-wrong-key", transfer).put(file)
        address = SandboxFiles(sandbox.url, "sk-the-right-key", transfer).put(file)
        assert look(address.url)[:2] == (200, file.path.read_bytes())
        assert look(address.url, Range="bytes=4-7")[:2] == (206, b"ftyp")
        assert urlsplit(address.url).path.startswith("/f/clip/")
        assert sandbox.state()["clips"] == 1
