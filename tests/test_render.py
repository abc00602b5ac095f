from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, CheckedFigure, Claim
from assistant.errors import RetryableModelError
from assistant.figures.types import Figure
from assistant.prompts import load_messages
from assistant.render import (
    claims_to_html,
    say_figure_check,
    say_place,
    to_html,
    to_markdown,
    to_plain,
)
from store.places import Box, Place
from tests.web.fake import (
    QUOTE_EN,
    REPORT,
    answer_in_chinese,
    answer_in_english,
    make_citation,
    make_claim,
    make_figure,
    make_span,
    refusal,
)

ENGLISH = load_messages("en")
CHINESE = load_messages("zh")


class Tree(HTMLParser):
    """What a browser makes of HTML: its tags, its text, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def classes(self) -> list[str]:
        return [str(attributes.get("class", "")) for _, attributes in self.tags]


def answer_of(text: str, *, title: str = "A title", quote: str = "") -> Answer:
    """An answer whose every word comes from outside."""
    citation = make_citation(1, "reports/harbour.md", QUOTE_EN, title=title, organisation=text)
    citation = replace(citation, quote_shown=quote or text)
    return Answer(
        response=f"{text} [1]",
        question=text,
        status="verified",
        claims=(make_claim(text, (1,)),),
        citations=(citation,),
    )


# HTML


@pytest.mark.parametrize("follows", ["(http://h)", ": http://h"])
def test_a_marker_in_markdown_makes_no_link_of_what_follows(follows: str) -> None:
    answer = replace(answer_in_english(), response=f"[1]{follows}", claims=())
    assert to_markdown(answer).startswith(f"[1\\]{follows}")


def test_citations_are_numbered_buttons_and_the_answer_carries_its_id() -> None:
    answer = answer_in_english()
    classes = Tree(to_html(answer)).classes()
    assert "cite cite-1" in classes
    assert "cite cite-2" in classes
    assert f"answer answer-{answer.id} verified lang-en" in classes


def test_a_chip_stands_where_the_marker_stood() -> None:
    text = Tree(to_html(answer_in_chinese())).text
    assert f"“{' '.join(QUOTE_EN.split())}” 1（即：近50亿元）两个泊位" in text


def test_a_script_in_a_title_stays_text() -> None:
    attack = "<script>alert(1)</script>"
    html = to_html(answer_of("Plain.", title=attack))
    assert "<script" not in html
    assert attack in Tree(html).text


def test_a_quotation_mark_in_an_organisation_does_not_leave_its_attribute() -> None:
    html = to_html(answer_of('x" onmouseover="alert(1)'))
    assert all("onmouseover" not in attributes for _, attributes in Tree(html).tags)


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_no_text_from_outside_becomes_a_tag(text: str, title: str) -> None:
    """Whatever the text, the tags are those of the same answer with a harmless text."""
    tree = Tree(to_html(answer_of(f"a{text}<b>&\"'", title=f"t{title}<i onclick=x>")))
    assert tree.open == []
    assert {tag for tag, _ in tree.tags} <= {"div", "p", "b", "span", "button", "ul", "li"}
    assert {key for _, attributes in tree.tags for key in attributes} <= {"class", "title"}


@given(st.text(alphabet=st.sampled_from("ab\n\r\t 。[]1<"), max_size=60))
def test_html_has_no_blank_line_that_markdown_would_stop_at(text: str) -> None:
    assert "\n" not in to_html(answer_of(f"a{text}", title=f"t{text}", quote=f"q{text}"))


def test_each_figure_is_marked_with_its_verdict() -> None:
    html = to_html(answer_in_chinese())
    assert re.search(r'<span class="figure checked" title="[^"]+">近50亿元</span>', html)
    assert re.search(r'<span class="figure computed" title="[^"]+">约82亿元</span>', html)
    assert re.search(r'<span class="figure not_found" title="[^"]+">2030年</span>', html)


def test_the_second_of_two_equal_figures_is_marked_at_its_own_place() -> None:
    text = "Of 5 t sold, 5 t came by sea."
    start = text.rindex("5 t")
    figure = Figure(Decimal(5), "t", "5 t", (start, start + 3))
    claim = make_claim(text, (), CheckedFigure(figure, "checked"))
    assert ">5 t</span> came" in to_html(Answer(response=text, status="verified", claims=(claim,)))


def test_a_marker_within_a_sentence_shifts_no_figure() -> None:
    text = "It cost 5 t and later 7 t."
    figure = make_figure(text, "7 t", 7, "t")
    answer = replace_text(text, "It cost 5 t [1] and later 7 t.", CheckedFigure(figure, "checked"))
    assert ">7 t</span>." in to_html(answer)


def replace_text(claim: str, shown: str, *figures: CheckedFigure) -> Answer:
    answer = answer_in_english()
    answer.response, answer.claims = shown, (make_claim(claim, (1,), *figures),)
    return answer


def test_only_unproved_sentences_are_marked_as_such() -> None:
    html = to_html(answer_in_chinese())
    unproved = re.findall(r'<span class="claim unproved"[^>]*>(?:<span[^>]*>)?([^<]*)', html)
    assert "".join(unproved) == "第三个泊位将于2030年建成。"


def test_an_unproved_sentence_is_marked_even_where_the_text_words_it_otherwise() -> None:
    claim = Claim("The sea is 5 m deep.", (1,), "unproved")
    answer = Answer(response="The sea is deep [1]", status="partial", claims=(claim,))
    assert '<span class="claim unproved"' in to_html(answer)


def test_a_number_in_brackets_without_a_source_stays_text() -> None:
    html = to_html(answer_of("Order [28] of 2015"))
    assert "Order [28] of 2015" in html
    assert "cite-28" not in html


def test_lines_of_an_answer_become_paragraphs() -> None:
    assert to_html(answer_in_english()).count("<p>Northern Port") == 1
    assert "<p>Freight reached" in to_html(answer_in_english())


def test_a_refusal_says_why_and_names_the_closest_passages() -> None:
    tree = Tree(to_html(refusal("Who pays?", "en")))
    assert "The documents do not say" in tree.text
    assert "A third berth is under study" in tree.text
    assert not any(name.startswith("cite") for name in tree.classes())


def test_an_answered_question_shows_no_closest_passages() -> None:
    answer = answer_in_english()
    answer.nearest = refusal("", "en").nearest
    assert "nearest" not in to_html(answer)


def test_a_conflict_is_a_table_of_who_when_and_figure() -> None:
    html = to_html(answer_in_english())
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    assert [re.sub(r"<[^>]+>", " ", row).split() for row in rows] == [
        ["Who", "Year", "Figure", "Source"],
        ["Northern", "Port", "Authority", "2024", "nearly", "5", "billion", "yuan", "1"],
        ["北湾港务局", "2023", "约48亿元", "3"],
    ]


def test_a_greeting_has_no_status_line() -> None:
    answer = Answer(response="Hello!", status="verified")
    assert "status" not in to_html(answer)
    assert to_plain(answer) == "Hello!"


def test_a_broken_off_answer_says_so() -> None:
    answer = answer_in_english()
    answer.incomplete = True
    assert load_messages("en").text("ui.answer.incomplete") in to_html(answer)


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


def test_words_around_the_answer_are_in_its_language() -> None:
    assert "部分核实" in to_html(answer_in_chinese())
    assert "Verified" in to_html(answer_in_english())


def test_growing_answer_shows_claims_with_their_numbers() -> None:
    html = claims_to_html(answer_in_english().claims[:1], "en")
    assert "cite cite-1" in html
    assert "figure checked" in html
    assert "Freight" not in html


def test_growing_answer_escapes() -> None:
    assert "<img" not in claims_to_html((make_claim("<img src=x>", (1,)),), "en")


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


def test_a_marked_sentence_tells_why_as_a_hint() -> None:
    claim = Claim("The sea is 5 m deep.", (1,), "unproved", "figure_not_found:5 m")
    answer = Answer(response="The sea is 5 m deep. [1]", status="partial", claims=(claim,))
    assert ENGLISH.text("reasons.figure_not_found", detail="5 m").replace("'", "&#x27;") in to_html(
        answer
    )
