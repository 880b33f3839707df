"""What a purchase is for: kept with it, limited, summed, and exported for a spreadsheet."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO

import pytest
from apimart.flow.errors import Refused
from apimart.flow.jobs import purchases_csv
from apimart.flow.settings import Limits, read, save_settings
from face import face_of
from journeys import asked
from ledgers import asked as intent_of
from ledgers import ended, intended, sent
from test_jobs_command import jobs

pytest_plugins = ["journey_fixtures", "ledger_fixtures"]

SORA = "APIMartSora2"
EXECUTED = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", '=HYPERLINK("http://x")']


@pytest.fixture
def face(person):
    with face_of(person) as opened:
        yield opened


def table(text):
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_the_project_of_a_node_wins_over_that_of_the_settings(person, seller, monkeypatch):
    monkeypatch.setenv("APIMART_PROJECT", "  The   film ")
    assert person.buy(SORA, prompt="one").entry.project == "The film"
    assert person.buy(SORA, prompt="two", project="A client").entry.project == "A client"


def test_another_project_is_no_reason_to_buy_again(person, seller):
    first = person.buy(SORA, prompt="shared", project="one")
    again = person.buy(SORA, prompt="shared", project="two")
    assert (again.entry.id, again.entry.project, seller.sold) == (first.entry.id, "one", 1)


def test_a_project_that_is_too_long_is_refused_before_anything_is_sent(person, seller):
    with pytest.raises(Refused, match="at most 80 characters"):
        person.buy(SORA, prompt="long", project="x" * 81)
    assert seller.requests == []


def test_a_budget_is_held_per_project_over_all_days(ledger, clock):
    limits = Limits(usd_per_project=2.0)
    ended(ledger, "one", cost=1.5, project="film")
    clock.jump(40 * 86400)
    with pytest.raises(Refused, match=r"1.50 USD spent on the project 'film' \+ 1.00 for this job .* 2.00 USD per"):
        intended(ledger, "two", project="film", limits=limits)
    intended(ledger, "three", project="another", limits=limits)
    intended(ledger, "four", limits=limits)


def test_a_budget_is_judged_where_money_is_spent(ledger):
    limits = Limits(usd_per_project=1.5)
    entries = [intended(ledger, name, project="film") for name in ("one", "two")]
    assert ledger.mark_sent(entries[0].id, "me", limits=limits)
    with pytest.raises(Refused, match="project 'film'"):
        ledger.mark_sent(entries[1].id, "me", limits=limits)


def test_a_price_that_nobody_knows_is_refused_where_a_project_is_limited(ledger):
    with pytest.raises(Refused, match="not known"):
        intended(ledger, "one", project="film", estimate_usd=None, limits=Limits(usd_per_project=5))


def test_projects_are_named_and_summed(ledger, clock):
    began = clock()
    ended(ledger, "one", cost=0.5, project="film")
    clock.jump(86400)
    ended(ledger, "two", cost=0.25, project="film")
    sent(ledger, "three", estimate_usd=2.0)
    sent(ledger, "four", estimate_usd=1.0, project="advert")
    intended(ledger, "never sent", project="film")
    ended(ledger, "pretended", project="play", realm="sandbox")
    assert ledger.projects("live") == ["advert", "film"]
    assert ledger.projects("nowhere") == []
    assert [ledger.project_usd("live", one) for one in ("film", "advert", "none")] == [0.75, 1.0, 0.0]
    assert [(one.usd, one.jobs) for one in ledger.totals("live", began, project="film")] == [(0.5, 1), (0.25, 1)]


def test_the_projects_of_one_user_are_those_of_her_jobs(ledger):
    for user, project in {"ann": "film", "ben": "advert"}.items():
        ledger.users.add(ended(ledger, user, project=project).id, user)
    ledger.users.add(ended(ledger, "without").id, "ann")
    assert ledger.projects("live", "ann") == ["film"]
    assert ledger.project_usd("live", "advert", "ann") == 0.0


def test_jobs_are_found_by_words_project_and_day(ledger, clock):
    ended(ledger, "one", prompt="A red Balloon", project="film")
    clock.jump(40 * 86400)
    ended(ledger, "two", prompt="a blue balloon 100%", model="kling-v3")
    for words, expected in {
        "balloon": ["two", "one"],
        "BALLOON red": ["one"],
        "kling": ["two"],
        "film": ["one"],
        "100%": ["two"],
        "%": ["two"],
        "task of one": ["one"],
        "nothing": [],
    }.items():
        assert [one.fingerprint for one in ledger.entries("live", words=words)] == expected
    [first] = ledger.entries("live", project="film")
    day = datetime.fromtimestamp(first.created_at)
    assert [one.id for one in ledger.entries("live", words=f"{day:%Y-%m-%d}")] == [first.id]
    assert [one.id for one in ledger.entries("live", words=f"{day:%Y-%m} balloon")] == [first.id]


@pytest.mark.parametrize("text", EXECUTED)
def test_nothing_that_a_person_wrote_is_executed_by_a_spreadsheet(file_ledger, text):
    entry = ended(file_ledger, "one", prompt=text, project=text, model=text)
    file_ledger.keep(entry.id, [f"/out/{text}.mp4"])
    [row] = table("".join(purchases_csv(file_ledger, "live")))
    assert (row["prompt"], row["project"], row["model"]) == (f"'{text}",) * 3
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in row.values())


def test_a_project_named_like_a_path_is_a_name_and_no_path_is_exported(file_ledger):
    entry = ended(file_ledger, "one", project="../../etc/passwd", billed_units=4)
    file_ledger.keep(entry.id, ["/home/somebody/output/apimart/sora-2_1.mp4"])
    [row] = table("".join(purchases_csv(file_ledger, "live")))
    assert (row["project"], row["file"]) == ("../../etc/passwd", "sora-2_1.mp4")
    assert (row["seconds"], row["estimate_usd"], row["cost_usd"]) == ("4", "1", "0.9")


def test_the_export_holds_purchases_of_one_project_or_of_all_and_more_than_a_page(ledger):
    for number in range(7):
        sent(ledger, f"{number}", project="film" if number % 2 else "")
    intended(ledger, "never sent")
    assert [one.fingerprint for one in ledger.purchases("live", page=3)] == [f"{number}" for number in range(7)]
    assert len(table("".join(purchases_csv(ledger, "live", "film")))) == 3


def test_the_page_and_the_command_line_export_the_same(person, seller, face, monkeypatch):
    person.buy(SORA, **{**asked(SORA), "project": "film"})
    answer = face.get("jobs.csv")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.body.decode() == jobs(person.home, "--csv").stdout.replace("\n", "\r\n").replace("\r\r", "\r")
    assert table(answer.body.decode())[0]["project"] == "film"
    assert table(face.get("jobs.csv?project=other").body.decode()) == []


def test_the_page_asks_for_projects_and_their_jobs(person, seller, face):
    person.buy(SORA, prompt="one", project="film")
    person.buy(SORA, prompt="two")
    assert face.get("projects").json == {"projects": ["film"], "project": ""}
    found = face.get("totals?project=film").json
    assert (found["today_usd"], found["project_usd"], found["limit_usd_per_project"]) == (0.32, 0.32, None)
    assert (face.get("totals").json["today_usd"], face.get("totals").json["project_usd"]) == (0.64, None)
    assert face.get("totals?project=" + "x" * 201).status == 400
    assert [one["project"] for one in face.get("jobs?project=film").json["jobs"]] == ["film"]
    assert len(face.get("jobs?project=").json["jobs"]) == 1
    assert len(face.get("jobs?words=sora%20two").json["jobs"]) == 1
    assert face.get("jobs?words=" + "x" * 201).status == 400


def test_projects_and_what_asks_and_remains_are_settings(person, face):
    chosen = {"project": "film", "limit_usd_per_project": 5, "ask_above_usd": 1.5, "keep_usd": 2}
    found = face.post("settings", chosen).json
    assert {name: found[name] for name in chosen} == chosen
    for wrong in ({"project": "x" * 81}, {"project": "two\nlines"}, {"ask_above_usd": -1}, {"keep_usd": "2"}):
        assert face.post("settings", wrong).status == 400


def test_a_question_whose_amount_cannot_be_read_asks_always(tmp_path):
    save_settings(tmp_path, {"ask_above_usd": "a lot", "limit_usd_per_project": "x"})
    found = read(tmp_path, {})
    assert (found.limits.ask_above_usd, found.limits.usd_per_project, len(found.problems)) == (0, 0, 2)


def test_the_intent_says_what_it_is_for(ledger):
    entry, _ = ledger.intend(intent_of("one", project="first"))
    again, _ = ledger.intend(intent_of("one", project="second"))
    assert (again.id, again.project) == (entry.id, "second")
