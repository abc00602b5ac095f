"""The last run of the evals looked through in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.serving import Serving
from evals.latest import Latest
from evals.writing import REPORT
from tests.browser.test_accessibility import RING, find_faults, reach, walk
from tests.support.browsing import Visitor, build_app
from tests.web.evaluated import WRONG_MEASURE, write_run
from tests.web.fake import FakeAssistant

pytestmark = [
    pytest.mark.browser,
    # Servers and browsers close their sockets in their own time.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with Serving(build_app(FakeAssistant(), evals=Latest(data)), "127.0.0.1", 0) as serving:
        yield f"{serving.address}/"


@pytest.fixture(autouse=True)
def report(data: Path) -> Path:
    return write_run(data).folder / REPORT


def open_tab(page: Page) -> Locator:
    page.click("#tab-evals-button")
    overview = page.locator("#evals-overview")
    expect(overview.locator("p").first).to_be_visible()
    return overview


def rows(page: Page) -> Locator:
    return page.locator("#eval-cases .cases > li > button")


def choose(page: Page, name: str, option: str) -> None:
    page.click(f"#eval-{name} input")
    page.locator("[role=option]", has_text=option).click()


def test_a_wrong_answer_is_found_and_opened_with_what_it_lacked(visitor: Visitor) -> None:
    page = visitor.visit()
    overview = open_tab(page)
    expect(overview.locator(".suite[aria-pressed=true]")).to_contain_text("2 of 8 answers wrong")
    expect(overview.locator(".fall")).to_contain_text(WRONG_MEASURE)
    expect(rows(page)).to_have_count(2)
    overview.locator(".jump").click()
    expect(rows(page).last).to_be_in_viewport()
    rows(page).first.click()
    opened = page.locator("#eval-cases .particulars")
    expect(opened).to_contain_text(WRONG_MEASURE)
    # Neither markup nor what Gradio's templates would compute.
    expect(opened).to_contain_text("<script>alert(1)</script>${1+1} {{value}}")
    expect(opened.locator("blockquote").first).to_contain_text("8 billion U.S. dollars")
    rows(page).first.click()
    expect(opened).to_have_count(0)


def test_answers_are_chosen_by_verdict_language_kind_and_words(visitor: Visitor) -> None:
    page = visitor.visit()
    open_tab(page)
    counted = page.locator("#eval-cases .counted")
    choose(page, "which", "All answers")
    expect(counted).to_have_text("8 of 8 answers")
    choose(page, "language", "English")
    expect(counted).to_have_text("4 of 8 answers")
    choose(page, "kind", "Near miss")
    expect(counted).to_have_text("2 of 8 answers")
    page.fill("#eval-search :is(input, textarea)", "firm")
    expect(page.locator("#eval-cases .nothing")).to_have_text("No answer fits.")
    page.fill("#eval-search :is(input, textarea)", "unknown")
    expect(counted).to_have_text("2 of 8 answers")


def test_a_long_suite_is_turned_page_by_page(visitor: Visitor) -> None:
    page = visitor.visit()
    overview = open_tab(page)
    overview.locator(".suite", has_text="many").click()
    expect(page.locator("#eval-cases .nothing")).to_contain_text("No answer of this suite is wrong")
    choose(page, "which", "All answers")
    expect(rows(page)).to_have_count(50)
    page.click("#eval-cases .pages button:last-child")
    expect(page.locator("#eval-cases .pages span")).to_have_text("51–100 of 120")
    # The page begins where one reads it from.
    expect(page.locator("#eval-tools")).to_be_in_viewport()


def test_the_switch_says_the_open_tab_in_the_other_language(visitor: Visitor) -> None:
    page = visitor.visit()
    overview = open_tab(page)
    rows(page).first.click()
    expect(page.locator("#eval-cases .particulars")).to_be_visible()
    page.click("#switch label:has-text('中文')")
    expect(page.locator("#tab-evals-button")).to_have_text("评测")
    expect(overview.locator("h3 .verdict")).to_have_text("未通过")
    expect(page.locator("#eval-cases .particulars")).to_contain_text("预期")
    expect(page.locator("#eval-search")).to_contain_text("搜索")


def test_what_lies_there_is_looked_at_when_the_tab_is_opened(
    visitor: Visitor, report: Path
) -> None:
    report.unlink()
    page = visitor.visit()
    overview = open_tab(page)
    expect(overview).to_contain_text("Make one with: duocite eval")
    expect(page.locator("#eval-tools")).to_be_hidden()
    assert find_faults(page) == []
    page.click("#tab-chat-button")
    report.write_text('{"suites": [{', encoding="utf-8")
    open_tab(page)
    expect(overview.locator(".problem")).to_contain_text("Make a new one: duocite eval")
    page.click("#tab-chat-button")
    write_run(report.parents[2], compared=False)
    open_tab(page)
    expect(overview).to_contain_text("This run was not compared with a baseline.")
    expect(page.locator("#eval-tools")).to_be_visible()


def test_the_report_is_saved_as_a_file(visitor: Visitor) -> None:
    page = visitor.visit()
    open_tab(page)
    with page.expect_download() as saving:
        page.click("#evals a[href$='.json']")
    assert saving.value.suggested_filename == "report.json"
    saved = json.loads(Path(saving.value.path()).read_text("utf-8"))
    assert [suite["suite"] for suite in saved["suites"]] == ["own", "many"]


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("en", "light", 1280), ("zh", "dark", 1280), ("zh", "light", 390)],
)
def test_axe_finds_nothing_in_either_language_theme_and_width(
    visitor: Visitor, language: str, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    page = visitor.visit(f"?lang={language}", color_scheme=scheme, viewport=size)
    overview = open_tab(page)
    overview.locator("details:has(.repeats) > summary").click()
    rows(page).first.click()
    expect(page.locator("#eval-cases .particulars")).to_be_visible()
    assert find_faults(page) == []
    assert page.locator("#tab-evals").evaluate("tab => tab.scrollWidth <= tab.clientWidth")
    overview.locator(".suite").last.click()
    expect(page.locator("#eval-cases .nothing")).to_be_visible()
    choice = {"en": "All answers", "zh": "全部回答"}
    choose(page, "which", choice[language])
    expect(rows(page)).to_have_count(50)
    assert find_faults(page) == []


def test_keys_alone_choose_a_suite_and_open_an_answer(visitor: Visitor) -> None:
    page = visitor.visit()
    open_tab(page)
    expect(rows(page)).to_have_count(2)
    page.focus("#tab-evals-button")
    reach(page, ".suite[aria-pressed=false]")
    page.keyboard.press("Enter")
    expect(page.locator(".suite[aria-pressed=true]")).to_contain_text("many")
    reach(page, ".suite[aria-pressed=false]", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    reach(page, "#eval-cases .cases button")
    page.keyboard.press("Enter")
    expect(page.locator("#eval-cases .particulars")).to_be_visible()
    # What was opened keeps the focus, and closes by the same key.
    expect(rows(page).first).to_be_focused()
    expect(rows(page).first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#eval-cases .particulars")).to_have_count(0)


def test_the_focus_is_seen_wherever_it_goes(visitor: Visitor) -> None:
    page = visitor.visit()
    open_tab(page)
    expect(rows(page)).to_have_count(2)
    page.focus("#drawer-button")
    stops, unseen = walk(page, lambda: page.evaluate(RING))
    assert unseen == []
    assert stops >= 18
