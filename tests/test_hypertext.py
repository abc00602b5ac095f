"""An answer as HTML: nothing from outside becomes a tag, and every claim says how it was proved."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, CheckedFigure, Claim
from assistant.figures.types import Figure
from assistant.hypertext import claims_to_html, to_html
from assistant.prompts import load_messages
from tests.support.rendered import Tree, answer_of
from tests.web.fake import (
    QUOTE_EN,
    answer_in_chinese,
    answer_in_english,
    make_claim,
    make_figure,
    refusal,
)

ENGLISH = load_messages("en")


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


def test_a_broken_off_answer_says_so() -> None:
    answer = answer_in_english()
    answer.incomplete = True
    assert load_messages("en").text("ui.answer.incomplete") in to_html(answer)


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


def test_a_marked_sentence_tells_why_as_a_hint() -> None:
    claim = Claim("The sea is 5 m deep.", (1,), "unproved", "figure_not_found:5 m")
    answer = Answer(response="The sea is 5 m deep. [1]", status="partial", claims=(claim,))
    assert ENGLISH.text("reasons.figure_not_found", detail="5 m").replace("'", "&#x27;") in to_html(
        answer
    )


def test_a_table_of_a_conflict_can_be_copied_for_a_spreadsheet() -> None:
    answer = answer_in_english()
    side = replace(answer.conflicts[0].sides[0], who='=HYPERLINK("x")')
    answer.conflicts = (replace(answer.conflicts[0], sides=(side, answer.conflicts[0].sides[1])),)
    html = to_html(answer)
    lines = re.findall(r"<span>([^<]*)</span>", html[html.index('class="csv"') :])
    assert lines[0] == "Who,Year,Figure,Source"
    assert unescape(lines[1]) == '"\'=HYPERLINK(""x"")",2024,nearly 5 billion yuan,[1]'
    assert '<button class="copy">Copy as CSV</button>' in html
