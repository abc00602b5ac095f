from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, CheckedFigure
from assistant.errors import RetryableModelError
from assistant.hypertext import to_html
from assistant.prompts import load_messages
from assistant.render import say_figure_check, say_place, to_markdown, to_plain
from store.places import Box, Place
from tests.support.rendered import Tree, answer_of
from tests.web.fake import (
    QUOTE_EN,
    REPORT,
    answer_in_chinese,
    answer_in_english,
    make_figure,
    make_span,
    refusal,
)

ENGLISH = load_messages("en")
CHINESE = load_messages("zh")


@pytest.mark.parametrize("follows", ["(http://h)", ": http://h"])
def test_a_marker_in_markdown_makes_no_link_of_what_follows(follows: str) -> None:
    answer = replace(answer_in_english(), response=f"[1]{follows}", claims=())
    assert to_markdown(answer).startswith(f"[1\\]{follows}")


def test_a_greeting_has_no_status_line() -> None:
    answer = Answer(response="Hello!", status="verified")
    assert "status" not in to_html(answer)
    assert to_plain(answer) == "Hello!"


FAILURE = RetryableModelError("wait", model="m<1>", setting="DUOCITE_LLM", seconds=120)


@pytest.mark.parametrize("render", [to_plain, to_markdown, to_html])
def test_a_quoted_answer_says_why_the_model_gave_none(render: Callable[[Answer], str]) -> None:
    for answer in (answer_in_english(), answer_in_chinese()):
        answer.fallback, answer.failure = True, FAILURE
        shown = render(answer)
        assert "120" in shown
        assert "DUOCITE" in shown
        assert ("for the next" in shown) is (answer.language == "en")
        if render is to_html:
            assert "m<1>" not in shown


@pytest.mark.parametrize("render", [to_plain, to_markdown, to_html])
def test_what_an_answer_cost_is_said_where_it_is_known(render: Callable[[Answer], str]) -> None:
    answer = answer_in_english()
    answer.model, answer.usage = "m<1>", {"prompt_tokens": 900, "completion_tokens": 31}
    assert "900" not in render(answer)
    answer.usage |= {"cost": "0.00123", "currency": "USD"}
    shown = render(answer)
    for said in ("900", "31", "0.00123", "USD"):
        assert said in shown
    assert "<1>" not in shown or render is to_plain


# Words


@pytest.mark.parametrize(("part", "expected"), [("Freight", "line 7"), (QUOTE_EN, "lines 6–7")])
def test_lines_are_said_in_singular_and_plural(part: str, expected: str) -> None:
    span = make_span(REPORT, part)
    assert say_place(Place("lines", span.line_from, span.line_to), ENGLISH) == expected


SHEET = Place("cells", name="营收", box=Box(2, 2, 4, 2))


@pytest.mark.parametrize(
    ("place", "english", "chinese"),
    [
        (Place("page", 3, 3), "p. 3", "第3页"),
        (Place("page", 3, 4), "pp. 3–4", "第3–4页"),
        (Place("slide", 4, 4), "slide 4", "第4张幻灯片"),
        (Place("slide", 4, 5), "slides 4–5", "第4–5张幻灯片"),
        (SHEET, "sheet “营收”, B2:D2", "工作表“营收”B2:D2"),
        (Place("cells", box=Box(1, 5, 1, 5)), "cells A5", "单元格A5"),
        (Place("heading", name="A › B"), "under “A › B”", "“A › B”之下"),
    ],
)
def test_a_place_is_said_as_the_format_has_it(place: Place, english: str, chinese: str) -> None:
    assert (say_place(place, ENGLISH), say_place(place, CHINESE)) == (english, chinese)


def test_every_form_of_a_source_says_the_place() -> None:
    answer = answer_in_english()
    citations = tuple(replace(one, place=SHEET) for one in answer.citations)
    answer = replace(answer, citations=citations)
    for shown in (to_plain(answer), to_markdown(answer), to_html(answer)):
        assert "sheet “营收”, B2:D2" in shown
        assert "line" not in shown.split("B2:D2")[0].rsplit("sheet")[-1]


def test_the_name_of_a_sheet_is_data() -> None:
    answer = answer_in_english()
    place = Place("cells", name="<b>*x*</b>", box=Box(1, 1, 1, 1))
    answer = replace(answer, citations=tuple(replace(c, place=place) for c in answer.citations))
    assert "<b>*x*" not in to_html(answer)
    assert "\\<b\\>\\*x" in to_markdown(answer)


def test_a_checked_figure_says_how_its_source_words_it() -> None:
    figure = make_figure("5 t", "5 t", 5, "t")
    other = CheckedFigure(figure, "checked", (1,), "five tonnes")
    same = CheckedFigure(figure, "checked", (1,), "5 t")
    assert say_figure_check(other, ENGLISH) == "Checked: the source states five tonnes"
    assert "same figure" in say_figure_check(same, ENGLISH)


def test_a_computed_figure_names_its_operands() -> None:
    computed = answer_in_chinese().figures[1]
    assert say_figure_check(computed, ENGLISH) == "Computed from 近50亿元, 32亿元"


# Plain text and Markdown


def test_plain_text_holds_answer_status_conflict_and_sources() -> None:
    text = to_plain(answer_in_english())
    assert text.startswith("Northern Port Authority (2024): “")
    assert "Verified: Every sentence" in text
    assert "北湾港务局 · 2023 · 约48亿元 · [3]" in text
    assert "[2] Northern Port Authority, 2024 · Harbour works in the northern bay" in text
    assert "line 7 (reports/harbour.md)\n    “Freight reached 41 million tonnes in 2023.”" in text


def test_plain_text_is_left_as_it_is() -> None:
    assert to_plain(answer_of("a < b & c *d*")).startswith("a < b & c *d* [1]")


def test_markdown_quotes_each_source() -> None:
    text = to_markdown(answer_in_english())
    assert "\n> “Freight reached 41 million tonnes in 2023.”" in text
    assert "| Who | Year | Figure | Source |\n| --- | --- | --- | --- |" in text
    assert "[1]" in text


@pytest.mark.parametrize("sign", ["*", "_", "`", "<", "[", "|", "#", "~", "$"])
def test_markdown_signs_of_documents_are_escaped(sign: str) -> None:
    text = to_markdown(answer_of(f"a {sign}b", title=f"t {sign}u", quote=f"q {sign}r"))
    assert text.count(f"\\{sign}") >= 3
    assert not re.search(rf"(?<!\\){re.escape(sign)}[bur]", text)


@pytest.mark.parametrize("render", [to_plain, to_markdown])
def test_without_tags_an_unproved_sentence_is_marked_in_words(
    render: Callable[[Answer], str],
) -> None:
    text = render(answer_in_chinese())
    assert "第三个泊位将于2030年建成。（未证实）" in text
    assert text.count("未证实") == 1


@given(st.text(alphabet=st.sampled_from("ab \n[1]。5t"), max_size=40))
def test_every_form_holds_the_whole_text(text: str) -> None:
    answer = answer_of(f"a{text}")
    assert to_plain(answer).startswith(f"a{text} [1]")
    letters = re.sub(r"[\s\[\]]", "", f"a{text} [1]")
    assert re.sub(r"[\s\[\]]", "", Tree(to_html(answer)).text).startswith(letters)


LEFT_OUT = ("figure_not_found:48 % <b>", "unknown_marker:7")


@pytest.mark.parametrize("render", [to_plain, to_markdown, to_html])
def test_what_was_left_out_is_said_in_a_line(render: Callable[[Answer], str]) -> None:
    answer = replace(answer_in_english(), problems=LEFT_OUT)
    text = render(answer)
    assert text.count("Left out:") == 1
    assert "48 %" in text
    assert "figure_not_found" not in text
    assert "unknown_marker" not in text
    assert "Left out" not in render(answer_in_english())


def test_a_refusal_for_want_of_proof_says_what_was_not_proved() -> None:
    refused = replace(refusal("How much?", "en"), reason="not_proved", problems=LEFT_OUT)
    assert "Left out: " in to_plain(refused)
    assert '<ul class="reasons"><li>Left out: ' in to_html(refused)
    assert "<b>”" not in to_html(refused)
    assert "\\<b\\>" in to_markdown(refused)
