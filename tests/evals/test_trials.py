"""A small suite, broken on purpose: the gate sees it, and what is whole again passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from assistant import app, offline, reading
from assistant.refusing import find_refusal
from assistant.text import terms
from assistant.text.dictionary import translate_english
from assistant.text.language import detect_language
from evals import breaks
from evals.accepting import accept_new, ask_cases
from evals.breaking import build_table, open_bench
from evals.gate import Gate
from evals.measures import Measure
from evals.slips import misattribute, misstate
from evals.task import Results
from evals.trials import (
    ALTERED,
    BREAKS,
    STALE,
    Bench,
    Break,
    Outcome,
    ask_writer,
    judge_part,
    lay_over,
    spread,
    try_documents,
)
from tests.evals.fakes import build_case
from tests.support.shore import write_shore

BY_NAME = {one.name: one for one in BREAKS}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("shore")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUOCITE_EMBEDDING", "hash")
        patch.setenv("DUOCITE_DATA", str(folder / "data"))
        suites = write_shore(folder / "suite")
        list(accept_new("shore", suites))
        yield open_bench("shore", 4, suites)


def attempt(bench: Bench, one: Break) -> Outcome:
    with one.apply():
        part = ask_cases(bench.suite, bench.choose(one.wanted), bench.settings)
    return Outcome(one.name, one.measures, bench.judge(part), len(part.replies), 0.0)


@pytest.mark.parametrize(
    "name",
    [
        "best sentence left out",
        "quotations cut by a character",
        "refusal off",
        "language forced to English",
    ],
)
def test_the_gate_sees_a_break_and_names_its_measure(bench: Bench, name: str) -> None:
    outcome = attempt(bench, BY_NAME[name])
    assert outcome.caught
    assert outcome.turned > 0


def read_names() -> list[object]:
    places = (
        (offline, "find_refusal"),
        (app, "detect_language"),
        (reading, "translate_english"),
        (terms, "translate_english"),
    )
    return [vars(module)[name] for module, name in places]


def test_after_a_break_the_product_is_whole_again(bench: Bench) -> None:
    whole = read_names()
    for one in BREAKS:
        with one.apply():
            pass
    assert read_names() == whole
    assert whole == [find_refusal, detect_language, translate_english, translate_english]
    part = ask_cases(bench.suite, bench.cases[:1], bench.settings)
    assert bench.judge(part).passed


def test_a_slip_is_put_right_with_the_check_on_and_shown_with_it_off(bench: Bench) -> None:
    cases = bench.choose(lambda case: case.id in ("h1", "h3"))
    control = ask_writer(bench, cases, misstate, nullcontext())
    assert judge_part(bench, control, control).passed
    assert all("410" in one.answer["answer"] for one in control.replies if one.ask.case.id == "h1")
    part = ask_writer(bench, cases, misstate, breaks.ignore_units())
    gate = judge_part(bench, part, control)
    assert gate.measures == {"right"}
    assert {fall.case for fall in gate.falls} == {"h1", "h3"}


def test_without_any_check_a_marker_may_point_anywhere(bench: Bench) -> None:
    cases = bench.choose(lambda case: case.id == "h1")
    control = ask_writer(bench, cases, misattribute, nullcontext())
    part = ask_writer(bench, cases, misattribute, breaks.drop_checks())
    assert "citation" in judge_part(bench, part, control).measures


def test_a_citation_of_the_next_passage_is_no_citation(bench: Bench) -> None:
    cases = bench.choose(lambda case: case.id == "h1")
    control = ask_writer(bench, cases, misattribute, nullcontext())
    part = ask_writer(bench, cases, misattribute, breaks.shift_citations())
    assert "citation" in judge_part(bench, part, control).measures


def test_a_stale_index_and_an_altered_figure_are_seen(bench: Bench) -> None:
    trials = try_documents(bench)
    stale, altered = next(trials), next(trials)
    trials.close()  # type: ignore[attr-defined]
    assert (stale.name, altered.name) == (STALE, ALTERED)
    assert stale.caught
    assert altered.caught
    assert "right" in altered.gate.measures


def test_the_documents_themselves_are_left_alone(bench: Bench) -> None:
    texts = [path.read_text(encoding="utf-8") for path in bench.suite.documents.iterdir()]
    assert any("410 tonnes" in text for text in texts)


def test_what_was_asked_again_stands_in_for_what_it_was(bench: Bench) -> None:
    (first,) = bench.cases[:1]
    part = ask_cases(bench.suite, [first], bench.settings)
    laid = lay_over(bench.whole, part)
    assert len(laid.replies) == len(bench.whole.replies)
    assert sorted(map(str, laid.results)) == sorted(map(str, bench.whole.results))
    nothing = lay_over(bench.whole, Results((), ()))
    assert nothing == bench.whole


def test_questions_are_spread_over_the_suite() -> None:
    cases = [build_case(id=f"c{n}") for n in range(10)]
    assert [case.id for case in spread(cases, 3)] == ["c0", "c3", "c6"]
    assert spread(cases, 20) == cases


def test_a_break_that_got_through_or_was_put_down_to_something_else_is_not_caught() -> None:
    measures = frozenset({"citation"})
    through = Outcome("a", measures, Gate("s"), 4, 1.0)
    other = Outcome("b", measures, Gate("s", ((Measure("right", "en", 0.1, 4), 0.9),)), 4, 1.0)
    seen = Outcome("c", measures, Gate("s", ((Measure("citation", "en", 0.1, 4), 0.9),)), 4, 1.0)
    assert [one.caught for one in (through, other, seen)] == [False, False, True]
    named = list(build_table([through, other, seen]).columns[4].cells)
    assert named == ["NO", "NO", "yes"]


def test_breaks_have_names_of_their_own_and_measures(tmp_path: Path) -> None:
    assert len(BY_NAME) == len(BREAKS)
    assert all(one.measures for one in BREAKS)
