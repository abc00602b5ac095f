from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant import background
from assistant.answer import Answer
from evals.attempts import begin_attempt, find_attempt
from evals.task import build_task, run_task
from tests.evals.fakes import FakeAssistant, build_cases, build_right_assistant


class Counting(FakeAssistant):
    """Notes which time it is asked, as a model's call sees it in the loop that it runs in."""

    def ask(self, question: str) -> Answer:
        async def look() -> int:
            return find_attempt()

        self.read.append(f"{question} {background.run(look())}")
        return super().ask(question)


def test_outside_of_any_attempt_it_is_the_first() -> None:
    assert find_attempt() == 1


def fail_at_fourth() -> None:
    with begin_attempt(4):
        raise ValueError(find_attempt())


def test_an_attempt_ends_with_its_block_whatever_happens() -> None:
    with pytest.raises(ValueError, match="4"):
        fail_at_fourth()
    assert find_attempt() == 1


def test_attempts_of_other_threads_are_their_own() -> None:
    with ThreadPoolExecutor(1) as pool, begin_attempt(2):
        assert pool.submit(find_attempt).result() == 1


def test_a_task_says_which_attempt_it_is_with_several_workers_too() -> None:
    assistant = Counting(build_right_assistant().answers)
    run_task(build_task(build_cases(), assistant, repeat=3), workers=4)
    asked = {f"{question} {number}" for question in assistant.answers for number in (1, 2, 3)}
    assert asked <= set(assistant.read)
