from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, Span
from assistant.web.panel import STEP, find_window, show_hint, show_source, split_lines
from assistant.web.picks import Pick
from store.places import Place
from tests.web.fake import (
    BULLETIN,
    QUOTE_EN,
    QUOTE_ZH,
    REPORT,
    answer_in_chinese,
    answer_in_english,
    make_citation,
)


def find_marked(html: str) -> list[str]:
    return re.findall(r"<mark>(.*?)</mark>", html, re.S)


def find_fact(html: str, key: str) -> str | None:
    found = re.search(rf'<div class="{key}"><dt>[^<]*</dt><dd>(.*?)</dd>', html)
    return found and found[1]


def cite_in(text: str, quote: str, *, whole: bool = False) -> Answer:
    """An answer that cites `quote`, its passage no longer than it or the `whole` of `text`."""
    start = text.index(quote)
    span = Span(start, start + len(quote), 1, 1)
    citation = make_citation(1, "reports/harbour.md", QUOTE_EN)
    around = Span(0, len(text), 1, text.count("\n") + 1) if whole else span
    passage = replace(citation.passage, span=around)
    citation = replace(citation, passage=passage, quote=quote, span=span)
    return Answer("", citations=(citation,))


def test_the_quotation_is_marked_across_its_lines() -> None:
    html = show_source(answer_in_english(), 1, REPORT, "en")
    assert find_marked(html) == QUOTE_EN.split("\n")


def test_a_chinese_quotation_is_marked() -> None:
    assert find_marked(show_source(answer_in_chinese(), 2, BULLETIN, "zh")) == [QUOTE_ZH]


def test_the_facts_of_the_source_are_shown() -> None:
    html = show_source(answer_in_english(), 1, REPORT, "en")
    assert find_fact(html, "organisation") == "Northern Port Authority"
    assert find_fact(html, "author") == "A. Lindqvist"
    assert find_fact(html, "year") == "2024"
    assert find_fact(html, "section") == "Harbour works"
    assert find_fact(html, "document") == "reports/harbour.md"
    assert find_fact(html, "place") == "lines 6–7"
    assert "<h2>Harbour works in the northern bay</h2>" in html


def test_what_is_not_known_takes_no_room() -> None:
    html = show_source(answer_in_chinese(), 2, BULLETIN, "zh")
    assert find_fact(html, "author") is None
    assert find_fact(html, "organisation") == "北湾港务局"


def test_line_numbers_are_those_of_the_document() -> None:
    html = show_source(answer_in_english(), 1, REPORT, "en", Pick("a", 1, after=1))
    lines = dict(re.findall(r'<span class="at">(\d+)</span><span>(.*?)</span></div>', html))
    assert re.sub("<[^>]+>", "", lines["6"]) == REPORT.split("\n")[5]
    assert lines["11"] == "A third berth is under study; no budget has been set."
    assert "2" not in lines


def read_views(html: str) -> dict[str, str]:
    return dict(re.findall(r'<button class="more (before|after) cite-1 view-(\w+)"', html))


def test_neighbouring_text_comes_when_it_is_asked_for() -> None:
    bare = show_source(answer_in_english(), 2, REPORT, "en")
    assert "The port authority reviewed" not in bare
    assert "A third berth is under study" not in bare
    more = show_source(answer_in_english(), 2, REPORT, "en", Pick("a", 2, before=1))
    assert "The port authority reviewed its plans" in more
    assert "The document begins here." in more
    assert "A third berth is under study" not in more
    after = show_source(answer_in_english(), 2, REPORT, "en", Pick("a", 2, after=1))
    assert "A third berth is under study" in after
    assert "The document ends here." in after


def test_each_step_asks_for_the_next_one_on_its_side() -> None:
    text = "a\n" * 4 * STEP + "The quotation.\n" + "z\n" * 4 * STEP
    answer = cite_in(text, "The quotation.")
    assert read_views(show_source(answer, 1, text, "en")) == {"before": "b1a0", "after": "b0a1"}
    further = show_source(answer, 1, text, "en", Pick("a", 1, before=2, after=1))
    assert read_views(further) == {"before": "b3a1", "after": "b2a2"}
    assert find_marked(further) == ["The quotation."]


def test_what_is_read_on_ends_with_a_line_unless_that_is_long() -> None:
    text = f"{'a' * 100}\n" * 100 + "Quote.\n" + f"{'b' * 100}\n" * 100
    start = text.index("Quote.")
    first, last = find_window(text, start, start + 6, (1, 1))
    assert text[first - 1] == text[last] == "\n"
    assert STEP <= start - first <= STEP + 101
    assert find_window("x" * 9000, 4000, 4010, (1, 1)) == (4000 - STEP, 4010 + STEP)
    assert find_window(text, start, start + 6, (0, 0)) == (start, start + 6)


@given(st.text(alphabet="ab\n", max_size=80), st.data())
def test_a_window_holds_what_it_is_around(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    reach = data.draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    first, last = find_window(text, start, end, reach)
    assert 0 <= first <= start <= end <= last <= len(text)


def test_figures_stand_beside_what_the_source_says() -> None:
    html = show_source(answer_in_chinese(), 1, REPORT, "zh")
    assert "<td>近50亿元</td><td>nearly 5 billion yuan</td>" in html
    other = show_source(answer_in_chinese(), 2, BULLETIN, "zh")
    assert "<td>约82亿元</td><td>由 近50亿元，32亿元 计算得出</td>" in other
    assert "2030" not in re.sub("<title>.*", "", html)


def test_a_figure_that_is_said_twice_stands_once() -> None:
    answer = answer_in_chinese()
    first = answer.claims[0]
    again = [replace(one, figure=replace(one.figure, span=(90, 95))) for one in first.figures]
    twice = replace(answer, claims=(*answer.claims, replace(first, figures=tuple(again))))
    html = show_source(twice, 1, REPORT, "zh")
    assert html.count("<td>近50亿元</td>") == 1


def test_there_is_nothing_to_read_before_the_sign_of_the_first_heading() -> None:
    text = "# The quotation. More of it.\n"
    shown = show_source(cite_in(text, "The quotation."), 1, text, "en")
    assert "before" not in read_views(shown)


def test_a_source_without_figures_has_no_table_of_them() -> None:
    assert "<table" not in show_source(answer_in_english(), 3, BULLETIN, "en")


def test_one_can_turn_to_the_original_at_its_page() -> None:
    answer = answer_in_english()
    paged = replace(answer.citations[0], place=Place("page", 7, 8))
    answer.citations = (paged,)
    tabs = re.findall(
        r'class="tab cite-1 ([\w-]*)" aria-pressed="(\w+)"', show_source(answer, 1, REPORT, "en")
    )
    assert tabs == [("", "true"), ("view-page7", "false")]


def test_html_in_a_document_stays_text() -> None:
    text = "<script>alert(1)</script>\n<i>Of</i> <b>5 t</b> & <u>more</u>"
    html = show_source(cite_in(text, "<b>5 t</b>", whole=True), 1, text, "en")
    assert find_marked(html) == ["&lt;b&gt;5 t&lt;/b&gt;"]
    assert not re.search("<(script|b|i|u)>", html)
    assert "&amp; &lt;u&gt;more" in html


def test_html_in_a_title_stays_text() -> None:
    answer = answer_in_english()
    passage = replace(answer.citations[0].passage, title="<img src=x>", section="<i>", author="<u>")
    answer.citations = (replace(answer.citations[0], passage=passage),)
    assert not re.search("<(img|i|u)[ >]", show_source(answer, 1, REPORT, "en"))


def test_a_changed_document_shows_the_quotation_that_was_stored() -> None:
    html = show_source(answer_in_english(), 1, "x" + REPORT, "en")
    assert "has changed" in html
    assert find_marked(html) == ["the second is expected to cost nearly 5 billion yuan."]


def test_an_unknown_number_opens_nothing() -> None:
    assert show_source(answer_in_english(), 9, REPORT, "en") == show_hint("en")


def test_one_can_step_from_source_to_source() -> None:
    answer = answer_in_english()
    first, middle = (show_source(answer, number, REPORT, "en") for number in (1, 2))
    assert re.findall(r'class="step( cite-\d+)?"', first) == ["", " cite-2"]
    assert re.findall(r'class="step( cite-\d+)?"', middle) == [" cite-1", " cite-3"]
    assert f"answer-{answer.id}" in first


def test_the_words_of_the_panel_are_in_the_language_of_the_page() -> None:
    assert "继续阅读" in show_source(answer_in_english(), 2, REPORT, "zh")


@given(st.text(alphabet="ab \n\r", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_lines_of_a_window_hold_its_text_at_their_numbers(text: str, one: int, two: int) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    lines = split_lines(text, start, end)
    assert "".join("".join(line.text for line in lines).split()) == "".join(text[start:end].split())
    for line in lines:
        assert text[line.start : line.start + len(line.text)] == line.text
        assert line.text in text.split("\n")[line.number - 1]


@given(st.text(alphabet="ab<&\n ", min_size=1, max_size=60), st.data())
def test_the_marks_hold_the_quotation_and_nothing_else(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    span = Span(start, start + len(quote), 1, 1)
    answer = cite_in(text, quote)
    citation = replace(answer.citations[0], span=span)
    answer.citations = (replace(citation, passage=replace(citation.passage, span=span)),)
    marked = "".join(find_marked(show_source(answer, 1, text, "en")))
    shown = marked.replace("&lt;", "<").replace("&amp;", "&")
    assert "".join(shown.split()) == "".join(quote.split())


def test_a_heading_is_shown_without_its_signs_and_a_rule_not_at_all() -> None:
    text = "## Trade\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nShips came.\n"
    html = show_source(cite_in(text, "Ships came.", whole=True), 1, text, "en")
    assert '<div class="line heading"><span class="at">1</span><span>Trade</span></div>' in html
    assert "##" not in html
    assert "---" not in html
    assert "| 1 | 2 |" in html
    assert find_marked(html) == ["Ships came."]


def test_a_quotation_that_runs_across_a_heading_is_marked_in_it() -> None:
    text = "It ended.\n### Trade\nShips came.\n"
    html = show_source(cite_in(text, "ended.\n### Trade\nShips", whole=True), 1, text, "en")
    assert find_marked(html) == ["ended.", "Trade", "Ships"]


def test_the_place_is_the_page_where_the_file_has_pages() -> None:
    answer = cite_in("Ships came.", "Ships came.")
    citation = replace(answer.citations[0], place=Place("page", 3, 3))
    answer = replace(answer, citations=(citation,))
    assert find_fact(show_source(answer, 1, "Ships came.", "en"), "place") == "p. 3"
    assert find_fact(show_source(answer, 1, "Ships came.", "zh"), "place") == "第3页"
