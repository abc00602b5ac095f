"""What a baseline holds a suite to, and what may change it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Language
from assistant.errors import SuiteError
from evals.baseline import (
    BASELINE,
    Acceptance,
    Baseline,
    Entry,
    Key,
    Outcome,
    accept,
    add_improved,
    add_new,
    compare_baseline,
    find_baseline,
    read_baselines,
    write_baselines,
)
from evals.cases import read_cases
from evals.measures import Result, Tongue
from evals.score import Score
from evals.suite import SUITES, read_suites
from evals.verdicts import Verdict

TODAY = datetime.date(2026, 3, 1)
FAULT = Result("a", "figure", "en", "right", Score(0.0, "12", "missing: 13"))
RIGHT, WRONG = Verdict(), Verdict((FAULT,))
Verdicts = Mapping[tuple[str, Tongue], Verdict]


def hold(**outcomes: Outcome) -> Baseline:
    """`a_en="right"` is case a in English."""
    known = Baseline("made")
    for name, outcome in outcomes.items():
        case, _, language = name.partition("_")
        known = known.put((case, "zh" if language == "zh" else "en"), outcome)
    return known


KNOWN = hold(a_en="right", a_zh="right", b_en="wrong", b_zh="right")
ASKED: list[Key] = [("a", "en"), ("a", "zh"), ("b", "en"), ("b", "zh")]
SAME: Verdicts = {
    ("a", "en"): RIGHT,
    ("a", "zh"): RIGHT,
    ("b", "en"): WRONG,
    ("b", "zh"): RIGHT,
}


def test_a_run_that_came_out_as_before_passes_with_nothing_to_say() -> None:
    comparison = compare_baseline(KNOWN, SAME, ASKED, ["a", "b"])
    assert comparison.passed
    assert (comparison.wrong, comparison.right, comparison.new, comparison.gone) == ((),) * 4


def test_a_question_that_was_right_and_is_wrong_fails_and_says_by_what() -> None:
    comparison = compare_baseline(KNOWN, {**SAME, ("a", "en"): WRONG}, ASKED, ["a", "b"])
    assert not comparison.passed
    (turned,) = comparison.wrong
    assert (turned.case, turned.language, turned.measures) == ("a", "en", ("right",))


def test_a_question_that_was_right_and_could_not_be_scored_is_not_right() -> None:
    rest = {key: one for key, one in SAME.items() if key != ("a", "zh")}
    (turned,) = compare_baseline(KNOWN, rest, ASKED, ["a", "b"]).wrong
    assert (turned.case, turned.language, turned.faults) == ("a", "zh", ())


def test_what_became_right_passes_and_is_named() -> None:
    comparison = compare_baseline(KNOWN, {**SAME, ("b", "en"): RIGHT}, ASKED, ["a", "b"])
    assert comparison.passed
    assert comparison.right == (("b", "en"),)


def test_a_case_that_the_baseline_lacks_has_to_be_added() -> None:
    comparison = compare_baseline(
        KNOWN, {**SAME, ("c", "en"): RIGHT}, [*ASKED, ("c", "en")], ["a", "b", "c"]
    )
    assert not comparison.passed
    assert comparison.new == (("c", "en"),)


def test_a_case_that_its_suite_lost_fails_in_each_language_it_had() -> None:
    part = {key: one for key, one in SAME.items() if key[0] == "a"}
    comparison = compare_baseline(KNOWN, part, ASKED[:2], ["a"])
    assert not comparison.passed
    assert comparison.gone == (("b", "en"), ("b", "zh"))


def test_a_case_that_was_only_not_asked_is_not_gone() -> None:
    part = {key: one for key, one in SAME.items() if key[0] == "a"}
    assert compare_baseline(KNOWN, part, ASKED[:2], ["a", "b"]).passed


def test_a_case_that_came_back_is_new() -> None:
    known = hold(a_en="gone")
    comparison = compare_baseline(known, {("a", "en"): RIGHT}, [("a", "en")], ["a"])
    assert comparison.new == (("a", "en"),)


def test_what_is_accepted_is_wrong_from_then_on_with_its_reason_date_and_measures() -> None:
    verdicts = {**SAME, ("a", "en"): WRONG}
    comparison = compare_baseline(KNOWN, verdicts, ASKED, ["a", "b"])
    now = accept(KNOWN, comparison, "a", ["en", "zh"], "the page was withdrawn", TODAY)
    assert now.cases["a"] == Entry(
        "wrong", "right", (Acceptance("en", TODAY, "the page was withdrawn", ("right",)),)
    )
    assert compare_baseline(now, verdicts, ASKED, ["a", "b"]).passed


def test_a_case_that_is_gone_is_accepted_by_its_id() -> None:
    comparison = compare_baseline(KNOWN, SAME, ASKED[:2], ["a"])
    now = accept(KNOWN, comparison, "b", ["en", "zh"], "asked twice", TODAY)
    assert (now.outcome(("b", "en")), now.outcome(("b", "zh"))) == ("gone", "gone")
    assert compare_baseline(now, SAME, ASKED[:2], ["a"]).passed


@pytest.mark.parametrize(("case", "language"), [("a", "zh"), ("b", "en"), ("x", "en")])
def test_nothing_can_be_accepted_that_did_not_turn(case: str, language: Language) -> None:
    comparison = compare_baseline(KNOWN, {**SAME, ("a", "en"): WRONG}, ASKED, ["a", "b"])
    with pytest.raises(SuiteError, match="not_turned"):
        accept(KNOWN, comparison, case, [language], "why", TODAY)


def test_adding_new_cases_changes_no_known_one() -> None:
    verdicts: Verdicts = {**SAME, ("a", "en"): WRONG, ("c", "en"): WRONG, ("c", "zh"): RIGHT}
    asked: list[Key] = [*ASKED, ("c", "en"), ("c", "zh")]
    comparison = compare_baseline(KNOWN, verdicts, asked, ["a", "b", "c"])
    now = add_new(KNOWN, comparison, verdicts)
    assert now.cases["c"] == Entry("wrong", "right")
    assert {case: now.cases[case] for case in KNOWN.cases} == KNOWN.cases
    assert len(compare_baseline(now, verdicts, asked, ["a", "b", "c"]).wrong) == 1


def test_adding_what_improved_lowers_nothing_and_ends_its_acceptance() -> None:
    known = KNOWN.put(("b", "en"), "wrong", Acceptance("en", TODAY, "hard"))
    verdicts = {**SAME, ("b", "en"): RIGHT, ("a", "zh"): WRONG}
    now = add_improved(known, compare_baseline(known, verdicts, ASKED, ["a", "b"]))
    assert now.cases["b"] == Entry("right", "right")
    assert now.cases["a"] == KNOWN.cases["a"]


outcomes = st.sampled_from(["right", "wrong", "gone", None])
entries = st.builds(Entry, outcomes, outcomes).filter(lambda one: bool(one.en or one.zh))
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
baselines = st.builds(Baseline, words, st.dictionaries(words, entries, max_size=4))


@given(st.dictionaries(words, baselines, max_size=3))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, suites: dict[str, Baseline]
) -> None:
    path = tmp_path_factory.mktemp("b") / "baseline.json"
    write_baselines(suites, path)
    assert read_baselines(path) == suites


def test_a_file_is_sorted_with_a_line_a_case(tmp_path: Path) -> None:
    known = hold(b_en="right", a_zh="right").put(
        ("a", "en"), "wrong", Acceptance("en", TODAY, "因为改版", ("right",))
    )
    path = tmp_path / "baseline.json"
    write_baselines({"z": Baseline(), "own": known}, path)
    assert path.read_text(encoding="utf-8").split("\n") == [
        "{",
        ' "own": {',
        '  "made_with": "made",',
        '  "cases": {',
        '   "a": {"en": "wrong", "zh": "right", "accepted": [{"language": "en", '
        '"date": "2026-03-01", "measures": ["right"], "reason": "因为改版"}]},',
        '   "b": {"en": "right"}',
        "  }",
        " },",
        ' "z": {',
        '  "made_with": "",',
        '  "cases": {}',
        " }",
        "}",
        "",
    ]


@pytest.mark.parametrize(
    ("cases", "reason"),
    [
        ('"a": {"en": "rihgt"}', "own.cases.a.en: Input should be 'right', 'wrong' or 'gone'"),
        ('"a": {"en": "right"}, "a": {"en": "wrong"}', "a stands there twice"),
        ('"a": {"en": "right", "fr": "right"}', "own.cases.a.fr: Unexpected keyword"),
        ('"a": {}', "own.cases.a: no language"),
        ('"a": {"en": "right"', "line 1"),
        (
            '"a": {"en": "right", "accepted": [{"language": "en", "date": "2026-01-01", '
            '"reason": "x"}]}',
            "accepted in en, but not wrong there",
        ),
        (
            '"a": {"en": "wrong", "accepted": [{"language": "en", "date": "2026-01-01", '
            '"reason": " "}]}',
            "own.cases.a.accepted.0.reason: String should have at least 1 character",
        ),
        (
            '"a": {"en": "wrong", "accepted": [{"language": "en", "date": "spring", '
            '"reason": "x"}]}',
            "own.cases.a.accepted.0.date",
        ),
    ],
)
def test_a_file_that_nobody_could_have_written_is_refused_with_its_place(
    tmp_path: Path, cases: str, reason: str
) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(f'{{"own": {{"cases": {{{cases}}}}}}}', encoding="utf-8")
    with pytest.raises(SuiteError, match="bad_baseline") as caught:
        read_baselines(path)
    assert reason in str(caught.value.details["reason"])


def test_where_there_is_no_file_there_is_no_baseline(tmp_path: Path) -> None:
    assert read_baselines(tmp_path / "baseline.json") == {}


def test_a_file_that_cannot_be_written_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="unwritable"):
        write_baselines({}, tmp_path / "none" / "baseline.json")


def test_own_suites_have_their_baseline_beside_them(tmp_path: Path) -> None:
    assert find_baseline(tmp_path / "suite.toml") == tmp_path / "baseline.json"
    assert find_baseline(SUITES) == BASELINE


def test_the_shipped_baseline_is_as_it_would_be_written(tmp_path: Path) -> None:
    copy = tmp_path / "baseline.json"
    write_baselines(read_baselines(), copy)
    assert copy.read_bytes() == BASELINE.read_bytes()


def test_the_shipped_baseline_has_suites_that_there_are() -> None:
    known = read_baselines()
    shipped = {suite.name: suite for suite in read_suites()}
    assert set(known) <= set(shipped)
    for name, baseline in known.items():
        assert len(baseline.made_with) == 16
        ids = {case.id for case in read_cases(shipped[name].file)}
        stated = {
            case for case, one in baseline.cases.items() if {one.en, one.zh} & {"right", "wrong"}
        }
        assert stated <= ids
    assert json.loads(BASELINE.read_text(encoding="utf-8"))
