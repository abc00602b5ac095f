"""A message that grows sentence by sentence ends as the one that comes whole."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, Claim
from assistant.api.markdown import Growing, cut_notes, find_rest
from assistant.owner import tell
from assistant.render import escape_markdown, to_markdown, unescape_markdown
from assistant.wire import Told
from tests.support.answers import build_answer, build_citation
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

ANSWERS = [
    build_answer("Q?"),
    answer_in_english(),
    answer_in_chinese(),
    refusal("Why?", "en"),
    refusal("为什么？", "zh"),
    build_answer("Hi", claims=(), citations=(), response="Hello!"),
]


def grow(answer: Answer) -> list[str]:
    growing, pieces = Growing(), []
    for event in tell([*answer.claims, answer], "markdown"):
        if isinstance(event, Told):
            pieces.append(growing.end(event.answer, event.rendered))
        else:
            pieces.append(growing.add(event, answer.language))
    return pieces


def fold(text: str) -> str:
    return " ".join(text.split())


def leave_markers(text: str) -> str:
    """Without markers, which may stand in the middle of a sentence, and white space."""
    return "".join(re.sub(r"\[\d+\]", "", text).split())


@pytest.mark.parametrize("answer", ANSWERS)
def test_sentence_by_sentence_it_is_the_same_text(answer: Answer) -> None:
    pieces = grow(answer)
    assert leave_markers("".join(pieces)) == leave_markers(to_markdown(answer))
    assert len(pieces) == len(answer.claims) + 1


def test_each_sentence_comes_with_its_markers_and_escaped() -> None:
    claims = (Claim("It made *40* tonnes", (1,), "proved"), Claim("<b>", (1, 2), "proved"))
    answer = build_answer(
        "Q?",
        claims=claims,
        response="It made *40* tonnes [1]\n<b> [1][2]",
        citations=(build_citation(1), build_citation(2)),
    )
    first, second, rest = grow(answer)
    assert (first, second) == ("It made \\*40\\* tonnes [1]", "\n\\<b\\> [1][2]")
    assert rest.startswith("\n\n*Verified")


def test_an_unproved_sentence_is_marked_as_it_comes() -> None:
    claim = Claim("It made 50 tonnes.", (), "unproved", "figure")
    answer = build_answer("Q?", claims=(claim,), response="It made 50 tonnes.", status="partial")
    first, _ = grow(answer)
    assert first.startswith("It made 50 tonnes.")
    assert "not proved" in first


def test_where_the_whole_begins_otherwise_remarks_and_sources_still_come() -> None:
    """A layout that no sentence has: what was said stays, and the rest is told."""
    answer = build_answer("Q?", claims=(Claim("Something else", (1,), "proved"),))
    said, rest = grow(answer)
    assert said == "Something else [1]"
    assert rest.startswith("\n\n*Verified")
    assert "**Sources**" in rest


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_message_that_comes_back_is_its_answer_again(answer: Answer) -> None:
    body = fold(cut_notes(to_markdown(answer)))
    assert body.removesuffix("（未证实）") == fold(answer.text)


@pytest.mark.parametrize(
    "text", ["Plain.", "", "**Sources** of income", "*Verified*: no", "a\\*b", "出处不明"]
)
def test_what_somebody_else_said_stays_as_it_is(text: str) -> None:
    assert cut_notes(text) == text


@given(st.text(), st.text())
def test_the_rest_is_what_comes_after(said: str, rest: str) -> None:
    found = find_rest(said + rest, said)
    assert found is not None
    assert fold(found) == fold(rest)


@given(st.text())
def test_escaping_is_undone(text: str) -> None:
    assert unescape_markdown(escape_markdown(text)) == text


@pytest.mark.parametrize(
    ("whole", "said", "rest"),
    [
        ("a b\n\nc", "a b", "\n\nc"),
        ("a  b", "a\nb", ""),
        ("ab", "abc", None),
        ("xb", "a", None),
        ("whole", "", "whole"),
    ],
)
def test_white_space_makes_no_difference_but_words_do(
    whole: str, said: str, rest: str | None
) -> None:
    assert find_rest(whole, said) == rest


def test_all_that_an_answer_may_hold_is_told_at_its_end() -> None:
    answer: Any = answer_in_english()
    assert grow(answer)[-1].count("> “") == len(answer.citations)
