from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.history import History
from assistant.state import State
from evals.crowd import (
    Faults,
    Held,
    Talk,
    build_talks,
    find_faults,
    find_history_faults,
    find_list_faults,
)
from evals.visitor import Exchange, Heard
from tests.support.answers import build_answer

ANNA = Talk("anna", "en", ("How?", "Why?"))
BEN = Talk("ben", "zh", ("多少？", "为何？"))


def hold(talk: Talk, *answers: str, seconds: float = 1.0) -> Held:
    """A talk in which each of its questions got the answer that stands in its place."""
    pairs = zip(talk.questions, answers, strict=False)
    shown = [Exchange(question, answer, bool(answer)) for question, answer in pairs]
    heard = [
        Heard(question, seconds, seconds / 2, 2000, 4, shown=shown[: turn + 1])
        for turn, question in enumerate(talk.questions)
    ]
    return Held(talk, heard)


CALM = [hold(ANNA, "A1", "A2"), hold(BEN, "B1", "B2")]


def test_every_other_visitor_asks_in_chinese_and_no_two_ask_the_same() -> None:
    talks = build_talks(20, 3)
    assert [talk.language for talk in talks[:4]] == ["en", "zh", "en", "zh"]
    assert len({talk.user for talk in talks}) == 20
    assert len({question for talk in talks for question in talk.questions}) == 60


def test_where_the_sample_has_too_few_questions_no_round_has_one_twice() -> None:
    talks = build_talks(100, 4)
    for turn in range(4):
        assert len({talk.questions[turn] for talk in talks}) == 100


def test_who_gets_what_they_got_alone_has_no_fault() -> None:
    faults = find_faults([hold(ANNA, "A1", "A2"), hold(BEN, "B1", "B2")], CALM)
    assert not faults.any


@pytest.mark.parametrize(
    ("crowd", "kind"),
    [
        (hold(ANNA, "A1"), "lost"),
        (hold(ANNA, "A1", ""), "lost"),
        (hold(ANNA, "A1", "A3"), "other"),
        (replace(hold(BEN, "B1", "B2"), talk=ANNA), "mixed"),
        (Held(ANNA, [*hold(ANNA, "A1").heard[:1], Heard("Why?", error="gone")]), "errors"),
    ],
)
def test_each_fault_is_told_with_whom_it_happened_to(crowd: Held, kind: str) -> None:
    faults = find_faults([crowd, CALM[1]], CALM)
    assert faults.any
    assert all(line.startswith("anna: ") for line in getattr(faults, kind))
    found = [name for name, lines in vars_of(faults).items() if lines]
    assert found == [kind]


def vars_of(faults: Faults) -> dict[str, list[str]]:
    names = ("errors", "lost", "mixed", "other", "history")
    return {name: getattr(faults, name) for name in names}


def test_a_stranger_s_answer_to_the_own_question_is_mixed_too() -> None:
    same = Talk("carl", "en", ANNA.questions)
    got = hold(ANNA, "A1", "C2")
    faults = find_faults([got, hold(same, "C1", "C2")], [CALM[0], hold(same, "C1", "C2")])
    assert (len(faults.mixed), len(faults.other)) == (1, 0)


def keep(folder: Path, user: str, *turns: tuple[str, str]) -> None:
    state = State(folder)
    history = History(state)
    talk = history.begin(user, turns[0][0])
    for question, said in turns:
        history.append(user, talk, question, build_answer(question, response=said))
    state.close()


def test_histories_hold_what_was_asked_and_answered(tmp_path: Path) -> None:
    for user in ("anna", "anna-alone"):
        keep(tmp_path, user, ("How?", "A1"), ("Why?", "A2"))
    alone = replace(CALM[0], talk=replace(ANNA, user="anna-alone"))
    assert find_history_faults(tmp_path, [CALM[0]], [alone]) == []
    keep(tmp_path, "anna", ("How?", "A1"))
    assert len(find_history_faults(tmp_path, [CALM[0]], [alone])) == 1


@pytest.mark.parametrize(
    "turns",
    [
        [("How?", "A1")],
        [("How?", "A1"), ("多少？", "A2")],
        [("How?", "A1"), ("Why?", "B2")],
    ],
)
def test_a_history_with_other_turns_is_a_fault(
    tmp_path: Path, turns: list[tuple[str, str]]
) -> None:
    keep(tmp_path, "anna-alone", ("How?", "A1"), ("Why?", "A2"))
    keep(tmp_path, "anna", *turns)
    alone = replace(CALM[0], talk=replace(ANNA, user="anna-alone"))
    assert len(find_history_faults(tmp_path, [CALM[0]], [alone])) == 1


@pytest.mark.parametrize(
    ("listed", "faults"),
    [
        ("How? 2024-05-01 12:00", 0),
        ("", 1),
        ("How? 2024-05-01 12:00 多少？ 2024-05-01 12:00", 1),
    ],
)
def test_the_list_beside_the_chat_has_the_own_conversation_alone(listed: str, faults: int) -> None:
    anna = replace(CALM[0], listed=listed)
    ben = replace(CALM[1], listed="多少？ 2024-05-01 12:00")
    assert len(find_list_faults([anna, ben])) == faults
