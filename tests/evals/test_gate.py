"""What a gate says of a run, and to whom it points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evals.baseline import Baseline, write_baselines
from evals.cases import Ask
from evals.gate import (
    Gate,
    describe_gate,
    find_known,
    gate_json,
    judge_results,
    name_expected,
    open_gate,
)
from evals.measures import Measure
from evals.suite import Suite, read_suites
from evals.task import Results, build_task, run_task
from tests.evals.fakes import (
    FakeAssistant,
    build_answer,
    build_case,
    build_cases,
    build_negative,
    build_right_assistant,
)

CASES = build_cases()
IDS = [case.id for case in CASES]
KNOWN = (
    Baseline()
    .put(("c1", "en"), "right")
    .put(("c1", "zh"), "right")
    .put(("n1", "en"), "right")
    .put(("n1", "zh"), "right")
)


def answer(**changed: str) -> Results:
    """The right answers, with others in Chinese or to the question that has none."""
    answers = dict(build_right_assistant().answers)
    if "zh" in changed:
        answers[build_case().question_zh] = build_answer(changed["zh"], "zh")
    if "unknown" in changed:
        answers["Unknown?"] = build_answer(changed["unknown"], "en")
    return run_task(build_task(CASES, FakeAssistant(answers)))


def judge(results: Results, known: Baseline | None = KNOWN) -> Gate:
    return judge_results("own", results, (), known, IDS)


def test_right_answers_pass_and_nothing_is_said() -> None:
    gate = judge(answer())
    assert gate.passed
    assert list(describe_gate(gate)) == []
    assert gate.measures == frozenset()


def test_who_turned_wrong_is_said_with_question_expected_got_and_why() -> None:
    gate = judge(answer(zh="70亿美元 [1]"))
    assert not gate.passed
    assert gate.measures == {"right"}
    assert list(describe_gate(gate)) == [
        "✗ own c1 zh: was right, is wrong",
        "  question: 该公司投资了多少？",
        "  expected: 超过80亿美元",
        "  got: 70亿美元 [1]",
        "  why: right: missing: 8 billion U.S. dollars",
        '  accept: duocite eval accept own c1 --language zh --reason "…"',
    ]


def test_an_answer_where_a_refusal_is_expected_says_so() -> None:
    gate = judge(answer(unknown="It is 12 [1]."))
    assert "refusals" in gate.measures
    (fall,) = gate.falls
    assert (fall.case, fall.language, fall.expected) == ("n1", "en", "a refusal")


def test_why_a_question_has_no_answer_stands_beside_the_refusal() -> None:
    ask = Ask(build_negative(why="Only 2019 is given."), "en")
    assert name_expected(ask) == "a refusal (Only 2019 is given.)"


def test_a_broken_floor_fails_without_any_baseline() -> None:
    broken = [(Measure("citation", "en", 0.4, 5), 0.9)]
    gate = judge_results("own", answer(), broken, None, IDS)
    assert not gate.passed
    assert gate.measures == {"citation"}


def test_without_a_baseline_wrong_answers_are_left_to_the_floors() -> None:
    assert judge(answer(zh="70亿美元 [1]"), None).passed


def test_new_and_gone_cases_come_with_the_command_for_each() -> None:
    known = Baseline().put(("c1", "en"), "right").put(("old", "zh"), "right")
    assert list(describe_gate(judge(answer(), known))) == [
        "own: not in the baseline yet: c1 (zh), n1 (en/zh)",
        "  add: duocite eval accept own --new",
        "own: in the baseline, but asked no more: old (zh)",
        '  accept: duocite eval accept own old --language zh --reason "…"',
    ]


def test_what_became_right_is_offered_to_be_kept() -> None:
    known = KNOWN.put(("c1", "en"), "wrong")
    gate = judge(answer(), known)
    assert gate.passed
    assert list(describe_gate(gate)) == [
        "own: was wrong, is right: c1 (en)",
        "  keep it so: duocite eval accept own --improved",
    ]


def test_commands_for_a_suite_of_ones_own_say_where_it_is(tmp_path: Path) -> None:
    suites = tmp_path / "suite.toml"
    gate = judge_results("own", answer(zh="70亿美元 [1]"), (), KNOWN, IDS, suites)
    assert gate.falls[0].command.endswith(f'--reason "…" --suites {suites}')


def test_a_question_of_which_nothing_could_be_scored_says_that() -> None:
    results = answer()
    unscored = replace(results, results=())
    assert {why.explanation for fall in judge(unscored).falls for why in fall.why} == {
        "nothing of it could be scored"
    }


def test_as_json_each_fall_is_whole() -> None:
    shown = gate_json(judge(answer(zh="70亿美元 [1]")))
    assert (shown["passed"], shown["measures"]) == (False, ["right"])
    assert shown["turned_wrong"] == [
        {
            "case": "c1",
            "language": "zh",
            "question": "该公司投资了多少？",
            "expected": "超过80亿美元",
            "got": "70亿美元 [1]",
            "why": [{"measure": "right", "explanation": "missing: 8 billion U.S. dollars"}],
            "accept": 'duocite eval accept own c1 --language zh --reason "…"',
        }
    ]
    assert (shown["turned_right"], shown["new"], shown["gone"]) == ([], [], [])


def build_suites(folder: Path, **known: Baseline) -> list[Suite]:
    """Two suites of one file, of which the baseline has those that are `known`."""
    table = 'file = "{0}.jsonl"\ndocuments = "docs"\n'
    text = "".join(f"[{name}]\n{table.format(name)}" for name in ("own", "two"))
    (folder / "suite.toml").write_text(text, encoding="utf-8")
    if known:
        write_baselines(known, folder / "baseline.json")
    return read_suites(folder / "suite.toml")


def test_without_any_baseline_nothing_is_held(tmp_path: Path) -> None:
    own, two = build_suites(tmp_path)
    assert (find_known(own), find_known(two)) == (None, None)
    assert not open_gate(own, answer(), (), IDS).held


def test_a_suite_that_the_baseline_beside_it_does_not_have_is_all_new(tmp_path: Path) -> None:
    own, two = build_suites(tmp_path, own=KNOWN)
    assert find_known(own) == KNOWN
    gate = open_gate(two, answer(), (), IDS)
    assert gate.held
    assert not gate.passed
    assert len(gate.comparison.new) == 4


def test_questions_that_no_suite_declares_are_not_held(tmp_path: Path) -> None:
    build_suites(tmp_path, own=KNOWN)
    assert find_known(Suite("other", tmp_path / "other.jsonl", tmp_path)) is None
    assert find_known(Suite("another name", tmp_path / "two.jsonl", tmp_path)) is None
