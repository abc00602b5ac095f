"""Every reason in words, in both languages."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Language, Status
from assistant.prompts import load_messages
from assistant.reasons import explain_problems, explain_reason

FRAMES = {"left_out", "marked"}
LANGUAGES: tuple[Language, Language] = ("en", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(set(load_messages("en").under("reasons")) - FRAMES))
def test_every_reason_is_said_with_its_detail(code: str, language: Language) -> None:
    said = explain_reason(f"{code}:48 %", language)
    wanted = "detail" in load_messages(language).variables(f"reasons.{code}")
    assert ("48 %" in said) == wanted
    assert code not in said or code == "other"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_without_words_is_shown_as_it_is(language: Language) -> None:
    assert "strange:thing" in explain_reason("strange:thing", language)


@pytest.mark.parametrize("code", sorted(FRAMES))
def test_what_stands_around_a_reason_is_none(code: str) -> None:
    assert code in explain_reason(code, "en")


@pytest.mark.parametrize(
    ("language", "status", "said"),
    [
        ("en", "verified", "Left out: The quotation doesn't state “48 %”."),
        ("en", "refused", "Left out: The quotation doesn't state “48 %”."),
        ("en", "partial", "Not proved: The quotation doesn't state “48 %”."),
        ("zh", "verified", "略去一句：引文中没有“48 %”。"),
    ],
)
def test_each_problem_is_a_line_once(language: Language, status: Status, said: str) -> None:
    problems = ("figure_not_found:48 %", "unknown_marker:9", "figure_not_found:48 %")
    answer = Answer(response="x", language=language, status=status, problems=problems)
    assert explain_problems(answer) == [said]


def test_nothing_left_out_is_no_line() -> None:
    assert explain_problems(Answer(response="x", problems=("unknown_marker:9",))) == []
