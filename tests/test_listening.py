"""A transfer ends when it is stopped, whatever the other side does or leaves, and is whole when it is not."""

from __future__ import annotations

import datetime
import ipaddress
import itertools
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest
from apimart.flow.errors import Unfinished, Unreachable
from apimart.flow.wire import Provider, Transfer, listening, transfer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standin import StandIn
from stops import Stop
from stores import media_file

CONTENT = bytes(range(256)) * 4096
BEGINNING = 5000
TURN_SECONDS = 0.05


class Silence:
    """The other side falls silent: `began` is set then. A `stopped` that comes true some turns afterwards."""

    def __init__(self):
        self.began = threading.Event()
        self.over = threading.Event()
        self._turns = itertools.count()

    def __call__(self):
        return self.began.is_set() and next(self._turns) >= 3

    def last(self):
        self.began.set()
        self.over.wait(20)


@pytest.fixture
def silence():
    found = Silence()
    yield found
    found.over.set()


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch):
    monkeypatch.setattr(listening, "TURN_SECONDS", TURN_SECONDS)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate and key for 127.0.0.1 in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    made = builder.add_extension(address, False).sign(key, hashes.SHA256())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + pem)
    return path


@pytest.fixture(params=["http", "https"])
def host(request, certificate, monkeypatch):
    """A host of either scheme."""
    if request.param == "http":
        with StandIn() as stand_in:
            yield stand_in
        return
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with StandIn(tls_context(certificate)) as stand_in:
        yield stand_in


def tls_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def head(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "video/mp4")
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()


def begin(handler):
    head(handler)
    handler.wfile.write(CONTENT[:BEGINNING])
    handler.wfile.flush()


def silent_after(silence, act=lambda handler: None):
    def misbehave(handler):
        act(handler)
        silence.last()

    return misbehave


def test_a_download_is_stopped_while_nothing_comes_and_goes_on_where_it_was(host, silence, tmp_path):
    part, files = tmp_path / "clip", Transfer((host.url,))
    url = host.act("/clip.mp4", silent_after(silence, begin))
    with pytest.raises(Unfinished) as unfinished:
        files.download(url, part, stopped=silence)
    assert unfinished.value.stopped
    assert part.read_bytes() == CONTENT[:BEGINNING]
    files.download(host.serve("/clip.mp4", CONTENT), part)
    assert part.read_bytes() == CONTENT
    assert host.visits[-1].headers["Range"] == f"bytes={BEGINNING}-"


def test_a_download_is_stopped_while_no_answer_comes(host, silence, tmp_path):
    with pytest.raises(Unfinished):
        Transfer((host.url,)).download(host.act("/a", silent_after(silence)), tmp_path / "clip", stopped=silence)


def test_a_look_at_an_address_is_stopped_while_no_answer_comes(host, silence):
    with pytest.raises(Unfinished):
        Transfer((host.url,)).probe(host.act("/a", silent_after(silence)), stopped=silence)


def test_an_upload_is_stopped_while_no_answer_comes(host, silence, tmp_path):
    file = media_file(tmp_path / "clip.mp4")
    url = host.act("/upload", silent_after(silence))
    with pytest.raises(Unfinished):
        Transfer((host.url,)).send_form(url, "file", file.path, file.mime, {}, stopped=silence)


def test_the_upload_of_a_picture_is_stopped_while_no_answer_comes(host, silence, tmp_path):
    host.act("/v1/uploads/images", silent_after(silence))
    with pytest.raises(Unfinished):
        Provider(host.url, "sk-nobody-1234").upload_image(media_file(tmp_path / "a.png"), stopped=silence)


def test_an_upload_is_stopped_while_it_is_sent(host, tmp_path):
    file, stopped = media_file(tmp_path / "clip.mp4", bytes(8 << 20)), Stop(20)
    with pytest.raises(Unfinished):
        Transfer((host.url,)).send_form(host.say("/upload", 200), "file", file.path, file.mime, {}, stopped=stopped)
    assert stopped.asked == 20


def test_an_upload_is_stopped_while_the_other_side_takes_nothing(tmp_path):
    file, asked = media_file(tmp_path / "clip.mp4", bytes(32 << 20)), [time.monotonic()]

    def nothing_went_for_a_turn():
        asked.append(time.monotonic())
        return asked[-1] - asked[-2] >= TURN_SECONDS

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(Unfinished):
            Transfer((url,)).send_form(
                f"{url}/upload", "file", file.path, file.mime, {}, stopped=nothing_went_for_a_turn
            )


def test_a_handshake_that_is_not_answered_is_stopped(silence):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        silence.began.set()
        with pytest.raises(Unfinished):
            Transfer((url,)).probe(url, stopped=silence)


def test_somebody_who_only_waits_keeps_the_time_limit(host, silence, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "READ_SECONDS", 0.6)
    stopped = Stop()
    with pytest.raises(Unreachable):
        Transfer((host.url,)).download(host.act("/a", silent_after(silence, begin)), tmp_path / "a", stopped=stopped)
    assert stopped.asked > 3


def test_a_connection_that_somebody_was_stopped_on_is_not_used_again(host, silence, tmp_path):
    files, url = Transfer((host.url,)), host.act("/clip.mp4", silent_after(silence, begin))
    with pytest.raises(Unfinished):
        files.download(url, tmp_path / "clip", stopped=silence)
    host.serve("/other.mp4", CONTENT[::-1])
    files.download(f"{host.url}/other.mp4", tmp_path / "other")
    assert (tmp_path / "other").read_bytes() == CONTENT[::-1]


def test_a_stop_ends_what_it_was_meant_for_and_nothing_after_it(host, tmp_path):
    files, url = Transfer((host.url,)), host.serve("/clip.mp4", CONTENT)
    with pytest.raises(Unfinished):
        files.download(url, tmp_path / "clip", stopped=lambda: True)
    assert files.download(url, tmp_path / "clip").bytes == len(CONTENT)


def test_no_byte_is_lost_when_the_other_side_pauses_anywhere(certificate, monkeypatch, tmp_path):
    """Also in the middle of a TLS record, and of the answer's head: cut into pieces, with a turn between them."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    asked = threading.Semaphore(0)

    def count():
        asked.release()
        return False

    with hesitating_server(tls_context(certificate), asked) as url:
        Transfer((url,)).download(f"{url}/clip.mp4", tmp_path / "clip", stopped=count)
    assert (tmp_path / "clip").read_bytes() == CONTENT


@contextmanager
def hesitating_server(context, asked):
    """Serves CONTENT over TLS once, and stops at four places until the client has asked twice whether to go on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hesitate, args=(listener, context, asked), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(20)


def hesitate(listener, context, asked):
    connection, _ = listener.accept()
    came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(came, goes, server_side=True)

    def through(step):
        while True:
            try:
                found = step()
            except ssl.SSLWantReadError:
                connection.sendall(goes.read())
                came.write(connection.recv(1 << 16))
            else:
                return found

    with connection:
        through(tls.do_handshake)
        through(lambda: tls.read(1 << 16))
        tls.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(CONTENT)}\r\n\r\n".encode())
        for first in range(0, len(CONTENT), 1 << 14):
            tls.write(CONTENT[first : first + (1 << 14)])
        sent = goes.read()
        for first, last in itertools.pairwise((0, 7, 30, 9000, 100_000, len(sent))):
            connection.sendall(sent[first:last])
            while asked.acquire(blocking=False):
                pass
            for _ in range(2):
                asked.acquire(timeout=20)


def test_it_listens_through_a_proxy_too(silence, monkeypatch, tmp_path):
    with StandIn() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        proxy.acts["http://files.example/clip.mp4"] = silent_after(silence, begin)
        with pytest.raises(Unfinished):
            Transfer(("http://files.example",)).download(
                "http://files.example/clip.mp4", tmp_path / "clip", stopped=silence
            )
    assert (tmp_path / "clip").read_bytes() == CONTENT[:BEGINNING]


def test_it_listens_through_a_tunnel_too(certificate, silence, monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with StandIn(tls_context(certificate)) as host, tunnel_to(host.port) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        url = host.act("/clip.mp4", silent_after(silence, begin))
        with pytest.raises(Unfinished):
            Transfer((host.url,)).download(url, tmp_path / "clip", stopped=silence)
    assert (tmp_path / "clip").read_bytes() == CONTENT[:BEGINNING]


def test_a_tunnel_that_is_not_opened_is_given_up(silence, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{mute.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "")
        silence.began.set()
        with pytest.raises(Unfinished):
            Transfer(("https://files.example",)).probe("https://files.example/a", stopped=silence)


@contextmanager
def tunnel_to(port):
    """A proxy that answers one CONNECT and passes on what comes from either side."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=pass_on, args=(listener, port), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def pass_on(listener, port):
    near, _ = listener.accept()
    far = socket.create_connection(("127.0.0.1", port))
    assert near.recv(1 << 16).startswith(b"CONNECT ")
    near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    threading.Thread(target=copy, args=(far, near), daemon=True).start()
    copy(near, far)


def copy(source, target):
    with source, target:
        try:
            while piece := source.recv(1 << 16):
                target.sendall(piece)
        except OSError:
            """One of them went away."""
