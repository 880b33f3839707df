"""Whether a submit may have bought something is told by how far its connection came, on every kind of network."""

from __future__ import annotations

import importlib.util
import os
import socket
import ssl
from pathlib import Path

import pytest
import trustme
from apimart.flow.errors import NotSet, Unknown, Unreachable
from apimart.flow.model import MediaFile
from apimart.flow.wire import Again, NotTaken, Provider, Transfer, provider
from hangup import HangUp
from standin import StandIn, answer

HOST = "api.example.test"
KEY = "sk-test-key-of-nobody-0001"
PATH = "/v1/videos/generations"
REFUSED = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Who signs the certificate of the stand-ins: its file, and the TLS side of a server."""
    signer = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    signer.cert_pem.write_to_path(str(file))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert(HOST, "127.0.0.1").configure_cert(tls)
    return file, tls


@pytest.fixture
def network(authority, monkeypatch):
    """Sets what the environment says of proxies; it trusts the stand-ins' certificate."""
    for name in [one for one in os.environ if one.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority[0]))

    def behind(**proxies):
        for name, value in proxies.items():
            monkeypatch.setenv(name, value)

    return behind


@pytest.fixture
def hang_up(authority):
    return lambda **how: HangUp(authority[1], **how)


def submit(base_url=f"https://{HOST}", key=KEY):
    return Provider(base_url, key).submit({"model": "sora-2", "prompt": "x" * 20000}, "key-1", PATH)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def not_taken(base_url=f"https://{HOST}", words="No connection to"):
    """The submit was never sent: nothing spent, and the next step said."""
    with pytest.raises(NotTaken, match=words) as caught:
        submit(base_url)
    assert caught.value.spent == "Nothing was charged."
    assert caught.value.next_step.endswith("queue again.")


@pytest.mark.parametrize("cut", ["accepted", "asked", "silent", "tunnel", "hello"])
def test_what_fails_before_the_tunnel_and_its_tls_stand_was_never_sent(network, hang_up, monkeypatch, cut):
    monkeypatch.setattr(provider, "CONNECT_SECONDS", 0.5)
    with hang_up(cut=cut) as proxy:
        network(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
        not_taken()
        assert proxy.requests == []


@pytest.mark.parametrize("cut", ["handshake", "head", "request", "answer"])
def test_what_fails_once_the_tunnel_stands_is_unknown(network, hang_up, cut):
    with hang_up(cut=cut) as proxy:
        network(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(Unknown):
            submit()


@pytest.mark.parametrize("status", [302, 403, 407, 502])
def test_a_tunnel_that_the_proxy_refuses_was_never_used(network, hang_up, status):
    with hang_up(connect_answer=REFUSED % status) as proxy:
        network(ALL_PROXY=f"http://127.0.0.1:{proxy.port}")
        not_taken(words=str(status))


@pytest.mark.parametrize("cut", ["accepted", "head", "request", "answer"])
def test_a_plain_proxy_that_hangs_up_may_have_passed_the_request_on(network, hang_up, cut):
    with hang_up(cut=cut) as proxy:
        network(HTTP_PROXY=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(Unknown):
            submit(f"http://{HOST}")


@pytest.mark.parametrize("cut", ["accepted", "hello"])
def test_a_proxy_that_cuts_its_own_tls_handshake_got_nothing(network, hang_up, cut):
    with hang_up(cut=cut, tls_first=True) as proxy:
        network(HTTP_PROXY=f"https://127.0.0.1:{proxy.port}")
        not_taken(f"http://{HOST}")


# requests does not verify an https:// proxy for an http:// address, and urllib3 warns of it.
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("cut", ["handshake", "head", "request", "answer"])
def test_a_proxy_that_hangs_up_after_its_own_tls_handshake_may_have_passed_it_on(network, hang_up, cut):
    with hang_up(cut=cut, tls_first=True) as proxy:
        network(HTTP_PROXY=f"https://127.0.0.1:{proxy.port}")
        with pytest.raises(Unknown):
            submit(f"http://{HOST}")


@pytest.mark.parametrize("cut", ["accepted", "hello"])
def test_without_a_proxy_a_tls_handshake_that_is_cut_sent_nothing(network, hang_up, cut):
    with hang_up(cut=cut, tls_first=True) as server:
        not_taken(f"https://127.0.0.1:{server.port}")


@pytest.mark.parametrize("cut", ["handshake", "head", "request", "answer"])
def test_without_a_proxy_an_answer_that_is_lost_is_unknown(network, hang_up, cut):
    with hang_up(cut=cut, tls_first=True) as server, pytest.raises(Unknown):
        submit(f"https://127.0.0.1:{server.port}")


def test_a_certificate_that_nobody_here_trusts_is_said_so(network, hang_up, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with hang_up() as proxy:
        network(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
        not_taken(words="certificate")
        assert proxy.requests == []


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://127.0.0.1:{port}", "proxy"),
        ("http://proxy.invalid:3128", "proxy"),
        ("http://.invalid:3128", "proxy"),
        ("http://:3128", "proxy"),
        ("gopher://127.0.0.1:3128", "scheme gopher"),
        ("socks9://127.0.0.1:{port}", "proxy"),
        ("socks5://127.0.0.1:{port}", "proxy"),
    ],
)
def test_a_proxy_that_cannot_be_used_got_nothing(network, proxy, words):
    network(ALL_PROXY=proxy.format(port=closed_port()))
    not_taken(words=words)


@pytest.mark.skipif(importlib.util.find_spec("socks") is not None, reason="PySocks is installed")
def test_a_socks_proxy_without_its_library_names_the_library(network):
    network(ALL_PROXY="socks5://127.0.0.1:1080")
    not_taken(words="pip install pysocks")


def test_a_bundle_of_certificates_that_is_not_there_is_said_so(network, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/authority.pem")
    not_taken(words="certificate")


def test_nobody_at_the_address_got_nothing(network):
    not_taken(f"http://127.0.0.1:{closed_port()}", "127.0.0.1")


def test_what_was_never_sent_is_sent_freely_again(network, hang_up):
    with hang_up(cut="hello") as proxy:
        network(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
        for _ in range(3):
            not_taken()
        proxy.cut = ""
        assert submit().task_id == "task_1"
        assert len(proxy.requests) == 1


def test_a_submit_goes_whole_through_a_plain_proxy(network, hang_up):
    with hang_up() as proxy:
        network(HTTP_PROXY=f"http://127.0.0.1:{proxy.port}")
        assert submit(f"http://{HOST}").task_id == "task_1"
        assert proxy.requests[0].startswith(b"POST http://api.example.test/v1/videos/generations ")


@pytest.fixture
def server(network):
    with StandIn() as running:
        yield running


PROOFS = (400, 401, 402, 403, 404, 405, 413, 415, 422)
NO_PROOFS = (302, 406, 407, 408, 409, 410, 418, 421, 423, 425, 428, 431, 451, 499, 500, 501, 502, 503, 504, 520, 524)


@pytest.mark.parametrize("status", PROOFS)
def test_an_answer_that_proves_that_nothing_ran_is_no_unknown(server, status):
    server.say(PATH, status, b'{"error": {"message": "no"}}')
    with pytest.raises(Exception, match="The request was not accepted: no") as caught:  # noqa: PT011, B017, RUF100
        submit(server.url)
    assert not isinstance(caught.value, Unknown)


@pytest.mark.parametrize("status", NO_PROOFS)
def test_every_other_answer_is_unknown(server, status):
    server.say(PATH, status, b'{"error": {"message": "gone wrong"}}')
    with pytest.raises(Unknown, match="gone wrong") as caught:
        submit(server.url)
    assert not caught.value.final


def coded(server, status, code, message="in words", **headers):
    body = b'{"error": {"code": "%s", "message": "%s"}}' % (code.encode(), message.encode())
    server.say(PATH, status, body, "application/json", **headers)


def test_an_outcome_that_the_provider_cannot_tell_is_final(server):
    coded(server, 409, "idempotency_result_indeterminate")
    with pytest.raises(Unknown) as caught:
        submit(server.url)
    assert caught.value.final


def test_a_submit_that_is_being_executed_is_not_called_unsent(server):
    coded(server, 409, "idempotency_in_progress", **{"Retry-After": "3"})
    outcome = submit(server.url)
    assert isinstance(outcome, Again)
    assert (outcome.seconds, outcome.under_way) == (3.0, True)


@pytest.mark.parametrize(("status", "code"), [(503, "idempotency_unavailable"), (429, "rate_limit_error")])
def test_a_submit_that_was_not_executed_may_be_sent_again(server, status, code):
    coded(server, status, code)
    outcome = submit(server.url)
    assert isinstance(outcome, Again)
    assert not outcome.under_way


def test_a_used_key_and_a_body_that_cannot_be_built_are_refusals(server):
    for status, code in ((409, "idempotency_key_reused"), (500, "build_request_failed")):
        coded(server, status, code, f"{code}: invalid size")
        with pytest.raises(Exception, match="not accepted") as caught:  # noqa: PT011, B017, RUF100
            submit(server.url)
        assert not isinstance(caught.value, Unknown)


def test_a_500_that_only_quotes_such_words_is_unknown(server):
    coded(server, 500, "server_error", "after build_request_failed was retried")
    with pytest.raises(Unknown):
        submit(server.url)


def test_a_429_is_told_in_the_providers_own_words(server):
    coded(server, 429, "rate_limit_error", "three videos a minute, please", **{"Retry-After": "7"})
    outcome = submit(server.url)
    assert outcome == Again(7.0, "three videos a minute, please (Retry-After: 7 s)")


def test_a_429_without_a_word_still_has_a_reason(server):
    server.say(PATH, 429)
    assert submit(server.url) == Again(5.0, "the provider asks to send fewer requests")


@pytest.mark.parametrize(
    "key", ["sk-one\nsk-two", "sk-\u00fcber", "sk-\u4e2d\u6587", "sk-\udcff", "sk a", "sk-\x00", ""]
)
def test_a_key_that_no_header_can_carry_is_refused_in_words_on_every_endpoint(server, tmp_path, key):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"x")
    asked = [
        lambda: submit(server.url, key),
        lambda: Provider(server.url, key).task("task_1"),
        lambda: Provider(server.url, key).balance_usd(),
        lambda: Provider(server.url, key).models(),
        lambda: Provider(server.url, key).schema("sora-2"),
        lambda: Provider(server.url, key).honours_keys("sora-2"),
        lambda: Provider(server.url, key).upload_image(MediaFile(picture, "image/png", 1, "c")),
    ]
    if key:
        transfer = Transfer([server.url])
        asked.append(lambda: transfer.send_form(f"{server.url}/f", "file", picture, "image/png", {}, bearer=key))
    for ask in asked:
        with pytest.raises(NotSet, match="APIMART_API_KEY") as caught:
            ask()
        assert not key or key not in str(caught.value)
    assert server.visits == []


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    """A password for this machine in ~/.netrc."""
    file = Path(tmp_path / "netrc")
    file.write_text("machine 127.0.0.1 login somebody password secret-0001\ndefault login any password secret-0002\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))


def sent(server):
    return [visit.headers.get("Authorization") for visit in server.visits]


def test_netrc_never_replaces_the_key(server, netrc, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"x")
    coded(server, 429, "rate_limit_error")
    server.say("/v1/balance", 200, b'{"success": true, "remain_balance": 1}')
    server.say("/v1/uploads/images", 200, b'{"url": "https://x.org/a.png"}')
    server.say("/f", 200, b"{}")
    account = Provider(server.url, KEY)
    submit(server.url)
    account.balance_usd()
    account.upload_image(MediaFile(picture, "image/png", 1, "c"))
    Transfer([server.url]).send_form(f"{server.url}/f", "file", picture, "image/png", {}, bearer=KEY)
    assert sent(server) == [f"Bearer {KEY}"] * 4


def test_netrc_goes_neither_with_prices_nor_with_downloads_and_uploads_without_a_key(server, netrc, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"x")
    server.say("/api/pricing/models/all", 200, b'{"data": {"models": {"video": []}}}')
    clip = server.serve("/clip.mp4", b"clip")
    server.act("/moved", lambda handler: answer(handler, 302, b"", "text/plain", Location=clip))
    server.say("/f", 200, b"{}")
    Provider(server.url, KEY).prices()
    transfer = Transfer([server.url])
    transfer.probe(clip)
    transfer.download(f"{server.url}/moved", tmp_path / "clip.part")
    transfer.send_form(f"{server.url}/f", "file", picture, "image/png", {})
    assert sent(server) == [None] * 5


@pytest.fixture
def trusting(network, authority, monkeypatch):
    """Trusts the stand-ins' certificate in the way of the system, not of `requests`."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[0]))


@pytest.fixture
def behind_tls(network, hang_up):
    """A proxy that opens the connections of its network, as a company's does; the server behind it sells."""
    with hang_up() as proxy:
        network(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
        yield proxy


def test_the_systems_certificates_are_trusted_for_a_submit(trusting, behind_tls):
    assert submit().task_id == "task_1"


def test_the_systems_certificates_are_trusted_for_questions(trusting, behind_tls):
    assert Provider(f"https://{HOST}", KEY).balance_usd() is not None


def test_the_systems_certificates_are_trusted_for_a_proxy_with_tls_of_its_own(trusting, network, hang_up):
    with hang_up(tls_first=True) as proxy:
        network(HTTP_PROXY=f"https://127.0.0.1:{proxy.port}")
        assert submit(f"http://{HOST}").task_id == "task_1"


@pytest.mark.parametrize("is_opened", [True, False])
def test_the_systems_certificates_are_trusted_for_downloads(is_opened, trusting, behind_tls, tmp_path):
    transfer = Transfer((f"https://{HOST}",) if is_opened else ())
    assert transfer.download(f"https://{HOST}/clip.mp4", tmp_path / "clip").bytes > 0


def test_a_bundle_that_is_named_is_the_only_one(trusting, behind_tls, monkeypatch, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    not_taken(words="certificate")


ASKING = {
    "submit": lambda folder: submit(),
    "question": lambda folder: Provider(f"https://{HOST}", KEY).balance_usd(),
    "download": lambda folder: Transfer().download(f"https://{HOST}/clip.mp4", folder / "clip"),
}


@pytest.mark.parametrize("ask", ASKING)
def test_a_certificate_that_nobody_here_trusts_names_the_way_out(ask, network, behind_tls, monkeypatch, tmp_path):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises((NotTaken, Unreachable), match=r"REQUESTS_CA_BUNDLE.*SSL_CERT_FILE"):
        ASKING[ask](tmp_path)
