"""The tab of documents and the filters in a real Chromium, with a real store behind them."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.owner import Owner, open_owner
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.streaming import Workers
from assistant.web import mount
from assistant.web.visitor import Visitor
from assistant.wire import IngestOrder

pytestmark = [
    pytest.mark.browser,
    # Servers and browsers close their sockets in their own time.
    pytest.mark.filterwarnings("ignore"),
]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MILL = """---
title: A year of paper
organisation: Lakeside Mill
year: 2023
---

# A year of paper

## Output

The mill made 40 tons of paper in 2023. It employed 120 people.
"""
FERRY = """---
title: Across the lake
organisation: Ferry Company
year: 2022
---

# Across the lake

The ferries carried 31,000 passengers in 2022. The company employs 85 people.
"""
LOOMS = "# Looms of the north\n\n## Sales\n\nThe weavers sold 900 carpets in 2021.\n"
CARPETS = "How many carpets did the weavers sell in 2021?"
PEOPLE = "How many people are employed?"


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """With the real embedding: a hash knows no refusal."""
    folder = tmp_path_factory.mktemp("documents")
    reports = folder / "reports"
    reports.mkdir()
    (reports / "mill.md").write_text(MILL, encoding="utf-8")
    (reports / "ferry.md").write_text(FERRY, encoding="utf-8")
    settings = Settings(data=folder / "data", _env_file=None)
    with closing(open_owner(settings, create=True)) as opened:
        opened.ingest(IngestOrder((reports,)), lambda progress: None)
        yield opened


@pytest.fixture(autouse=True)
def clean(owner: Owner) -> Iterator[None]:
    """No test finds what another one has uploaded."""
    yield
    sent = [row.id for row in owner.documents("default") if row.id.startswith("uploads/")]
    owner.remove(sent, "default")


@pytest.fixture(scope="module")
def address(owner: Owner) -> Iterator[str]:
    workers = Workers()
    with closing(workers), Serving(_build_in_thread(owner, workers), "127.0.0.1", 0) as serving:
        yield f"{serving.address}/"


def _build_in_thread(owner: Owner, workers: Workers) -> FastAPI:
    """Off the main thread, where the browser's driver runs a loop of its own."""
    app = FastAPI()
    app.state.workers = workers

    async def build() -> None:
        mount(app, owner.assistant("default"), library=owner)

    thread = threading.Thread(target=lambda: asyncio.run(build()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        thread.join()
    return app


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), "install Debian's chromium, or name one in CHROMIUM"
    expect.set_options(timeout=20_000)  # the first answer loads its model
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
    expect.set_options(timeout=5_000)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    yield from _visit(browser, address)


@pytest.fixture
def narrow(browser: Browser, address: str) -> Iterator[Page]:
    yield from _visit(browser, address, width=400)


@pytest.fixture
def chinese(browser: Browser, address: str) -> Iterator[Page]:
    yield from _visit(browser, address, locale="zh-CN")


def _visit(
    browser: Browser, address: str, *, width: int = 1280, locale: str = "en-US"
) -> Iterator[Page]:
    faults: list[str] = []
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_default_timeout(20_000)
    page.goto(address)
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#filters > button")).to_contain_text(
        "Filter" if locale == "en-US" else "筛选"
    )
    yield page
    context.close()
    assert faults == []


def open_tab(page: Page, number: int) -> None:
    page.locator("#tabs [role=tab]").nth(number).click()
    if number:
        expect(page.locator("#rows tbody tr").first).to_be_visible()


def send(page: Page, folder: Path, files: dict[str, str | bytes]) -> None:
    """Choose files of these names and contents, as one does in the dialogue."""
    paths = []
    for name, content in files.items():
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    page.set_input_files("#drop input[type=file]", paths)


def ask(page: Page, question: str) -> None:
    answers = page.locator(".answer .status").count()
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    expect(page.locator(".answer .status")).to_have_count(answers + 1)


def open_document(page: Page, title: str) -> None:
    page.click(f"#rows td.title button:has-text('{title}')")
    expect(page.locator("#document h2")).to_contain_text(title)


def remove_document(page: Page, title: str) -> None:
    open_document(page, title)
    page.click("#document .do.remove")
    page.click("#document .do.sure")
    expect(page.locator("#document")).to_contain_text("was removed")


def test_an_uploaded_document_is_answered_from_until_it_is_removed(
    page: Page, tmp_path: Path
) -> None:
    open_tab(page, 1)
    send(page, tmp_path, {"looms.md": LOOMS})
    expect(page.locator("#sent li.done")).to_contain_text("looms.md")
    expect(page.locator(".masthead .facts")).to_contain_text("Documents 3")
    open_tab(page, 0)
    ask(page, CARPETS)
    expect(page.locator(".answer").last).to_contain_text("900 carpets")
    open_tab(page, 1)
    remove_document(page, "Looms of the north")
    expect(page.locator("#rows")).not_to_contain_text("Looms of the north")
    expect(page.locator(".masthead .facts")).to_contain_text("Documents 2")
    open_tab(page, 0)
    ask(page, CARPETS)
    expect(page.locator(".answer.refused")).to_have_count(1)
    expect(page.locator(".answer.refused")).not_to_contain_text("900")


def test_one_bad_file_stops_none_of_the_others_and_says_why(chinese: Page, tmp_path: Path) -> None:
    open_tab(chinese, 1)
    files: dict[str, str | bytes] = {
        "织机.md": LOOMS,
        "setup.exe": b"MZ",
        "blank.txt": "\n",
        "broken.pdf": b"%PDF-1.4 nothing",
    }
    send(chinese, tmp_path, files)
    expect(chinese.locator("#sent li.done")).to_contain_text("织机.md")
    expect(chinese.locator("#sent li.refused")).to_have_count(3)
    for words in ("setup.exe", "blank.txt", "broken.pdf", "未能加入"):
        expect(chinese.locator("#sent")).to_contain_text(words)
    expect(chinese.locator("#rows")).to_contain_text("uploads/织机.md")


def test_a_new_version_replaces_the_former_one_after_asking(
    page: Page, tmp_path: Path, owner: Owner
) -> None:
    open_tab(page, 1)
    send(page, tmp_path, {"looms.md": LOOMS})
    expect(page.locator("#sent li.done")).to_be_visible()
    send(page, tmp_path, {"looms.md": LOOMS.replace("900", "950")})
    expect(page.locator("#sent li.asks")).to_contain_text("Looms of the north")
    assert "900" in owner.text("uploads/looms.md", "default")
    page.click("#replace")
    expect(page.locator("#sent li.done")).to_be_visible()
    assert "950" in owner.text("uploads/looms.md", "default")
    expect(page.locator("#replace")).to_have_count(0)


def test_script_in_a_document_stays_text(page: Page, tmp_path: Path) -> None:
    bad = "<script>window.bad = 1</script><img src=x onerror='window.bad = 1'>"
    open_tab(page, 1)
    send(page, tmp_path, {"bad.md": f"# Looms {bad}\n\nThe weavers {bad} sold 900 carpets.\n"})
    expect(page.locator("#sent li.done")).to_be_visible()
    open_document(page, "Looms")
    expect(page.locator("#document h2")).to_contain_text("<script>")
    expect(page.locator("#document .text")).to_contain_text("onerror=")
    open_tab(page, 0)
    page.click("#filters > button")
    page.click("#choose-documents input")
    page.locator("[role=option]", has_text="Looms").click()
    expect(page.locator("#filters > button")).to_contain_text("<script>")
    ask(page, "How many carpets were sold?")
    assert page.evaluate("window.bad") is None


def test_a_filter_confines_the_answer_and_one_click_clears_it(page: Page) -> None:
    page.click("#filters > button")
    page.click("#choose-organisations input")
    page.locator("[role=option]", has_text="Ferry Company").click()
    expect(page.locator("#filters > button")).to_contain_text("Only: Ferry Company")
    expect(page.locator("#fitting")).to_contain_text("Documents that fit: 1")
    ask(page, PEOPLE)
    expect(page.locator(".scope")).to_have_text("Only from: Ferry Company")
    expect(page.locator(".answer").last).to_contain_text("85 people")
    expect(page.locator(".answer").last).not_to_contain_text("120")
    ask(page, "And how many passengers were carried in 2022?")
    expect(page.locator(".scope")).to_have_count(2)
    page.click("#unfilter")
    expect(page.locator("#filters > button")).not_to_contain_text("Only")
    ask(page, "How many tons of paper did the mill make in 2023?")
    expect(page.locator(".answer").last).to_contain_text("40 tons")
    expect(page.locator(".scope")).to_have_count(2)


def test_a_filter_that_leaves_nothing_is_said(page: Page) -> None:
    page.click("#filters > button")
    for choice, name in (("organisations", "Ferry Company"), ("years", "2023")):
        page.click(f"#choose-{choice} input")
        page.locator("[role=option]", has_text=name).click()
        page.locator("#fitting p").wait_for()
    expect(page.locator("#fitting .none")).to_contain_text("No document fits")
    page.fill("#box textarea", PEOPLE)
    page.press("#box textarea", "Enter")
    expect(page.locator(".problem")).to_contain_text("nothing to answer from")


def test_the_list_is_searched_and_sorted_by_keyboard_too(page: Page) -> None:
    open_tab(page, 1)
    page.locator("#search input").press_sequentially("ferry")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.fill("#search input", "")
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    page.focus("#rows th.year button")
    page.keyboard.press("Enter")
    expect(page.locator("#rows th.year")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#rows tbody tr").first).to_contain_text("Across the lake")
    page.focus("#rows tbody tr:first-child button")
    page.keyboard.press("Enter")
    expect(page.locator("#document h2")).to_have_text("Across the lake")
    expect(page.locator("#document .heading").first).to_contain_text("Across the lake")


def test_a_document_is_read_again(page: Page) -> None:
    open_tab(page, 1)
    open_document(page, "A year of paper")
    page.click("#document .do.again")
    expect(page.locator("#document .note")).to_contain_text("it is as it was read")


def test_the_switch_relabels_the_tab_and_keeps_the_document(page: Page) -> None:
    open_tab(page, 1)
    open_document(page, "A year of paper")
    page.click("#switch label:has-text('中文')")
    expect(page.locator("#rows th.organisation")).to_have_text("机构")
    expect(page.locator("#document .do.remove")).to_have_text("移除")
    expect(page.locator("#drop-words")).to_contain_text("拖到此处")
    expect(page.locator("#document h2")).to_have_text("A year of paper")
    expect(page.locator("#tabs [role=tab]").nth(1)).to_have_text("文档")


def test_on_a_narrow_screen_the_document_covers_the_list_until_it_is_closed(narrow: Page) -> None:
    narrow.click("#filters > button")
    expect(narrow.locator("#choose-years")).to_be_visible()
    for name in ("#scope", "#pin", "#choose-organisations"):
        box = narrow.locator(name).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 400
    open_tab(narrow, 1)
    expect(narrow.locator("#reading")).to_be_hidden()
    open_document(narrow, "A year of paper")
    expect(narrow.locator("#reading")).to_be_visible()
    narrow.click("#document .close")
    expect(narrow.locator("#reading")).to_be_hidden()
    width = narrow.evaluate("document.documentElement.scrollWidth")
    assert width <= 400


def test_a_reader_sees_no_upload_and_a_forged_event_is_refused(
    browser: Browser, address: str, owner: Owner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = _visit(browser, address)
    editor = next(visits)
    open_tab(editor, 1)
    open_document(editor, "A year of paper")
    editor.click("#document .do.remove")
    expect(editor.locator("#document .do.sure")).to_be_visible()
    for name in ("documents", "sending"):  # from here on, the page is a reader's
        monkeypatch.setattr(f"assistant.web.{name}.find_visitor", lambda _: Visitor("r", False))
    editor.click("#document .do.sure")
    expect(editor.locator("#document")).to_contain_text("Only editors may change documents")
    send(editor, tmp_path, {"looms.md": LOOMS})
    expect(editor.locator("#sent")).to_contain_text("Only editors may change documents")
    assert len(owner.documents("default")) == 2
    for reader in _visit(browser, address):
        open_tab(reader, 1)
        expect(reader.locator("#rows tbody tr")).to_have_count(2)
        expect(reader.locator("#drop")).to_have_count(0)
        open_document(reader, "A year of paper")
        expect(reader.locator("#document .do")).to_have_count(0)
    assert list(visits) == []
