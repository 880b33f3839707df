"""What a page may know of a job's request: its parameters, the node it came from, and how its final is bought."""

from __future__ import annotations

import json

import pytest
from apimart.flow.host.web.request_view import final_of, has_final, parameters
from apimart.flow.host.web.workflows import Origin, keep_workflow, kept_origin, kept_workflow
from apimart.flow.ledger import Ledger
from apimart.flow.model import Address, Final, Ticket, Values
from apimart.flow.request import problems_of_widgets
from face import face_of
from journeys import FAMILIES, asked, defaults
from ledgers import completed, intended, ticketed

pytest_plugins = ["journey_fixtures", "ledger_fixtures"]

SORA = "APIMartSora2"
FLUX = "APIMartFlux3Video"
H3 = "APIMartMiniMaxH3"
SEEDANCE = "APIMartSeedance25"
KEY = "sk-a-brand-new-key-000000000042"


@pytest.fixture
def face(person):
    with face_of(person) as opened:
        yield opened


def widgets(family, **changes):
    """The widgets of a fresh node, but for `changes`."""
    media = {one.id for one in FAMILIES[family].media}
    return {name: value for name, value in {**defaults(FAMILIES[family]), **changes}.items() if name not in media}


def finished(ledger: Ledger, family, body, addresses=(), **changes):
    entry = intended(ledger, "a question", family=family, **changes)
    ledger.write_body(entry.id, body, addresses)
    assert ledger.mark_sent(entry.id, "me")
    entry = ledger.ticket(entry.id, Ticket("task_01", "req-1"))
    return ledger.end(entry.id, completed(entry))


def test_parameters_have_the_names_of_the_node_and_no_addresses(file_ledger):
    place = Address("https://bucket.example/a.png?X-Amz-Signature=ab12", "0123456789abcdef")
    body = {
        "prompt": f"a door, {KEY}",
        "size": "9:16",
        "image_urls": [place.url, "https://name:word@files.example/b.png?token=1"],
        "shots": [{"prompt": "a hand", "url": "data:image/png;base64,AAAA"}],
    }
    entry = finished(file_ledger, "APIMartSeedance2", body, [place], take=3)
    found = parameters(entry, FAMILIES["APIMartSeedance2"])
    assert (found["prompt"], found["size"], found["take"]) == ("a door, [key]", "9:16", 3)
    assert found["images"][0] == "#01234567"
    assert found["images"][1].startswith("files.example #")
    assert found["shots"][0]["url"].startswith("#")
    assert not any(secret in json.dumps(found) for secret in ("Signature", "token", "word", "base64", KEY))


def test_the_same_address_is_shown_the_same_and_another_one_another(file_ledger):
    body = {"video_urls": [f"https://files.example/{name}.mp4" for name in ("a", "a", "b")]}
    one, same, other = parameters(finished(file_ledger, SORA, body), None)["video_urls"]
    assert one == same != other


def test_of_a_job_made_elsewhere_nothing_is_known(file_ledger):
    entry = file_ledger.adopt("live", "task_of_somebody")
    assert parameters(entry, None) == {}
    assert not has_final(entry, None)


def test_the_node_that_bought_a_job_is_kept_with_its_graph(home):
    origin = Origin("5:12", {"prompt": f"a door {KEY}", "take": 2})
    keep_workflow(home, "0" * 32, {"id": "w", "nodes": []}, origin=origin)
    assert kept_workflow(home, "0" * 32) == {"id": "w", "nodes": []}
    assert kept_origin(home, "0" * 32) == Origin("5:12", {"prompt": "a door [key]", "take": 2})


def test_a_node_that_collects_a_job_does_not_take_the_place_of_the_one_that_bought_it(home):
    keep_workflow(home, "0" * 32, {"id": "first"}, origin=Origin("1", {}))
    keep_workflow(home, "0" * 32, {"id": "second"})
    assert kept_workflow(home, "0" * 32) == {"id": "first"}
    keep_workflow(home, "1" * 32, {"id": "second"})
    assert (kept_workflow(home, "1" * 32), kept_origin(home, "1" * 32)) == ({"id": "second"}, None)


def test_the_route_tells_the_request_and_where_it_came_from(face, person):
    bought = person.buy(SORA, prompt="a waterfall", take=2)
    held = widgets(SORA, prompt="a waterfall", take=2)
    keep_workflow(person.home, bought.entry.id, {"id": "w", "nodes": []}, origin=Origin("7", held))
    found = face.get(f"jobs/{bought.entry.id}/request").json
    assert (found["node"], found["workflow"], found["widgets"], found["final"]) == ("7", "w", held, None)
    assert (found["parameters"]["prompt"], found["parameters"]["take"]) == ("a waterfall", 2)


def test_without_a_kept_graph_the_request_is_told_all_the_same(face, person):
    bought = person.buy(SORA, **asked(SORA, seed=3))
    found = face.get(f"jobs/{bought.entry.id}/request").json
    assert (found["node"], found["workflow"], found["widgets"]) == (None, "", None)
    assert found["parameters"]["image"][0].startswith("#")


def test_a_draft_of_flux_is_rendered_whole_from_its_job(file_ledger):
    entry = finished(file_ledger, FLUX, {"prompt": "a door", "draft": True, "resolution": "hd"})
    held = widgets(FLUX, prompt="a door", draft=True, duration=9)
    found = final_of(entry, FAMILIES, held)
    assert has_final(entry, FAMILIES[FLUX])
    assert (found["family"], found["same_media"]) == (FLUX, False)
    assert found["widgets"] == {**held, "draft": False, "resolution": "fhd", "draft_job": "task_01"}


def test_a_video_of_h3_is_made_final_by_another_node_that_needs_its_job_alone(file_ledger):
    entry = finished(file_ledger, H3, {"prompt": "a door", "resolution": "768P"})
    found = final_of(entry, FAMILIES, None)
    assert found == {"family": "APIMartMiniMaxH3Upscale", "widgets": {"source_job": "task_01"}, "same_media": False}


def test_a_family_of_resolutions_asks_the_same_once_more_in_the_highest(file_ledger):
    entry = finished(file_ledger, SEEDANCE, {"prompt": "a door", "resolution": "480p"})
    found = final_of(entry, FAMILIES, widgets(SEEDANCE, prompt="a door", resolution="480p"))
    assert (found["widgets"]["resolution"], found["widgets"]["prompt"]) == ("1080p", "a door")
    assert found["same_media"]


@pytest.mark.parametrize(
    ("family", "body"),
    [
        (FLUX, {"draft": False, "resolution": "hd"}),
        (H3, {"resolution": "2K"}),
        (SEEDANCE, {"resolution": "1080p"}),
        ("APIMartSeedance2", {"model": "seedance-2.0", "resolution": "4k"}),
        ("APIMartSora2", {"model": "sora-2", "resolution": "720p"}),
        ("APIMartVeo31Extend", {"prompt": "x"}),
    ],
)
def test_what_is_final_already_has_no_final(file_ledger, family, body):
    assert not has_final(finished(file_ledger, family, body), FAMILIES[family])


def test_a_job_that_has_not_ended_has_no_final(file_ledger):
    entry = ticketed(file_ledger, family=FLUX)
    assert not has_final(entry, FAMILIES[FLUX])


def test_without_the_widgets_it_was_queued_with_the_same_cannot_be_asked_once_more(file_ledger):
    entry = finished(file_ledger, SEEDANCE, {"prompt": "a door", "resolution": "480p"})
    assert final_of(entry, FAMILIES, None) is None


@pytest.mark.parametrize("family", [one for one in FAMILIES.values() if one.final], ids=lambda one: one.node_id)
def test_a_final_names_what_there_is(family):
    final: Final = family.final
    target = FAMILIES[final.node_id or family.node_id]
    assert {*final.when, *({} if final.node_id else final.widgets)} <= {one.id for one in family.inputs}
    assert not final.job or target.input(final.job)
    held = {**widgets(target.node_id), **final.widgets}
    wrong = problems_of_widgets(target, Values(held), {*final.widgets})
    assert wrong == []
