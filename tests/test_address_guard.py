"""What may be fetched, and how files come over the network."""

from __future__ import annotations

import socket
import tracemalloc

import pytest
from apimart.flow.errors import Refused, Unfinished, Unreachable
from apimart.flow.wire import Transfer, check_address
from apimart.flow.wire.address_guard import PUBLIC_NAMES, origin_of
from standin import StandIn, answer

CONTENT = bytes(range(256)) * 40
MEGABYTE = 1024 * 1024


@pytest.fixture
def host():
    """A host that the environment opened."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def inner():
    """A host on the private network that nobody opened."""
    with StandIn() as stand_in:
        stand_in.serve("/secret", b"inner secret")
        yield stand_in


@pytest.fixture
def transfer(host):
    return Transfer((host.url,))


@pytest.fixture
def dns(monkeypatch):
    """Names and what the resolver answers for them, one list per question; the last one stays."""
    names = {name: [["8.8.8.8"]] for name in PUBLIC_NAMES}
    real = socket.getaddrinfo

    def resolve(name, port, *args, **kwargs):
        if name not in names:
            assert not name[-1].isalpha(), f"nobody here answers for {name}"
            return real(name, port, *args, **kwargs)
        answers = names[name].pop(0) if len(names[name]) > 1 else names[name][0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in answers]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return names


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.mp4",
        "http://127.0.0.1.:8188/a.mp4",
        "http://127.1/a.mp4",
        "http://2130706433/a.mp4",
        "http://0x7f000001/a.mp4",
        "http://0177.0.0.1/a.mp4",
        "http://0/a.mp4",
        "http://0.0.0.0/a.mp4",
        "http://10.0.0.5/a.mp4",
        "http://172.16.0.1/a.mp4",
        "http://192.168.1.10/a.mp4",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/a.mp4",
        "http://198.18.0.1/a.mp4",
        "http://224.0.0.1/a.mp4",
        "http://255.255.255.255/a.mp4",
        "http://[::1]/a.mp4",
        "http://[::]/a.mp4",
        "http://[::ffff:127.0.0.1]/a.mp4",
        "http://[::ffff:a00:1]/a.mp4",
        "http://[::127.0.0.1]/a.mp4",
        "http://[64:ff9b::7f00:1]/a.mp4",
        "http://[2002:7f00:1::]/a.mp4",
        "http://[fe80::1]/a.mp4",
        "http://[fe80::1%25eth0]/a.mp4",
        "http://[fec0::1]/a.mp4",
        "http://[fd00::1]/a.mp4",
        "http://[ff02::1]/a.mp4",
        "http://localhost/a.mp4",
        "http://LOCALHOST:8188/a.mp4",
        "http://my.localhost/a.mp4",
        "http://printer.local/a.mp4",
        "http://metadata.google.internal/a.mp4",
    ],
)
def test_an_address_in_a_private_network_is_refused_however_it_is_spelled(address):
    with pytest.raises(Refused, match="private network"):
        check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clip.mp4",
        "file:///etc/passwd",
        "ftp://files.example/a.mp4",
        "data:video/mp4;base64,AAAA",
        "https:///a.mp4",
        "https://name:word@files.example/a.mp4",
        "https://name@files.example/a.mp4",
        "https://@files.example/a.mp4",
        "https://files.example:99999/a.mp4",
        "https://files.example:port/a.mp4",
        "http://[::1/a.mp4",
    ],
)
def test_what_is_no_plain_http_address_is_refused(address):
    with pytest.raises(Refused, match="not a public http"):
        check_address(address)


@pytest.mark.parametrize(
    "address", ["https://8.8.8.8/a.mp4", "https://files.example/a.mp4", "http://[2606:4700::1]:8080/"]
)
def test_a_public_address_passes(address):
    check_address(address)


def test_a_password_in_an_address_is_not_repeated_in_the_refusal():
    with pytest.raises(Refused) as refusal:
        check_address("https://name:hunter22@files.example/a.mp4")
    assert "hunter22" not in str(refusal.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Host.Example", "http://host.example:80/path"),
        ("https://host.example/", "https://host.example:443"),
        ("http://[::1]:8000", "http://[::1]:8000/x"),
    ],
)
def test_an_origin_is_the_same_in_every_spelling(one, other):
    assert origin_of(one) == origin_of(other)


def test_an_opened_origin_is_fetched_and_its_neighbour_is_not(host, inner, transfer, tmp_path):
    assert transfer.download(host.serve("/clip.mp4", CONTENT), tmp_path / "clip").bytes == len(CONTENT)
    with pytest.raises(Refused, match="private network"):
        transfer.download(f"{inner.url}/secret", tmp_path / "secret")
    assert inner.visits == []


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["10.1.2.3"]]
)
def test_a_name_that_leads_into_a_private_network_is_not_even_knocked_at(answers, inner, transfer, dns, tmp_path):
    dns["clips.example"] = [answers]
    with pytest.raises(Refused, match="private network"):
        transfer.download(f"http://clips.example:{inner.port}/secret", tmp_path / "secret")
    assert inner.visits == []


@pytest.fixture
def knocked(monkeypatch):
    """Where connections were tried; nobody is at home."""
    places = []

    def refuse(address, *args, **kwargs):
        places.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    return places


def test_a_connection_goes_to_the_answer_that_was_judged_whatever_is_answered_afterwards(transfer, dns, knocked):
    dns["clips.example"] = [["8.8.8.8"], ["127.0.0.1"]]
    with pytest.raises(Unreachable):
        transfer.probe("http://clips.example/secret")
    assert knocked == [("8.8.8.8", 80)]


def test_every_answer_is_tried_in_its_turn(transfer, dns, knocked):
    dns["clips.example"] = [["2606:4700::1", "8.8.8.8"]]
    with pytest.raises(Unreachable):
        transfer.probe("https://clips.example/a.mp4")
    assert knocked == [("2606:4700::1", 443), ("8.8.8.8", 443)]


def test_a_name_that_was_judged_is_the_one_that_is_asked_for(host, dns, monkeypatch):
    monkeypatch.setattr("apimart.flow.wire.address_guard._is_private_answer", lambda address, stand_ins: False)
    dns["clips.example"] = [["127.0.0.1"]]
    host.serve("/clip.mp4", CONTENT)
    assert Transfer().probe(f"http://clips.example:{host.port}/clip.mp4").length == len(CONTENT)
    assert host.visits[-1].headers["Host"] == f"clips.example:{host.port}"


def test_a_name_that_nobody_knows_is_asked_for_once(transfer, dns, knocked):
    dns["clips.example"] = [[], ["127.0.0.1"]]
    with pytest.raises(Unreachable):
        transfer.probe("http://clips.example/a.mp4")
    assert knocked == []


@pytest.mark.parametrize(
    "answers", [["198.18.0.7"], ["198.19.255.1"], ["198.18.0.7", "fdfe:dcba:9876::7"], ["fc00::7", "198.18.0.7"]]
)
def test_the_stand_in_answers_of_a_transparent_proxy_are_no_private_network(answers, transfer, dns, knocked):
    dns["clips.example"] = [answers]
    with pytest.raises(Unreachable):
        transfer.probe("http://clips.example/a.mp4")
    assert knocked == [(one, 80) for one in answers]


HOSTS = ("clips.example", "*.studio.example")


@pytest.mark.parametrize("host", ["clips.example", "Clips.Example.", "a.studio.example", "a.b.studio.example"])
def test_a_host_that_was_named_may_be_read(host):
    check_address(f"https://{host}/a.mp4", hosts=HOSTS)


@pytest.mark.parametrize(
    "host", ["other.example", "a.clips.example", "studio.example", "notstudio.example", "clips.example.evil.example"]
)
def test_where_hosts_are_named_every_other_one_is_refused(host):
    with pytest.raises(Refused, match="not one of them"):
        check_address(f"https://{host}/a.mp4", hosts=HOSTS)


def test_a_redirect_to_a_host_that_was_not_named_is_refused(host):
    reading = Transfer((host.url,), hosts=HOSTS)
    with pytest.raises(Refused, match="not one of them"):
        reading.probe(host.redirect("/clip.mp4", "http://other.example/a.mp4"))


def test_the_sixth_redirect_is_not_followed(host, transfer):
    for number in range(9):
        host.redirect(f"/{number}", f"/{number + 1}")
    with pytest.raises(Unreachable):
        transfer.probe(f"{host.url}/0")
    assert len(host.visits) == 6


@pytest.mark.parametrize(
    ("answers", "everywhere"),
    [
        (["100.64.3.7"], ["100.64.0.9"]),
        (["100.101.102.103"], ["100.64.0.9"]),
        (["fdfe:dcba:9876::7"], ["fdfe:dcba:9876::9"]),
        (["fd12:3456:789a::7", "100.64.3.7"], ["fd12:3456:789a::9", "100.64.0.9"]),
    ],
)
def test_answers_that_stand_in_for_every_public_name_stand_in_for_a_video_too(
    answers, everywhere, transfer, dns, knocked
):
    dns["clips.example"], dns[PUBLIC_NAMES[0]] = [answers], [everywhere]
    with pytest.raises(Unreachable):
        transfer.probe("http://clips.example/a.mp4")
    assert knocked == [(one, 80) for one in answers]


@pytest.mark.parametrize(
    ("answers", "everywhere"),
    [
        (["100.101.102.103"], ["8.8.8.8"]),
        (["fdfe:dcba:9876::7"], ["8.8.8.8"]),
        (["fd12:3456:789a::7"], ["fd99:3456:789a::9"]),
        (["10.0.0.5"], ["10.0.0.9"]),
        (["192.168.1.1"], ["198.18.0.9"]),
        (["198.18.0.7", "10.0.0.5"], ["198.18.0.9"]),
        (["198.18.0.7", "fd12:3456:789a::7"], ["198.18.0.9"]),
        (["127.0.0.1"], ["127.0.0.1"]),
        (["100.64.3.7"], ["10.0.0.9"]),
    ],
)
def test_a_name_that_alone_leads_into_a_private_network_is_refused_there_too(
    answers, everywhere, transfer, dns, knocked
):
    dns["clips.example"], dns[PUBLIC_NAMES[0]] = [answers], [everywhere]
    with pytest.raises(Refused, match="private network"):
        transfer.probe("http://clips.example/a.mp4")
    assert knocked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_a_private_network_is_refused(status, host, inner, transfer):
    address = host.redirect("/clip.mp4", f"{inner.url}/secret", status)
    with pytest.raises(Refused, match="private network"):
        transfer.probe(address)
    assert inner.visits == []


def test_a_redirect_to_a_name_that_leads_into_a_private_network_is_refused(host, inner, transfer, dns):
    dns["clips.example"] = [["127.0.0.1"]]
    address = host.redirect("/clip.mp4", f"http://clips.example:{inner.port}/secret")
    with pytest.raises(Refused, match="private network"):
        transfer.probe(address)
    assert inner.visits == []


def test_a_redirect_to_a_file_of_this_machine_is_not_followed(host, transfer, tmp_path):
    with pytest.raises((Refused, Unreachable)):
        transfer.download(host.redirect("/clip.mp4", "file:///etc/passwd"), tmp_path / "clip")
    assert not (tmp_path / "clip").exists()


def test_redirects_without_end_are_given_up(host, transfer):
    with pytest.raises(Unreachable):
        transfer.probe(host.redirect("/clip.mp4", "/clip.mp4"))


def test_a_redirect_within_an_opened_origin_is_followed(host, transfer):
    host.serve("/real.mp4", CONTENT)
    assert transfer.probe(host.redirect("/clip.mp4", "/real.mp4")).length == len(CONTENT)


@pytest.fixture
def proxy(monkeypatch):
    """An HTTP proxy that the environment names for everything but this machine."""
    with StandIn() as stand_in:
        monkeypatch.setenv("http_proxy", stand_in.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield stand_in


@pytest.mark.parametrize("answers", [["8.8.8.8"], ["10.0.0.1"], ["127.0.0.1"], []])
def test_a_proxy_that_connects_for_us_decides_where_a_name_leads(answers, proxy, transfer, dns):
    dns["public.example"] = [answers]
    proxy.acts["http://public.example/a.mp4"] = lambda handler: answer(handler, 200, CONTENT, "video/mp4")
    assert transfer.probe("http://public.example/a.mp4").length == len(CONTENT)


@pytest.mark.parametrize("address", ["http://192.168.1.1/secret", "http://nas.local/secret", "http://localhost/secret"])
def test_a_proxy_is_not_asked_for_what_is_openly_private(address, proxy, transfer):
    with pytest.raises(Refused, match="private network"):
        transfer.probe(address)
    assert proxy.visits == []


@pytest.mark.parametrize(("scheme", "is_resolved_here"), [("socks5", True), ("socks4", True), ("socks5h", False)])
def test_a_socks_proxy_is_told_an_address_or_a_name_and_an_address_is_judged(
    scheme, is_resolved_here, transfer, dns, monkeypatch
):
    monkeypatch.setenv("http_proxy", f"{scheme}://127.0.0.1:1")
    dns["clips.example"] = [["192.168.1.1"]]
    with pytest.raises(Refused if is_resolved_here else Unreachable):
        transfer.probe("http://clips.example/secret")


def test_a_probe_tells_what_an_address_serves_without_fetching_it(host, transfer):
    probe = transfer.probe(host.serve("/clip.mp4", CONTENT))
    assert (probe.status, probe.mime, probe.length) == (206, "video/mp4", len(CONTENT))
    assert probe.head == CONTENT[:512]
    assert not probe.is_page


def test_a_probe_of_a_server_without_range_reads_the_beginning_only(host, transfer):
    probe = transfer.probe(host.say("/clip.mp4", 200, CONTENT, "video/mp4"))
    assert (probe.status, probe.length, len(probe.head)) == (200, len(CONTENT), 512)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!DOCTYPE html><title>Log in</title>", "video/mp4"),
        (b"  <HTML>", "application/x"),
        (b"x", "text/html; charset=utf-8"),
    ],
)
def test_a_probe_knows_a_page_by_its_type_and_by_its_beginning(body, kind, host, transfer):
    assert transfer.probe(host.say("/clip.mp4", 200, body, kind)).is_page


def test_a_probe_that_is_hung_up_on_is_unreachable(host, transfer):
    with pytest.raises(Unreachable):
        transfer.probe(host.act("/clip.mp4", lambda handler: handler.connection.close()))


def test_nobody_at_the_door_is_unreachable_and_costs_nothing(tmp_path):
    with StandIn() as gone:
        url = gone.url
    with pytest.raises(Unreachable, match="Nothing new was charged"):
        Transfer((url,)).download(f"{url}/clip.mp4", tmp_path / "clip")


def test_a_download_that_was_cut_off_goes_on_where_it_ended(host, transfer, tmp_path):
    part = tmp_path / "clip.part"
    address = host.act("/clip.mp4", lambda handler: _cut(handler, CONTENT, 5000))
    with pytest.raises(Unreachable, match="broke off"):
        transfer.download(address, part)
    assert part.read_bytes() == CONTENT[:5000]
    host.serve("/clip.mp4", CONTENT)
    assert transfer.download(address, part).bytes == len(CONTENT)
    assert part.read_bytes() == CONTENT
    assert host.visits[-1].headers["Range"] == "bytes=5000-"


def test_a_download_that_was_whole_already_is_not_fetched_again(host, transfer, tmp_path):
    part = tmp_path / "clip.part"
    part.write_bytes(CONTENT)
    assert transfer.download(host.serve("/clip.mp4", CONTENT), part).bytes == len(CONTENT)
    assert part.read_bytes() == CONTENT


def test_a_server_that_cannot_resume_sends_everything_again(host, transfer, tmp_path):
    part = tmp_path / "clip.part"
    part.write_bytes(b"the beginning of something else")
    transfer.download(host.say("/clip.mp4", 200, CONTENT, "video/mp4"), part)
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize("span", ["bytes 0-10239/10240", "bytes 4-10239/10240", ""])
def test_an_answer_that_goes_on_somewhere_else_is_not_appended(span, host, transfer, tmp_path):
    part = tmp_path / "clip.part"
    part.write_bytes(CONTENT[:100])
    address = host.say("/clip.mp4", 206, CONTENT, "video/mp4", **{"Content-Range": span})
    with pytest.raises(Unreachable):
        transfer.download(address, part)
    assert not part.exists()


def test_a_part_that_is_longer_than_the_file_is_begun_anew(host, transfer, tmp_path):
    part = tmp_path / "clip.part"
    part.write_bytes(CONTENT + b"more")
    address = host.serve("/clip.mp4", CONTENT)
    with pytest.raises(Unreachable):
        transfer.download(address, part)
    transfer.download(address, part)
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_file_over_the_limit_is_refused_while_it_comes(is_announced, host, transfer, tmp_path):
    length = {} if is_announced else {"Content-Length": "", "Connection": "close"}
    address = host.say("/clip.mp4", 200, bytes(3 * MEGABYTE), "video/mp4", **length)
    part = tmp_path / "clip.part"
    with pytest.raises(Refused, match="larger than 1 MB"):
        transfer.download(address, part, max_bytes=MEGABYTE)
    assert not part.exists() or part.stat().st_size < 2.5 * MEGABYTE


def test_a_server_that_trickles_does_not_outlast_the_time(host, transfer, tmp_path):
    def trickle(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(MEGABYTE))
        handler.end_headers()
        handler.wfile.write(b"a few bytes")
        handler.wfile.flush()
        host.over.wait(20)

    with pytest.raises(Unreachable, match="too long"):
        transfer.download(host.act("/clip.mp4", trickle), tmp_path / "clip", seconds=0)
    assert (tmp_path / "clip").read_bytes() == b"a few bytes"


def test_a_download_ends_when_the_person_stops_it(host, transfer, tmp_path):
    with pytest.raises(Unfinished):
        transfer.download(host.serve("/clip.mp4", CONTENT), tmp_path / "clip", stopped=lambda: True)


def test_downloads_and_uploads_hold_little_of_a_large_file_in_memory(host, transfer, tmp_path):
    def send(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(48 * MEGABYTE))
        handler.end_headers()
        for _ in range(48):
            handler.wfile.write(bytes(MEGABYTE))

    host.act("/clip.mp4", send)
    host.say("/upload", 200, b"taken")
    tracemalloc.start()
    try:
        transfer.download(f"{host.url}/clip.mp4", tmp_path / "clip")
        transfer.send_form(f"{host.url}/upload", "file", tmp_path / "clip", "video/mp4", {})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert host.visits[-1].length > 48 * MEGABYTE
    assert peak < 12 * MEGABYTE


def test_an_upload_is_not_redirected_so_that_its_key_stays_where_it_belongs(host, inner, transfer, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(CONTENT)
    address = host.redirect("/upload", f"{inner.url}/secret", 307)
    with pytest.raises(Unreachable, match="307"):
        transfer.send_form(address, "file", tmp_path / "clip.mp4", "video/mp4", {}, bearer="sk-the-key-1234")
    assert host.visits[-1].headers["Authorization"] == "Bearer sk-the-key-1234"
    assert inner.visits == []


def test_names_on_this_machine_do_not_leave_it(host, transfer, tmp_path):
    (tmp_path / "My Secret Film.mp4").write_bytes(CONTENT)
    host.say("/upload", 200, b"taken")
    transfer.send_form(f"{host.url}/upload", "file", tmp_path / "My Secret Film.mp4", "video/mp4", {"time": "24h"})
    assert b"Secret" not in host.visits[-1].body
    assert b'name="time"\r\n\r\n24h' in host.visits[-1].body


def _cut(handler, content, size):
    handler.send_response(200)
    handler.send_header("Content-Type", "video/mp4")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[:size])
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
