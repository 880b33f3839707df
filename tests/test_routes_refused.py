"""What our routes turn away: other sites, odd bodies, tricks with paths. Nothing changes by any of it."""

from __future__ import annotations

import json
import os

import pytest
from aiohttp.test_utils import make_mocked_request
from apimart.flow.host.web.open_pages import language_of
from apimart.flow.host.web.routes import Routes
from apimart.flow.host.web.validation import MAX_BODY_BYTES, Denied, require_page_or_this_machine
from face import FAMILIES, SAME_SITE, face_of
from journeys import Person
from ledgers import sent

pytest_plugins = ["journey_fixtures"]

NOBODY = "0" * 32
JSON = {"Content-Type": "application/json"}
GETS = [
    "status",
    "families",
    "totals",
    "jobs",
    "jobs.csv",
    "projects",
    "models",
    "reconcile",
    "bill.csv",
    "approvals",
    f"jobs/{NOBODY}",
    f"jobs/{NOBODY}/thumbnail",
    f"jobs/{NOBODY}/workflow",
    f"jobs/{NOBODY}/request",
]
POSTS = [
    "key",
    "settings",
    "settings/set-aside",
    "language",
    "balance",
    "media-store",
    "estimate",
    "models/ask",
    "reconcile/now",
    f"jobs/{NOBODY}/collect",
    f"jobs/{NOBODY}/declare",
    f"approvals/{NOBODY}",
]
HARMFUL = {
    "key": {"key": "sk-the-key-of-an-attacker-0001"},
    "settings": {"limit_usd_per_day": None, "sandbox": True},
    "settings/set-aside": {},
    "language": {"page": "0" * 32, "language": "ja"},
    "balance": {},
    "media-store": {},
    "estimate": {"family": "APIMartSora2", "widgets": {}},
    "models/ask": {},
    "reconcile/now": {},
    f"jobs/{NOBODY}/collect": {},
    f"jobs/{NOBODY}/declare": {"bought": False},
    f"approvals/{NOBODY}": {"approve": True},
}
ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://[::1"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
]
MALFORMED = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"12",
    b'{"key": NaN}',
    b"\xff\xfe{}",
    b"[" * 9000,
    b'{"key": 1e999}',
]


@pytest.fixture(scope="module")
def opened(provider, tmp_path_factory):
    folder = tmp_path_factory.mktemp("refused")
    with pytest.MonkeyPatch.context() as patch:
        for name in [one for one in os.environ if one.startswith("APIMART_") and not one.startswith("APIMART_TEST_")]:
            patch.delenv(name)
        patch.setenv("APIMART_API_KEY", provider.key)
        patch.setenv("APIMART_BASE_URL", provider.url)
        with face_of(Person(folder / "home", folder / "output")) as face:
            face.unknown = sent(face.ledger, "an unknown one")
            yield face


@pytest.fixture
def face(opened):
    before = opened.everything()
    yield opened
    assert opened.everything() == before, "something changed"
    assert not opened.runs_jobs


def test_every_route_stands_in_these_tests():
    routes = {(method, path.replace("{id}", NOBODY)) for method, path, _ in Routes(FAMILIES, lambda: None)._all()}
    assert routes == {("GET", path) for path in GETS} | {("POST", path) for path in POSTS}


@pytest.mark.parametrize("path", POSTS)
def test_a_page_of_another_site_changes_nothing(face, path):
    for elsewhere in ELSEWHERE:
        answer = face.ask("POST", path, json.dumps(HARMFUL[path]).encode(), {**JSON, **elsewhere})
        assert (answer.status, set(answer.json)) == (403, {"error"}), elsewhere


@pytest.mark.parametrize("path", GETS)
def test_a_page_of_another_site_learns_nothing(face, path):
    for elsewhere in ELSEWHERE:
        answer = face.ask("GET", path, None, elsewhere)
        assert (answer.status, set(answer.json)) == (403, {"error"}), elsewhere


@pytest.mark.parametrize("path", ["jobs", "language"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://comfy.lan", "Host": "comfy.lan"},
        {"Origin": "http://comfy.lan:8080", "Host": "Comfy.LAN:8080"},
        {"Origin": "https://comfy.lan", "Host": "comfy.lan:443"},
        {"Origin": "http://comfy.lan:8080", "Host": "10.1.2.3:8188", "X-Forwarded-Host": "comfy.lan:8080"},
        {"Origin": "https://comfy.lan", "Host": "10.1.2.3:8188", "X-Forwarded-Host": "comfy.lan, inner.lan"},
        {"Origin": "http://named.example:8080", "Host": "10.1.2.3:8188"},
        {"Origin": "https://other.example", "Host": "10.1.2.3:8188"},
    ],
    ids=str,
)
def test_a_page_that_came_through_a_reverse_proxy_is_let_in(face, path, headers, monkeypatch):
    monkeypatch.setenv("APIMART_ORIGINS", "http://named.example:8080, https://other.example/")
    method = "GET" if path == "jobs" else "POST"
    body = None if method == "GET" else json.dumps(HARMFUL[path]).encode()
    assert face.ask(method, path, body, {**JSON, **headers}).status == 200


@pytest.mark.parametrize("path", ["jobs", "settings"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example", "Host": "comfy.lan", "X-Forwarded-Host": "comfy.lan"},
        {"Origin": "http://comfy.lan:9999", "Host": "comfy.lan"},
        {"Origin": "http://comfy.lan", "Host": "comfy.lan:8188"},
        {"Origin": "http://named.example:9999", "Host": "10.1.2.3:8188"},
        {"Origin": "https://named.example:8080", "Host": "10.1.2.3:8188"},
        {"Origin": "null", "Host": "null"},
        {"Origin": "http://", "Host": ""},
        {"Origin": "http://evil.example", "Host": "10.1.2.3", "X-Forwarded-Host": "comfy.lan, evil.example"},
        {"Origin": "http://named.example:8080", "Host": "10.1.2.3", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_page_of_another_site_is_not_let_in_by_a_reverse_proxy(face, path, headers, monkeypatch):
    monkeypatch.setenv("APIMART_ORIGINS", "http://named.example:8080, https://other.example/")
    method = "GET" if path == "jobs" else "POST"
    assert face.ask(method, path, None if method == "GET" else b"{}", {**JSON, **headers}).status == 403


@pytest.mark.parametrize("path", POSTS)
def test_typing_the_address_posts_nothing(face, path):
    assert face.ask("POST", path, b"{}", {**JSON, "Sec-Fetch-Site": "none"}).status == 403


@pytest.mark.parametrize("remote", ["192.168.1.20", "8.8.8.8", "fe80::1%eth0", "::ffff:10.0.0.2"])
def test_a_program_on_another_machine_changes_nothing(remote):
    with pytest.raises(Denied, match="the same machine"):
        require_page_or_this_machine(make_mocked_request("POST", "/apimart/key").clone(remote=remote))
    require_page_or_this_machine(make_mocked_request("GET", "/apimart/jobs").clone(remote=remote))


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.0.1", ""])
def test_a_program_on_this_machine_may(remote):
    require_page_or_this_machine(make_mocked_request("POST", "/apimart/key").clone(remote=remote))


@pytest.mark.parametrize("said", [{"Origin": "http://comfy.example:8188"}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_page_may_be_on_another_machine(said):
    require_page_or_this_machine(make_mocked_request("POST", "/apimart/key", said).clone(remote="192.168.1.20"))


@pytest.mark.parametrize("path", POSTS)
def test_every_route_that_changes_something_asks_where_a_program_is(face, path, monkeypatch):
    monkeypatch.setattr("apimart.flow.host.web.validation._is_this_machine", lambda remote: False)
    assert face.ask("POST", path, json.dumps(HARMFUL[path]).encode(), JSON).status == 403


@pytest.mark.parametrize("path", POSTS)
def test_only_json_is_taken(face, path):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        headers = {**SAME_SITE, **({"Content-Type": kind} if kind else {})}
        assert face.ask("POST", path, json.dumps(HARMFUL[path]).encode(), headers).status == 415, kind


@pytest.mark.parametrize("path", POSTS)
def test_a_compressed_body_is_not_unpacked(face, path):
    assert face.ask("POST", path, b"{}", {**JSON, **SAME_SITE, "Content-Encoding": "gzip"}).status in (400, 415)


@pytest.mark.parametrize("path", POSTS)
def test_a_large_body_is_not_read(face, path):
    body = json.dumps({"key": "x" * MAX_BODY_BYTES}).encode()
    assert face.ask("POST", path, body).status == 413


@pytest.mark.parametrize("path", POSTS)
def test_a_large_body_in_chunks_is_not_read_either(face, path):
    chunks = (b" " * 1024 for _ in range(32))
    assert face.ask("POST", path, chunks).status == 413


@pytest.mark.parametrize("path", POSTS)
def test_a_malformed_body_is_refused(face, path):
    for body in MALFORMED:
        assert face.ask("POST", path, body).status in (400, 404), body[:12]


@pytest.mark.parametrize("path", POSTS)
def test_an_unknown_field_is_refused(face, path):
    assert face.post(path, {**HARMFUL[path], "base_url": "https://evil.example"}).status in (400, 404)


@pytest.mark.parametrize("path", [*GETS, *POSTS])
def test_other_methods_are_not_known(face, path):
    assert [face.ask(method, path, b"{}").status for method in ("PUT", "DELETE", "PATCH")] == [405] * 3


@pytest.mark.parametrize("path", POSTS)
def test_a_link_to_a_route_that_changes_things_is_dead(face, path):
    assert face.get(path).status in (404, 405)


@pytest.mark.parametrize(
    "trick",
    [
        "..",
        "%2e%2e%2fkey",
        "..%2f..%2fkey",
        "..%5ckey",
        "%00",
        NOBODY + "%00.jpg",
        NOBODY + "%2f..%2f..%2fkey",
        NOBODY.replace("0", "A"),
        NOBODY + "0",
        NOBODY[1:],
        "%EF%BC%90" * 32,
        "%252e%252e",
        "x" * 4000,
        "C:%5Ckey",
        "file:%2f%2f%2fetc%2fpasswd",
    ],
)
def test_an_id_is_no_path(face, trick):
    for tail in ("", "/thumbnail", "/workflow"):
        answer = face.get(f"jobs/{trick}{tail}")
        assert (answer.status, b"root:" in answer.body) == (404, False), tail


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=1e3", "limit=101", "offset=x", "offset=%D9%A1", "show=../key", "limit="]
)
def test_an_odd_page_is_refused(face, query):
    assert face.get(f"jobs?{query}").status == 400


@pytest.mark.parametrize("query", ["days=-1", "days=400", "days=1%00"])
def test_odd_days_are_refused(face, query):
    assert face.get(f"totals?{query}").status == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "https://evil.example"),
        ("ledger_url", "postgresql://evil.example/x"),
        ("result_store", "s3://evil"),
        ("home", "/tmp"),
        ("key", "sk-000000000000000"),
        ("__class__", "x"),
        ("media_store", "s3://bucket/prefix"),
        ("media_store", "comfyui:https://evil.example"),
        ("media_store", "https://user:password@evil.example"),
        ("media_store", "sftp://user:password@evil.example"),
        ("media_store", "../../etc"),
        ("media_store", ["litterbox"]),
        ("media_store", ""),
        ("language", "xx"),
        ("language", {"ko": 1}),
        ("sandbox", "true"),
        ("sandbox", 1),
        ("public_hosts_agreed", "yes"),
        ("limit_usd_per_day", -1),
        ("limit_usd_per_day", "5"),
        ("limit_usd_per_day", True),
        ("limit_usd_per_job", 1e12),
        ("limit_purchases_per_run", 1.5),
        ("limit_purchases_per_run", 10**400),
        ("wait_seconds", 0),
        ("jobs_at_once", 0),
        ("jobs_at_once", 10**9),
    ],
)
def test_a_setting_outside_the_list_is_refused_whole(face, name, value):
    assert face.post("settings", {"limit_purchases_per_run": 1, name: value}).status == 400


@pytest.mark.parametrize("value", [None, 5, ["sk-0000000000000"], {"key": 1}, True])
def test_a_key_is_a_text(face, value):
    assert face.post("key", {"key": value}).status == 400


@pytest.mark.parametrize(
    "task_id",
    ["", "a", "../../v1/balance", "task?x=1", "task#", "task id", "t" * 129, "t\u00e4sk_1", None, 5, ["task_1"]],
)
def test_a_task_id_is_no_address(face, task_id):
    answer = face.post(f"jobs/{face.unknown.id}/declare", {"bought": True, "task_id": task_id})
    assert answer.status == 400


@pytest.mark.parametrize("body", [{}, {"bought": 1}, {"bought": "true"}, {"bought": False, "task_id": "task_12345"}])
def test_a_declaration_is_plain(face, body):
    assert face.post(f"jobs/{face.unknown.id}/declare", body).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"family": "../nodes"},
        {"family": "APIMartNobody"},
        {"family": None},
        {"widgets": []},
        {"widgets": {"prompt": 5}},
        {"widgets": {"duration": "8.5"}},
        {"widgets": {"duration": True}},
        {"widgets": {"model": {"a": 1}}},
        {"widgets": {"nobody": 1}},
        {"widgets": {"take": -1}},
        {"widgets": {"take": 1.5}},
        {"connected": "image"},
        {"connected": ["../key"]},
        {"connected": ["nobody"]},
        {"connected": [["image"]]},
        {"connected": ["image"] * 40},
        {"seconds": 10},
        {"seconds": {"image": "10"}},
        {"seconds": {"image": -1}},
        {"seconds": {"image": 1e300}},
        {"seconds": {"image": True}},
        {"seconds": {"nobody": 1}},
        {"seconds": {"../image": 1}},
    ],
    ids=str,
)
def test_an_odd_question_for_a_price_is_refused(face, changes):
    answer = face.post("estimate", {"family": "APIMartSora2", "widgets": {}, **changes})
    assert answer.status in (400, 404)
    assert "error" in answer.json


@pytest.mark.parametrize("changes", [{"page": "../a"}, {"page": 12}, {"language": "xx"}, {"language": None}], ids=str)
def test_an_odd_language_is_refused(face, changes):
    assert face.post("language", {"page": "a-page-of-nobody", "language": "ko", **changes}).status == 400
    assert language_of("a-page-of-nobody") == ""


def test_a_job_of_nobody_is_not_found(face):
    for path in (f"jobs/{NOBODY}", f"jobs/{NOBODY}/thumbnail", f"jobs/{NOBODY}/workflow"):
        assert face.get(path).status == 404
    assert face.post(f"jobs/{NOBODY}/collect").status == 404
    assert face.post(f"jobs/{NOBODY}/declare", {"bought": False}).status == 404


def test_an_error_of_ours_says_nothing_of_what_it_was_about(face, monkeypatch):
    monkeypatch.setenv("APIMART_WAIT_SECONDS", "sk-the-key-of-somebody-0001")
    for answer in (face.get("status"), face.post("balance")):
        assert b"APIMART_WAIT_SECONDS" in answer.body
        assert b"sk-the-key" not in answer.body


def test_answers_are_neither_kept_nor_embedded_elsewhere(face):
    headers = face.get("status").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not any(name.lower().startswith("access-control") for name in headers)


def test_a_program_without_a_browser_is_let_in(face):
    assert face.ask("GET", "status", None, {}).status == 200
