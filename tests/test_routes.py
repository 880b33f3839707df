"""What the pack's pages may ask, and what they hear."""

from __future__ import annotations

import gzip
import json
import os
import stat
import time

import pytest
from apimart.flow.errors import NotSet, Refused, Unknown
from apimart.flow.host.web.job_view import summary
from apimart.flow.host.web.open_pages import language_of
from apimart.flow.host.web.workflows import keep_workflow
from apimart.flow.model import Cut, Shot
from face import face_of, secrets_in
from journeys import FAMILIES, asked, defaults
from ledgers import ended, intended

pytest_plugins = ["journey_fixtures"]

SORA = "APIMartSora2"
VEO = "APIMartVeo31"
KLING = "APIMartKlingMotionControl"
KLING_3 = "APIMartKling3"
SEEDANCE = "APIMartSeedance2"
WAN_EDIT = "APIMartWan27Edit"
KEY = "sk-a-brand-new-key-000000000042"
PLAIN_SORA = {
    "prompt": "a waterfall",
    "model": "sora-2",
    "duration": 8,
    "resolution": "720p",
    "aspect_ratio": "16:9",
    "take": 0,
}


@pytest.fixture
def face(person):
    with face_of(person) as opened:
        yield opened


def estimate(face, family, widgets, connected=(), seconds=()):
    body = {"family": family, "widgets": widgets, "connected": list(connected), "seconds": dict(seconds)}
    answer = face.post("estimate", body)
    assert answer.status == 200, answer.json
    return answer.json


def job_of(face, entry_id):
    return face.get(f"jobs/{entry_id}").json["job"]


def wait_until(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass within 20 s"


def test_a_page_that_is_opened_brings_home_what_an_earlier_process_left(face, person, seller):
    seller.control(job_seconds=1000)
    person.queue((SORA, asked(SORA)), stops=True)
    seller.finish()
    [left] = face.ledger.entries()
    assert left.state == "ticketed"
    assert face.post("models/ask").status == 202
    wait_until(lambda: face.ledger.by_id(left.id).state == "fetched")
    assert len(job_of(face, left.id)["clips"]) == 1
    assert seller.sold == 1


def test_the_status_says_where_the_key_comes_from_and_never_which(face, seller):
    answer = face.get("status")
    assert answer.json["key"] == {"configured": True, "source": "environment"}
    assert seller.key.encode() not in answer.body


def test_a_key_goes_in_for_its_owner_alone_and_never_comes_out(face, monkeypatch):
    monkeypatch.delenv("APIMART_API_KEY")
    assert face.post("key", {"key": f"  {KEY} "}).json["key"] == {"configured": True, "source": "file"}
    assert (face.person.home / "key").read_text() == KEY
    if os.name == "posix":
        assert stat.S_IMODE((face.person.home / "key").stat().st_mode) == 0o600
    assert secrets_in(face, KEY) == []


def test_an_empty_key_takes_the_saved_one_away(face, monkeypatch):
    monkeypatch.delenv("APIMART_API_KEY")
    face.post("key", {"key": KEY})
    assert face.post("key", {"key": ""}).json["key"]["source"] == "none"


def test_a_new_key_is_tried_before_it_replaces_the_old_one(face, seller, monkeypatch):
    monkeypatch.delenv("APIMART_API_KEY")
    face.post("key", {"key": KEY})
    seller.behave("balance", "401")
    wrong = face.post("key", {"key": "sk-a-key-that-nobody-gave-out-01"})
    assert (wrong.status, wrong.json["error"].startswith("The key was not saved")) == (409, True)
    assert (face.person.home / "key").read_text() == KEY
    assert seller.requests[-1]["path"].startswith("/v1/balance")


@pytest.mark.parametrize("trouble", ["500", "drop_before"])
def test_a_key_that_cannot_be_tried_is_not_kept(face, seller, trouble):
    seller.behave("balance", trouble)
    answer = face.post("key", {"key": KEY})
    assert (answer.status, "was not saved" in answer.json["error"]) == (502, True)
    assert not (face.person.home / "key").exists()


def test_the_key_of_an_empty_account_is_kept(face, seller):
    seller.control(balance=0)
    assert face.post("key", {"key": KEY}).status == 200
    assert (face.person.home / "key").read_text() == KEY


@pytest.mark.parametrize(
    "wrong", ["short", "two words", "a key\nwith lines", "sk-" + "x" * 590, "sk-\u00fcml\u00e4ut-0000"]
)
def test_what_is_no_key_is_not_kept_and_not_repeated(face, wrong):
    answer = face.post("key", {"key": wrong})
    assert answer.status in (400, 409)
    assert wrong not in answer.body.decode()
    assert not (face.person.home / "key").exists()


def test_settings_are_saved_and_taken_back(face):
    chosen = {"limit_usd_per_day": 2.5, "limit_purchases_per_run": 3, "language": "ko", "media_store": "litterbox"}
    found = face.post("settings", chosen).json
    assert {name: found[name] for name in chosen} == chosen
    assert face.post("settings", {"limit_usd_per_day": None, "media_store": None}).json["limit_usd_per_day"] is None
    assert json.loads((face.person.home / "settings.json").read_text()) == {
        "limit_purchases_per_run": 3,
        "language": "ko",
    }


def test_a_limit_that_the_browser_set_is_kept_to(face, person):
    face.post("settings", {"limit_usd_per_job": 0.1})
    with pytest.raises(Exception, match="exceed your limit"):
        person.buy(SORA, prompt="a waterfall")


def test_a_limit_of_nothing_that_the_browser_set_is_kept_to(face, person):
    assert face.post("settings", {"limit_usd_per_job": 0}).json["limit_usd_per_job"] == 0
    with pytest.raises(Refused, match="exceed your limit"):
        person.buy(SORA, prompt="a waterfall")
    assert face.post("settings", {"limit_usd_per_job": None}).json["limit_usd_per_job"] is None


def test_settings_that_cannot_be_read_are_said_so_and_buy_nothing(face, person, seller):
    (face.person.home / "settings.json").write_text('{"limit_usd_per_day": 2, "lan')
    found = face.get("status").json
    assert "cannot be read" in found["problems"]["settings.json"]
    assert found["limit_usd_per_day"] == 0
    assert estimate(face, SORA, PLAIN_SORA)["usd"] > 0
    for path in ("jobs", "totals"):
        assert face.get(path).status == 200
    for path in ("balance", "media-store"):
        assert face.post(path).status == 409
    with pytest.raises(NotSet, match=r"settings\.json"):
        person.buy(SORA, prompt="a waterfall")
    assert seller.sold == 0


def test_settings_that_cannot_be_read_are_not_saved_over_but_set_aside_when_asked(face):
    file = face.person.home / "settings.json"
    file.write_text('{"limit_usd_per_day": 2, "lan')
    refused = face.post("settings", {"limit_usd_per_day": 3})
    assert (refused.status, "cannot be read" in refused.json["error"]) == (409, True)
    assert face.post("settings/set-aside").json["problems"] == {}
    assert face.post("settings", {"limit_usd_per_day": 3}).json["limit_usd_per_day"] == 3
    assert file.with_name("settings.json.broken").read_text() == '{"limit_usd_per_day": 2, "lan'


def test_a_saved_value_that_cannot_be_is_named_and_set_again(face):
    (face.person.home / "settings.json").write_text('{"limit_usd_per_day": "two", "language": "ko"}')
    assert set(face.get("status").json["problems"]) == {"limit_usd_per_day"}
    found = face.post("settings", {"limit_usd_per_day": 2}).json
    assert (found["problems"], found["limit_usd_per_day"], found["language"]) == ({}, 2, "ko")


def test_a_key_that_no_header_can_carry_is_said_so(face, monkeypatch):
    monkeypatch.setenv("APIMART_API_KEY", "sk-\u00fcml\u00e4ut-00000000")
    assert "APIMART_API_KEY" in face.get("status").json["problems"]["key"]
    answer = face.post("balance")
    assert (answer.status, "APIMART_API_KEY" in answer.json["error"]) == (409, True)
    assert "\u00fcml\u00e4ut" not in answer.body.decode()


def test_what_the_environment_decides_is_named(face, monkeypatch):
    monkeypatch.setenv("APIMART_LANGUAGE", "ja")
    found = face.post("settings", {"language": "ko"}).json
    assert found["language"] == "ja"
    assert "language" in found["from_environment"]


def test_the_key_is_tried_by_asking_for_the_balance(face, seller):
    found = face.post("balance").json
    assert found["usd"] > 0 or found["unlimited"]
    seller.behave("balance", "401")
    assert face.post("balance").status == 409


def test_without_a_key_the_balance_says_how_to_set_one(face, monkeypatch):
    monkeypatch.delenv("APIMART_API_KEY")
    answer = face.post("balance")
    assert answer.status == 409
    assert "APIMART_API_KEY" in answer.json["next_step"]


def test_the_media_store_is_tried_with_a_clip_that_comes_back(face, monkeypatch):
    monkeypatch.setenv("APIMART_SANDBOX", "1")
    assert face.post("media-store").json["store"] == "sandbox"
    assert not list((face.person.home / "scratch").glob("test_*"))


def test_without_a_media_store_the_test_says_so(face):
    answer = face.post("media-store")
    assert (answer.status, "APIMART_MEDIA_STORE" in answer.json["next_step"]) == (409, True)


def test_motion_control_is_priced_by_the_seconds_of_its_clip(face):
    found = estimate(face, KLING, {"mode": "std"}, ["image", "video"], {"video": 10.0})
    assert (found["units"], found["unit"], found["unit_usd"]) == (10.0, "second", 0.10288)
    assert found["usd"] == pytest.approx(1.0288)


def test_a_page_tells_its_language_and_another_one_its_own(face):
    for page, language in {"a-page-of-somebody": "ko", "another-page": "ja", "a-page-in-french": "fr"}.items():
        assert face.post("language", {"page": page, "language": language}).status == 200
    assert [language_of(page) for page in ("a-page-of-somebody", "another-page", "unknown", None)] == [
        "ko",
        "ja",
        "",
        "",
    ]


def test_without_the_seconds_only_the_rate_is_said(face):
    found = estimate(face, KLING, {"mode": "pro"}, ["image", "video"])
    assert (found["usd"], found["unit_usd"]) == (None, 0.13712)


def test_every_clip_of_a_growing_input_is_counted(face):
    clips = ["videos.video_1", "videos.video_2"]
    found = estimate(face, SEEDANCE, {"duration": 5}, clips, {"videos.video_1": 4.0, "videos.video_2": 2.5})
    assert (found["units"], found["usd"]) == (11.5, pytest.approx(11.5 * found["unit_usd"]))
    found = estimate(face, SEEDANCE, {"duration": 5}, clips, {"videos.video_1": 4.0})
    assert (found["units"], found["usd"], found["least_units"]) == (None, None, 9.0)


def test_a_clip_that_the_price_does_not_hang_on_need_not_be_measured(face):
    assert estimate(face, WAN_EDIT, {"duration": 5}, ["video"])["units"] == 5
    assert estimate(face, WAN_EDIT, {"duration": 0}, ["video"])["units"] is None
    assert estimate(face, WAN_EDIT, {"duration": 0}, ["video"], {"video": 7.0})["units"] == 7


def test_a_model_that_the_list_does_not_name_has_no_price(face):
    found = estimate(face, "APIMartMiniMaxH3Upscale", {})
    assert (found["usd"], found["unit_usd"]) == (None, None)


def test_the_price_follows_the_widgets(face):
    cheap = estimate(face, VEO, {"duration": 4, "sample_count": 1})
    dear = estimate(face, VEO, {"duration": 8, "sample_count": 4, "resolution": "4K", "generate_audio": True})
    assert cheap["usd"] == pytest.approx(4 * 0.064)
    assert dear["usd"] == pytest.approx(32 * 0.24)


def test_a_retired_model_is_marked(face):
    assert "2026-09-24" in estimate(face, SORA, PLAIN_SORA)["retired"]


def test_what_was_bought_is_not_priced_again(face, person):
    assert estimate(face, SORA, PLAIN_SORA)["bought"] == ""
    person.buy(SORA, **PLAIN_SORA)
    assert estimate(face, SORA, PLAIN_SORA)["bought"] == "kept"
    assert estimate(face, SORA, {**PLAIN_SORA, "take": 1})["bought"] == ""


def test_nodes_that_ask_the_same_question_can_be_told(face):
    request = estimate(face, SORA, PLAIN_SORA)["request"]
    assert request == estimate(face, SORA, PLAIN_SORA)["request"] != ""
    assert request != estimate(face, SORA, {**PLAIN_SORA, "take": 1})["request"]
    assert estimate(face, SORA, PLAIN_SORA, ["image"])["request"] == ""
    assert estimate(face, SORA, {"duration": 8})["request"] == ""


def test_a_clip_in_shots_is_known_again_by_its_shots(face, person):
    plain = {one: value for one, value in defaults(FAMILIES[KLING_3]).items() if not one.endswith("_frame")}
    shots = {"shots.prompt_1": "a door", "shots.seconds_1": 2, "shots.prompt_2": "a hand", "shots.seconds_2": 3}
    widgets = {**plain, "shots": "2 shots", **shots}
    assert estimate(face, KLING_3, widgets)["usd"] == pytest.approx(5 * 0.0672)
    person.buy(KLING_3, shots=Cut("2 shots", (Shot("a door", 2), Shot("a hand", 3))))
    assert estimate(face, KLING_3, widgets)["bought"] == "kept"
    assert estimate(face, KLING_3, {**widgets, "shots.prompt_2": "a foot"})["bought"] == ""
    person.buy(KLING_3, prompt="a house", shots=Cut("auto"))
    linked = {**widgets, "prompt": "a house"}
    del linked["shots.prompt_2"]
    assert estimate(face, KLING_3, linked)["bought"] == ""


@pytest.mark.parametrize(
    "wrong", [{"shots": "9 shots"}, {"shots": ["1 shot"]}, {"shots.seconds_1": "2"}, {"shots.prompt_1": 7}]
)
def test_shots_that_cannot_be_are_denied(face, wrong):
    fine = {"shots": "1 shot", "shots.prompt_1": "a door", "shots.seconds_1": 5}
    body = {"family": KLING_3, "widgets": {**fine, **wrong}, "connected": [], "seconds": None}
    assert face.post("estimate", body).status == 400


def test_bought_is_only_said_where_it_is_certain(face, person):
    """A connected picture may show anything, and a linked prompt may say anything."""
    person.buy(SORA, **PLAIN_SORA)
    unsaid = {name: value for name, value in PLAIN_SORA.items() if name != "prompt"}
    assert estimate(face, SORA, PLAIN_SORA, ["image"])["bought"] == ""
    assert estimate(face, SORA, unsaid)["bought"] == ""


def test_a_lost_submit_is_shown_as_unknown_and_can_be_declared_bought(face, person, seller):
    seller.behave("submit", "drop_after")
    with pytest.raises(Unknown):
        person.buy(SORA, **PLAIN_SORA)
    [job] = face.get("jobs").json["jobs"]
    assert (job["state"], estimate(face, SORA, PLAIN_SORA)["bought"]) == ("unknown", "unknown")
    declared = face.post(f"jobs/{job['id']}/declare", {"bought": True, "task_id": seller.tasks[0]["id"]})
    assert (declared.status, declared.json["job"]["state"]) == (200, "running")
    person.buy(SORA, **PLAIN_SORA)
    assert seller.sold == 1


def test_a_task_that_the_provider_does_not_know_is_not_believed(face, person, seller):
    seller.behave("submit", "drop_after")
    with pytest.raises(Unknown):
        person.buy(SORA, **PLAIN_SORA)
    [job] = face.get("jobs").json["jobs"]
    assert face.post(f"jobs/{job['id']}/declare", {"bought": True, "task_id": "task_of_somebody"}).status == 400
    assert job_of(face, job["id"])["state"] == "unknown"


def test_declared_not_bought_it_may_be_bought_again(face, person, seller):
    seller.behave("submit", "drop_before")
    with pytest.raises(Unknown):
        person.buy(SORA, **PLAIN_SORA)
    [job] = face.get("jobs").json["jobs"]
    assert face.post(f"jobs/{job['id']}/declare", {"bought": False}).json["job"]["state"] == "dropped"
    person.buy(SORA, **PLAIN_SORA)
    assert seller.sold == 1


def test_a_job_that_is_not_unknown_cannot_be_declared(face, person):
    bought = person.buy(SORA, **PLAIN_SORA)
    assert face.post(f"jobs/{bought.entry.id}/declare", {"bought": False}).status == 409
    assert job_of(face, bought.entry.id)["state"] == "fetched"


def test_a_finished_job_shows_its_clip_cost_and_picture(face, person):
    bought = person.buy(SORA, **PLAIN_SORA)
    job = job_of(face, bought.entry.id)
    assert job["clips"] == [{"filename": bought.files.paths[0].name, "subfolder": "apimart", "type": "output"}]
    assert (job["cost_usd"], job["prompt"], job["model"]) == (0.64, "a waterfall", "sora-2")
    thumb = face.get(f"jobs/{bought.entry.id}/thumbnail")
    assert (thumb.headers["Content-Type"], thumb.body[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert len(thumb.body) < 64_000


def test_a_clip_that_was_taken_away_is_shown_as_gone(face, person):
    bought = person.buy(SORA, **PLAIN_SORA)
    bought.files.paths[0].unlink()
    assert job_of(face, bought.entry.id)["clips"] == []
    assert face.get(f"jobs/{bought.entry.id}/thumbnail").status == 404


def test_a_running_job_is_collected_in_the_background(face, person, seller):
    seller.control(job_seconds=600)
    [_] = person.queue((SORA, PLAIN_SORA), stops=True)
    [job] = face.get("jobs").json["jobs"]
    assert job["state"] == "running"
    assert job["ends_at"] > job["created_at"]
    seller.finish()
    assert face.post(f"jobs/{job['id']}/collect").status == 202
    wait_until(lambda: job_of(face, job["id"])["state"] == "fetched")
    assert seller.sold == 1


def test_a_job_without_a_task_cannot_be_collected(face):
    entry = intended(face.ledger)
    assert face.post(f"jobs/{entry.id}/collect").status == 409


def test_the_totals_are_per_day_and_model(face, person):
    person.buy(SORA, **PLAIN_SORA)
    person.buy(VEO, prompt="a dog", duration=4)
    found = face.get("totals?days=7").json
    assert found["today_usd"] == found["month_usd"] == pytest.approx(0.64 + 0.256)
    assert [(row["model"], row["jobs"]) for row in found["rows"]] == [("sora-2", 1), ("veo3.1-fast-official", 1)]
    assert found["last_day"] == found["rows"][0]["day"]
    assert face.get("totals?days=366").json["rows"] == found["rows"]


@pytest.mark.slow
def test_a_thousand_jobs_come_in_pages_newest_first(face):
    for number in range(1000):
        intended(face.ledger, f"question {number}")
    first, last = face.get("jobs?limit=50").json, face.get("jobs?limit=100&offset=950").json
    assert (len(first["jobs"]), len(last["jobs"])) == (50, 50)
    numbers = [face.ledger.by_id(job["id"]).fingerprint for job in first["jobs"][:2]]
    assert numbers == ["question 999", "question 998"]


def test_jobs_are_shown_by_how_they_stand(face):
    intended(face.ledger, "a")
    ended(face.ledger, "b")
    assert len(face.get("jobs?show=open").json["jobs"]) == 2
    assert face.get("jobs?show=done").json["jobs"] == []


def test_the_sandbox_shows_its_own_jobs_only(face, monkeypatch):
    entry = intended(face.ledger, "a")
    monkeypatch.setenv("APIMART_SANDBOX", "1")
    assert face.get("jobs").json["jobs"] == []
    assert face.get(f"jobs/{entry.id}").status == 404


def test_a_kept_graph_comes_back_whole_but_for_keys(face):
    entry = intended(face.ledger)
    link = "https://bucket.example/clip.mp4?X-Amz-Signature=0123456789abcdef"
    graph = {"nodes": [{"widgets_values": [f'say "{link}"', KEY, None, 1.5]}], "version": 0.4}
    keep_workflow(face.person.home, entry.id, graph)
    found = face.get(f"jobs/{entry.id}/workflow").json["workflow"]
    assert found["nodes"][0]["widgets_values"] == [f'say "{link}"', "[key]", None, 1.5]
    on_disk = gzip.decompress((face.person.home / "graphs" / f"{entry.id}.json.gz").read_bytes())
    assert KEY.encode() not in on_disk


def test_a_job_without_a_kept_graph_says_so(face):
    assert face.get(f"jobs/{intended(face.ledger).id}/workflow").status == 404


def test_what_the_sidebar_hears_of_a_job_holds_no_address(face, person):
    bought = person.buy(*[SORA], **asked(SORA, seed=3))
    told = json.dumps(summary(bought.entry, person.output))
    assert bought.entry.urls
    assert not any(url in told for url in bought.entry.urls)
    assert "http" not in told
    assert str(person.output) not in told
