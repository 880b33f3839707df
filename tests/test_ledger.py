"""Purchases in the ledger: how an entry comes to be, which transitions it allows, and what it never does."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from apimart.flow.errors import PackError, Refused
from apimart.flow.ledger import ADOPTED, Contradiction, Entry, Ledger
from apimart.flow.model import GENERATIONS, Address, Json, Standing, Ticket
from apimart.flow.settings import Limits
from ledgers import Clock, asked, completed, ended, failed, intended, sent, ticketed

pytest_plugins = ["ledger_fixtures"]


def test_an_intent_is_on_disk_before_anything_is_sent(ledger: Ledger) -> None:
    entry, made = ledger.intend(asked(queue_run="run-1", billed_units=8.0))
    assert made and entry.unsent and not entry.unknown
    found = ledger.find("live", "a question")
    assert found == entry
    assert (entry.family, entry.model, entry.prompt, entry.queue_run) == ("APIMartSora2", "sora-2", "a cat", "run-1")
    assert (entry.estimate_usd, entry.billed_units, entry.account) == (1.0, 8.0, "key-1")


def test_the_same_question_finds_the_same_entry_and_key(ledger: Ledger) -> None:
    first, _ = ledger.intend(asked())
    again, made = ledger.intend(asked())
    assert not made
    assert (again.id, again.idempotency_key) == (first.id, first.idempotency_key)


def test_sandbox_and_live_do_not_answer_for_each_other(ledger: Ledger) -> None:
    live = intended(ledger)
    assert ledger.find("sandbox", "a question") is None
    assert intended(ledger, realm="sandbox").id != live.id


def test_a_key_is_visible_ascii_of_at_most_191_characters(ledger: Ledger) -> None:
    key = intended(ledger).idempotency_key
    assert 0 < len(key) <= 191 and all("!" <= letter <= "~" for letter in key)


def test_the_ledger_survives_reopening(place: str, clock: Clock) -> None:
    first = Ledger.open(place, now=clock)
    entry = ended(first)
    first.close()
    second = Ledger.open(place, now=clock)
    assert second.find("live", "a question") == entry
    second.close()


def test_a_whole_journey_is_written_down(ledger: Ledger, clock: Clock) -> None:
    entry = intended(ledger)
    address = Address("https://host.example/a.png?sig=1", "hash", 5e9, "apimart")
    body: dict[str, Json] = {"model": "sora-2", "prompt": "\u732b \U0001f408 \0 \ud800", "image_urls": [address.url]}
    entry = ledger.write_body(entry.id, body, (address,), 8.0, 0.8)
    assert (entry.body, entry.addresses, entry.billed_units, entry.estimate_usd) == (body, (address,), 8.0, 0.8)
    assert ledger.mark_sent(entry.id, "me")
    assert ledger.by_id(entry.id).unknown
    clock.jump(1)
    entry = ledger.ticket(entry.id, Ticket("task-1", "req-1"))
    assert (entry.state, entry.task_id, entry.request_id, entry.unknown) == ("ticketed", "task-1", "req-1", False)
    answer = Standing("task-1", "processing", None, 40.0, 120.0)
    entry = ledger.progress(entry.id, answer)
    assert (entry.status, entry.progress, entry.estimated_seconds) == ("processing", 40.0, 120.0)
    entry = ledger.end(entry.id, completed(entry, actual_seconds=70.0, expires_at=2e9))
    assert (entry.state, entry.cost_usd, entry.actual_seconds, entry.expires_at) == ("ended", 0.9, 70.0, 2e9)
    assert entry.urls == ("https://files.example/1.mp4",)
    entry = ledger.keep(entry.id, ["/out/b.mp4", Path("/out/a.mp4")])
    assert (entry.state, entry.files, entry.fetched_at) == ("fetched", ("/out/b.mp4", "/out/a.mp4"), clock())


def test_text_that_no_database_holds_is_kept_as_well_as_it_can_be(ledger: Ledger) -> None:
    entry = ticketed(ledger, prompt="nul \0 and \ud800 and \u732b  \n x" + "y" * 1000)
    assert entry.prompt.startswith("nul ? and ? and \u732b x") and len(entry.prompt) == 200
    assert ledger.end(entry.id, failed(entry, reason="bad \0 \udfff")).reason == "bad ? ?"


def test_a_file_name_that_is_not_unicode_comes_back_as_it_was(ledger: Ledger) -> None:
    path = os.fsdecode(b"/out/\xff.mp4") if os.name == "posix" else "C:\\out\\a.mp4"
    assert ledger.keep(ended(ledger).id, [path]).files == (path,)


def test_where_the_submit_goes_is_written_down_with_the_intent(ledger: Ledger) -> None:
    elsewhere = intended(ledger, "another question", path="/v1/videos/task_1/remix")
    assert ledger.by_id(elsewhere.id).path == "/v1/videos/task_1/remix"
    assert intended(ledger).path == GENERATIONS


def test_the_mark_of_a_submit_is_given_once(ledger: Ledger) -> None:
    entry = intended(ledger)
    assert [ledger.mark_sent(entry.id, owner) for owner in ("me", "you", "me")] == [True, False, False]
    assert ledger.by_id(entry.id).sent_by == "me"


def test_a_submit_that_was_never_executed_may_go_out_again_under_its_key(ledger: Ledger) -> None:
    entry = sent(ledger)
    taken_back = ledger.unsend(entry.id)
    assert taken_back.unsent and taken_back.idempotency_key == entry.idempotency_key
    assert ledger.unsend(entry.id).unsent
    assert ledger.mark_sent(entry.id, "me")


def test_a_turn_is_refused_when_enough_jobs_are_in_flight(ledger: Ledger) -> None:
    first, second = intended(ledger, "one"), intended(ledger, "two")
    assert ledger.lease(first.id, "elsewhere:1:x", 60)
    assert ledger.mark_sent(first.id, "me", at_most_in_flight=1) is True
    assert ledger.mark_sent(second.id, "me", at_most_in_flight=1) is None
    assert ledger.by_id(second.id).unsent
    ledger.ticket(first.id, Ticket("t"))
    assert ledger.mark_sent(second.id, "me", at_most_in_flight=1) is None
    ledger.end(first.id, Standing("t", "completed", "completed"))
    assert ledger.mark_sent(second.id, "me", at_most_in_flight=1) is True


def test_only_jobs_somebody_looks_after_are_in_flight(ledger: Ledger, clock: Clock) -> None:
    entry = ticketed(ledger)
    assert ledger.in_flight("live", "key-1") == 0
    ledger.lease(entry.id, "elsewhere:1:x", 60)
    assert ledger.in_flight("live", "key-1") == 1
    assert ledger.in_flight("live", "key-2") == ledger.in_flight("sandbox", "key-1") == 0
    clock.jump(61)
    assert ledger.in_flight("live", "key-1") == 0


def test_a_body_never_changes_once_it_went_out(ledger: Ledger) -> None:
    entry = intended(ledger)
    ledger.write_body(entry.id, {"prompt": "one"})
    assert ledger.write_body(entry.id, {"prompt": "two"}).estimate_usd == 1.0
    ledger.mark_sent(entry.id, "me")
    with pytest.raises(Contradiction, match="unknown and cannot get a new body"):
        ledger.write_body(entry.id, {"prompt": "three"})


def test_a_ticket_may_be_repeated_but_never_contradicted(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    assert ledger.ticket(entry.id, Ticket(entry.task_id or "")) == entry
    with pytest.raises(Contradiction, match="already is task task of a question") as caught:
        ledger.ticket(entry.id, Ticket("another", "req-2"))
    assert (caught.value.task_id, caught.value.request_id) == ("another", "req-2")
    assert ledger.by_id(entry.id) == entry


def test_a_ticket_is_written_down_even_for_a_job_that_was_given_up(ledger: Ledger) -> None:
    entry = sent(ledger)
    ledger.mark_not_purchased(entry.id)
    assert ledger.ticket(entry.id, Ticket("late")).state == "ticketed"
    other = sent(ledger, "other")
    ledger.mark_not_purchased(other.id)
    second = intended(ledger, "other")
    late = ledger.ticket(other.id, Ticket("later"))
    assert (late.state, late.task_id, late.current) == ("dropped", "later", False)
    assert ledger.find("live", "other") == second


def test_a_failed_job_may_be_bought_again_under_a_new_key_and_stays_in_the_ledger(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    first = ledger.end(entry.id, failed(entry))
    assert (first.state, first.reason, first.cost_usd) == ("failed", "moderated", None)
    second, made = ledger.intend(asked())
    assert made and second.id != first.id and second.idempotency_key != first.idempotency_key
    assert ledger.find("live", "a question") == second
    assert not ledger.by_id(first.id).current
    assert [one.id for one in ledger.entries()] == [second.id, first.id]


def test_a_late_answer_about_a_superseded_job_corrects_its_cost_only(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    ledger.drop(entry.id, "no patience")
    second = intended(ledger)
    first = ledger.end(entry.id, completed(entry, cost_usd=0.5))
    assert (first.state, first.cost_usd) == ("dropped", 0.5)
    assert ledger.find("live", "a question") == second
    assert ledger.keep(entry.id, ["/out/late.mp4"]).state == "dropped"


def test_a_job_that_was_given_up_and_completes_is_not_bought_again(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    ledger.drop(entry.id, "no patience")
    assert ledger.end(entry.id, completed(entry)).state == "ended"
    assert not ledger.intend(asked())[1]


def test_an_unknown_job_is_never_given_up_or_bought_again_by_itself(ledger: Ledger) -> None:
    entry = sent(ledger)
    with pytest.raises(Contradiction, match="not known whether this job was purchased"):
        ledger.drop(entry.id, "whatever")
    again, made = ledger.intend(asked())
    assert not made and again.unknown and again.id == entry.id


def test_a_person_declares_an_unknown_job_bought(ledger: Ledger) -> None:
    entry = sent(ledger)
    found = ledger.mark_purchased(entry.id, "task-9")
    assert (found.state, found.task_id, found.resolution) == ("ticketed", "task-9", "declared bought")
    assert ledger.mark_purchased(entry.id, "task-9") == found
    with pytest.raises(Contradiction):
        ledger.mark_purchased(entry.id, "task-10")
    with pytest.raises(Contradiction):
        ledger.mark_not_purchased(entry.id)


def test_a_person_declares_an_unknown_job_not_bought(ledger: Ledger) -> None:
    entry = sent(ledger)
    found = ledger.mark_not_purchased(entry.id)
    assert (found.state, found.resolution) == ("dropped", "declared not bought")
    assert ledger.mark_not_purchased(entry.id) == found
    second, made = ledger.intend(asked())
    assert made and second.idempotency_key != entry.idempotency_key


def test_what_is_not_unknown_is_not_for_a_person_to_declare(ledger: Ledger) -> None:
    entry = intended(ledger)
    with pytest.raises(Contradiction, match="is intended and cannot be marked as purchased"):
        ledger.mark_purchased(entry.id, "task-9")
    with pytest.raises(Contradiction, match="is intended and cannot be marked as not purchased"):
        ledger.mark_not_purchased(entry.id)


def test_a_job_collected_by_its_id_is_joined_when_it_is_declared_bought(ledger: Ledger) -> None:
    entry = sent(ledger)
    adopted = ledger.adopt("live", "task-9")
    ledger.end(adopted.id, completed(adopted))
    ledger.mark_purchased(entry.id, "task-9")
    found = ledger.by_task("live", "task-9")
    assert found is not None and found.id == entry.id
    assert not ledger.by_id(adopted.id).current
    other = sent(ledger, "other")
    with pytest.raises(Contradiction, match="already the job"):
        ledger.mark_purchased(other.id, "task-9")


@pytest.mark.parametrize("transition", ["progress", "end", "keep", "drop", "unsend", "mark_sent"])
def test_transitions_from_the_wrong_state_are_refused_and_change_nothing(ledger: Ledger, transition: str) -> None:
    is_too_late = transition in ("drop", "unsend", "mark_sent")
    before = ledger.keep(ended(ledger).id, ["/out/a.mp4"]) if is_too_late else sent(ledger)
    arguments: dict[str, Any] = {
        "progress": Standing("t", "processing", None),
        "end": Standing("t", "completed", "completed"),
        "keep": ["/out/a.mp4"],
        "drop": "why not",
        "mark_sent": "me",
    }
    given = (arguments[transition],) if transition in arguments else ()
    with pytest.raises(Contradiction):
        getattr(ledger, transition)(before.id, *given)
    assert ledger.by_id(before.id) == before


def test_an_answer_about_another_task_changes_nothing(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    for tell in (ledger.progress, ledger.end):
        with pytest.raises(Contradiction, match="An answer about task other"):
            tell(entry.id, Standing("other", "completed", "completed"))
    assert ledger.by_id(entry.id) == entry


def test_an_answer_that_goes_on_ends_nothing(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    with pytest.raises(Contradiction, match="cannot end"):
        ledger.end(entry.id, Standing(entry.task_id or "", "processing", None))


def test_a_poll_that_comes_late_does_not_reopen_a_job(ledger: Ledger) -> None:
    entry = ended(ledger)
    assert ledger.progress(entry.id, Standing(entry.task_id or "", "processing", None, 10.0)) == entry


def test_a_repeated_end_keeps_what_was_known_and_corrects_the_cost(ledger: Ledger, clock: Clock) -> None:
    entry = ended(ledger, cost=None)
    kept = ledger.keep(entry.id, ["/out/a.mp4"])
    clock.jump(60)
    found = ledger.end(entry.id, completed(entry, cost_usd=0.7, urls=()))
    assert (found.state, found.cost_usd, found.urls, found.ended_at) == ("fetched", 0.7, kept.urls, kept.ended_at)
    assert ledger.end(entry.id, completed(entry, cost_usd=None)).cost_usd == 0.7


def test_a_result_may_be_kept_again_in_another_folder(ledger: Ledger) -> None:
    entry = ledger.keep(ended(ledger).id, ["/out/1.mp4", "/out/2.mp4"])
    assert ledger.keep(entry.id, ["/new/1.mp4"]).files == ("/new/1.mp4",)
    with pytest.raises(Contradiction):
        ledger.keep(entry.id, [])


def test_an_intent_can_be_given_up_before_it_is_sent(ledger: Ledger) -> None:
    entry = ledger.drop(intended(ledger).id, "the upload failed")
    assert (entry.state, entry.reason) == ("dropped", "the upload failed")
    assert ledger.drop(entry.id, "again").reason == "the upload failed"
    assert ledger.intend(asked())[1]


def test_a_job_made_elsewhere_is_adopted_once(ledger: Ledger) -> None:
    entry = ledger.adopt("live", "task-7", account="key-1")
    assert (entry.state, entry.task_id, entry.resolution) == ("ticketed", "task-7", ADOPTED)
    assert ledger.adopt("live", "task-7") == entry == ledger.by_task("live", "task-7")
    assert ledger.by_task("sandbox", "task-7") is None
    own = ticketed(ledger)
    assert ledger.adopt("live", own.task_id or "") == own


def test_a_job_that_was_given_up_can_be_collected(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    ledger.drop(entry.id, "no patience")
    assert ledger.adopt("live", entry.task_id or "").state == "ticketed"


def test_an_entry_that_does_not_exist_is_said_so(ledger: Ledger) -> None:
    for ask in (ledger.by_id, ledger.unsend, lambda entry_id: ledger.lease(entry_id, "me", 5)):
        with pytest.raises(Contradiction, match="knows no job nowhere"):
            ask("nowhere")


def test_a_limit_per_job_names_both_sums(ledger: Ledger) -> None:
    with pytest.raises(Refused, match=r"1\.00 USD for this job would exceed your limit of 0\.50 USD per job"):
        intended(ledger, limits=Limits(usd_per_job=0.5))
    assert ledger.find("live", "a question") is None
    assert intended(ledger, limits=Limits(usd_per_job=1.0)).unsent


def test_a_limit_per_day_writes_out_the_sum(ledger: Ledger, clock: Clock) -> None:
    ended(ledger, "one", cost=4.2)
    clock.jump(1)
    limits = Limits(usd_per_day=5.0)
    sentence = r"4\.20 USD spent today \+ 1\.03 for this job would exceed your limit of 5\.00 USD per day"
    with pytest.raises(Refused, match=sentence):
        intended(ledger, "two", estimate_usd=1.03, limits=limits)
    assert intended(ledger, "three", estimate_usd=0.8, limits=limits).unsent


def test_a_day_begins_at_local_midnight_unless_told_otherwise(ledger: Ledger, clock: Clock) -> None:
    ended(ledger, "yesterday", cost=4.2)
    clock.jump(24 * 3600)
    assert intended(ledger, "one", limits=Limits(usd_per_day=5.0)).unsent
    with pytest.raises(Refused):
        intended(ledger, "two", limits=Limits(usd_per_day=5.0), since=clock() - 48 * 3600)


def test_estimates_count_until_the_real_cost_is_known(ledger: Ledger) -> None:
    limits = Limits(usd_per_day=2.0)
    entry = ticketed(ledger, "one", estimate_usd=1.5)
    with pytest.raises(Refused, match=r"1\.50 USD spent"):
        intended(ledger, "two", limits=limits)
    ledger.end(entry.id, completed(entry, cost_usd=0.25))
    assert intended(ledger, "two", limits=limits).unsent


def test_a_failed_job_counts_only_what_it_really_cost(ledger: Ledger) -> None:
    free, charged = ticketed(ledger, "one", estimate_usd=9.0), ticketed(ledger, "two", estimate_usd=9.0)
    ledger.end(free.id, failed(free))
    ledger.end(charged.id, failed(charged, cost_usd=0.5))
    with pytest.raises(Refused, match=r"0\.50 USD spent today"):
        intended(ledger, "three", limits=Limits(usd_per_day=1.0))


def test_an_intent_about_to_be_sent_counts_and_an_abandoned_one_does_not(ledger: Ledger, clock: Clock) -> None:
    limits = Limits(usd_per_day=1.5)
    first = intended(ledger, "one", limits=limits)
    with pytest.raises(Refused, match=r"\+ 1\.00 for jobs about to be sent \+ 1\.00 for this job"):
        intended(ledger, "two", limits=limits)
    clock.jump(300)
    ledger.lease(first.id, "elsewhere:1:x", 60)
    with pytest.raises(Refused):
        intended(ledger, "two", limits=limits)
    clock.jump(61)
    assert intended(ledger, "two", limits=limits).unsent


def test_an_old_intent_must_pass_the_limits_of_today(ledger: Ledger, clock: Clock) -> None:
    old = intended(ledger, "old", queue_run="run-1")
    clock.jump(24 * 3600)
    ended(ledger, "today", cost=4.5)
    with pytest.raises(Refused):
        intended(ledger, "old", limits=Limits(usd_per_day=5.0))
    taken = intended(ledger, "old", queue_run="run-2", limits=Limits(usd_per_day=6.0))
    assert (taken.id, taken.queue_run, taken.created_at) == (old.id, "run-2", old.created_at)


def test_what_was_sent_is_never_blocked_by_a_limit(ledger: Ledger) -> None:
    nothing = Limits(usd_per_job=0.0, usd_per_day=0.0, purchases_per_run=0)
    for make in (sent, ticketed, ended):
        entry: Entry = make(ledger, make.__name__)
        assert ledger.intend(asked(make.__name__), limits=nothing) == (entry, False)


def test_a_list_of_fifty_pictures_is_not_fifty_surprises(ledger: Ledger) -> None:
    limits = Limits(purchases_per_run=3)
    for number in range(3):
        ended(ledger, f"{number}", queue_run="run-1", limits=limits)
    with pytest.raises(Refused, match="made 3 new purchases; one more would exceed your limit of 3 per run"):
        intended(ledger, "3", queue_run="run-1", limits=limits)
    assert not ledger.intend(asked("0", queue_run="run-1"), limits=limits)[1]
    assert intended(ledger, "3", queue_run="run-2", limits=limits).unsent


def test_a_job_without_a_price_is_refused_where_dollars_are_limited(ledger: Ledger) -> None:
    for limits in (Limits(usd_per_job=5.0), Limits(usd_per_day=5.0)):
        with pytest.raises(Refused, match="price of this job is not known"):
            intended(ledger, estimate_usd=None, limits=limits)
    assert intended(ledger, estimate_usd=None, limits=Limits(purchases_per_run=1)).unsent


def told_to_wait(ledger: Ledger, fingerprint: str = "a question", **changes: Any) -> Entry:
    """An entry whose body was written and whose submit was answered with 429, in a time without limits."""
    entry = intended(ledger, fingerprint, **changes)
    ledger.write_body(entry.id, {"prompt": "a cat"})
    assert ledger.mark_sent(entry.id, "me")
    return ledger.unsend(entry.id)


TIGHT = {
    "per job": Limits(usd_per_job=0.1),
    "per day": Limits(usd_per_day=0.1),
    "per run": Limits(purchases_per_run=0),
}


@pytest.mark.parametrize("named", TIGHT)
@pytest.mark.parametrize("queue_run", ["run-1", None])
def test_limits_hold_at_the_mark_for_an_entry_written_before_they_were_set(
    ledger: Ledger, named: str, queue_run: str | None
) -> None:
    entry = told_to_wait(ledger, queue_run=queue_run)
    with pytest.raises(Refused, match=named):
        ledger.mark_sent(entry.id, "me", limits=TIGHT[named])
    assert ledger.by_id(entry.id) == entry
    assert ledger.mark_sent(entry.id, "me", limits=Limits(usd_per_job=1.0, usd_per_day=1.0, purchases_per_run=1))


def test_a_refusal_at_the_mark_writes_out_the_sum(ledger: Ledger) -> None:
    entry = told_to_wait(ledger, "two", estimate_usd=1.03)
    ended(ledger, "one", cost=4.2)
    intended(ledger, "three", estimate_usd=9.0)
    sentence = r"4\.20 USD spent today \+ 1\.03 for this job would exceed your limit of 5\.00 USD per day"
    with pytest.raises(Refused, match=sentence):
        ledger.mark_sent(entry.id, "me", limits=Limits(usd_per_day=5.0))


@pytest.mark.parametrize("limits", [Limits(purchases_per_run=2), Limits(usd_per_day=2.0)])
def test_of_four_entries_of_one_run_exactly_two_are_marked_when_two_are_allowed(ledger: Ledger, limits: Limits) -> None:
    entries = [told_to_wait(ledger, f"{number}", queue_run="run-1") for number in range(4)]
    for entry in entries[:2]:
        assert ledger.mark_sent(entry.id, "me", limits=limits)
    for entry in entries[2:]:
        with pytest.raises(Refused):
            ledger.mark_sent(entry.id, "me", limits=limits)
    assert [ledger.by_id(entry.id).unsent for entry in entries] == [False, False, True, True]


def test_what_went_out_once_is_not_judged_again(ledger: Ledger) -> None:
    entry = sent(ledger)
    nothing = Limits(usd_per_job=0.0, usd_per_day=0.0, purchases_per_run=0)
    assert ledger.mark_sent(entry.id, "me", limits=nothing) is False


def test_a_purchase_counts_to_the_run_that_sends_it(ledger: Ledger) -> None:
    limits = Limits(purchases_per_run=1)
    first, second = (told_to_wait(ledger, name, queue_run=f"run of {name}") for name in ("one", "two"))
    assert ledger.mark_sent(first.id, "me", limits=limits, queue_run="run-2")
    assert ledger.by_id(first.id).queue_run == "run-2"
    with pytest.raises(Refused, match="made 1 new purchases"):
        ledger.mark_sent(second.id, "me", limits=limits, queue_run="run-2")
    assert ledger.mark_sent(second.id, "me", limits=limits)


def test_a_job_without_a_price_is_not_marked_where_dollars_are_limited(ledger: Ledger) -> None:
    entry = told_to_wait(ledger, estimate_usd=None)
    for limits in (Limits(usd_per_job=5.0), Limits(usd_per_day=5.0)):
        with pytest.raises(Refused, match="price of this job is not known"):
            ledger.mark_sent(entry.id, "me", limits=limits)
    assert ledger.mark_sent(entry.id, "me", limits=Limits(purchases_per_run=1))


def test_what_has_no_turn_yet_is_refused_at_once_where_a_limit_forbids_it(ledger: Ledger) -> None:
    entry = told_to_wait(ledger)
    with pytest.raises(Refused):
        ledger.mark_sent(entry.id, "me", limits=Limits(usd_per_job=0.1), at_most_in_flight=0)
    assert ledger.mark_sent(entry.id, "me", at_most_in_flight=0) is None


def test_sandbox_money_is_not_counted_with_real_money(ledger: Ledger) -> None:
    ended(ledger, realm="sandbox", cost=100.0)
    assert intended(ledger, limits=Limits(usd_per_day=1.0)).unsent


def test_a_refusal_leaves_the_failed_entry_as_it_is(ledger: Ledger) -> None:
    entry = ticketed(ledger)
    first = ledger.end(entry.id, failed(entry))
    with pytest.raises(PackError):
        intended(ledger, limits=Limits(usd_per_job=0.1))
    assert ledger.find("live", "a question") == first


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_only_the_owner_can_read_the_file(file_ledger: Ledger, tmp_path: Path) -> None:
    ended(file_ledger)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "data").iterdir()}
    assert set(modes.values()) == {0o600}, modes
