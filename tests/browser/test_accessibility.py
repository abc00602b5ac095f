"""What axe-core has to say about the page, and whether keys alone and a voice alone are enough."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, FilePayload, Page, expect

from assistant.auth import BySession
from assistant.passwords import hash_password
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.site import build_site
from assistant.state import State
from assistant.status import build_status
from assistant.users import User, change_users
from assistant.web.sign_in import add_sign_in
from assistant.wire import CollectionRow
from tests.support.browsing import Visitor, ask, build_app
from tests.web.fake import FakeAssistant
from tests.web.library import FakeLibrary

pytestmark = [
    pytest.mark.browser,
    # Servers and browsers close their sockets in their own time.
    pytest.mark.filterwarnings("ignore"),
]

QUESTIONS = {"en": "What will the second berth cost?", "zh": "第二个泊位要投资多少？"}
REFUSED = {"en": "Who pays the third berth?", "zh": "第三个泊位有预算吗？"}
DRAWN = "How has cargo grown?"
LOCALES = {"en": "en-US", "zh": "zh-CN"}


class Look(NamedTuple):
    """How a page is looked at."""

    language: str
    scheme: str
    width: int = 1280

    @property
    def context(self) -> dict[str, Any]:
        viewport = {"width": self.width, "height": 800}
        return {
            "locale": LOCALES[self.language],
            "color_scheme": self.scheme,
            "viewport": viewport,
        }

    @property
    def narrow(self) -> bool:
        return self.width < 860


EN_LIGHT, EN_DARK = Look("en", "light"), Look("en", "dark")
ZH_LIGHT, ZH_DARK = Look("zh", "light"), Look("zh", "dark")
SMALL_EN, SMALL_ZH = Look("en", "dark", 390), Look("zh", "light", 390)


def name_look(look: Look) -> str:
    return f"{look.language}-{look.scheme}-{look.width}"


in_looks = partial(pytest.mark.parametrize, "look", ids=name_look)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    used = partial(
        build_status, Settings(_env_file=None), lambda: [CollectionRow("harbour", 2, 31)]
    )
    with closing(State(tmp_path_factory.mktemp("state"))) as state:
        app = build_app(FakeAssistant(), state, library=FakeLibrary(), status=used)
        with Serving(app, "127.0.0.1", 0) as serving:
            yield f"{serving.address}/"


def find_faults(page: Page) -> list[str]:
    """Every violation that axe-core finds, of whatever impact: the element and what it lacks."""
    page.wait_for_timeout(250)  # colours on their way to others have a contrast of their own
    return [
        f"{found['impact']} {found['id']} {node['target']} {node['failureSummary']}"
        for found in Axe().run(page).response["violations"]
        for node in found["nodes"]
    ]


def check(page: Page) -> None:
    assert find_faults(page) == []


def test_a_fault_would_be_found(visitor: Visitor) -> None:
    page = visitor.visit()
    page.evaluate("document.querySelector('#fresh').style.color = '#eee'")
    page.evaluate("document.querySelector('#talks').innerHTML = '<button></button>'")
    faults = " ".join(find_faults(page))
    assert "color-contrast ['#fresh']" in faults
    assert "critical button-name" in faults


@in_looks([EN_LIGHT, ZH_DARK, SMALL_EN])
def test_chat_with_an_answer_its_source_a_hint_and_the_question_for_reasons(
    visitor: Visitor, look: Look
) -> None:
    page = visitor.visit(**look.context)
    expect(page.locator("#box .submit-button")).to_have_attribute("aria-label", re.compile("."))
    check(page)
    ask(page, QUESTIONS[look.language])
    expect(page.locator(".answer .status")).to_be_visible()
    page.locator(".answer .figure").first.click()
    expect(page.locator(".figure.told")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    page.click(".answer p .cite-1")
    page.click("#panel .more.after")
    expect(page.locator("#panel .edge")).to_be_visible()
    check(page)
    if look.narrow:
        page.click("#panel .close")
    page.click("#messages .thumb-down")
    expect(page.locator("#reasons")).to_be_visible()
    check(page)


@in_looks([EN_DARK, ZH_LIGHT])
def test_a_chart_and_a_refusal(visitor: Visitor, look: Look) -> None:
    page = visitor.visit(**look.context)
    ask(page, DRAWN)
    page.click("#messages .chart0")
    expect(page.locator("#plot [role='img']")).to_be_visible()
    check(page)
    ask(page, REFUSED[look.language])
    expect(page.locator(".answer.refused .nearest")).to_be_visible()
    check(page)


@in_looks([ZH_LIGHT, SMALL_EN])
def test_history_with_a_name_being_changed_and_a_question_before_deleting(
    visitor: Visitor, look: Look
) -> None:
    page = visitor.visit(**look.context)
    ask(page, QUESTIONS[look.language])
    expect(page.locator("#talks .here")).to_have_count(1)
    if look.narrow:
        page.click("#drawer-button")
    check(page)
    row = page.locator("#talks .talk").first
    for sign, shown in (("pen", "input"), ("bin", ".told")):
        row.hover()
        row.locator(f".{sign}").click()
        expect(page.locator(f"#talks .in-hand {shown}")).to_be_visible()
        check(page)
        page.click("#talks .in-hand .do-leave")
        expect(page.locator("#talks .in-hand")).to_have_count(0)


@in_looks([EN_DARK, ZH_LIGHT, Look("zh", "dark", 390)])
def test_documents_sent_listed_read_and_about_to_be_removed(visitor: Visitor, look: Look) -> None:
    page = visitor.visit(**look.context)
    open_tab(page, "documents")
    expect(page.locator("#rows tbody tr").first).to_be_visible()
    name = f"{name_look(look)}.md"
    send(page, {name: "# Looms", "setup.exe": "MZ", "bad.txt": "bad"})
    expect(page.locator("#sent li.done")).to_be_visible()
    check(page)
    send(page, {name: "# Looms again"})
    expect(page.locator("#sent li.asks")).to_be_visible()
    check(page)
    page.locator("#rows td.title button").last.click()
    expect(page.locator("#document h2")).to_be_visible()
    check(page)
    page.click("#document .do.remove")
    expect(page.locator("#document .do.sure")).to_be_visible()
    check(page)


@in_looks([EN_LIGHT, ZH_DARK, SMALL_ZH])
def test_filters_and_status(visitor: Visitor, look: Look) -> None:
    page = visitor.visit(**look.context)
    page.click("#filters > button")
    page.click("#choose-organisations input")
    check(page)
    page.locator("[role=option]").first.click()
    expect(page.locator("#fitting p")).to_be_visible()
    check(page)
    open_tab(page, "status")
    expect(page.locator("#status dl")).to_be_visible()
    check(page)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    users = tmp_path_factory.mktemp("auth") / "users"
    with change_users(users) as known:
        known["anna"] = User("anna", "editor", hash_password("four plain words here"))
    auth = build_site(Settings(_env_file=None, auth=str(users))).auth
    assert isinstance(auth, BySession)
    app = FastAPI()
    add_sign_in(app, auth)
    with Serving(app, "127.0.0.1", 0) as serving:
        yield f"{serving.address}/sign-in"


@in_looks([EN_LIGHT, ZH_DARK, SMALL_EN, SMALL_ZH])
def test_signing_in_and_being_refused(browser: Browser, door: str, look: Look) -> None:
    page = browser.new_context(**look.context).new_page()
    page.goto(door)
    check(page)
    page.fill("#name", "nobody")
    page.fill("#password", "another password")
    page.click("form button")
    expect(page.locator(".problem")).to_be_visible()
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def open_tab(page: Page, name: str) -> None:
    page.click(f"#tab-{name}-button")


def send(page: Page, files: dict[str, str]) -> None:
    page.set_input_files(
        "#drop input[type=file]",
        [
            FilePayload(name=name, mimeType="text/plain", buffer=text.encode())
            for name, text in files.items()
        ],
    )


NAMED = re.compile(
    r"^\s*- '?(button|textbox|combobox|tab|tabpanel|radio|group|log|navigation|region|img|link)"
    r'\b(?: "(.*?)")?(?= \[|:|\'|$)',
    re.MULTILINE,
)
# In any language: names of documents and of forms of files, and questions that were asked.
SAME = re.compile(
    r"English|Markdown|Word|JSON|Northern Port Authority|Harbour works(?: in the northern bay)?"
    r"|A title|[A-Z][a-z ]+\?(?: \d\d:\d\d)?|\d{4}|^$"
)


def name_all(page: Page) -> list[tuple[str, str]]:
    """What a screen reader says of the controls and regions that are on view: role and name."""
    page.wait_for_timeout(300)
    return NAMED.findall(page.locator("body").aria_snapshot())


def is_foreign(name: str) -> bool:
    return not re.search(r"[一-鿿]", SAME.sub("", name)) and not SAME.fullmatch(name)


def test_every_name_follows_the_language_that_is_switched_to(visitor: Visitor) -> None:
    """Also where Gradio took its own words from a browser that speaks English."""
    page = visitor.visit(locale="en-US")
    page.click("#filters > button")
    page.click("#choose-organisations input")
    page.locator("[role=option]").first.click()
    expect(page.locator("#unfilter")).to_be_visible()
    page.click("#switch label:has-text('中文')")
    expect(page.locator("#fresh")).to_have_text("新对话")
    expect(page.locator("#tab-status-button")).to_have_text("状态")
    names = name_all(page)
    assert ("group", "界面语言") in names
    assert ("button", "移除“Northern Port Authority”") in names
    assert ("button", "清除所选") in names
    assert ("button", "发送") in names
    assert ("log", "对话内容") in names
    assert ("group", "示例问题") in names
    assert ("region", "出处") in names
    page.click("#unfilter")
    ask(page, QUESTIONS["zh"])
    expect(page.locator("#panel .which")).to_have_text("出处 1")
    names += name_all(page)
    assert ("button", "出处 1: Northern Port Authority，2024") in names
    open_tab(page, "documents")
    expect(page.locator("#rows tbody tr").first).to_be_visible()
    names += (documents := name_all(page))
    assert ("button", "将文件拖到此处，或点击选择") in documents
    assert ("region", "文档") in documents
    assert {name for _, name in names if is_foreign(name)} == set()


def test_no_button_is_without_a_name(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, DRAWN)
    page.click("#messages .chart0")
    expect(page.locator("#plot [role='img']")).to_have_attribute("aria-label", "Chart")
    assert [role for role, name in name_all(page) if role != "img" and not name] == []


# How far Tab or Shift+Tab is pressed before something is held to be out of reach.
STOPS = 80


def reach(page: Page, selector: str, key: str = "Tab") -> None:
    for _ in range(STOPS):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {selector}")


def press(page: Page, selector: str, key: str = "Tab", then: str = "Enter") -> None:
    reach(page, selector, key)
    page.keyboard.press(then)


def test_keys_alone_ask_open_a_source_read_on_and_close_it(visitor: Visitor) -> None:
    page = visitor.visit()
    expect(page.locator("#box textarea")).to_be_focused()
    page.keyboard.type(QUESTIONS["en"])
    page.keyboard.press("Enter")
    expect(page.locator(".answer .status")).to_be_visible()
    press(page, ".answer p .cite-2", "Shift+Tab")
    expect(page.locator("#panel .which")).to_have_text("Source 2")
    expect(page.locator("#panel h2")).to_be_focused()
    press(page, "#panel .more.after")
    expect(page.locator("#panel")).to_contain_text("A third berth is under study")
    page.wait_for_timeout(600)
    assert page.evaluate("document.querySelector('#side').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator(".answer p .cite-2")).to_be_focused()
    reach(page, ".answer .figure.checked", "Shift+Tab")
    hint = "getComputedStyle(document.activeElement, '::before').content"
    assert "the same figure" in page.evaluate(hint)
    page.keyboard.press("Enter")
    expect(page.locator(".figure.told")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".figure.told")).to_have_count(0)


def test_keys_alone_change_tab_conversation_and_language(visitor: Visitor) -> None:
    page = visitor.visit()
    page.keyboard.type(QUESTIONS["en"])
    page.keyboard.press("Enter")
    expect(page.locator("#talks .here")).to_have_count(1)
    press(page, "#tab-documents-button", "Shift+Tab")
    press(page, "#rows td.title button")
    expect(page.locator("#document h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#rows td.title button").first).to_be_focused()
    press(page, "#tab-chat-button", "Shift+Tab")
    press(page, "#fresh", "Shift+Tab")
    expect(page.locator(".welcome")).to_be_visible()
    press(page, "#talks .name")
    expect(page.locator(".question")).to_have_text([QUESTIONS["en"]])
    press(page, "#switch input", "Shift+Tab", "ArrowRight")
    expect(page.locator("#fresh")).to_have_text("新对话")


def test_on_a_phone_the_focus_goes_into_what_covers_the_talk_and_comes_back(
    visitor: Visitor,
) -> None:
    page = visitor.visit(**SMALL_EN.context)
    ask(page, QUESTIONS["en"])
    expect(page.locator(".answer .status")).to_be_visible()
    page.click(".answer p .cite-1")  # by a finger, too
    expect(page.locator("#panel h2")).to_be_focused()
    press(page, "#panel .close", "Shift+Tab")
    expect(page.locator(".answer p .cite-1")).to_be_focused()
    press(page, "#drawer-button", "Shift+Tab")
    expect(page.locator("#seek :is(input, textarea)")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer-button")).to_be_focused()


def test_a_name_that_was_changed_leaves_the_focus_in_the_list(visitor: Visitor) -> None:
    page = visitor.visit()
    ask(page, QUESTIONS["en"])
    expect(page.locator("#talks .here")).to_have_count(1)
    press(page, "#talks .here .pen", "Shift+Tab")
    expect(page.locator("#talks .in-hand input")).to_be_focused()
    press(page, "#talks .in-hand .sure")
    expect(page.locator("#talks .here .name")).to_be_focused()


# Something drawn around what has the focus, or around what it stands in.
RING = """() => {
  let element = document.activeElement;
  for (let up = 0; element && up < 4; up += 1, element = element.parentElement) {
    const style = getComputedStyle(element);
    const lined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    if (lined || (element.id === "box" && style.boxShadow !== "none")) return "";
  }
  return document.activeElement.outerHTML.slice(0, 200);
}"""


@pytest.mark.parametrize(
    ("tab", "look"),
    [("chat", EN_LIGHT), ("chat", SMALL_ZH), ("documents", SMALL_EN), ("status", ZH_DARK)],
    ids=lambda given: given if isinstance(given, str) else name_look(given),
)
def test_the_focus_is_seen_wherever_it_goes(visitor: Visitor, tab: str, look: Look) -> None:
    page = visitor.visit(**look.context)
    if tab == "chat":
        ask(page, QUESTIONS[look.language])
        expect(page.locator(".answer .status")).to_be_visible()
        page.click("#filters > button")
    open_tab(page, tab)
    page.focus("#drawer-button")
    stops, unseen = walk(page, lambda: page.evaluate(RING))
    assert unseen == []
    assert stops >= {"chat": 20, "documents": 12, "status": 6}[tab]


def walk(page: Page, tell: Callable[[], str]) -> tuple[int, list[str]]:
    """Through all that Tab leads to: how many there are, and what is told of them."""
    said: list[str] = []
    for stop in range(STOPS):
        page.keyboard.press("Tab")
        if stop and page.evaluate("document.activeElement === document.body"):
            return stop, [one for one in said if one]
        if page.evaluate("document.activeElement !== document.body"):
            said.append(tell())
    return STOPS, [one for one in said if one]


REST = """() => {
  const figures = [...document.querySelectorAll(".answer .figure")];
  return figures.map((figure) => {
    figure.focus();
    const hint = getComputedStyle(figure, "::before");
    const room = figure.closest(".panel-wrap").getBoundingClientRect();
    const shift = parseFloat(figure.style.getPropertyValue("--shift") || 0);
    const left = figure.getClientRects()[0].left + shift;
    return Math.min(left - room.left, room.right - left - parseFloat(hint.width));
  });
}"""


@in_looks([SMALL_EN, SMALL_ZH])
def test_no_hint_sticks_out_of_a_narrow_screen(visitor: Visitor, look: Look) -> None:
    page = visitor.visit(**look.context)
    ask(page, QUESTIONS[look.language])
    expect(page.locator(".answer .status")).to_be_visible()
    page.keyboard.press("Tab")  # focus by keys, so that it shows the hints
    rests = page.evaluate(REST)
    assert len(rests) >= 2
    assert min(rests) >= 0
