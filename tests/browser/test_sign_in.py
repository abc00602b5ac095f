"""Signing in, asking and signing out in a real Chromium."""

from __future__ import annotations

import asyncio
import re
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.passwords import hash_password
from assistant.server import build_app
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.site import build_site
from assistant.status import build_status
from assistant.users import User, change_users
from assistant.web import mount
from assistant.wire import CollectionRow
from tests.browser.test_chat import QUESTION
from tests.support.browsing import CHROMIUM, FLAGS, ask
from tests.support.owners import TOKEN, TableOwner
from tests.web.fake import FakeAssistant

pytestmark = [
    pytest.mark.browser,
    # Servers and browsers close their sockets in their own time.
    pytest.mark.filterwarnings("ignore"),
]

PASSWORD = "four plain words here"
HASH = hash_password(PASSWORD)
WORDS = {
    "en": ("Sign in", "There is no such user", "Sign out", "Status", "With a name and a password"),
    "zh": ("登录", "没有这个用户", "退出登录", "状态", "中的用户名和密码登录"),
}


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("auth") / "users"
    with change_users(path) as known:
        known["anna"] = User("anna", "editor", HASH)
        known["<b>ben</b>"] = User("<b>ben</b>", "reader", HASH)
    return path


def build(users: Path) -> FastAPI:
    """Off the main thread, where the browser's driver runs a loop of its own."""
    settings = Settings(_env_file=None, auth=str(users))
    site, owner = build_site(settings), TableOwner()
    table: Any = owner
    app = build_app(table, TOKEN, site)
    look = partial(build_status, settings, lambda: [CollectionRow("harbour", 2, 31)])

    async def lay_out() -> None:
        mount(app, FakeAssistant(), site=site, status=look)

    thread = threading.Thread(target=lambda: asyncio.run(lay_out()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        thread.join()
    return app


@pytest.fixture(scope="module")
def address(users: Path) -> Iterator[str]:
    with Serving(build(users), "127.0.0.1", 0) as serving:
        yield f"{serving.address}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Any]:
    def open_page(locale: str = "en-US", query: str = "", **context: Any) -> Page:
        page = browser.new_context(locale=locale, **context).new_page()
        page.set_default_timeout(15_000)
        page.goto(address + query)
        return page

    yield open_page
    for context in browser.contexts:
        context.close()


def sign_in(page: Page, name: str = "anna", password: str = PASSWORD) -> None:
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("form button")


@pytest.mark.parametrize(("language", "locale"), [("en", "en-US"), ("zh", "zh-CN")])
def test_wrong_then_right_then_asked_and_signed_out(visit: Any, language: str, locale: str) -> None:
    button, wrong, leave, tab, known = WORDS[language]
    page = visit(locale)
    expect(page.locator("form button")).to_have_text(button)
    expect(page.locator("#name")).to_be_focused()
    sign_in(page, password="another password")
    expect(page.locator(".problem")).to_contain_text(wrong)
    expect(page.locator("#name")).to_have_value("anna")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#person b")).to_have_text("anna")
    ask(page, QUESTION)
    expect(page.locator(".answer.verified .status")).to_be_visible(timeout=15_000)
    page.click(f"#tabs [role=tab]:has-text('{tab}')")
    expect(page.locator(".status .sign_in")).to_contain_text(known)
    expect(page.locator(".status .store")).to_contain_text("harbour")
    page.click(f"#person button:has-text('{leave}')")
    expect(page.locator("form button")).to_have_text(button)
    page.go_back()
    page.reload()
    expect(page.locator("form button")).to_have_text(button)


def test_the_language_that_was_chosen_goes_along(visit: Any) -> None:
    page = visit()
    page.click("nav a:has-text('中文')")
    expect(page.locator("form button")).to_have_text("登录")
    sign_in(page)
    expect(page.locator("#person button")).to_have_text("退出登录")
    page.click("#switch label:has-text('English')")
    expect(page.locator("#person button")).to_have_text("Sign out")
    page.click("#tabs [role=tab]:has-text('Status')")
    expect(page.locator("#status h2")).to_have_text("Settings and status")
    page.click("#switch label:has-text('中文')")
    expect(page.locator("#status h2")).to_have_text("设置与状态")


def test_a_name_is_shown_and_not_run(visit: Any) -> None:
    page = visit()
    sign_in(page, "<b>ben</b>")
    expect(page.locator("#person b")).to_have_text("<b>ben</b>")


def test_who_is_removed_is_led_to_the_page_for_signing_in(visit: Any, users: Path) -> None:
    page = visit()
    with change_users(users) as known:
        known["guest"] = User("guest", "reader", HASH)
    sign_in(page, "guest")
    page.fill("#box textarea", QUESTION)
    with change_users(users) as known:
        del known["guest"]
    # A request of the page's own may have led there before: a key needs no box that is still there.
    page.keyboard.press("Enter")
    expect(page.locator("#password")).to_be_visible()
    expect(page).to_have_url(re.compile("/sign-in"))


def test_the_cookie_is_out_of_reach_of_scripts(visit: Any) -> None:
    page = visit()
    sign_in(page)
    expect(page.locator(".welcome")).to_be_visible()
    assert page.evaluate("document.cookie") == ""
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_another_site_s_page_can_not_ask_in_the_visitor_s_name(visit: Any, address: str) -> None:
    page = visit()
    sign_in(page)
    expect(page.locator(".welcome")).to_be_visible()
    # A page of another origin: to a browser, localhost and 127.0.0.1 are two sites.
    other = page.context.new_page()
    other.goto(f"{address.replace('127.0.0.1', 'localhost')}healthz")
    other.evaluate(
        """(target) => {
            const form = document.createElement("form");
            form.method = "post";
            form.action = target;
            document.body.append(form);
            form.submit();
        }""",
        f"{address}sign-out",
    )
    expect(other.locator("body")).to_contain_text("comes from a page of another site")
    page.reload()
    expect(page.locator("#person b")).to_have_text("anna")


def test_on_a_phone_nothing_sticks_out(visit: Any) -> None:
    page = visit(viewport={"width": 390, "height": 780}, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sign_in(page)
    expect(page.locator(".welcome")).to_be_visible()
    page.click("#tabs [role=tab]:has-text('Status')")
    expect(page.locator(".status dl")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
