"""What is counted of answers: nothing twice, nothing lost, and no figure passed over."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from evals.invented import (
    build_table,
    count_ending,
    count_figures,
    count_sentences,
    find_doubtful,
    say_doubtful,
)

GOOD = "The port will invest 500 billion yuan."
BAD = "The port will invest 600 billion yuan."
MENDED = "The port will invest RMB 500 billion."
PASSAGE = "港口将投资5000亿元。"


def build_claim(text: str, verdict: str = "proved", *figures: dict[str, Any]) -> dict[str, Any]:
    return {"text": text, "citations": [1], "verdict": verdict, "figures": list(figures)}


def build_figure(text: str, verdict: str = "checked", **changes: Any) -> dict[str, Any]:
    return {"text": text, "unit": "CNY", "verdict": verdict, "citations": [1], **changes}


def build_row(
    *claims: dict[str, Any], said: Any = ((True, GOOD),), **changes: Any
) -> dict[str, Any]:
    citation = {
        "number": 1,
        "passage": PASSAGE,
        "passage_shown": PASSAGE,
        "quote_shown": PASSAGE,
        "title": "Ports",
        "year": 2024,
    }
    answer = {
        "answered": True,
        "status": "verified",
        "reason": None,
        "fallback": False,
        "incomplete": False,
        "citations": [citation],
    }
    return {
        "case": "c1",
        "language": "en",
        "question": "How much?",
        "said": [list(one) for one in said],
        "claims": list(claims),
        "failure": None,
        "seconds": 2.0,
        "answer": answer | changes,
    }


def count(row: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in count_sentences(row).items() if number}


def test_a_sentence_that_is_shown_as_written_is_proved_unchanged() -> None:
    assert count(build_row(build_claim(GOOD))) == {"written": 1, "proved": 1}


def test_a_sentence_that_is_not_shown_is_dropped() -> None:
    row = build_row(build_claim(GOOD), said=[(True, f"{GOOD} [1] {BAD} [2]")])
    assert count(row) == {"written": 2, "proved": 1, "dropped": 1}


def test_a_sentence_of_a_later_reply_is_repaired() -> None:
    said = [(True, f"{BAD} [1] {GOOD} [1]"), (True, MENDED)]
    row = build_row(build_claim(MENDED), build_claim(GOOD), said=said)
    assert count(row) == {"written": 2, "proved": 1, "repaired": 1}


def test_what_was_asked_before_the_answer_is_no_repair() -> None:
    row = build_row(build_claim(GOOD), said=[(False, MENDED), (True, GOOD)])
    assert count(row) == {"written": 1, "proved": 1}


def test_a_sentence_that_the_model_never_wrote_is_the_program_s() -> None:
    row = build_row(build_claim(GOOD), build_claim("Another source differs."))
    assert count(row) == {"written": 1, "proved": 1, "added": 1}


def test_a_sentence_that_is_shown_unproved_is_marked() -> None:
    row = build_row(build_claim(BAD, "unproved"), said=[(True, BAD)])
    assert count(row) == {"written": 1, "marked": 1}


def test_a_sentence_that_is_written_twice_and_shown_once_is_dropped_once() -> None:
    row = build_row(build_claim(GOOD), said=[(True, f"{GOOD} [1] {GOOD} [1]")])
    assert count(row) == {"written": 2, "proved": 1, "dropped": 1}


@pytest.mark.parametrize("sentinel", ["NOT_STATED", "NOT\\_STATED", "NOT STATED"])
def test_the_word_for_a_refusal_is_no_sentence(sentinel: str) -> None:
    row = build_row(said=[(True, sentinel)], answered=False, reason="not_stated")
    assert count(row) == {}
    assert count_ending(row)["the model said that nothing is stated"] == 1


def test_a_quoted_answer_is_not_the_model_s() -> None:
    row = build_row(build_claim(GOOD), said=[(True, BAD)], fallback=True)
    assert count(row) == {"written": 1, "dropped": 1}
    assert count_ending(row)["answered by quotation instead"] == 1
    assert count_figures(row)["shown"] == 0


def test_of_a_failure_what_was_written_is_counted() -> None:
    row = {**build_row(said=[(True, "")]), "answer": None, "claims": [], "failure": "timeout"}
    assert count(row) == {}
    assert count_ending(row) == {"questions": 1, "failure: timeout": 1, "no answer": 1}


def test_endings_are_told_apart() -> None:
    assert count_ending(build_row())["answered, verified"] == 1
    refused = build_row(answered=False, status="refused", reason="not_proved")
    assert count_ending(refused)["refused, not_proved"] == 1
    assert count_ending(build_row(incomplete=True))["cut short"] == 1
    assert count_ending(build_row())["cut short"] == 0


def test_a_figure_that_its_passage_states_is_found() -> None:
    row = build_row(build_claim(GOOD, "proved", build_figure("500 billion yuan")))
    assert list(find_doubtful(row)) == []
    assert count_figures(row) == {"shown": 1, "found": 1}


def test_a_figure_that_is_not_found_is_listed_with_all_that_judging_needs() -> None:
    row = build_row(build_claim(BAD, "proved", build_figure("600 billion yuan")))
    (one,) = find_doubtful(row)
    assert (one.case, one.language, one.question) == ("c1", "en", "How much?")
    assert (one.sentence, one.figure, one.quotes) == (BAD, "600 billion yuan", (PASSAGE,))
    lines = "\n".join(say_doubtful([one], 1))
    assert all(part in lines for part in ("c1 en", "How much?", BAD, "600 billion yuan", PASSAGE))


@pytest.mark.parametrize(
    "figure",
    [
        build_figure("500 billion yuan", citations=[]),
        build_figure("500 billion yuan", citations=[2]),
        build_figure("several", citations=[1]),
        build_figure("500 million yuan", citations=[1]),
        build_figure("500 billion dollars", citations=[1]),
        build_figure("2024", citations=[1]),
    ],
)
def test_a_figure_that_nothing_shows_is_doubtful(figure: dict[str, Any]) -> None:
    row = build_row(build_claim(GOOD, "proved", figure))
    assert len(list(find_doubtful(row))) == 1


def test_a_year_may_be_that_of_the_source() -> None:
    row = build_row(build_claim(GOOD, "proved", build_figure("2024", unit="year")))
    assert list(find_doubtful(row)) == []
    other = build_row(build_claim(GOOD, "proved", build_figure("2023", unit="year")))
    assert len(list(find_doubtful(other))) == 1


@pytest.mark.parametrize(
    ("claim", "figure"),
    [("unproved", "checked"), ("proved", "not_found"), ("computed", "computed")],
)
def test_what_is_not_shown_as_checked_is_not_looked_up(claim: str, figure: str) -> None:
    row = build_row(build_claim(BAD, claim, build_figure("600 billion yuan", figure)))
    assert list(find_doubtful(row)) == []
    assert count_figures(row)["shown"] == 0


def test_a_checked_figure_of_a_sentence_with_a_computed_one_is_looked_up() -> None:
    row = build_row(build_claim(BAD, "computed", build_figure("600 billion yuan")))
    assert len(list(find_doubtful(row))) == 1


@pytest.mark.parametrize(("shown", "word"), [(0, "No figure"), (3, "Every figure")])
def test_without_doubt_it_is_said_that_there_is_none(shown: int, word: str) -> None:
    (line,) = say_doubtful([], shown)
    assert line.startswith(word)


def test_the_table_holds_each_language_and_both() -> None:
    english = build_row(build_claim(GOOD, "proved", build_figure("500 billion yuan")))
    chinese = {
        **build_row(said=[(True, BAD)], answered=False, reason="not_proved"),
        "language": "zh",
        "seconds": 4.0,
    }
    console = Console(width=120, record=True)
    console.print(build_table([english, chinese]))
    rows = [line.split("│") for line in console.export_text().splitlines() if "│" in line]
    cells = {row[1].strip(): [cell.strip() for cell in row[2:5]] for row in rows}
    assert cells["questions"] == ["1", "1", "2"]
    assert cells["sentences written"] == ["1", "1", "2"]
    assert cells["proved unchanged"] == ["1 (100.0%)", "0 (0.0%)", "1 (50.0%)"]
    assert cells["dropped"] == ["0 (0.0%)", "1 (100.0%)", "1 (50.0%)"]
    assert cells["refused, not_proved"] == ["0", "1", "1"]
    assert cells["figures shown as proved"] == ["1", "0", "1"]
    assert cells["found by the second check"] == ["1 (100.0%)", "0", "1 (100.0%)"]
    assert cells["seconds, p95"] == ["2.0", "4.0", "4.0"]


def test_a_table_of_nothing_can_be_printed() -> None:
    console = Console(width=120, record=True)
    console.print(build_table([]))
    assert "questions" in console.export_text()
