"""How often a job is looked at: seldom at first, often around its expected end."""

from __future__ import annotations

import random
import statistics
from itertools import pairwise

import pytest
from apimart.flow.jobs import expected_seconds, wait_before_poll
from apimart.flow.jobs.polling import Spacing
from apimart.flow.model import Standing


def looks(seconds, expected):
    """The moments at which a job of `seconds` is looked at, the last one after its end."""
    moment, moments = 0.0, []
    while moment < seconds:
        moment += wait_before_poll(moment, expected)
        moments.append(moment)
    return moments


def standing(progress=None, estimated=None):
    return Standing("task_1", "processing", None, progress=progress, estimated_seconds=estimated)


@pytest.mark.parametrize("seconds", [270, 285, 300, 315, 330])
def test_a_five_minute_job_takes_at_most_forty_looks(seconds):
    assert len(looks(seconds, 300)) <= 40


def test_a_finished_job_is_seen_within_two_seconds_at_the_median():
    late = [looks(seconds, 300)[-1] - seconds for seconds in range(270, 331)]
    assert statistics.median(late) <= 2.0


def test_a_sandbox_job_is_looked_at_quickly():
    late = [looks(seconds / 10, 8)[-1] - seconds / 10 for seconds in range(60, 100)]
    assert max(late) <= 1.0


def test_what_such_jobs_took_here_is_believed_before_the_providers_word():
    assert expected_seconds(standing(estimated=600), 10, 155) == 155


def test_progress_corrects_a_long_estimate():
    assert expected_seconds(standing(progress=50, estimated=600), 75, None) == pytest.approx(150)


def test_without_any_word_a_usual_time_is_expected():
    assert expected_seconds(standing(), 0, None) == 150


def test_the_wait_never_grows_beyond_twenty_seconds():
    assert max(wait_before_poll(moment, 2000) for moment in range(0, 4000, 7)) <= 20


def test_jobs_that_come_together_are_looked_at_one_by_one():
    spacing, draw = Spacing(0.125), random.Random(1)
    arrivals = sorted(draw.uniform(0, 20) for _ in range(1000))
    moments = [moment + spacing.delay(moment) for moment in arrivals]
    assert min(later - earlier for earlier, later in pairwise(moments)) == pytest.approx(0.125)
    assert moments[-1] == pytest.approx(moments[0] + 999 * 0.125)


def test_a_job_alone_waits_for_nobody():
    spacing = Spacing(0.125)
    assert [spacing.delay(moment) for moment in (5.0, 6.0, 6.125, 90.0)] == [0, 0, 0, 0]
