"""A burst of events over a server that is really killed; the command does the same with more."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from evals.slack_burst import Outcome, build_deliveries, run_burst, say_outcome


def test_deliveries_come_again_out_of_order_and_by_two_events() -> None:
    deliveries = build_deliveries(100, random.Random(1))
    ids = [one.event["event_id"] for one in deliveries]
    questions = {one.question for one in deliveries}
    assert len(questions) == 100
    assert max(Counter(ids).values()) == 3
    assert len(set(ids)) > 110
    stamps = [float(one.event["event"]["ts"]) for one in deliveries]
    assert stamps != sorted(stamps)
    unnamed = [one for one in deliveries if one.event["event"]["type"] == "message"]
    assert any(not one.event["event"]["text"].startswith("<@") for one in unnamed)


@pytest.mark.integration
def test_a_burst_over_a_killed_server_loses_nothing_and_answers_nothing_twice(
    tmp_path: Path,
) -> None:
    outcome = run_burst(tmp_path, events=32, kills=2, seconds=0.1, senders=4)
    assert outcome.kills == 2
    assert outcome.lost == []
    # A post that Slack took after it was looked for would stand there twice; here none does.
    assert len(outcome.twice) <= outcome.cut
    assert outcome.percentile(0.5) < 1500
    assert "lost: 0" in say_outcome(outcome)


def test_a_question_that_is_lost_makes_an_outcome_bad() -> None:
    assert Outcome().good
    assert not Outcome(lost=["Question 1?"]).good
    assert not Outcome(twice=["Question 1?"]).good
    assert Outcome(twice=["Question 1?"], cut=1).good
    assert Outcome(acks_ms=[1.0, 2.0, 3.0, 4.0]).percentile(0.99) == 4.0
    assert Outcome().percentile(0.99) == 0.0
