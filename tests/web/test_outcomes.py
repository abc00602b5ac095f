from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from assistant.prompts import load_messages
from assistant.web.listing import PAGE
from assistant.web.outcomes import (
    EVERY,
    WRONG,
    Sieve,
    View,
    find_outcomes,
    list_kinds,
    say_verdict,
    show_outcomes,
)
from evals.kept import ReplyRow, Said
from evals.latest import Outcome, SuiteRun
from tests.web.evaluated import EVIL, MANY, write_run

EN, ZH = load_messages("en"), load_messages("zh")
ALL = Sieve(EVERY)


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> tuple[SuiteRun, ...]:
    run = write_run(tmp_path_factory.mktemp("run")).read()
    assert run is not None
    return run.suites


@pytest.fixture
def own(suites: tuple[SuiteRun, ...]) -> SuiteRun:
    return suites[0]


@pytest.fixture
def many(suites: tuple[SuiteRun, ...]) -> SuiteRun:
    return suites[1]


def names(run: SuiteRun, sieve: Sieve) -> list[tuple[str, str, int]]:
    rows = [one.reply for _, one in find_outcomes(run, sieve)]
    return [(one.case, one.language, one.attempt) for one in rows]


def test_wrong_ones_are_what_is_asked_for_first(own: SuiteRun) -> None:
    assert names(own, Sieve()) == [("c1", "zh", 1), ("c1", "zh", 2)]
    assert len(names(own, ALL)) == 8


@pytest.mark.parametrize(
    ("sieve", "found"),
    [
        (Sieve(EVERY, "en"), 4),
        (Sieve(EVERY, "zh"), 4),
        (Sieve(EVERY, EVERY, "near_miss"), 4),
        (Sieve(EVERY, "en", "near_miss"), 2),
        (Sieve(EVERY, "both"), 0),
        (Sieve(WRONG, "en"), 0),
        (Sieve(EVERY, query="N1"), 4),
        (Sieve(EVERY, query="該公司 投資"), 2),  # found in either script
        (Sieve(EVERY, query="超过80亿"), 4),  # what was expected
        (Sieve(EVERY, query="{{VALUE}}"), 2),  # what was said
        (Sieve(EVERY, query="firm nobody"), 0),
        (Sieve(EVERY, query="   "), 8),
    ],
)
def test_a_sieve_keeps_what_fits_all_of_it(own: SuiteRun, sieve: Sieve, found: int) -> None:
    assert len(names(own, sieve)) == found


def test_places_are_those_in_the_suite(own: SuiteRun) -> None:
    for at, one in find_outcomes(own, Sieve()):
        assert own.outcomes[at] is one


def test_a_kind_that_a_suite_lacks_is_let_go(own: SuiteRun, many: SuiteRun) -> None:
    assert list_kinds(own) == ["figure", "near_miss"]
    assert Sieve(kind="near_miss").of(own).kind == "near_miss"
    assert Sieve(kind="near_miss").of(many) == Sieve()


def rows(html: str) -> list[str]:
    found = LexborHTMLParser(html).css(".cases > li > button")
    return [" ".join(row.text(separator=" ").split()) for row in found]


def test_a_line_has_case_language_question_kind_and_verdict(own: SuiteRun) -> None:
    html = show_outcomes(own, View(), Sieve(), "en")
    first, second = rows(html)
    assert first.startswith("c1 Chinese 该公司投资了多少？ Figure fails: Right answer")
    assert second.startswith("c1, time 2 Chinese")
    assert "2 of 8 answers" in html
    assert rows(show_outcomes(own, View(), Sieve(), "zh"))[1].startswith("c1，第 2 遍 中文")


def test_only_the_answer_that_is_open_has_its_particulars(own: SuiteRun) -> None:
    (at, _), _ = find_outcomes(own, Sieve())
    closed = show_outcomes(own, View(), ALL, "en")
    assert "particulars" not in closed
    tree = LexborHTMLParser(show_outcomes(own, View(opened=at), ALL, "en"))
    (opened,) = tree.css("li.opened")
    button = opened.css_first("button")
    assert button is not None
    assert (button.attributes["aria-expanded"], button.attributes["data-act"]) == (
        "true",
        f"case:{at}",
    )
    assert len(tree.css(".particulars")) == 1
    assert tree.css("script, i") == []
    assert EVIL.split("$")[0] in opened.text()


def test_a_question_of_markup_is_text() -> None:
    said = Said("<script>q</script>", "a", "verified")
    outcome = Outcome(ReplyRow("<b>c</b>", "en", said), "<i>", (), (), False)
    run = SuiteRun(row=None, outcomes=(outcome,))  # type: ignore[arg-type]
    html = show_outcomes(run, View(), ALL, "en")
    assert LexborHTMLParser(html).css("script, i, b b") == []
    assert rows(html) == ["<b>c</b> English <script>q</script> <i> not scored"]


def test_a_long_list_comes_a_page_at_a_time(many: SuiteRun) -> None:
    first = show_outcomes(many, View(), ALL, "en")
    assert len(rows(first)) == PAGE
    assert f"1–{PAGE} of {2 * MANY}" in first
    last = show_outcomes(many, View(page=2), ALL, "en")
    assert len(rows(last)) == 2 * MANY - 2 * PAGE
    assert show_outcomes(many, View(page=99), ALL, "en") == last
    assert 'class="pages"' not in show_outcomes(many, View(), Sieve(EVERY, query="m7 "), "en")


def test_a_page_is_small_however_long_the_suite(many: SuiteRun) -> None:
    assert len(show_outcomes(many, View(), ALL, "en")) < 40_000


@pytest.mark.parametrize(
    ("sieve", "said"),
    [
        (Sieve(), "No answer of this suite is wrong."),
        (Sieve(query="x"), "No answer fits."),
        (Sieve(language="en"), "No answer fits."),
        (Sieve(EVERY, query="nothing of it"), "No answer fits."),
    ],
)
def test_where_nothing_fits_that_is_said(many: SuiteRun, sieve: Sieve, said: str) -> None:
    assert said in show_outcomes(many, View(), sieve, "en")


def test_verdicts_are_said_in_words(own: SuiteRun) -> None:
    verdicts = {say_verdict(one, EN) for one in own.outcomes}
    assert "right" in verdicts
    wrong = next(one for one in own.outcomes if not one.passed)
    assert say_verdict(wrong, ZH).startswith("未达到：答案正确")


def test_a_click_chooses_a_suite_opens_and_closes_an_answer_and_turns_the_page() -> None:
    view = View("s", 0, 1, 7)
    assert view.act("suite", "1", 2) == View("s", 1)
    assert view.act("case", "3", 2) == View("s", 0, 1, 3)
    assert view.act("case", "7", 2) == View("s", 0, 1)
    assert view.act("page", "4", 2) == View("s", 0, 4)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_the_page_did_not_write_leads_nowhere(verb: str, argument: str) -> None:
    now = View("s", 1, 2, 3).act(verb, argument, 2)
    assert 0 <= now.suite < 2
    assert now.page >= 0


@pytest.mark.parametrize("argument", ["-1", "2", "", "x", "1" * 5000, "²", "1.0"])
def test_a_suite_that_is_not_there_is_not_chosen(argument: str) -> None:
    assert View("s", 1).act("suite", argument, 2) == View("s", 1)


def test_another_run_begins_anew_with_the_same_suite_if_it_has_it() -> None:
    view = View("s", 1, 2, 3)
    assert view.of("s", 2) is view
    assert view.of("t", 2) == View("t", 1)
    assert view.of("t", 1) == View("t")
