"""The chat served and looked at in Chromium, and what must not happen meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from assistant.state import State
from assistant.web import mount
from tests.web.fake import FakeAssistant

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def build_app(assistant: FakeAssistant, state: State | None = None, **parts: Any) -> FastAPI:
    """The chat on an assistant, built off the main thread: there the browser's driver has a loop of
    its own. `parts` are those that a page may be without, as `mount` takes them."""
    app = FastAPI()

    async def build() -> None:
        mount(app, assistant, state=state, **parts)

    thread = threading.Thread(target=lambda: asyncio.run(build()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        thread.join()
    return app


class Watch:
    """What must not happen on a page: errors, and requests to other hosts."""

    def __init__(self, page: Page) -> None:
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def _see(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in {"data", "blob"} and place.hostname != "127.0.0.1":
            self.faults.append(f"request to {request.url}")


class Visitor:
    """Opens pages for one test, and at its end says what went wrong on them."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.watches: list[Watch] = []

    def visit(self, query: str = "", *, locale: str = "en-US", **context: Any) -> Page:
        page = self.browser.new_context(locale=locale, **context).new_page()
        self.watches.append(Watch(page))
        page.set_default_timeout(15_000)
        page.goto(self.address + query)
        expect(page.locator(".welcome")).to_be_visible()
        return page

    def faults(self) -> list[str]:
        return [fault for watch in self.watches for fault in watch.faults]


def ask(page: Page, question: str) -> None:
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")


def read_mark(page: Page) -> str:
    marks = page.locator("#panel mark")
    expect(marks.first).to_be_visible()
    return "\n".join(marks.all_inner_texts())


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(150):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("waited 15 s in vain")


def reload(page: Page) -> None:
    """Once nothing is on its way: a stream that is broken off is an error in the console."""
    page.wait_for_timeout(600)
    page.reload()
