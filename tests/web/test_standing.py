from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.web.standing import MOST, say_worse, show_gate, show_repeats
from evals.gate import Why
from evals.kept import (
    AcceptedRow,
    Bounds,
    GateRow,
    KeyRow,
    RateRow,
    RepeatsRow,
    SureRow,
    TurnedRow,
)
from tests.web.evaluated import write_run

EN, ZH = load_messages("en"), load_messages("zh")
FALL = TurnedRow(
    "c1",
    "zh",
    "<q>问题</q>",
    "<e>8</e>",
    "<g>7</g>\n[1]",
    (Why("right", "<w>missing</w>"), Why("right", "<w>missing</w>"), Why("", "nothing scored")),
    "duocite eval accept s c1 <x>",
)


def words(html: str) -> str:
    body = LexborHTMLParser(html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def gate(**changes: object) -> GateRow:
    return GateRow(**{"passed": False, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "not compared with a baseline"), ("zh", "未与基线比较")]
)
def test_without_a_gate_nothing_was_compared(language: Language, said: str) -> None:
    assert said in words(show_gate(None, load_messages(language)))


def test_where_nothing_turned_that_is_said_and_nothing_else() -> None:
    said = words(show_gate(gate(passed=True), EN))
    assert said == "Beside the baseline Nothing that was right turned wrong."


def test_what_turned_wrong_is_shown_with_what_was_expected_got_and_why() -> None:
    html = show_gate(gate(turned_wrong=(FALL,)), EN)
    said = words(html)
    for part in (
        "Turned wrong: 1",
        "c1 Chinese <q>问题</q>",
        "Expected <e>8</e>",
        "Answer <g>7</g>",
        "Right answer <w>missing</w> nothing scored",
        "duocite eval accept s c1 <x>",
    ):
        assert part in said
    assert LexborHTMLParser(html).css("q, e, g, w, x") == []
    assert said.count("missing") == 1


def test_a_fall_opens_by_itself_and_speaks_the_language_of_its_question() -> None:
    (fall,) = LexborHTMLParser(show_gate(gate(turned_wrong=(FALL,)), ZH)).css("details.fall")
    assert "open" in fall.attributes
    assert fall.css_first("[lang=zh]") is not None
    assert "c1 中文" in words(show_gate(gate(turned_wrong=(FALL,)), ZH))


def test_a_refusal_that_was_expected_and_an_empty_answer_are_said() -> None:
    said = words(show_gate(gate(turned_wrong=(replace(FALL, expected="", got=""),)), EN))
    assert "Expected a refusal Answer (nothing)" in said


def test_of_very_many_the_first_are_shown_and_the_rest_is_counted() -> None:
    html = show_gate(gate(turned_wrong=(FALL,) * (MOST + 3)), EN)
    assert html.count("<details") == MOST
    assert f"Turned wrong: {MOST + 3}" in html
    assert "and 3 more" in html


def test_what_is_new_gone_or_right_now_is_named_once_with_its_languages() -> None:
    keys = (KeyRow("a<b>", "en"), KeyRow("a<b>", "zh"), KeyRow("c", "zh"))
    said = words(show_gate(gate(new=keys, gone=keys[2:], turned_right=keys[:1]), EN))
    assert "Not in the baseline yet a<b> (en/zh), c (zh)" in said
    assert "asked no more c (zh)" in said
    assert "Turned right a<b> (en)" in said


def test_what_was_accepted_has_its_date_reason_and_measures() -> None:
    row = AcceptedRow("c9", "en", "2026-05-04", "the <u>page</u> is gone", ("right", "clean"))
    html = show_gate(gate(accepted=(row,)), EN)
    assert "c9 English 2026-05-04: the <u>page</u> is gone Right answer, Nothing" in words(html)
    assert "<u>" not in html
    assert "已注明理由而接受：1" in words(show_gate(gate(accepted=(row,)), ZH))


def test_questions_asked_once_have_no_repeats() -> None:
    assert show_repeats(None, EN) == ""
    assert show_repeats(RepeatsRow(1), EN) == ""


def test_repeats_have_intervals_differences_and_the_cases_that_vary() -> None:
    repeats = RepeatsRow(
        3,
        "",
        (RateRow("a", "en", 2, 3), RateRow("b", "zh", 3, 3), RateRow("d", "zh", 0, 3)),
        (
            SureRow("right", "en", Bounds(0.5, 0.25, 0.75), Bounds(-0.1, -0.2, -0.05)),
            SureRow("right", "zh", Bounds(0.5, 0.25, 0.75), Bounds(0.1, -0.2, 0.3)),
            SureRow("clean", "zh", Bounds(1.0, 1.0, 1.0)),
        ),
    )
    html = show_repeats(repeats, EN)
    assert "Right only some of the times a English (2 of 3)" in words(html)
    cells = [
        [cell.text() for cell in row.css("td")] for row in LexborHTMLParser(html).css("tbody tr")
    ]
    assert cells == [
        ["English", "0.500", "0.250 – 0.750", "-0.100", "-0.200 – -0.050 *"],
        ["Chinese", "0.500", "0.250 – 0.750", "+0.100", "-0.200 – +0.300"],
        ["Chinese", "1.000", "1.000 – 1.000", "", ""],
    ]
    assert "每题问了 3 遍" in words(show_repeats(repeats, ZH))


def test_a_run_is_named_by_what_it_is_compared_with() -> None:
    for row, said in (
        (RepeatsRow(3), "Asked 3 times each"),
        (RepeatsRow(1, "report"), "Asked once each, beside the other report"),
        (RepeatsRow(2, "baseline"), "Asked 2 times each, beside the baseline"),
        (RepeatsRow(2, "<new>"), "Asked 2 times each"),
    ):
        summary = LexborHTMLParser(show_repeats(row, EN)).css_first("summary")
        assert summary is not None
        assert summary.text() == said
    assert "每题问了一遍，与另一份报告相比" in show_repeats(RepeatsRow(1, "report"), ZH)


def test_fewer_that_pass_than_in_another_report_are_a_line() -> None:
    mean = Bounds(0.5, 0.25, 0.75)
    sure = SureRow("passes", "zh", mean, Bounds(-0.25, -0.5, -0.125))
    same = SureRow("passes", "en", mean, Bounds(-0.25, -0.5, 0.0))
    other = SureRow("right", "en", mean, Bounds(-0.25, -0.5, -0.125))
    alone = SureRow("passes", "both", mean)
    assert RepeatsRow(1, "report", (), (sure, same, other, alone)).worse == [sure]
    assert RepeatsRow(1, "baseline", (), (sure,)).worse == []
    said = "Fewer pass than in the other report: Chinese -0.250 (-0.500 – -0.125)"
    assert say_worse(sure, EN) == said
    assert say_worse(sure, ZH) == "通过的比另一份报告少：中文 -0.250（-0.500 – -0.125）"


def test_the_gate_of_a_real_run_is_shown_whole(tmp_path: Path) -> None:
    run = write_run(tmp_path).read()
    assert run is not None
    html = show_gate(run.suites[0].row.gate, EN)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    for part in ("Turned wrong: 1", "n1 (en/zh)", "old (zh)", "Accepted, with the reason: 1"):
        assert part in words(html)
