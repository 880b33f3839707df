"""ComfyUI with several users: jobs and workflows belong to who queued them, the key and the limits to the owner."""

from __future__ import annotations

import pytest
from apimart.flow.host.web import open_pages
from apimart.flow.host.web.users import THE_ONE, named
from apimart.flow.host.web.workflows import keep_workflow
from face import face_of
from ledgers import ended, intended, sent

pytest_plugins = ["journey_fixtures", "ledger_fixtures"]

OWNERS = ["key", "settings", "settings/set-aside", "balance", "media-store", "reconcile/now"]


@pytest.fixture
def face(person, monkeypatch):
    """The routes of a ComfyUI where Ann is the owner; who asks says so in ComfyUI's own header."""
    monkeypatch.setenv("APIMART_OWNER", "ann")
    with face_of(person, lambda request: named(request.headers.get("Comfy-User", ""))) as opened:
        yield opened


def queued_by(face, user, question):
    entry = intended(face.ledger, question)
    face.ledger.users.add(entry.id, user)
    return entry


def jobs_of(face, user):
    return {job["id"] for job in face.get("jobs", **{"Comfy-User": user}).json["jobs"]}


def test_everybody_sees_the_own_jobs_and_the_owner_sees_all(face):
    one, other = queued_by(face, "ben", "one"), queued_by(face, "eve", "other")
    nobodys = intended(face.ledger, "nobody's")
    assert jobs_of(face, "ben") == {one.id}
    assert jobs_of(face, "eve") == {other.id}
    assert jobs_of(face, "new") == jobs_of(face, "") == set()
    assert jobs_of(face, "ann") == {one.id, other.id, nobodys.id}


def test_sums_are_of_the_own_jobs(face):
    for user, question in (("ben", "one"), ("eve", "other")):
        face.ledger.users.add(ended(face.ledger, question, cost=1.0).id, user)
    spent = [face.get("totals", **{"Comfy-User": user}).json["month_usd"] for user in ("ben", "new", "ann")]
    assert spent == [1.0, 0, 2.0]


def test_a_question_that_two_asked_is_a_job_of_both(face):
    entry = queued_by(face, "ben", "one")
    face.ledger.users.add(entry.id, "ben")
    face.ledger.users.add(entry.id, "eve")
    assert jobs_of(face, "ben") == jobs_of(face, "eve") == {entry.id}
    assert face.ledger.users.of(entry.id) == {"ben", "eve"}


@pytest.mark.parametrize("path", ["", "/thumbnail", "/workflow", "/collect", "/declare"])
def test_another_users_job_is_as_if_it_were_not_there(face, path):
    entry = sent(face.ledger, "one")
    face.ledger.users.add(entry.id, "ben")
    keep_workflow(face.person.home, entry.id, {"nodes": []}, "ben")
    headers = {"Comfy-User": "eve", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    method, body = ("GET", None) if path in ("", "/thumbnail", "/workflow") else ("POST", b"{}")
    if path == "/declare":
        body = b'{"bought": false}'
    answer = face.ask(method, f"jobs/{entry.id}{path}", body, headers)
    assert (answer.status, answer.json["error"]) == (404, "This job does not exist.")
    assert face.ledger.by_id(entry.id).unknown


def test_each_user_gets_the_workflow_that_this_user_queued(face):
    entry = queued_by(face, "ben", "one")
    face.ledger.users.add(entry.id, "eve")
    for user in ("ben", "eve"):
        keep_workflow(face.person.home, entry.id, {"of": user}, user)
    for user in ("ben", "eve"):
        assert face.get(f"jobs/{entry.id}/workflow", **{"Comfy-User": user}).json["workflow"] == {"of": user}
    assert face.get(f"jobs/{entry.id}/workflow", **{"Comfy-User": "ann"}).status == 404


@pytest.mark.parametrize("path", OWNERS)
def test_the_key_the_limits_and_the_account_are_the_owners(face, path):
    headers = {"Comfy-User": "ben", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    before = face.everything()
    answer = face.ask("POST", path, b'{"key": "sk-the-key-of-somebody-else", "limit_usd_per_day": null}', headers)
    assert (answer.status, "APIMART_OWNER" in answer.json["error"]) == (403, True)
    assert face.everything() == before
    assert not face.get("status", **{"Comfy-User": "ben"}).json["is_owner"]


def test_the_owner_sets_limits(face):
    headers = {"Comfy-User": "ann", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    answer = face.ask("POST", "settings", b'{"limit_usd_per_day": 5}', headers)
    assert (answer.status, answer.json["limit_usd_per_day"], answer.json["is_owner"]) == (200, 5, True)


def test_without_a_named_owner_nobody_is_the_owner_and_an_empty_name_neither(monkeypatch):
    monkeypatch.delenv("APIMART_OWNER", raising=False)
    assert not any(named(user).is_owner for user in ("", "ann", "default"))
    monkeypatch.setenv("APIMART_OWNER", "")
    assert not named("").is_owner
    assert THE_ONE.is_owner


def test_events_go_to_the_pages_of_who_queued_a_job_and_of_the_owner(face):
    for page, user in {"page-of-ben-1": "ben", "page-of-eve-1": "eve", "page-of-ann-1": "ann"}.items():
        body = f'{{"page": "{page}", "language": "en"}}'.encode()
        headers = {"Comfy-User": user, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
        assert face.ask("POST", "language", body, headers).status == 200
    assert {"page-of-ben-1", "page-of-ann-1"} <= {*open_pages.pages_of(frozenset({"ben"}))}
    assert "page-of-eve-1" not in open_pages.pages_of(frozenset({"ben"}))
    assert open_pages.user_of_page("page-of-eve-1").name == "eve"
    assert open_pages.user_of_page("a page of nobody") is open_pages.user_of_page(None) is None
