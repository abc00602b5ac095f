"""Conversations that are kept, as a person finds, changes, saves and judges them in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Locator, Page, expect

from assistant.cli import main
from assistant.serving import Serving
from assistant.state import State
from tests.support.browsing import Visitor, ask, build_app, read_mark, reload
from tests.web.fake import QUOTE_EN, FakeAssistant, answer_in_english

pytestmark = [
    pytest.mark.browser,
    # Servers and browsers close their sockets in their own time.
    pytest.mark.filterwarnings("ignore"),
]

PAUSE = 0.2
BERTH = "What will the second berth cost?"
CARGO = "How has cargo grown?"
TALK = re.compile(r"[?&]talk=\w{32}")


@contextmanager
def serve(data: Path, port: int = 0) -> Iterator[Serving]:
    with (
        closing(State(data)) as state,
        Serving(build_app(FakeAssistant(PAUSE), state), "127.0.0.1", port) as serving,
    ):
        yield serving


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def address(data: Path) -> Iterator[str]:
    with serve(data) as serving:
        yield f"{serving.address}/"


def answered(page: Page, question: str, count: int = 1) -> None:
    ask(page, question)
    expect(page.locator(".answer .status")).to_have_count(count)
    expect(page).to_have_url(TALK)


def talk(page: Page, title: str) -> Locator:
    return page.locator("#talks .talk", has_text=title)


def press(page: Page, title: str, sign: str) -> None:
    row = talk(page, title)
    row.hover()
    row.locator(f".{sign}").click()


def test_a_conversation_is_there_after_a_reload_and_its_citations_open(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    answered(page, CARGO, 2)
    reload(page)
    expect(page.locator(".question")).to_have_text([BERTH, CARGO])
    expect(page.locator("#panel .which")).to_have_text("Source 1")
    page.locator(".answer").first.locator(".sources .cite-1").click()
    expect(page.locator("#panel mark").first).to_contain_text("the second is expected")
    assert read_mark(page) == QUOTE_EN
    expect(page.locator(".answer .sources .cite-1.open")).to_have_count(1)
    page.locator("#messages .chart0").click()
    expect(page.locator("#plot canvas, #plot svg").first).to_be_visible()


def test_a_conversation_is_there_after_a_restart_and_goes_on(visitor: Visitor, data: Path) -> None:
    with serve(data) as serving:
        visitor.address = f"{serving.address}/"
        page = visitor.visit()
        answered(page, BERTH)
        query = page.url.removeprefix(visitor.address)
        page.close()
    with serve(data) as serving:
        again = visitor.browser.new_context(locale="en-US").new_page()
        again.goto(f"{serving.address}/{query}")
        expect(again.locator(".question")).to_have_text([BERTH])
        assert read_mark(again) == QUOTE_EN
        answered(again, CARGO, 2)
        reload(again)
        expect(again.locator(".question")).to_have_text([BERTH, CARGO])
        expect(again.locator("#talks .talk")).to_have_count(1)
        again.close()


def test_an_address_of_no_conversation_begins_a_new_one(visitor: Visitor) -> None:
    page = visitor.visit(f"?talk={'0' * 32}")
    expect(page.locator("#talks .note")).to_contain_text("no longer there")
    expect(page).not_to_have_url(re.compile("talk="))


def test_conversations_are_found_by_what_was_said_in_them(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    page.click("#fresh")
    expect(page).not_to_have_url(TALK)
    answered(page, "第二个泊位要投资多少？")
    expect(page.locator("#talks .name b")).to_have_text(["第二个泊位要投资多少？", BERTH])
    page.fill("#seek :is(input, textarea)", "兩個 泊位")  # in traditional characters
    expect(page.locator("#talks .name b")).to_have_text(["第二个泊位要投资多少？"])
    page.fill("#seek :is(input, textarea)", "41 million tonnes")
    expect(page.locator("#talks .name b")).to_have_text([BERTH])
    page.locator("#talks .name").click()
    expect(page.locator(".question")).to_have_text([BERTH])
    page.fill("#seek :is(input, textarea)", "nowhere")
    expect(page.locator("#talks .none")).to_be_visible()


def test_a_conversation_is_renamed_by_keyboard_and_its_name_is_text(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    page.locator("#talks .name").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = page.locator("#talks .in-hand input")
    expect(field).to_be_focused()
    name = "{{value}} ${1+1} <b>x</b>"
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator("#talks .name b")).to_have_text([name])
    reload(page)
    expect(page.locator("#talks .name b")).to_have_text([name])
    press(page, name, "pen")
    expect(field).to_be_focused()
    page.keyboard.type("Another")
    page.keyboard.press("Escape")
    expect(page.locator("#talks .name b")).to_have_text([name])


def test_deleting_is_asked_about_and_then_final(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    press(page, BERTH, "bin")
    expect(page.locator("#talks .told")).to_contain_text("It can't be brought back")
    page.click("#talks .in-hand button:has-text('Cancel')")
    expect(page.locator("#talks .talk")).to_have_count(1)
    press(page, BERTH, "bin")
    page.click("#talks .in-hand button.sure")
    expect(page.locator("#talks .none")).to_be_visible()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page).not_to_have_url(re.compile("talk="))
    reload(page)
    expect(page.locator("#talks .none")).to_be_visible()


def save(page: Page, form: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.click(f"#talks .files a:has-text('{form}')")
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_conversation_is_saved_in_each_form_with_its_citations(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    answered(page, CARGO, 2)
    shown = " ".join(QUOTE_EN.split())
    name, data = save(page, "Markdown")
    assert name == "What-will-the-second-berth-cost.md"
    assert f"> “{shown}”" in data.decode()
    name, data = save(page, "Word")
    assert name == "What-will-the-second-berth-cost.docx"
    text = "\n".join(paragraph.text for paragraph in Document(BytesIO(data)).paragraphs)
    assert shown in text
    assert CARGO in text
    name, data = save(page, "JSON")
    assert name == "What-will-the-second-berth-cost.json"
    turns = json.loads(data)["turns"]
    assert [turn["question"] for turn in turns] == [BERTH, CARGO]
    assert turns[0]["answer"]["citations"] == answer_in_english().to_json()["citations"]


def test_a_thumb_down_asks_why_and_the_command_line_tells(
    visitor: Visitor,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    page.click("#messages .thumb-down")
    expect(page.locator("#messages .thumb-down")).to_have_attribute("aria-pressed", "true")
    page.click("#reasons label:has-text('A figure is wrong')")
    page.fill("#reasons textarea, #reasons input[type=text]", "It is 48")
    page.click("#send")
    expect(page.locator("#reasons")).to_be_hidden()
    reload(page)
    expect(page.locator("#messages .thumb-down.given")).to_be_visible()

    monkeypatch.setenv("DUOCITE_DATA", str(data))
    drafts = data.parent / "drafts.jsonl"
    for arguments in (["feedback"], ["feedback", "--drafts", str(drafts)]):
        with pytest.raises(SystemExit):
            main(arguments)
    told = capsys.readouterr().out
    assert f"👎 · local · {BERTH}" in told
    assert "A figure is wrong It is 48" in told
    draft = json.loads(drafts.read_text("utf-8"))
    assert draft["question_en"] == BERTH
    assert draft["given"]["reason"] == "A figure is wrong\nIt is 48"


def test_a_thumb_is_taken_back_by_the_same_thumb(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    page.click("#messages .thumb-up")
    expect(page.locator("#messages .thumb-up.given")).to_be_visible()
    expect(page.locator("#reasons")).to_be_hidden()
    page.click("#messages .thumb-up")
    expect(page.locator("#messages .thumb-up.given")).to_have_count(0)


def test_an_edited_question_replaces_its_answer_and_what_followed(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    answered(page, CARGO, 2)
    page.locator(".asked").first.hover()
    page.locator(".asked .pen").first.click()
    box = page.locator("#box textarea")
    expect(box).to_have_value(BERTH)
    expect(box).to_be_focused()
    expect(page.locator("#banner")).to_contain_text("Editing")
    page.keyboard.press("Escape")
    expect(page.locator("#banner .banner")).to_have_count(0)
    expect(box).to_have_value("")
    page.locator(".asked .pen").first.click()
    expect(box).to_have_value(BERTH)
    answered(page, "Who pays the third berth?")
    expect(page.locator(".question")).to_have_text(["Who pays the third berth?"])
    expect(page.locator("#banner .banner")).to_have_count(0)
    reload(page)
    expect(page.locator(".question")).to_have_text(["Who pays the third berth?"])


def test_a_stopped_or_failed_question_is_asked_again_and_then_kept_once(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, "Is it locked?")
    expect(page.locator(".problem")).to_be_visible()
    expect(page.locator("#talks .none")).to_be_visible()
    page.click("#messages .again")
    expect(page.locator(".problem")).to_be_visible()
    answered(page, BERTH)
    page.click("#messages .again")
    expect(page.locator(".stage")).to_be_visible()
    expect(page.locator("#messages .again")).to_be_visible()
    expect(page.locator(".question")).to_have_text(["Is it locked?", BERTH])
    reload(page)
    expect(page.locator(".question")).to_have_text([BERTH])


def test_the_switch_relabels_list_and_buttons_in_place(visitor: Visitor) -> None:
    page = visitor.visit()
    answered(page, BERTH)
    page.click("#switch label:has-text('中文')")
    expect(page.locator("#drawer-button")).to_have_text("历史对话")
    expect(page.locator("#talks .files")).to_contain_text("导出为")
    expect(page.locator("#messages .thumb-down")).to_have_attribute("title", "这条回答有问题")
    expect(page.locator("#seek :is(input, textarea)")).to_have_attribute("placeholder", "搜索对话")
    expect(page).to_have_url(TALK)


def test_the_list_can_be_put_away_and_stays_away(visitor: Visitor) -> None:
    page = visitor.visit()
    expect(page.locator("#drawer")).to_be_visible()
    page.click("#drawer-button")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("#drawer-button")).to_have_attribute("aria-expanded", "false")
    reload(page)
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#drawer")).to_be_hidden()
    page.click("#drawer-button")
    expect(page.locator("#drawer")).to_be_visible()


def test_on_a_phone_the_list_covers_the_talk_until_one_is_chosen(visitor: Visitor) -> None:
    page = visitor.visit(viewport={"width": 390, "height": 780}, color_scheme="dark")
    answered(page, BERTH)
    expect(page.locator("#drawer")).to_be_hidden()
    page.click("#drawer-button")
    expect(page.locator("#drawer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    page.click("#fresh")
    expect(page.locator(".welcome")).to_be_visible()
    page.click("#drawer-button")
    page.locator("#talks .name").click()
    expect(page.locator(".question")).to_have_text([BERTH])
    expect(page.locator("#drawer")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
