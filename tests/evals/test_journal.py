from __future__ import annotations

from pathlib import Path

import pytest

from evals.cases import Ask
from evals.journal import Journal
from evals.task import Reply
from tests.evals.fakes import ENGLISH, build_answer, build_case


def build_reply(attempt: int = 1, **changes: object) -> Reply:
    ask = Ask(build_case(**changes), "en", attempt)
    return Reply(ask, build_answer(ENGLISH).to_json(), (1, None), 0.25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "replies.jsonl"


def test_what_is_kept_is_found_by_the_next_of_the_same_run(path: Path) -> None:
    reply = build_reply()
    Journal(path, "run").keep(reply)
    assert Journal(path, "run").find(reply.ask) == reply


def test_another_run_begins_anew(path: Path) -> None:
    Journal(path, "run").keep(build_reply())
    assert Journal(path, "other").find(build_reply().ask) is None
    assert Journal(path, "run").find(build_reply().ask) is None


def test_a_question_that_was_reworded_is_asked_again(path: Path) -> None:
    Journal(path, "run").keep(build_reply())
    reworded = build_reply(question_en="How much was it?").ask
    assert Journal(path, "run").find(reworded) is None


def test_attempts_are_kept_apart(path: Path) -> None:
    Journal(path, "run").keep(build_reply(2))
    again = Journal(path, "run")
    assert again.find(build_reply(1).ask) is None
    assert again.find(build_reply(2).ask) is not None


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_line_that_was_cut_off_costs_itself_alone(path: Path, cut: int) -> None:
    journal = Journal(path, "run")
    journal.keep(build_reply(1))
    journal.keep(build_reply(2))
    path.write_bytes(path.read_bytes()[:-cut])
    resumed = Journal(path, "run")
    assert (resumed.find(build_reply(1).ask) is None, len(resumed)) == (False, 1 + (cut == 1))
    resumed.keep(build_reply(3))
    assert Journal(path, "run").find(build_reply(3).ask) == build_reply(3)


def test_a_run_that_is_done_leaves_nothing(path: Path) -> None:
    journal = Journal(path, "run")
    journal.keep(build_reply())
    journal.close()
    assert not path.exists()


def test_half_of_a_character_is_kept_too(path: Path) -> None:
    reply = build_reply(question_en="What of \ud83d?")
    Journal(path, "run").keep(reply)
    assert Journal(path, "run").find(reply.ask) == reply
