"""The chat in a real Chromium: what a person sees, clicks and reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assistant.serving import Serving
from store.formats.extract import Source
from store.formats.limits import DEFAULT_LIMITS
from tests.support.browsing import Visitor, ask, build_app, read_mark, reload, wait_until
from tests.support.files import make_pdf
from tests.web.fake import QUOTE_EN, QUOTE_SHOWN, FakeAssistant

pytestmark = [
    pytest.mark.browser,
    # Servers and browsers close their sockets in their own time.
    pytest.mark.filterwarnings("ignore"),
]

PAUSE = 0.5
ASSISTANT = FakeAssistant(PAUSE)
QUESTION = "What will the second berth cost?"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with Serving(build_app(ASSISTANT), "127.0.0.1", 0) as serving:
        yield f"{serving.address}/"


def test_an_english_answer_is_streamed_and_its_citation_opens(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    expect(page.locator(".stage")).to_have_text("Searching the documents")
    expect(page.locator(".growing .figure.checked")).to_have_count(1)
    expect(page.locator(".stage")).to_have_text("Checking the next sentence")
    expect(page.locator(".answer .status")).to_contain_text("Verified")
    expect(page.locator("#box textarea")).to_have_value("")
    page.click(".answer p .cite-2")
    expect(page.locator("#panel mark")).to_have_text(["Freight reached 41 million tonnes in 2023."])
    page.click(".answer p .cite-1")
    expect(page.locator("#panel .which")).to_have_text("Source 1")
    assert read_mark(page) == QUOTE_EN
    expect(page.locator("#panel .organisation dd")).to_have_text("Northern Port Authority")
    expect(page.locator("#panel .year dd")).to_have_text("2024")
    expect(page.locator("#panel .place dd")).to_have_text("lines 6–7")


def test_a_chinese_answer_from_an_english_source(visitor: Visitor) -> None:
    page = visitor.visit(locale="zh-CN")
    ask(page, "第二个泊位要投资多少？")
    expect(page.locator(".stage")).to_have_text("正在检索文档")
    expect(page.locator(".answer .status")).to_contain_text("部分核实")
    expect(page.locator(".answer .figure.checked")).to_have_text("近50亿元")
    expect(page.locator(".answer .figure.not_found")).to_have_text("2030年")
    page.click(".answer p .cite-1")
    assert read_mark(page) == QUOTE_EN
    page.click(".sources .cite-2")
    expect(page.locator("#panel mark")).to_have_text(["第二个泊位预计投资约48亿元。"])
    expect(page.locator("#panel .which")).to_have_text("出处 2")


def test_the_passage_can_be_read_on(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    page.click(".answer p .cite-2")
    expect(page.locator("#panel .which")).to_have_text("Source 2")
    expect(page.locator("#panel")).not_to_contain_text("A third berth is under study")
    page.click("#panel button.more.after")
    expect(page.locator("#panel")).to_contain_text("A third berth is under study")
    expect(page.locator("#panel .edge")).to_have_text("The document ends here.")
    page.click(".answer p .cite-1")
    expect(page.locator("#panel .which")).to_have_text("Source 1")
    page.click("#panel .bar button[title='Next source']")
    expect(page.locator("#panel .which")).to_have_text("Source 2")


def test_an_example_asks_itself(visitor: Visitor) -> None:
    page = visitor.visit()
    expect(page.locator("#messages .example")).to_have_count(3)
    page.locator("#messages .example").first.click()
    expect(page.locator(".question")).to_have_text(QUESTION)
    expect(page.locator(".answer .status")).to_contain_text("Verified")


def test_the_browser_chooses_the_language_and_the_address_overrules_it(visitor: Visitor) -> None:
    chinese = visitor.visit(locale="zh-CN")
    expect(chinese.locator(".masthead")).to_contain_text("文档数 2")
    expect(chinese.locator("html")).to_have_attribute("lang", "zh-CN")
    english = visitor.visit("?lang=en", locale="zh-CN")
    expect(english.locator(".masthead")).to_contain_text("Documents 2")
    expect(english.locator("#box textarea")).to_have_attribute(
        "placeholder", "Ask in English or Chinese"
    )


def test_the_switch_relabels_the_page_and_keeps_the_conversation(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    expect(page.locator(".answer .status")).to_contain_text("Verified")
    page.click("#switch label:has-text('中文')")
    expect(page.locator("#fresh")).to_have_text("新对话")
    expect(page.locator("#panel .which")).to_have_text("出处 1")
    expect(page.locator(".answer .status")).to_contain_text("Verified")
    expect(page).to_have_url(re.compile(r"[?&]lang=zh"))
    reload(page)
    expect(page.locator("#fresh")).to_have_text("新对话")
    expect(page.locator(".question")).to_have_text(QUESTION)
    page.click("#fresh")
    expect(page.locator("#messages .example").first).to_have_text("第二个泊位要投资多少？")


def test_stop_keeps_what_was_checked(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    expect(page.locator(".growing")).to_be_visible()
    given_up = ASSISTANT.given_up
    page.click("#box .stop-button")
    expect(page.locator(".stage")).to_contain_text("Stopped")
    wait_until(page, lambda: ASSISTANT.given_up > given_up)
    expect(page.locator(".answer .status")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".answer .status")).to_contain_text("Verified")
    expect(page.locator(".question")).to_have_count(2)


@pytest.mark.parametrize("way", ["stop", "new chat", "close"])
def test_who_leaves_ends_the_work_though_nothing_was_said_yet(visitor: Visitor, way: str) -> None:
    page, other = visitor.visit(), visitor.visit()
    heard, given_up = len(ASSISTANT.heard), ASSISTANT.given_up
    ask(page, "Please ponder the second berth")
    wait_until(other, lambda: len(ASSISTANT.heard) > heard)
    if way == "close":
        page.close()
    else:
        page.click({"stop": "#box .stop-button", "new chat": "#fresh"}[way])
    wait_until(other, lambda: ASSISTANT.given_up > given_up)


def test_a_new_chat_begins_with_nothing(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    expect(page.locator("#panel mark").first).to_be_visible()
    page.click("#fresh")
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#panel .empty")).to_be_visible()


def test_a_refusal_says_so(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, "Who pays the third berth?")
    expect(page.locator(".answer.refused .status")).to_contain_text("The documents do not say")
    expect(page.locator(".nearest")).to_contain_text("A third berth is under study")


def test_a_conflict_is_a_table_whose_sources_open(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    expect(page.locator(".conflict tbody tr")).to_have_count(2)
    page.click(".conflict .cite-3")
    expect(page.locator("#panel mark")).to_have_text(["第二个泊位预计投资约48亿元。"])


def test_a_script_in_a_question_is_shown_not_run(visitor: Visitor) -> None:
    page = visitor.visit()
    attack = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    ask(page, attack)
    expect(page.locator(".question")).to_have_text(attack)
    expect(page.locator(".answer .status")).to_be_visible()
    assert page.title() == "Duocite"


def test_an_unforeseen_error_is_told_and_one_can_ask_on(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, "Is it broken?")
    expect(page.locator(".problem")).to_be_visible()
    ask(page, QUESTION)
    expect(page.locator(".answer .status")).to_contain_text("Verified")


def test_two_visitors_at_once_get_their_own_answers(visitor: Visitor) -> None:
    one, two = visitor.visit(), visitor.visit(locale="zh-CN")
    ask(one, QUESTION)
    ask(two, "第二个泊位要投资多少？")
    expect(one.locator(".answer .status")).to_contain_text("Verified")
    expect(two.locator(".answer .status")).to_contain_text("部分核实")
    expect(one.locator(".question")).to_have_count(1)


def test_on_a_phone_the_source_covers_the_talk_until_it_is_closed(visitor: Visitor) -> None:
    page = visitor.visit(viewport={"width": 390, "height": 780}, color_scheme="dark")
    ask(page, QUESTION)
    expect(page.locator(".answer .status")).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()
    page.click(".answer p .cite-1")
    expect(page.locator("#panel mark").first).to_be_visible()
    page.click("#panel .close")
    expect(page.locator("#side")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


HINT = "getComputedStyle(document.activeElement, '::before').content"
TOLD = "getComputedStyle(document.querySelector('.figure.told'), '::before').content"


def test_a_figure_tells_its_check_when_it_is_tapped_or_reached_by_key(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    expect(page.locator(".answer .status")).to_be_visible()
    figure = page.locator(".answer .figure.checked").first
    expect(figure).to_have_attribute("aria-label", re.compile("the source states nearly 5 billion"))
    figure.click()
    assert "the source states nearly 5 billion yuan" in page.evaluate(TOLD)
    expect(figure).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".figure.told")).to_have_count(0)
    figure.focus()
    assert "nearly 5 billion yuan" in page.evaluate(HINT)
    page.keyboard.press("Enter")
    expect(page.locator(".figure.told")).to_have_count(1)


def test_a_series_is_drawn_and_its_points_open_their_sources(visitor: Visitor) -> None:
    page = visitor.visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "How has cargo grown?")
    page.click(".charts .chart0")
    expect(page.locator("#plot canvas, #plot svg").first).to_be_visible()
    expect(page.locator("#panel tbody tr")).to_have_count(3)
    page.click("#panel button.copy")
    expect(page.locator("#panel button.copy.done")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == "Year,Figure,Unit,Source"
    page.click("#switch label:has-text('中文')")
    expect(page.locator("#panel .which")).to_have_text("图表")
    expect(page.locator("#plot")).to_be_visible()
    page.click("#panel tbody .cite-3")
    expect(page.locator("#panel .which")).to_have_text("出处 3")
    expect(page.locator("#plot")).to_be_hidden()


def test_the_original_of_a_text_can_be_saved(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTION)
    page.click("#panel .tab:has-text('Open original')")
    link = page.locator("#panel .file a")
    expect(link).to_have_text("Save the file")
    served = page.request.get(visitor.address + str(link.get_attribute("href")))
    assert served.text() == ASSISTANT.files["reports/harbour.md"].decode()
    page.click("#panel .tab:has-text('As text')")
    assert read_mark(page) == QUOTE_EN


def test_the_original_of_a_pdf_is_a_page_with_the_quotation_boxed(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_pdf([["Before."], [QUOTE_SHOWN]])
    given = Source(Path("报告.pdf"), made, DEFAULT_LIMITS)
    monkeypatch.setattr(ASSISTANT, "source", lambda document_id: given)
    page = visitor.visit(viewport={"width": 1280, "height": 900})
    ask(page, QUESTION)
    page.click("#panel .tab:has-text('Open original')")
    expect(page.locator("#panel .told")).to_contain_text("Page 1 of 2; the quotation could not")
    page.click("#panel .turn:has-text('Next page')")
    expect(page.locator("#panel .told")).to_contain_text("Page 2 of 2, with the quotation boxed")
    assert page.evaluate("document.querySelector('#panel img.page').naturalWidth") > 1000


def test_the_last_of_two_quick_switches_of_the_language_holds(visitor: Visitor) -> None:
    page = visitor.visit("?lang=en")
    for language in ("中文", "English", "中文"):
        page.locator("#switch label", has_text=language).click()
    expect(page.locator(".masthead.lang-zh")).to_be_visible()
    page.wait_for_timeout(1000)
    expect(page.locator(".masthead.lang-zh")).to_be_visible()
    assert page.locator("#switch input:checked").get_attribute("value") == "zh"
    expect(page.locator("#tab-chat-button, #tabs [role=tab]").first).to_have_text("对话")
